//! A load generator: a number of persistent connections, each with one request at a time, on one thread.

use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

const BUFFER: usize = 256 * 1024;
const HEADERS: usize = 64;

/// The results of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    /// The number of responses per second.
    pub(crate) rate: f64,
    /// The median response time, in milliseconds.
    pub(crate) p50: f64,
    /// The 99th percentile of the response time, in milliseconds.
    pub(crate) p99: f64,
    /// The number of responses other than 2xx and 304.
    pub(crate) refused: usize,
    /// The status of the last such response.
    pub(crate) last_refusal: u16,
}

/// The progress of a response: its status, and where its body ends.
enum State {
    Head,
    Length { status: u16, left: usize },
    Chunks { status: u16, left: usize, last: bool },
}

struct Client {
    stream: TcpStream,
    state: State,
    /// Received bytes that are not parsed yet.
    kept: Vec<u8>,
    sent: Instant,
}

impl Client {
    /// Parses received bytes; returns the status when a response is complete.
    fn take(&mut self, fresh: &[u8]) -> Result<Option<u16>, Box<dyn Error>> {
        // Most responses arrive at once or in long pieces, which need not be copied.
        let mut joined = Vec::new();
        let mut bytes = if self.kept.is_empty() {
            fresh
        } else {
            joined.append(&mut self.kept);
            joined.extend_from_slice(fresh);
            &joined
        };
        loop {
            match &mut self.state {
                State::Head => {
                    let Some((state, length)) = head(bytes)? else { break };
                    self.state = state;
                    bytes = bytes.get(length..).unwrap_or_default();
                    if let State::Length { status, left: 0 } = self.state {
                        self.state = State::Head;
                        return Ok(Some(status));
                    }
                }
                State::Length { status, left } => {
                    let taken = (*left).min(bytes.len());
                    *left -= taken;
                    if *left > 0 {
                        return Ok(None);
                    }
                    let status = *status;
                    self.state = State::Head;
                    return Ok(Some(status));
                }
                State::Chunks { status, left, last } => {
                    let taken = (*left).min(bytes.len());
                    *left -= taken;
                    bytes = bytes.get(taken..).unwrap_or_default();
                    if *left > 0 {
                        return Ok(None);
                    }
                    if *last {
                        let status = *status;
                        self.state = State::Head;
                        return Ok(Some(status));
                    }
                    let Ok(httparse::Status::Complete((length, size))) = httparse::parse_chunk_size(bytes) else { break };
                    bytes = bytes.get(length..).unwrap_or_default();
                    // Each chunk, including the last empty one, is followed by a line end.
                    (*left, *last) = (usize::try_from(size)? + 2, size == 0);
                }
            }
        }
        self.kept = bytes.to_vec();
        Ok(None)
    }
}

/// Parses the head of a response; returns its length, or `None` if it is incomplete.
fn head(bytes: &[u8]) -> Result<Option<(State, usize)>, Box<dyn Error>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = response.parse(bytes)? else { return Ok(None) };
    let status = response.code.unwrap_or_default();
    let find = |name: &str| response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value);
    if status == 304 || status == 204 {
        return Ok(Some((State::Length { status, left: 0 }, length)));
    }
    if find("transfer-encoding").is_some() {
        return Ok(Some((State::Chunks { status, left: 0, last: false }, length)));
    }
    let left = find("content-length").and_then(|value| std::str::from_utf8(value).ok()).and_then(|text| text.parse().ok()).unwrap_or(0);
    Ok(Some((State::Length { status, left }, length)))
}

/// Sends requests over a number of connections for some time; `next` writes the next request.
pub(crate) fn run(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    mut next: impl FnMut(&mut Vec<u8>),
) -> Result<Figures, Box<dyn Error>> {
    let mut poll = Poll::new()?;
    let mut clients = Vec::new();
    let mut request = Vec::new();
    for number in 0..connections {
        let plain = std::net::TcpStream::connect(address)?;
        plain.set_nodelay(true)?;
        plain.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(plain);
        poll.registry().register(&mut stream, Token(number), Interest::READABLE)?;
        clients.push(Client { stream, state: State::Head, kept: Vec::new(), sent: Instant::now() });
    }
    let begun = Instant::now();
    for client in &mut clients {
        send(client, &mut request, &mut next)?;
    }
    let (mut events, mut buffer) = (Events::with_capacity(connections.max(8)), vec![0; BUFFER]);
    let (mut took, mut figures) = (Vec::with_capacity(1 << 20), Figures::default());
    while begun.elapsed() < time {
        poll.poll(&mut events, Some(Duration::from_secs(5)))?;
        if events.is_empty() {
            return Err("no answer within five seconds".into());
        }
        for event in &events {
            let Some(client) = clients.get_mut(event.token().0) else { continue };
            while let Some(fresh) = receive(&mut client.stream, &mut buffer)? {
                let whole = fresh.len() < BUFFER;
                if let Some(status) = client.take(fresh)? {
                    took.push(u32::try_from(client.sent.elapsed().as_micros())?);
                    if !(200..300).contains(&status) && status != 304 {
                        figures.refused += 1;
                        figures.last_refusal = status;
                    }
                    send(client, &mut request, &mut next)?;
                    break;
                }
                if whole {
                    break;
                }
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    took.sort_unstable();
    let count = took.len();
    if count == 0 {
        return Err("nothing was answered in time; take more --seconds".into());
    }
    let at = |hundredth: usize| took.get(count * hundredth / 100).map_or(0.0, |micros| f64::from(*micros) / 1000.0);
    Ok(Figures { rate: real(count) / seconds, p50: at(50), p99: at(99), ..figures })
}

fn send(client: &mut Client, request: &mut Vec<u8>, next: &mut impl FnMut(&mut Vec<u8>)) -> Result<(), Box<dyn Error>> {
    request.clear();
    next(request);
    client.sent = Instant::now();
    // The send buffer has room, because requests are small and there is one at a time.
    Ok(client.stream.write_all(request)?)
}

/// Returns received bytes. Edge-triggered events come once, but after a short read there will be another one.
fn receive<'a>(stream: &mut TcpStream, buffer: &'a mut [u8]) -> Result<Option<&'a [u8]>, Box<dyn Error>> {
    match stream.read(buffer) {
        Ok(0) => Err("the server closed a connection".into()),
        Ok(length) => Ok(buffer.get(..length)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Converts a count to a floating-point number.
pub(crate) fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The response to a request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Returns the value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Sends one request on a new connection.
pub(crate) fn ask(address: SocketAddr, request: &[u8]) -> Result<Answer, Box<dyn Error>> {
    let mut stream = std::net::TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let text = String::from_utf8(request.to_vec())?.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    stream.write_all(text.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").ok_or("an answer without an end")?;
    let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("an answer without a status")?;
    Ok(Answer { status, head, body: bytes.get(end + 4..).unwrap_or_default().to_vec() })
}

/// Returns a `GET` request with further header lines.
pub(crate) fn get(path: &str, lines: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: masthead-speed\r\n{lines}\r\n")
}

/// Returns a request with a JSON body.
pub(crate) fn with_body(method: &str, path: &str, lines: &str, body: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{lines}\r\n{body}",
        body.len()
    )
}
