//! Stopping in order: accepted requests get a response, and idle connections are closed.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::server::Server;

const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = [0; 4096];
    let read = stream.read(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}

#[test]
fn a_connection_that_was_accepted_is_answered_however_late_it_asks() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), &[], &[("UNREADY_SECONDS", "0")]);
    let mut idle = connect(&server);
    idle.write_all(HEALTH).unwrap();
    assert!(answer(&mut idle).starts_with("HTTP/1.1 200"));
    let mut fresh = connect(&server);
    // Time passes until the connection is accepted.
    std::thread::sleep(Duration::from_millis(200));
    server.terminate();
    std::thread::sleep(Duration::from_millis(1500));
    assert!(TcpStream::connect(&server.address).is_err(), "it listens no more");
    fresh.write_all(HEALTH).unwrap();
    let last = answer(&mut fresh);
    assert!(last.starts_with("HTTP/1.1 200") && last.contains("connection: close"), "{last}");
    assert_eq!(answer(&mut fresh), "");
    let began = Instant::now();
    assert_eq!(answer(&mut idle), "");
    assert!(server.wait().success() && began.elapsed() < Duration::from_secs(15));
}
