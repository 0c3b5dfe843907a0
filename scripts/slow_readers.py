#!/usr/bin/env python3
"""Requests large responses over many connections, reads nothing, and measures the server's memory.

Usage: slow_readers.py PATH_OF_MASTHEAD [CONNECTIONS]

Starts a server in an empty folder with 20 long articles. Each connection requests all of them with their bodies and reads nothing. Prints
the memory before, at its peak and at the end, how many connections were closed and when, and how long other requests waited. More than a
few hundred connections need a large `ulimit -n`. Fails if memory grows by more than 256 MiB or a connection is not closed.
"""

import json, os, select, socket, subprocess, sys, tempfile, time, urllib.request

EMAIL, PASSWORD = "mara@example.org", "a lantern on the quay"
MAX_GROWTH_MIB, MAX_SECONDS = 256, 75


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def memory(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) / 1024


def call(base, path, body=None, token=None):
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(base + path, None if body is None else json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def start(program, folder, port):
    environment = dict(os.environ, BIND=f"127.0.0.1:{port}", ADMIN_EMAIL=EMAIL, ADMIN_PASSWORD=PASSWORD, LOG_LEVEL="error")
    server = subprocess.Popen([os.path.abspath(program)], cwd=folder, env=environment)
    base = f"http://127.0.0.1:{port}/api/v1/"
    for _ in range(200):
        try:
            token = call(base, "auth/login", {"email": EMAIL, "password": PASSWORD})["access_token"]
            break
        except OSError:
            time.sleep(0.1)
    else:
        server.kill()
        sys.exit("the server does not start")
    text = "Trams run late on the waterfront tonight.\n\n" * 2000
    for number in range(20):
        call(base, "articles?publish=true", {"title": f"Long {number}", "body": {"markdown": text}}, token)
    return server, base


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server, base = start(program, folder, port)
        try:
            sys.exit(attack(server, base, port, count))
        finally:
            server.terminate()
            server.wait(60)


def attack(server, base, port, count):
    path = "articles?include=body&limit=100"
    size = len(json.dumps(call(base, path)))
    before = peak = memory(server)
    poller, clients, slowest = select.poll(), {}, 0.0
    for _ in range(count):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.sendall(f"GET /api/v1/{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        clients[client.fileno()] = client
        poller.register(client, select.POLLHUP | select.POLLRDHUP | select.POLLERR)
    began, closed = time.monotonic(), []
    while clients and time.monotonic() - began < MAX_SECONDS:
        for descriptor, _ in poller.poll(500):
            poller.unregister(descriptor)
            clients.pop(descriptor).close()
            closed.append(time.monotonic() - began)
        asked = time.monotonic()
        call(base, "site")
        slowest = max(slowest, time.monotonic() - asked)
        peak = max(peak, memory(server))
    last = f"between {min(closed):.0f} s and {max(closed):.0f} s" if closed else "never"
    print(f"{count} connections, response of {size / 2**20:.1f} MiB")
    print(f"memory before {before:.0f} MiB, peak {peak:.0f} MiB, end {memory(server):.0f} MiB")
    print(f"closed {len(closed)} of {count}, {last}; others waited {slowest * 1000:.0f} ms at most")
    return 0 if not clients and peak - before <= MAX_GROWTH_MIB else 1


if __name__ == "__main__":
    main()
