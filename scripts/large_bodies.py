#!/usr/bin/env python3
"""Sends bodies that are as large and as invalid as possible, and measures the time.

Usage: large_bodies.py PATH_OF_MASTHEAD

Starts a server in an empty folder. Sends each operation that accepts JSON, without a token and as an administrator, bodies of each kind with
1 MB and with a quarter of that. Reports responses that take longer than 0.3 s, problem documents of more than 64 KiB, and other writes that
take longer than 0.3 s meanwhile.
"""

import http.client, json, os, signal, socket, subprocess, sys, tempfile, threading, time

MAX_SECONDS = 0.3
MAX_PROBLEM = 64 * 1024
SIZE = 1_000_000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(port, method, path, body=None, token=None):
    headers = {"Content-Type": "application/json"} if body is not None else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    began = time.monotonic()
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content, time.monotonic() - began


def kinds(size, members):
    each = size // max(1, len(members))
    yield "arrays", json.dumps({name: [""] * (each // 5) for name in members})
    yield "texts", json.dumps({name: "a b " * (each // 4) for name in members})
    yield "ids", json.dumps({name: {"id": "x" * each} for name in members})
    yield "unknown members", json.dumps({f"member{index}": 1 for index in range(size // 18)})
    yield "a long name", json.dumps({"n" * (size - 10): 1})
    yield "a list", json.dumps({"email": "a@b.org", "lists": [""] * (size // 5)})
    yield "deep down", '{"custom":' + '{"x":' * 28 + "[" + "0," * (size // 2 - 200) + "0]" + "}" * 28 + "}"


def members_of(document, operation):
    content = operation.get("requestBody", {}).get("content", {})
    schema = next((media["schema"] for kind, media in content.items() if kind.endswith("json")), None)
    if schema is None:
        return None
    properties = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]].get("properties", {})
    return [name for name, about in properties.items() if not about.get("readOnly")]


def write_meanwhile(port, token, stop, slowest):
    number = 0
    while not stop.is_set():
        number += 1
        status, _, took = ask(port, "POST", "/api/v1/tags", json.dumps({"name": f"Tag {number}"}), token)
        if status == 201:
            slowest[0] = max(slowest[0], took)
        time.sleep(0.05)


def main():
    program, port, complaints, slowest = sys.argv[1], free_port(), [], [0.0]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"BIND": f"127.0.0.1:{port}", "API_URL": f"http://127.0.0.1:{port}", "SITE_URL": "http://localhost",
            "ADMIN_EMAIL": "admin@example.org", "ADMIN_PASSWORD": "correct horse battery staple", "RATE_LOGIN": "off", "RATE_COMMENT": "off",
            "RATE_SUBSCRIBE": "off", "RATE_VIEW": "off", "RATE_AD": "off", "RATE_REPORT": "off", "RATE_PREVIEW": "off"}
        server = subprocess.Popen([program, "serve"], cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                try:
                    if ask(port, "GET", "/readyz")[0] == 200:
                        break
                except OSError:
                    pass
                time.sleep(0.1)
            login = json.dumps({"email": "admin@example.org", "password": "correct horse battery staple"})
            token = json.loads(ask(port, "POST", "/api/v1/auth/login", login)[1])["access_token"]
            document = json.loads(ask(port, "GET", "/openapi.json")[1])
            stop = threading.Event()
            writer = threading.Thread(target=write_meanwhile, args=(port, token, stop, slowest))
            writer.start()
            sent = 0
            for path, item in document["paths"].items():
                for method, operation in item.items():
                    members = members_of(document, operation) if isinstance(operation, dict) else None
                    if members is None or path.endswith("/logout"):
                        continue
                    address = "/".join("nothing" if step.startswith("{") else step for step in path.split("/"))
                    for size in (SIZE // 4, SIZE):
                        for kind, body in kinds(size, members):
                            for who in (None, token):
                                status, content, took = ask(port, method.upper(), address, body[: 1024 * 1024], who)
                                sent += 1
                                if took > MAX_SECONDS:
                                    complaints.append(f"{method.upper()} {path}, {kind}, {size} bytes: {status} after {took:.2f} s")
                                if status >= 400 and len(content) > MAX_PROBLEM:
                                    complaints.append(f"{method.upper()} {path}, {kind}: a problem of {len(content)} bytes")
            stop.set()
            writer.join()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
    print(f"{sent} bodies sent; the slowest write meanwhile took {slowest[0]:.3f} s")
    if slowest[0] > MAX_SECONDS:
        complaints.append(f"a write meanwhile took {slowest[0]:.2f} s")
    print("\n".join(complaints) or "no complaints")
    sys.exit(bool(complaints))


main()
