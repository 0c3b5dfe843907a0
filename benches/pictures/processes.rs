//! The server under test, on one core or on both, and its memory.

use std::error::Error;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::thread::{CpuSet, sched_setaffinity};
use serde_json::{Value, json};

use crate::PROGRAM;
use crate::load::{ask, get, with_body};

/// The core for the measured program.
pub(crate) const FIRST: &[usize] = &[0];
/// The core for the load.
pub(crate) const SECOND: &[usize] = &[1];
/// Both cores.
pub(crate) const BOTH: &[usize] = &[0, 1];
/// The maximum time for any step of a server.
const WAIT_TIMEOUT: Duration = Duration::from_mins(2);
const ADMIN: (&str, &str) = ("desk@example.org", "correct horse battery staple");

/// A server, which ends when the value is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts the program in its own folder.
    pub(crate) fn start(folder: &Path, cores: &[usize], workers: &str) -> Result<Self, Box<dyn Error>> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("log"))?;
        let mut command = Command::new(PROGRAM);
        command.current_dir(folder).env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        command.envs([("ADMIN_EMAIL", ADMIN.0), ("ADMIN_PASSWORD", ADMIN.1), ("UNREADY_SECONDS", "0"), ("WORKERS", workers)]);
        command.envs([("RATE_READ", "off"), ("RATE_LOGIN", "off")]).env("BIND", address.to_string());
        // The URL is the same at each start, because a killed server stays registered for half a minute.
        command.env("API_URL", "http://127.0.0.1:8080");
        let mut server = Self { child: pin(cores, || command.spawn())?, address };
        let begun = Instant::now();
        while !ask(address, get("/readyz", "").as_bytes()).is_ok_and(|answer| answer.status == 200) {
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("the server ended: {status}").into());
            }
            if begun.elapsed() > WAIT_TIMEOUT {
                return Err("the server does not get ready".into());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(server)
    }

    /// Returns the memory of the server, in MiB: the current (`VmRSS`) or the peak (`VmHWM`).
    pub(crate) fn memory(&self, which: &str) -> Result<f64, Box<dyn Error>> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(which)).ok_or("no such line")?;
        Ok(line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
    }

    /// Resets the peak.
    pub(crate) fn forget_the_most(&self) -> Result<(), Box<dyn Error>> {
        Ok(fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5")?)
    }

    /// Logs in; returns the `Authorization` header.
    pub(crate) fn log_in(&self) -> Result<String, Box<dyn Error>> {
        let body = json!({"email": ADMIN.0, "password": ADMIN.1}).to_string();
        let answer = ask(self.address, with_body("POST", "/api/v1/auth/login", "", &body).as_bytes())?;
        let answer: Value = serde_json::from_slice(&answer.body)?;
        Ok(format!("Authorization: Bearer {}\r\n", answer.get("access_token").and_then(Value::as_str).ok_or("no token")?))
    }

    /// Posts JSON; returns the response as JSON.
    pub(crate) fn post(&self, path: &str, token: &str, body: &Value) -> Result<Value, Box<dyn Error>> {
        let answer = ask(self.address, with_body("POST", path, token, &body.to_string()).as_bytes())?;
        if answer.status == 201 { Ok(serde_json::from_slice(&answer.body)?) } else { Err(answer.head.into()) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails if the server has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Uploads an image; returns the response.
pub(crate) fn upload(address: SocketAddr, token: &str, picture: &[u8]) -> Result<Value, Box<dyn Error>> {
    let head = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo.jpg\"\r\n\r\n";
    let length = head.len() + picture.len() + "\r\n--cut--\r\n".len();
    let request = format!(
        "POST /api/v1/images HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{token}Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: {length}\r\n\r\n{head}"
    );
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(WAIT_TIMEOUT))?;
    for part in [request.as_bytes(), picture, b"\r\n--cut--\r\n"] {
        stream.write_all(part)?;
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or("an answer without an end")?;
    let (head, body) = answer.split_at(end + 4);
    if head.starts_with(b"HTTP/1.1 201") { Ok(serde_json::from_slice(body)?) } else { Err(String::from_utf8_lossy(&answer).into()) }
}

/// Runs work, and the processes that it starts, on some cores; then this thread may use both again. If the system does not permit
/// this, results are less exact.
pub(crate) fn pin<T>(cores: &[usize], work: impl FnOnce() -> T) -> T {
    let allow = |cores: &[usize]| {
        let mut set = CpuSet::new();
        for core in cores {
            set.set(*core);
        }
        let _ = sched_setaffinity(None, &set);
    };
    allow(cores);
    let done = work();
    allow(BOTH);
    done
}
