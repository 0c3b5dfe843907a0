//! Readers with a steady rate during uploads: measures how long each waits from its scheduled time.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::load::{get, real};
use crate::processes::upload;

/// The number of readers.
const READERS: usize = 4;
/// The interval between the reads of each reader.
const PACE: Duration = Duration::from_millis(2);

/// The waiting times of readers, in milliseconds.
pub(crate) struct Waits {
    pub(crate) count: usize,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) longest: f64,
}

/// Uploads an image repeatedly, with a number of concurrent requests; returns the seconds taken.
pub(crate) fn upload_all(address: SocketAddr, token: &str, picture: &[u8], count: usize, together: usize) -> Result<f64, String> {
    let (next, begun) = (AtomicUsize::new(0), Instant::now());
    let one_after_the_other = || {
        while next.fetch_add(1, Ordering::Relaxed) < count {
            upload(address, token, picture).map_err(|error| error.to_string())?;
        }
        Ok::<(), String>(())
    };
    thread::scope(|scope| {
        let uploaders: Vec<_> = (0..together).map(|_| scope.spawn(one_after_the_other)).collect();
        uploaders.into_iter().try_for_each(|uploader| uploader.join().unwrap_or_else(|_| Err("an uploader panicked".to_owned())))
    })?;
    Ok(begun.elapsed().as_secs_f64())
}

/// Reads a path while some work runs.
pub(crate) fn read_during<T: Send>(
    address: SocketAddr,
    path: &str,
    work: impl FnOnce() -> Result<T, String> + Send,
) -> Result<(Waits, T), Box<dyn Error>> {
    let over = AtomicBool::new(false);
    let request = get(path, "");
    let (waits, done) = thread::scope(|scope| {
        let readers: Vec<_> =
            (0..READERS).map(|_| scope.spawn(|| read(address, request.as_bytes(), &over).map_err(|error| error.to_string()))).collect();
        let done = work();
        over.store(true, Ordering::Relaxed);
        let waits: Result<Vec<_>, String> =
            readers.into_iter().map(|reader| reader.join().unwrap_or_else(|_| Err("a reader panicked".to_owned()))).collect();
        (waits, done)
    });
    let mut waits = waits?.concat();
    waits.sort_unstable();
    let at = |thousandth: usize| waits.get((waits.len() * thousandth / 1000).min(waits.len().saturating_sub(1))).copied();
    let millis = |wait: Option<Duration>| wait.unwrap_or_default().as_secs_f64() * 1000.0;
    let waits = Waits { count: waits.len(), p50: millis(at(500)), p99: millis(at(990)), longest: millis(waits.last().copied()) };
    Ok((waits, done?))
}

fn read(address: SocketAddr, request: &[u8], over: &AtomicBool) -> Result<Vec<Duration>, Box<dyn Error>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let (mut waits, mut buffer, mut turn) = (Vec::new(), vec![0; 64 * 1024], Instant::now());
    while !over.load(Ordering::Relaxed) {
        thread::sleep(turn.saturating_duration_since(Instant::now()));
        stream.write_all(request)?;
        take_answer(&mut stream, &mut buffer)?;
        waits.push(turn.elapsed());
        turn += PACE;
    }
    Ok(waits)
}

/// Reads a whole response, which has a length and the status `200`.
fn take_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<(), Box<dyn Error>> {
    let mut come = 0;
    loop {
        let length = stream.read(buffer.get_mut(come..).unwrap_or_default())?;
        if length == 0 {
            return Err("the server closed a connection".into());
        }
        come += length;
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(head) = response.parse(buffer.get(..come).unwrap_or_default())? else { continue };
        if response.code != Some(200) {
            return Err(format!("a reader got {:?}", response.code).into());
        }
        let length = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
        let length: usize = std::str::from_utf8(length.ok_or("an answer without a length")?.value)?.parse()?;
        if come >= head + length {
            return Ok(());
        }
        if buffer.len() < head + length {
            buffer.resize(head + length, 0);
        }
    }
}

/// Returns the number per second.
pub(crate) fn rate(count: usize, seconds: f64) -> f64 {
    real(count) / seconds
}
