#!/usr/bin/env python3
"""Generates clients from the committed document, checks their types strictly, and runs a small program with each.

Usage: run.py PATH_OF_MASTHEAD FOLDER

The document is used unchanged. The script starts a server with an empty database, and stops it at the end.
"""

import os, pathlib, shutil, signal, socket, subprocess, sys, time, urllib.request

HERE = pathlib.Path(__file__).resolve().parent
DOCUMENT = HERE.parent.parent / "openapi" / "openapi.json"
EMAIL, PASSWORD = "admin@example.org", "correct horse battery staple"


def main(binary, folder):
    folder = pathlib.Path(folder).resolve()
    document = pathlib.Path(os.environ.get("DOCUMENT", DOCUMENT)).resolve()
    folder.mkdir(parents=True)
    typescript = make_typescript(folder / "typescript", document)
    python = make_python(folder / "python", document)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    base = f"http://{address}"
    programs = {**os.environ, "API": base, "EMAIL": EMAIL, "PASSWORD": PASSWORD}
    settings = {**os.environ, "BIND": address, "API_URL": base, "ADMIN_EMAIL": EMAIL, "ADMIN_PASSWORD": PASSWORD, "LOG_LEVEL": "warn"}
    (folder / "server").mkdir()
    server = subprocess.Popen([pathlib.Path(binary).resolve(), "serve"], cwd=folder / "server", env=settings)
    try:
        wait_until_ready(base, server)
        for command, place in (typescript, python):
            subprocess.run(command, cwd=place, env=programs, check=True)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


def make_typescript(folder, document):
    """Generates types by openapi-typescript, checks them by tsc, and returns the command that runs the program."""
    shutil.copytree(HERE / "typescript", folder, ignore=shutil.ignore_patterns("node_modules"))
    subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)
    subprocess.run(["npx", "--no-install", "openapi-typescript", document, "--output", "schema.ts"], cwd=folder, check=True)
    subprocess.run(["npx", "--no-install", "tsc"], cwd=folder, check=True)
    return ["node", "out/program.js"], folder


def make_python(folder, document):
    """Generates a package by openapi-python-client, checks it by mypy, and returns the command that runs the program."""
    folder.mkdir()
    tools = pathlib.Path(sys.executable).parent
    path = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    generate = [tools / "openapi-python-client", "generate", "--path", document, "--meta", "none", "--output-path", "masthead_client"]
    made = subprocess.run(generate, cwd=folder, env=path, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    # The generator omits a schema that it cannot use, and everything that refers to it, with a warning.
    refused = [line for line in made.stdout.splitlines() if "schema" in line.lower() and "WARNING" in line]
    if refused:
        raise SystemExit(f"the generator left schemas out:\n{made.stdout}")
    shutil.copy(HERE / "python" / "program.py", folder)
    subprocess.run([tools / "mypy", "--strict", "masthead_client", "program.py"], cwd=folder, check=True)
    return [sys.executable, "program.py"], folder


def wait_until_ready(base, server):
    for _ in range(600):
        if server.poll() is not None:
            raise SystemExit(f"the server ended with {server.returncode}")
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not become ready")


if __name__ == "__main__":
    main(*sys.argv[1:])
