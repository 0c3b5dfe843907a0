//! A server with its own folder.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
use serde_json::{Value, json};

/// The administrator's email address.
pub(crate) const EMAIL: &str = "mara@example.org";
pub(crate) const PASSWORD: &str = "a lantern on the quay";
/// The time to wait for a start: creating the demo takes long.
const START_TIMEOUT: Duration = Duration::from_mins(5);

/// The file in the server's folder with what it says.
pub(crate) const LOG: &str = "server.log";

/// A running server; it is killed when the value is dropped.
pub(crate) struct Server {
    process: Child,
    pub address: String,
}

impl Server {
    /// Starts a server with arguments and settings, and waits until it listens.
    pub(crate) fn start(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_masthead"));
        program.args(arguments);
        Self::run(program, folder, settings)
    }

    /// Starts a server none of whose files can become larger than this, in KiB, as on a full disk.
    pub(crate) fn start_on_small_disk(folder: &Path, kibibytes: u32, settings: &[(&str, &str)]) -> Self {
        let mut program = Command::new("bash");
        program.arg("-c").arg(format!("trap '' XFSZ; ulimit -f {kibibytes}; exec \"$0\"")).arg(env!("CARGO_BIN_EXE_masthead"));
        Self::run(program, folder, settings)
    }

    fn run(mut program: Command, folder: &Path, settings: &[(&str, &str)]) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let log = File::create(folder.join(LOG)).unwrap();
        let process = program
            .current_dir(folder)
            .env("BIND", &address)
            .env("ADMIN_EMAIL", EMAIL)
            .env("ADMIN_PASSWORD", PASSWORD)
            .envs(settings.iter().copied())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Self { process, address };
        let began = Instant::now();
        while TcpStream::connect(&server.address).is_err() {
            let log = || std::fs::read_to_string(folder.join(LOG)).unwrap_or_default();
            assert!(began.elapsed() < START_TIMEOUT, "the server does not listen: {}", log());
            assert!(server.process.try_wait().unwrap().is_none(), "the server has ended: {}", log());
            std::thread::sleep(Duration::from_millis(10));
        }
        server
    }

    /// Stops the server in order, and waits until it has ended.
    pub(crate) fn stop(mut self) {
        let told = Command::new("kill").arg(self.process.id().to_string()).status();
        assert!(told.is_ok_and(|told| told.success()));
        assert!(self.process.wait().is_ok_and(|ended| ended.success()));
    }

    /// Sends the signal to stop, as a supervisor does.
    pub(crate) fn terminate(&self) {
        rustix::process::kill_process(Pid::from_child(&self.process), Signal::TERM).unwrap();
    }

    /// Waits until the server has ended; returns its exit status.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }

    /// Sends a request; returns the status and the body.
    pub(crate) fn send(&self, method: &str, path: &str, token: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send_text(method, path, token, "application/json", &body)
    }

    /// Sends a request with a body of any media type. A path without a leading slash is below `/api/v1/`.
    pub(crate) fn send_text(&self, method: &str, path: &str, token: &str, media_type: &str, body: &str) -> (u16, Value) {
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/api/v1/{path}") };
        let mut stream = TcpStream::connect(&self.address).expect("the server listens");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n",
            body.len()
        );
        let caller = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        stream.write_all(format!("{head}{caller}\r\n{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    /// Logs the administrator in; returns the token.
    pub(crate) fn log_in(&self) -> String {
        let (status, tokens) = self.send("POST", "auth/login", "", &json!({"email": EMAIL, "password": PASSWORD}));
        assert_eq!(status, 200, "{tokens}");
        tokens["access_token"].as_str().unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
