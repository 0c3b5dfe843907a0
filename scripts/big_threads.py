#!/usr/bin/env python3
"""Compares the speed of big comment threads with that of a small one.

Usage: big_threads.py PATH_OF_MASTHEAD [DATABASE_URL]

Writes three threads to an empty database: one with 50 comments, one with 50,000, and one that is 500 replies deep. Then requests the first
page, a page halfway down, and deeply nested replies, in turn and without the response cache. Prints medians, and their ratios to those of
the small thread. Fails if a ratio is above three. Also prints how long it takes to hide and to show the deepest thread as a whole. Without
a DATABASE_URL, it uses SQLite in a temporary folder. A PostgreSQL URL must name an empty database, and needs psql. With a debug build, only
the ratios are meaningful.
"""

import csv, http.client, io, json, os, pathlib, signal, socket, sqlite3, statistics, subprocess, sys, tempfile, time

ROUNDS = 60
SLOWEST = 3.0
BEGINNING = 1_760_000_000_000
EMAIL, PASSWORD = "admin@example.org", "a long enough password"
COLUMNS = (
    "id article_id parent_id depth author_name author_name_key author_email author_url is_staff user_id markdown html text status shown "
    "reply_count score reported edit_token_hash version created_at edited_at"
).split()


class Thread:
    """The comments of one article, as rows."""

    def __init__(self, article, number):
        self.article, self.number, self.rows = article, number, []

    def add(self, parent=None):
        index = len(self.rows)
        millis = BEGINNING + index
        key = f"{millis:012x}"
        row = dict.fromkeys(COLUMNS)
        row.update(
            id=f"{key[:8]}-{key[8:]}-7{self.number:03x}-8000-{index:012x}", article_id=self.article, parent_id=parent and parent["id"],
            depth=parent["depth"] + 1 if parent else 0, author_name="Guest", author_name_key="guest", author_email="guest@example.org",
            is_staff=False, markdown=f"Comment {index}", html=f"<p>Comment {index}</p>", text=f"Comment {index}", status="approved",
            shown=True, reply_count=0, score=index % 7, reported=0, version=1, created_at=millis,
        )
        if parent:
            parent["reply_count"] += 1
        self.rows.append(row)
        return row

    def fill(self, roots, answered):
        tops = [self.add() for _ in range(roots)]
        for parent in tops[:: roots // answered]:
            for _ in range(5):
                self.add(parent)
        return self


# Each comment has a row with what only moderators see.
MODERATION = (
    "INSERT INTO comment_moderation (comment_id, spam_score, spam_signs, created_at) "
    "SELECT id, 0, '[]', created_at FROM comments WHERE id NOT IN (SELECT comment_id FROM comment_moderation)"
)


def store(url, folder, threads):
    rows = [[row[column] for column in COLUMNS] for thread in threads for row in thread.rows]
    counts = [
        f"UPDATE {table} SET comment_count = {len(thread.rows)} WHERE id = '{thread.article}'"
        for thread in threads for table in ("articles", "publications")
    ]
    counts.append(MODERATION)
    if url is None:
        with sqlite3.connect(folder / "masthead.db", timeout=30) as database:
            marks = ", ".join("?" * len(COLUMNS))
            database.executemany(f"INSERT INTO comments ({', '.join(COLUMNS)}) VALUES ({marks})", rows)
            for statement in counts:
                database.execute(statement)
        return
    sheet = io.StringIO()
    csv.writer(sheet).writerows(rows)
    copy = f"COPY comments ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT csv)"
    psql = ["psql", "-q", "-v", "ON_ERROR_STOP=1", url]
    subprocess.run([*psql, "-c", copy], input=sheet.getvalue(), text=True, check=True)
    subprocess.run([*psql, "-c", "; ".join(counts), "-c", "ANALYZE comments"], check=True)


class Client:
    def __init__(self, port):
        self.connection, self.token = http.client.HTTPConnection("127.0.0.1", port, timeout=60), None

    def ask(self, method, path, body=None):
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        begun = time.perf_counter()
        self.connection.request(method, f"/api/v1/{path}", json.dumps(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        taken = time.perf_counter() - begun
        if answer.status >= 300:
            sys.exit(f"{method} {path} got {answer.status}: {content[:500]!r}")
        return (json.loads(content) if content else None), taken

    def published(self, title):
        article, _ = self.ask("POST", "articles?publish=true", {"title": title})
        return article["id"]


def page_at(client, path, pages):
    """Returns the path of a page, by following cursors."""
    address = path
    for _ in range(pages):
        cursor = client.ask("GET", address)[0]["page"]["next"]
        address = f"{path}?cursor={cursor}"
    return address


def measure(client, addresses):
    taken = {name: [] for name in addresses}
    for _ in range(ROUNDS):
        for name, address in addresses.items():
            taken[name].append(client.ask("GET", address)[1])
    return {name: statistics.median(times) * 1000 for name, times in taken.items()}


def started(program, url, folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"BIND": f"127.0.0.1:{port}", "ADMIN_EMAIL": EMAIL, "ADMIN_PASSWORD": PASSWORD, "CACHE_BYTES": "0", "LOG_LEVEL": "warn"}
    settings |= {"DATABASE_URL": url} if url else {}
    server = subprocess.Popen([program, "serve"], cwd=folder, env=os.environ | settings)
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return server, port
        except OSError:
            time.sleep(0.1)
    sys.exit("the server did not start")


def main(program, url=None):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server, port = started(str(pathlib.Path(program).resolve()), url, folder)
        try:
            return measured(Client(port), url, folder)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)


def measured(client, url, folder):
    client.token = client.ask("POST", "auth/login", {"email": EMAIL, "password": PASSWORD})[0]["access_token"]
    small, wide = Thread(client.published("Small"), 1).fill(40, 2), Thread(client.published("Wide"), 2).fill(40_000, 2_000)
    deep = Thread(client.published("Deep"), 3)
    parent = None
    for _ in range(501):
        parent = deep.add(parent)
    store(url, folder, [small, wide, deep])
    few = {
        "first page": f"articles/{small.article}/comments", "best first": f"articles/{small.article}/comments?sort=top",
        "second page": page_at(client, f"articles/{small.article}/comments", 1),
        "replies": f"articles/{small.article}/comments/{small.rows[0]['id']}/replies",
    }
    many = {
        ("first page of 50,000", "first page"): f"articles/{wide.article}/comments",
        ("best first of 50,000", "best first"): f"articles/{wide.article}/comments?sort=top",
        ("page 1,000 of 50,000", "second page"): page_at(client, f"articles/{wide.article}/comments", 1_000),
        ("replies in 50,000", "replies"): f"articles/{wide.article}/comments/{wide.rows[39_980]['id']}/replies",
        ("first page, 500 deep", "first page"): f"articles/{deep.article}/comments",
        ("replies 250 deep", "replies"): f"articles/{deep.article}/comments/{deep.rows[249]['id']}/replies",
        ("replies 499 deep", "replies"): f"articles/{deep.article}/comments/{deep.rows[499]['id']}/replies",
    }
    figures = measure(client, few | many)
    worst = 0.0
    for (name, other) in many:
        ratio = figures[name, other] / figures[other]
        worst = max(worst, ratio)
        print(f"{name:22} {figures[name, other]:8.2f} ms   {ratio:5.2f} times the {other} of 50 ({figures[other]:.2f} ms)")
    top = f"comments/{deep.rows[0]['id']}"
    for status in ("rejected", "approved"):
        _, taken = client.ask("PATCH", top, {"status": status})
        print(f"{status} with all 500 beneath it: {taken * 1000:.1f} ms")
    return 0 if worst <= SLOWEST else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) in (2, 3) else __doc__)
