//! Connections over real sockets: every behaviour of a client has a time limit, and large responses arrive completely.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use masthead::app::App;
use masthead::config::Deadlines;
use serde_json::{Value, json};
use socket2::{Domain, SockRef, Socket, Type};

use crate::support::{Part, World, api_test, decoded, jpeg, media_test};

/// The default deadlines, shortened for tests.
const SHORT: Deadlines =
    Deadlines { head: Duration::from_secs(1), idle: Duration::from_secs(3), drain: Duration::from_secs(1), write: Duration::from_secs(1) };
/// A time after which every deadline has passed, even on a busy machine.
const SOON: Duration = Duration::from_secs(15);
const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

/// A listening server.
struct Served {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Served {
    async fn new(world: &World) -> Self {
        Self::of(&world.app_with(SHORT)).await
    }

    async fn of(app: &App) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = app.listen(listener).unwrap();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        // The server starts on this thread, which the clients will block.
        actix_web::rt::time::sleep(Duration::from_millis(100)).await;
        Self { address, handle }
    }

    fn connect(&self) -> Talk {
        self.connect_with(|_| ())
    }

    /// Connects a client with a small receive buffer.
    fn connect_narrow(&self) -> Talk {
        self.connect_with(|socket| socket.set_recv_buffer_size(4096).unwrap())
    }

    fn connect_with(&self, prepare: impl FnOnce(&Socket)) -> Talk {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        prepare(&socket);
        socket.connect(&self.address.into()).unwrap();
        let stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(SOON)).unwrap();
        Talk { stream, read: Vec::new() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

/// A client's connection.
struct Talk {
    stream: TcpStream,
    read: Vec<u8>,
}

/// A response.
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    #[track_caller]
    fn expect_problem(&self, status: u16, code: &str) {
        let problem: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let found = (self.status, problem["code"].as_str().unwrap_or_default());
        assert_eq!(found, (status, code), "{}", self.head);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.header("x-request-id"), problem["request_id"].as_str());
        assert!(self.header("date").is_some() && self.header("x-content-type-options").is_some(), "{}", self.head);
    }
}

impl Talk {
    fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).unwrap();
    }

    /// Reads a response; for `HEAD`, without a body.
    fn reply(&mut self, is_head: bool) -> Reply {
        let end = loop {
            if let Some(end) = self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            assert!(self.more(), "the connection ended with {:?}", String::from_utf8_lossy(&self.read));
        };
        let head = String::from_utf8(self.read.drain(..end).collect()).unwrap();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let mut reply = Reply { status, head, body: Vec::new() };
        let length: usize = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
        if !is_head {
            while self.read.len() < length {
                assert!(self.more(), "the connection ended after {} of {length} bytes", self.read.len());
            }
            reply.body = self.read.drain(..length).collect();
        }
        reply
    }

    fn ask(&mut self, text: &str) -> Reply {
        self.send(text);
        self.reply(text.starts_with("HEAD "))
    }

    /// Reads more bytes; returns false at the end.
    fn more(&mut self) -> bool {
        let mut bytes = [0; 16 * 1024];
        match self.stream.read(&mut bytes) {
            Ok(read) => {
                self.read.extend_from_slice(&bytes[..read]);
                read > 0
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => false,
            Err(error) => panic!("the server neither answers nor closes: {error}"),
        }
    }

    /// Checks whether the server has reset the connection, even if sent bytes are unread.
    fn is_reset(&self) -> bool {
        let error = SockRef::from(&self.stream).take_error().unwrap();
        error.is_some_and(|error| error.kind() == ErrorKind::ConnectionReset)
    }

    /// Waits for the end of the connection; returns the number of bytes received before it.
    fn end(&mut self) -> usize {
        let began = Instant::now();
        while self.more() {
            assert!(began.elapsed() < 2 * SOON, "the server goes on and on");
        }
        self.read.len()
    }

    /// Sends a text repeatedly until the server closes the connection; panics if it does not.
    fn send_until_closed(&self, text: &'static [u8], pause: Duration) -> thread::JoinHandle<()> {
        let mut stream = self.stream.try_clone().unwrap();
        stream.set_write_timeout(Some(SOON)).unwrap();
        thread::spawn(move || {
            let began = Instant::now();
            while stream.write_all(text).is_ok() {
                assert!(began.elapsed() < SOON, "the server reads for ever");
                thread::sleep(pause);
            }
        })
    }
}

/// Creates an article whose response is several times larger than the buffers of a connection.
async fn large(world: &World) -> String {
    let markdown = "Trams run late on the waterfront tonight, and nobody at the depot knows why that is.\n\n".repeat(5000);
    let id = world.published(json!({"title": "Large", "body": {"markdown": markdown}})).await;
    format!("/api/v1/articles/{id}")
}

api_test!(every_head_of_a_connection_has_a_deadline, async |world| {
    let served = Served::new(world).await;
    let half = "GET /healthz HTTP/1.1\r\n";
    let mut first = served.connect();
    first.ask(half).expect_problem(408, "request_timeout");
    assert_eq!(first.end(), 0);

    let mut second = served.connect();
    assert_eq!(second.ask(HEALTH).status, 200);
    let began = Instant::now();
    second.ask(half).expect_problem(408, "request_timeout");
    assert_eq!(second.end(), 0);
    assert!(began.elapsed() >= SHORT.head);

    let mut trickling = served.connect();
    assert_eq!(trickling.ask(HEALTH).status, 200);
    trickling.send(half);
    let trickle = trickling.send_until_closed(b"X-Trickle: a\r\n", Duration::from_millis(100));
    trickling.reply(false).expect_problem(408, "request_timeout");
    trickling.end();
    trickle.join().unwrap();

    let mut together = served.connect();
    assert_eq!(together.ask(&format!("{HEALTH}{half}")).status, 200);
    together.reply(false).expect_problem(408, "request_timeout");
    assert_eq!(together.end(), 0);
});

api_test!(an_idle_connection_is_kept_for_a_while_and_closed_without_a_word, async |world| {
    let served = Served::new(world).await;
    let mut talk = served.connect();
    assert_eq!(talk.ask(HEALTH).status, 200);
    // Longer than the deadline for a head.
    thread::sleep(SHORT.head + Duration::from_millis(300));
    assert_eq!(talk.ask(HEALTH).status, 200);
    let began = Instant::now();
    assert_eq!(talk.end(), 0);
    assert!(began.elapsed() + Duration::from_millis(100) >= SHORT.idle);
});

api_test!(a_reader_that_takes_nothing_is_closed, async |world| {
    let path = large(world).await;
    let served = Served::new(world).await;
    // The first response is new, the second cached.
    for _ in 0..2 {
        let mut talk = served.connect_narrow();
        talk.send(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        thread::sleep(SHORT.write * 4);
        let whole = world.anonymous().get(&path).await.body.len();
        // The connection is reset; a normal end would wait for unsent data.
        assert!(talk.is_reset());
        let taken = talk.end();
        assert!(taken < whole / 2, "{taken} bytes of {whole} were sent to a client that did not read");
    }
    assert_eq!(served.connect().ask(HEALTH).status, 200);
});

api_test!(large_answers_arrive_whole, async |world| {
    let path = large(world).await;
    let served = Served::new(world).await;
    let expected = world.anonymous().get(&path).await;
    let get = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut talk = served.connect();
    // The first response is new, the second cached.
    for _ in 0..2 {
        let whole = talk.ask(&get);
        assert_eq!((whole.status, whole.body.len(), whole.header("etag")), (200, expected.body.len(), expected.header("etag")));
        assert_eq!(whole.body, expected.body);
    }
    let told = talk.ask(&get.replace("GET", "HEAD"));
    assert_eq!(told.header("content-length"), Some(expected.body.len().to_string().as_str()));
    let tag = expected.etag();
    let unchanged = talk.ask(&get.replace("\r\n\r\n", &format!("\r\nIf-None-Match: {tag}\r\n\r\n")));
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
    let coded = talk.ask(&get.replace("\r\n\r\n", "\r\nAccept-Encoding: gzip\r\n\r\n"));
    assert_eq!(decoded(coded.header("content-encoding"), &coded.body), expected.body);
    // A client that has closed its sending side still gets its response, however slowly it reads.
    let mut narrow = served.connect_narrow();
    narrow.send(&get);
    narrow.stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(narrow.reply(false).body, expected.body);
    assert_eq!(narrow.end(), 0);
});

media_test!(files_arrive_whole, async |world| {
    let bytes = jpeg(900, 700, 3);
    let image = world.editor().upload("images", &[Part::file("a.jpg", &bytes)]).await.expect(201);
    let address = image.text_at("/url");
    let path = address.strip_prefix("https://api.news.example").expect("an address of ours").to_owned();
    let expected = world.anonymous().get(&path).await.expect(200);
    let node = Served::new(world).await;
    let whole = node.connect().ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_eq!((whole.status, whole.body), (200, expected.body.clone()));
    let part = node.connect().ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\nRange: bytes=100-199\r\n\r\n"));
    assert_eq!((part.status, part.body.as_slice()), (206, &expected.body[100..200]));
});

api_test!(a_body_that_stops_or_trickles_is_not_waited_for, async |world| {
    let node = world.node(&[("REQUEST_SECONDS", "1"), ("WORKERS", "1")]).await;
    let served = Served::of(&node.app).await;
    let caller = format!("Host: x\r\nAuthorization: Bearer {}\r\n", world.author().token());
    let form = "Content-Type: multipart/form-data; boundary=xyz\r\nContent-Length: 9000\r\n\r\n--xyz\r\n";
    for (path, rest) in [
        ("POST /api/v1/articles", "Content-Type: application/json\r\nContent-Length: 9000\r\n\r\n{\"title\":"),
        ("POST /api/v1/articles", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("POST /api/v1/auth/logout", "Transfer-Encoding: chunked\r\n\r\n"),
        ("POST /api/v1/images", form),
    ] {
        let mut talk = served.connect();
        talk.send(&format!("{path} HTTP/1.1\r\n{caller}{rest}"));
        talk.reply(false).expect_problem(408, "request_timeout");
        let mut trickling = served.connect();
        trickling.send(&format!("{path} HTTP/1.1\r\n{caller}{rest}"));
        let piece: &[u8] = if rest.contains("chunked") { b"1\r\n \r\n" } else { b" " };
        let sending = trickling.send_until_closed(piece, Duration::from_millis(100));
        trickling.reply(false).expect_problem(408, "request_timeout");
        trickling.end();
        sending.join().unwrap();
    }
});

api_test!(an_early_answer_ends_the_connection, async |world| {
    let served = Served::new(world).await;
    let head = "POST /api/v1/articles HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    for framing in ["Transfer-Encoding: chunked\r\n\r\n", "Content-Length: 900000\r\n\r\n"] {
        let mut talk = served.connect();
        let refused = talk.ask(&format!("{head}{framing}"));
        refused.expect_problem(401, "unauthenticated");
        assert_eq!(refused.header("connection"), Some("close"));
        let sending = talk.send_until_closed(b"5\r\naaaaa\r\n", Duration::from_millis(20));
        assert_eq!(talk.end(), 0);
        sending.join().unwrap();
    }
    let mut silent = served.connect();
    silent.ask(&format!("{head}Transfer-Encoding: chunked\r\n\r\n")).expect_problem(401, "unauthenticated");
    assert_eq!(silent.end(), 0);
    let mut large = served.connect();
    large.ask(&format!("{head}Content-Length: 90000000\r\n\r\n")).expect_problem(413, "too_large");
    assert_eq!(large.end(), 0);
    // If the body has already arrived, the connection is kept.
    let mut kept = served.connect();
    kept.ask(&format!("{head}Content-Length: 13\r\n\r\n{{\"title\":\"A\"}}")).expect_problem(401, "unauthenticated");
    assert_eq!(kept.ask(HEALTH).status, 200);
});

api_test!(what_is_no_http_gets_a_problem_document, async |world| {
    let served = Served::new(world).await;
    let huge = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Huge: {}\r\n\r\n", "a".repeat(200_000));
    let longest = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(20_000));
    let cases = [
        ("nonsense\r\n\r\n", 400, "malformed_request"),
        ("GET / HTTP/1.1\r\nHost x\r\n\r\n", 400, "malformed_request"),
        ("GET / HTTP/1.1\r\n\r\n", 400, "malformed_request"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed_request"),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "malformed_header"),
        ("GET / HTTP/1.1\r\nHost: \r\n\r\n", 400, "malformed_header"),
        ("GET / HTTP/1.1\r\nHost: user@x\r\n\r\n", 400, "malformed_header"),
        ("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "malformed_request"),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "malformed_request"),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "malformed_request"),
        (huge.as_str(), 431, "headers_too_large"),
        (longest.as_str(), 414, "uri_too_long"),
    ];
    for (sent, status, code) in cases {
        let mut talk = served.connect();
        talk.ask(sent).expect_problem(status, code);
        // The same on a reused connection.
        let mut again = served.connect();
        assert_eq!(again.ask(HEALTH).status, 200);
        again.ask(sent).expect_problem(status, code);
        if code == "malformed_request" {
            assert_eq!((talk.end(), again.end()), (0, 0));
        }
    }
    assert_eq!(served.connect().ask("GET /healthz HTTP/1.0\r\n\r\n").status, 200);
});

api_test!(requests_that_are_sent_all_at_once_are_answered_in_their_order, async |world| {
    let served = Served::new(world).await;
    let mut talk = served.connect();
    let mut writing = talk.stream.try_clone().unwrap();
    let writer = thread::spawn(move || {
        for number in 0..1000 {
            let request = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: n{number}\r\nX-Room: {}\r\n\r\n", "a".repeat(200));
            writing.write_all(request.as_bytes()).unwrap();
        }
    });
    for number in 0..1000 {
        let reply = talk.reply(false);
        assert_eq!((reply.status, reply.header("x-request-id")), (200, Some(format!("n{number}").as_str())));
    }
    writer.join().unwrap();
    assert_eq!(talk.ask(HEALTH).status, 200);
});
