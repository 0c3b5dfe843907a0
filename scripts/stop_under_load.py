#!/usr/bin/env python3
"""Stops a server under load and counts lost requests.

Usage: stop_under_load.py PATH_OF_MASTHEAD [ROUNDS]

Each round starts a server in an empty folder, lets clients send requests (half of them over persistent connections, half
over new ones), sends SIGTERM, and counts requests that were sent without a complete response. /readyz must fail first. A
refused connection is not a loss, because nothing was sent; nor is a persistent connection that was closed while idle.
"""

import http.client, os, signal, socket, subprocess, sys, tempfile, threading, time

CLIENTS = 16


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def client(port, keep, stop, tally):
    connection = None
    while not stop.is_set():
        fresh = connection is None
        try:
            if fresh:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                connection.connect()
            connection.request("GET", "/api/v1/sections?limit=5")
        except OSError:
            tally["refused"] += 1
            connection = None
            time.sleep(0.01)
            continue
        try:
            answer = connection.getresponse()
            answer.read()
            tally["answered" if answer.status == 200 else "failed"] += 1
            if not keep or answer.will_close:
                connection.close()
                connection = None
        except (http.client.RemoteDisconnected, ConnectionResetError):
            # On a persistent connection, this is the race of HTTP/1.1 between an idle close and the next request.
            tally["lost" if fresh else "closed while idle"] += 1
            connection = None
        except (OSError, http.client.HTTPException):
            tally["lost"] += 1
            connection = None


def readiness(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/readyz")
    return connection.getresponse().status


def one_round(program):
    port, tally, stop = free_port(), dict.fromkeys(["answered", "failed", "lost", "refused", "closed while idle"], 0), threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, BIND=f"127.0.0.1:{port}", DATABASE_URL="sqlite://load.db", LOG_LEVEL="error")
        server = subprocess.Popen([os.path.abspath(program)], cwd=folder, env=environment)
        for _ in range(200):
            try:
                if readiness(port) == 200:
                    break
            except OSError:
                time.sleep(0.05)
        threads = [threading.Thread(target=client, args=(port, n % 2 == 0, stop, tally)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        server.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        unready = readiness(port)
        began = time.monotonic()
        code = server.wait(60)
        took = time.monotonic() - began
        stop.set()
        for thread in threads:
            thread.join()
    print(f"readyz {unready} while stopping, exit code {code} after {took:.1f} s, {tally}")
    return unready == 503 and code == 0 and tally["lost"] == 0 and tally["failed"] == 0


if __name__ == "__main__":
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    sys.exit(0 if all([one_round(sys.argv[1]) for _ in range(rounds)]) else 1)
