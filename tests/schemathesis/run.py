#!/usr/bin/env python3
"""Starts a server with the demo newsroom and runs schemathesis against it.

Usage: run.py PATH_OF_MASTHEAD FOLDER nobody|admin

Exceptions, with their reasons, are in hooks.py and schemathesis.toml in this folder. The server is stopped at the end.
"""

import json, os, pathlib, signal, socket, subprocess, sys, time, urllib.request

HERE = pathlib.Path(__file__).resolve().parent
EMAIL, PASSWORD = "admin@example.org", "correct horse battery staple"
# The number of test cases for each operation and phase, and the maximum seconds of the whole run.
EXAMPLES, SECONDS = "15", "150"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(base, server):
    for _ in range(1200):
        if server.poll() is not None:
            raise SystemExit(f"the server ended with {server.returncode}")
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not become ready")


def post(url, body, token=None):
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def main(binary, folder, who):
    folder = pathlib.Path(folder).resolve()
    folder.mkdir(parents=True)
    binary = pathlib.Path(binary).resolve()
    base = f"http://127.0.0.1:{(port := free_port())}"
    settings = {
        "BIND": f"127.0.0.1:{port}",
        "API_URL": base,
        "RATE_LOGIN": "off",
        "RATE_COMMENT": "off",
        "RATE_VIEW": "off",
        "RATE_SUBSCRIBE": "off",
        "RATE_AD": "off",
        "RATE_REPORT": "off",
        "RATE_PREVIEW": "off",
        "LOG_LEVEL": "warn",
    }
    environment = {**os.environ, **settings}
    # The demo creates its own administrator first; this creates a second one with a known password.
    account = ["users", "create", "--email", EMAIL, "--name", "Ada Min", "--role", "admin", "--password-stdin"]
    with open(folder / "server.log", "w") as log:
        server = subprocess.Popen([binary, "serve", "--demo"], cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_until_ready(base, server)
            subprocess.run([binary, *account], input=f"{PASSWORD}\n", text=True, cwd=folder, env=environment, check=True, stdout=log)
            status = run(base, folder, who)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)
    if server.returncode != 0:
        raise SystemExit(f"the server ended with {server.returncode}")
    return status


def run(base, folder, who):
    command = [
        pathlib.Path(sys.executable).parent / "schemathesis",
        "--config-file",
        HERE / "schemathesis.toml",
        "--no-color",
        "run",
        f"{base}/openapi.json",
        "--max-examples",
        EXAMPLES,
        "--max-time",
        SECONDS,
        "--seed",
        "20261122",
        "--max-failures",
        "30",
        "--suppress-health-check",
        "all",
        "--report",
        "json",
        "--report-json-path",
        folder / "report.json",
    ]
    if who == "admin":
        # Use an API key, which operations on sessions refuse, so that no test ends its own session.
        login = post(f"{base}/api/v1/auth/login", {"email": EMAIL, "password": PASSWORD})
        document = json.loads(urllib.request.urlopen(f"{base}/openapi.json").read())
        scopes = document["components"]["schemas"]["Scope"]["enum"]
        key = post(f"{base}/api/v1/tokens", {"name": "Tests", "scopes": scopes}, login["access_token"])
        command += ["--header", f"Authorization: Bearer {key['token']}"]
    # The configuration names its hooks relative to the folder in which schemathesis is started.
    copied = folder / "hooks.py"
    copied.write_text((HERE / "hooks.py").read_text())
    return subprocess.run(command, cwd=folder).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
