//! An external server that checks comments.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request to the server: its head and body.
pub(crate) type Question = (String, String);

/// A server on this machine with one response for every request.
pub(crate) struct OpinionServer {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    answer: Option<(u16, String)>,
    asked: Vec<Question>,
    closed: bool,
    /// Open connections that get no response.
    held: Vec<TcpStream>,
}

impl OpinionServer {
    /// Starts a server that does not respond until a response is set.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State::default()));
        let inside = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if inside.lock().expect("nothing died").closed {
                    return;
                }
                drop(serve(stream, &inside));
            }
        });
        Self { port, state }
    }

    /// Sets the response from now on.
    pub(crate) fn says(&self, status: u16, body: &str) {
        self.state.lock().expect("nothing died").answer = Some((status, body.to_owned()));
    }

    /// Returns the requests so far.
    pub(crate) fn asked(&self) -> Vec<Question> {
        self.state.lock().expect("nothing died").asked.clone()
    }
}

impl Drop for OpinionServer {
    fn drop(&mut self) {
        if let Ok(mut state) = self.state.lock() {
            state.closed = true;
            state.held.clear();
        }
        // Wake the accepting thread.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

fn serve(mut stream: TcpStream, state: &Arc<Mutex<State>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or_default();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut state = state.lock().expect("nothing died");
    state.asked.push((head, String::from_utf8_lossy(&body).into_owned()));
    match state.answer.clone() {
        None => state.held.push(stream),
        Some((status, body)) => {
            let head =
                format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\nlocation: /elsewhere\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all((head + &body).as_bytes())?;
        }
    }
    Ok(())
}
