//! Servers on free ports, on the first core, while the load comes from the second.

use std::error::Error;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::thread::{CpuSet, sched_setaffinity};

use crate::load::{ask, get};

/// The maximum time until a server responds.
const WAIT_TIMEOUT: Duration = Duration::from_mins(1);
/// The core for servers.
const SERVERS: usize = 0;
/// The core for the load.
const LOAD: usize = 1;

/// A server, which ends when the value is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// The time until the first `200`, in milliseconds.
    pub(crate) started: f64,
}

impl Server {
    /// Starts a program and waits until it responds at a path; the setting `bind` holds its IP address and port.
    pub(crate) fn start(command: &mut Command, bind: &str, path: &str) -> Result<Self, Box<dyn Error>> {
        let address = free_address()?;
        command.env(bind, address.to_string()).stdin(Stdio::null()).stdout(Stdio::null());
        pin(SERVERS);
        let begun = Instant::now();
        let child = command.spawn();
        pin(LOAD);
        let mut server = Self { child: child?, address, started: 0.0 };
        let request = get(path, "");
        while !ask(address, request.as_bytes()).is_ok_and(|answer| answer.status == 200) {
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("{} ended: {status}", command.get_program().display()).into());
            }
            if begun.elapsed() > WAIT_TIMEOUT {
                return Err(format!("{} does not answer {path}", command.get_program().display()).into());
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        server.started = begun.elapsed().as_secs_f64() * 1000.0;
        Ok(server)
    }

    /// Returns the memory of the server, in MiB.
    pub(crate) fn resident(&self) -> Result<f64, Box<dyn Error>> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails if the server has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a command for the program under test, with its own database.
pub(crate) fn masthead(program: &Path, folder: &Path, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear();
    for limit in ["LOGIN", "COMMENT", "SUBSCRIBE", "READ", "VIEW", "AD", "PREVIEW"] {
        command.env(format!("RATE_{limit}"), "off");
    }
    command.env("WORKERS", "1");
    // The URL is the same at each start, because a killed server stays registered for half a minute.
    command.env("API_URL", "http://127.0.0.1:8080");
    command.envs([("ADMIN_EMAIL", ADMIN.0), ("ADMIN_PASSWORD", ADMIN.1), ("UNREADY_SECONDS", "0")]);
    command.envs(settings.iter().copied());
    command
}

/// The administrator's email address and password.
pub(crate) const ADMIN: (&str, &str) = ("desk@example.org", "correct horse battery staple");

fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// Restricts this process, and those that it starts from now on, to one core. If the system does not permit this, results are less exact.
fn pin(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core);
    let _ = sched_setaffinity(None, &cores);
}

/// Returns the load averages of this machine.
pub(crate) fn load_of_others() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').take(3).collect::<Vec<_>>().join(" ")
}
