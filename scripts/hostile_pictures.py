#!/usr/bin/env python3
"""Uploads hundreds of hostile, broken and strange images, and reports the responses.

Usage: hostile_pictures.py PATH_OF_MASTHEAD [FOLDER]

The images are the test images of Pillow: pip downloads its source package from PyPI into a temporary folder, unless a
FOLDER of images is given. The script starts a server in a folder of its own and uploads each file. For accepted files, it
requests a few renditions. Finally, it requests a hundred renditions of one file of 19 MiB at the same time. A table shows,
for each kind of file, the statuses, the slowest response, and the growth of the server's memory. The exit status is 1 if the
server died, responded with 5xx, took 2 seconds or more for an upload, or grew by 256 MiB or more.
"""

import collections, concurrent.futures, http.client, json, os, pathlib, struct, subprocess, sys, tarfile, tempfile, time, zlib

EMAIL, PASSWORD, PORT = "mara@example.org", "a lantern on the quay", 8917
SECONDS, MEBIBYTES = 2, 256


def pillows_pictures(folder):
    """Returns the folder of Pillow's test images."""
    # The package is not built. Without build isolation, pip downloads no build tools, but it needs these two.
    tools = folder / "tools"
    subprocess.run([sys.executable, "-m", "venv", tools], check=True)
    pip = [tools / "bin/pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", "setuptools>=77", "pybind11"], check=True)
    fetch = ["download", "--no-binary", ":all:", "--no-deps", "--no-build-isolation", "--dest", folder, "pillow"]
    subprocess.run([*pip, *fetch], check=True)
    archive = next(folder.glob("pillow-*.tar.gz"))
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    return next(folder.glob("pillow-*/Tests/images"))


class Server:
    """A server in a folder of its own."""

    def __init__(self, program, folder):
        environment = dict(os.environ, BIND=f"127.0.0.1:{PORT}", LOG_LEVEL="warn", ADMIN_EMAIL=EMAIL, ADMIN_PASSWORD=PASSWORD)
        log = open(folder / "server.log", "ab")
        self.process = subprocess.Popen([os.path.abspath(program)], cwd=folder, env=environment, stdout=log, stderr=log)
        self.token = None
        for _ in range(600):
            try:
                if self.send("GET", "/readyz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        login = json.dumps({"email": EMAIL, "password": PASSWORD})
        self.token = json.loads(self.send("POST", "/api/v1/auth/login", login, "application/json")[1])["access_token"]

    def send(self, method, path, body=None, content_type=None):
        """Returns the status and the text of a response."""
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        headers = {"Content-Type": content_type} if content_type else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, text

    def memory(self, which):
        """Returns the memory in MiB: the current (VmRSS) or the peak (VmHWM)."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(which)) / 1024

    def forget_the_peak(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")


class Kind:
    """The results for files of one kind."""

    def __init__(self):
        self.statuses, self.slowest, self.rise, self.renditions, self.longest_making = collections.Counter(), (0, ""), (0, ""), collections.Counter(), (0, "")


def upload(server, file):
    name = file.name.encode("ascii", "replace").decode().replace('"', "_")
    head = f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
    return server.send("POST", "/api/v1/images", head.encode() + file.read_bytes() + b"\r\n--cut--\r\n", "multipart/form-data; boundary=cut")


def renditions(image):
    """Returns a few renditions: the widest in each format, and a crop."""
    for srcset in [image["srcset"]["webp"], image["srcset"]["jpeg"], image["crops"]["square"]["srcset"]]:
        if srcset:
            yield srcset.split(", ")[-1].split(" ")[0].split("/media/")[1]


def noise(folder, width, height):
    """Returns an incompressible PNG."""
    rows = b"".join(b"\0" + os.urandom(width * 3) for _ in range(height))
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    file = folder / "noise.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))
    return file


def crowd(server, folder):
    """Requests a hundred renditions of one large file at once; returns the statuses and the growth of memory.

    Requests that would wait too long get 503 and are repeated.
    """
    status, text = upload(server, noise(folder, 2700, 2400))
    assert status == 201, text
    image = json.loads(text)["id"]
    parts = ["", "square/", "4x3/", "16x9/", "og/"]
    paths = [f"{part}{width}.{kind}" for kind in ["webp", "jpg", "png"] for width in [160, 320, 480, 640, 960, 1280, 1920] for part in parts]
    server.forget_the_peak()
    before = server.memory("VmRSS")
    statuses, left = collections.Counter(), paths[:100]
    with concurrent.futures.ThreadPoolExecutor(100) as readers:
        for _ in range(20):
            got = list(readers.map(lambda path: server.send("GET", f"/media/{image}/{path}")[0], left))
            statuses.update(got)
            left = [path for path, status in zip(left, got) if status == 503]
    return statuses, server.memory("VmHWM") - before


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as temporary:
        temporary = pathlib.Path(temporary)
        pictures = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pillows_pictures(temporary)
        home = temporary / "home"
        home.mkdir()
        server, kinds, faults = Server(program, home), collections.defaultdict(Kind), []
        files = sorted(file for file in pictures.rglob("*") if file.is_file())
        for file in files:
            kind = kinds[file.suffix.lower() or "(none)"]
            server.forget_the_peak()
            before, began = server.memory("VmRSS"), time.monotonic()
            status, text = upload(server, file)
            took, rise = time.monotonic() - began, server.memory("VmHWM") - before
            kind.statuses[status] += 1
            kind.slowest, kind.rise = max(kind.slowest, (took, file.name)), max(kind.rise, (rise, file.name))
            if status >= 500 or took >= SECONDS or rise >= MEBIBYTES:
                faults.append(f"{file.name}: {status} after {took:.2f} s, {rise:.0f} MiB")
            for path in renditions(json.loads(text)) if status == 201 else []:
                began = time.monotonic()
                made, _ = server.send("GET", f"/media/{path}")
                kind.renditions[made] += 1
                kind.longest_making = max(kind.longest_making, (time.monotonic() - began, f"{file.name} {path.split('/')[-1]}"))
                if made != 200:
                    faults.append(f"{file.name}: its rendition {path} gets {made}")
        crowded, rise = crowd(server, temporary)
        if rise >= MEBIBYTES or crowded[200] != 100 or not set(crowded) <= {200, 503}:
            faults.append(f"the crowd: {dict(crowded)}, {rise:.0f} MiB")
        alive = server.process.poll() is None
        text = lambda counter: " ".join(f"{status}×{count}" for status, count in sorted(counter.items()))
        print(f"{'kind':8} {'uploads':28} {'slowest':>8} {'memory':>8}  {'renditions':12} {'slowest':>8}")
        for name, kind in sorted(kinds.items(), key=lambda item: -sum(item[1].statuses.values())):
            print(f"{name:8} {text(kind.statuses):28} {kind.slowest[0]:6.2f} s {kind.rise[0]:4.0f} MiB  {text(kind.renditions):12} {kind.longest_making[0]:6.2f} s")
        total = sum((kind.statuses for kind in kinds.values()), collections.Counter())
        print(f"{len(files)} files: {text(total)}; slowest {max(kind.slowest for kind in kinds.values())}; most memory {max(kind.rise for kind in kinds.values())}")
        print(f"a hundred renditions of 19 MiB at once: {text(crowded)}; memory {rise:.0f} MiB")
        print("the server", "lives" if alive else "died")
        print("\n".join(faults))
        server.process.terminate()
        server.process.wait()
        log = (home / "server.log").read_text(errors="replace")
        print(f"{len(log.splitlines())} lines of warnings and errors in the log", *log.splitlines()[-5:], sep="\n")
        sys.exit(1 if faults or not alive else 0)


if __name__ == "__main__":
    main()
