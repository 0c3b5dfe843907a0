#!/usr/bin/env python3
"""Kills a server under load repeatedly, and checks that no acknowledged write is lost.

Usage: kill_under_load.py PATH_OF_MASTHEAD [KILLS] [DATABASE_URL]

Clients save, publish and schedule articles, comment on them and upload images. Every response that acknowledges a write,
and nothing else, is logged in acknowledged.jsonl: that log is the oracle. About every second, the server is killed with
SIGKILL and started again. After each start, the script checks in one snapshot of the database:

- acknowledged writes are stored as they were sent;
- everything else that is stored is consistent: revisions, events and published versions agree;
- no revision was published twice, and at the end every acknowledged plan has been executed once;
- SQLite's integrity_check and foreign_key_check find no errors;
- every image has its file, with the bytes that match its name; files without an image are deleted by a sweep.

Without a DATABASE_URL, it uses SQLite in a temporary folder. A PostgreSQL URL must name an empty database, and needs psql.
"""

import atexit, contextlib, hashlib, http.client, json, os, pathlib, random, signal, socket, sqlite3, struct, subprocess, sys, tempfile, threading, time, zlib
from datetime import datetime, timedelta, timezone

EMAIL, PASSWORD = "mara@example.org", "a lantern on the quay"


class Unanswered(Exception):
    """The server closed the connection; whether it processed the request is unknown."""


class Oracle:
    """The acknowledged writes, in the order of the responses."""

    def __init__(self, path):
        self.file, self.lock, self.acts, self.refused = open(path, "a"), threading.Lock(), [], {}

    def acknowledge(self, **act):
        with self.lock:
            self.acts.append(act)
            self.file.write(json.dumps(act) + "\n")
            self.file.flush()

    def refuse(self, what):
        with self.lock:
            self.refused[what] = self.refused.get(what, 0) + 1

    def so_far(self):
        with self.lock:
            return list(self.acts)


class Client(threading.Thread):
    """Sends one kind of request until it is stopped."""

    def __init__(self, port, oracle, stop, work):
        super().__init__(daemon=True)
        self.port, self.oracle, self.stop, self.work = port, oracle, stop, work
        self.connection, self.token, self.count = None, None, 0

    def run(self):
        while not self.stop.is_set():
            try:
                self.work(self)
            except Unanswered:
                self.connection = None
                time.sleep(0.02)

    def word(self):
        self.count += 1
        return f"word-{self.ident}-{self.count}-{random.randrange(1 << 40)}"

    def log_in(self):
        self.token = self.send("POST", "auth/login", {"email": EMAIL, "password": PASSWORD}, anonymous=True)["access_token"]

    def send(self, method, path, body=None, content_type="application/json", anonymous=False):
        if not anonymous and self.token is None:
            self.log_in()
        headers = {"Content-Type": content_type} | ({} if anonymous else {"Authorization": f"Bearer {self.token}"})
        body = json.dumps(body) if isinstance(body, dict) else body
        try:
            self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            self.connection.request(method, f"/api/v1/{path}", body, headers)
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            raise Unanswered from None
        if answer.status not in (200, 201, 202, 204):
            self.token = None if answer.status == 401 else self.token
            self.oracle.refuse(f"{method} {path.split('/')[0]} {answer.status}")
            raise Unanswered
        return json.loads(text) if text else None


def write(client):
    """Creates an article, saves it a few times, and publishes some of the revisions."""
    word = client.word()
    made = client.send("POST", "articles", {"title": f"Trams {word}", "dek": word, "body": {"markdown": f"Of *{word}*."}})
    article = made["id"]
    client.oracle.acknowledge(kind="save", article=article, revision=1, word=word)
    for _ in range(random.randrange(1, 5)):
        word = client.word()
        publish = random.random() < 0.2
        saved = client.send("PATCH", f"articles/{article}" + ("?publish=true" if publish else ""), {"dek": word})
        client.oracle.acknowledge(kind="save", article=article, revision=saved["revision"], word=word)
        if not publish and random.random() < 0.5:
            publish = True
            client.send("PUT", f"articles/{article}/publication", {})
        if publish:
            client.oracle.acknowledge(kind="publish", article=article, revision=saved["revision"], word=word)


def plan(client):
    """Schedules an article for the next seconds, then saves a revision that must not be published."""
    word = client.word()
    article = client.send("POST", "articles", {"title": f"Plans {word}", "dek": word})["id"]
    client.oracle.acknowledge(kind="save", article=article, revision=1, word=word)
    at = datetime.now(timezone.utc) + timedelta(seconds=random.uniform(0.2, 3))
    client.send("PUT", f"articles/{article}/publication", {"at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z")})
    client.oracle.acknowledge(kind="plan", article=article, revision=1, word=word, at=at.timestamp())
    word = client.word()
    revision = client.send("PATCH", f"articles/{article}", {"dek": word})["revision"]
    client.oracle.acknowledge(kind="save", article=article, revision=revision, word=word)
    time.sleep(0.02)


def comment(client):
    """Comments on a published article."""
    public = [act for act in client.oracle.so_far()[-200:] if act["kind"] == "publish"]
    if not public:
        return time.sleep(0.1)
    word, article = client.word(), random.choice(public)["article"]
    body = {"author_name": "Guest", "author_email": "guest@example.org", "body": f"Says {word}."}
    made = client.send("POST", f"articles/{article}/comments", body, anonymous=True)
    client.oracle.acknowledge(kind="comment", id=made["id"], article=article, word=word)


def upload(client):
    """Uploads a new image."""
    word, width = client.word(), random.randrange(8, 200)
    rows = b"".join(b"\0" + random.randbytes(3 * width) for _ in range(width))
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    header = struct.pack(">IIBBBBB", width, width, 8, 2, 0, 0, 0)
    picture = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    form = f'--cut\r\nContent-Disposition: form-data; name="alt"\r\n\r\n{word}\r\n'
    form += '--cut\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    made = client.send("POST", "images", form.encode() + picture + b"\r\n--cut--\r\n", "multipart/form-data; boundary=cut")
    client.oracle.acknowledge(kind="upload", id=made["id"], word=word, sha256=made["sha256"])


class Server:
    """A server in a folder of its own."""

    def __init__(self, program, folder, port, database):
        self.program, self.folder, self.port, self.database, self.process = os.path.abspath(program), folder, port, database, None
        self.log = open(folder / "server.log", "ab")

    def start(self):
        """Returns the time until the server was ready."""
        environment = dict(os.environ, BIND=f"127.0.0.1:{self.port}", DATABASE_URL=self.database, LOG_LEVEL="warn")
        environment |= {"ADMIN_EMAIL": EMAIL, "ADMIN_PASSWORD": PASSWORD, "RATE_LOGIN": "off", "RATE_COMMENT": "off"}
        began = time.monotonic()
        self.process = subprocess.Popen([self.program], cwd=self.folder, env=environment, stdout=self.log, stderr=self.log)
        while time.monotonic() - began < 60:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return time.monotonic() - began
            except (OSError, http.client.HTTPException):
                pass
            if self.process.poll() is not None:
                sys.exit(f"the server ended: {(self.folder / 'server.log').read_text()[-2000:]}")
            time.sleep(0.005)
        sys.exit("the server was not ready after a minute")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


QUERIES = {
    "articles": "SELECT id, status, revision, published_revision FROM articles",
    "revisions": "SELECT article_id, number, content FROM revisions",
    "publications": "SELECT id, dek FROM publications",
    "events": "SELECT subject_id, kind, details FROM events WHERE subject_kind = 'article'",
    "plans": "SELECT article_id, scheduled_at FROM article_plans WHERE scheduled_at IS NOT NULL",
    "comments": "SELECT id, article_id, text FROM comments",
    "images": "SELECT id, sha256, alt FROM images",
}


def snapshot(database, folder):
    """Returns all relevant tables in one snapshot, and the errors that the engine finds."""
    if database.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(f"file:{folder / 'masthead.db'}?mode=ro", uri=True, timeout=20)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("BEGIN")
            tables = {name: [dict(row) for row in connection.execute(query)] for name, query in QUERIES.items()}
            whole = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            return tables, [fault for fault in whole if fault != "ok"] + [str(tuple(row)) for row in connection.execute("PRAGMA foreign_key_check")]
    script = ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"]
    script += [f"\\echo ={name}\nSELECT row_to_json(t)::text FROM ({query}) t;" for name, query in QUERIES.items()]
    found = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", database], input="\n".join(script), text=True, capture_output=True, check=True)
    tables, rows = {}, None
    for line in found.stdout.splitlines():
        if line.startswith("="):
            rows = tables.setdefault(line[1:], [])
        else:
            rows.append(json.loads(line))
    return tables, []


def faults(acts, tables, media):
    """Returns contradictions with the oracle, or within the data."""
    found = []
    articles = {row["id"]: row for row in tables["articles"]}
    saves = {(row["article_id"], row["number"]): row["content"] for row in tables["revisions"]}
    public = {row["id"]: row["dek"] for row in tables["publications"]}
    told, written, planned = {}, {}, {row["article_id"] for row in tables["plans"]}
    for row in tables["events"]:
        if row["kind"] == "article.published":
            published = (row["subject_id"], json.loads(row["details"])["revision"])
            told[published] = told.get(published, 0) + 1
        elif row["kind"] in ("article.created", "article.saved"):
            written[row["subject_id"]] = written.get(row["subject_id"], 0) + 1
    comments, images = {row["id"]: row for row in tables["comments"]}, {row["id"]: row for row in tables["images"]}

    for act in acts:
        key = (act.get("article"), act.get("revision"))
        here = {
            "save": lambda: act["word"] in saves.get(key, ""),
            "publish": lambda: told.get(key) == 1 and public.get(act["article"]) is not None,
            "plan": lambda: act["article"] in planned or told.get(key) == 1,
            "comment": lambda: act["word"] in comments.get(act["id"], {}).get("text", ""),
            "upload": lambda: images.get(act["id"], {}).get("sha256") == act["sha256"] and images[act["id"]]["alt"] == act["word"],
        }
        if not here[act["kind"]]():
            found.append(f"lost: {act}")
    found += [f"published {count} times: {published}" for published, count in told.items() if count > 1]
    for id, row in articles.items():
        if (id, row["revision"]) not in saves or (id, row["revision"] + 1) in saves or written.get(id) != row["revision"]:
            found.append(f"revisions and events disagree: {row}, {written.get(id)} events")
        if (row["status"] == "published") != (id in public):
            found.append(f"the state and the published version disagree: {row}")
        if (row["status"] == "scheduled") != (id in planned and id not in public):
            found.append(f"the state and the plan disagree: {row}")
        if id in public and json.loads(saves.get((id, row["published_revision"]), "{}")).get("dek") != public[id]:
            found.append(f"the published revision differs from the recorded one: {row}")
    for row in images.values():
        file = media / f"{row['sha256']}.png"
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != row["sha256"]:
            found.append(f"an image without its file: {row}")
    return found


def orphans(tables, media):
    known = {row["sha256"] for row in tables["images"]}
    return [path for path in media.iterdir() if path.is_file() and path.name != ".database" and path.stem not in known]


def sweep(server, media):
    """Makes the files look old, so that the next start deletes those without an image; returns their number before and after."""
    server.kill()
    tables, _ = snapshot(server.database, server.folder)
    before = len(orphans(tables, media))
    for path in media.iterdir():
        os.utime(path, (time.time() - 7 * 86400,) * 2)
    server.start()
    for _ in range(100):
        if not orphans(tables, media):
            break
        time.sleep(0.1)
    return before, len(orphans(tables, media))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main(program, kills=30, database="sqlite://masthead.db"):
    with tempfile.TemporaryDirectory(prefix="masthead-kill-") as folder:
        folder = pathlib.Path(folder)
        media, oracle, stop = folder / "media", Oracle(folder / "acknowledged.jsonl"), threading.Event()
        server = Server(program, folder, free_port(), database)
        atexit.register(server.kill)
        print(f"first start: ready after {server.start():.2f} s", flush=True)
        clients = [Client(server.port, oracle, stop, work) for work in [write] * 4 + [plan] * 2 + [comment, upload]]
        clients[0].log_in()
        for client in clients:
            client.token = clients[0].token
            client.start()
        ready, wrong = [], []
        for number in range(1, kills + 1):
            time.sleep(random.uniform(0.5, 2))
            server.kill()
            ready.append(server.start())
            acts = oracle.so_far()
            tables, broken = snapshot(database, folder)
            new = broken + faults(acts, tables, media)
            wrong += new
            print(f"kill {number}: ready after {ready[-1]:.2f} s, {len(acts)} acknowledged, {len(new)} faults", flush=True)
        stop.set()
        for client in clients:
            client.join(30)
        acts = oracle.so_far()
        plans = [act for act in acts if act["kind"] == "plan"]
        time.sleep(max([act["at"] for act in plans], default=0) - time.time() + 2)
        tables, broken = snapshot(database, folder)
        wrong += broken + faults(acts, tables, media)
        late = {row["article_id"] for row in tables["plans"]}
        wrong += [f"planned and not published: {act}" for act in plans if act["article"] in late]
        before, after = sweep(server, media)
        wrong += [f"{after} files without an image are left"] if after else []
        server.kill()
        counts = {kind: sum(act["kind"] == kind for act in acts) for kind in ["save", "publish", "plan", "comment", "upload"]}
        log = (folder / "server.log").read_text()
    for fault in wrong[:20]:
        print(fault)
    print(f"acknowledged {counts}; refused {oracle.refused}; panics in the log: {log.count('panicked')}")
    print(f"ready after {min(ready):.2f} to {max(ready):.2f} s, half of the times within {sorted(ready)[len(ready) // 2]:.2f} s")
    print(f"files without an image before the sweep: {before}, after it: {after}; {len(wrong)} faults in {kills} kills")
    return not wrong


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if not arguments:
        sys.exit(__doc__)
    sys.exit(0 if main(arguments[0], int(arguments[1]) if len(arguments) > 1 else 30, *arguments[2:]) else 1)
