//! Servers on free ports of this machine, each on the first core while the load comes from the second.

use std::error::Error;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::thread::{CpuSet, sched_setaffinity};

use crate::load::{ask, get};

/// How long a server may take until it answers.
const WAIT_TIMEOUT: Duration = Duration::from_mins(1);
/// The core that servers run on.
const SERVERS: usize = 0;
/// The core that the load comes from.
const LOAD: usize = 1;

/// A server, which ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// How long it took until it answered `200`, in milliseconds.
    pub(crate) started: f64,
}

impl Server {
    /// Starts a program and waits until it answers at a path; its setting `bind` is told the address.
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

    /// The memory that it holds, in MiB.
    pub(crate) fn resident(&self) -> Result<f64, Box<dyn Error>> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What has ended by itself can't be ended again.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program under test on a database of its own.
pub(crate) fn masthead(program: &Path, folder: &Path, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear();
    for limit in ["LOGIN", "COMMENT", "SUBSCRIBE", "READ", "VIEW", "AD", "PREVIEW"] {
        command.env(format!("RATE_{limit}"), "off");
    }
    command.env("WORKERS", "1");
    // The same at each start: a server that was killed is remembered for half a minute.
    command.env("API_URL", "http://127.0.0.1:8080");
    command.envs([("ADMIN_EMAIL", ADMIN.0), ("ADMIN_PASSWORD", ADMIN.1), ("UNREADY_SECONDS", "0")]);
    command.envs(settings.iter().copied());
    command
}

/// The administrator's address and password.
pub(crate) const ADMIN: (&str, &str) = ("desk@example.org", "correct horse battery staple");

fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// Keeps what this process starts from now on, and itself, on one core; where a system does not let it, figures are rougher.
fn pin(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core);
    let _ = sched_setaffinity(None, &cores);
}

/// What others do on this machine: how many want to run, in the mean of the last minute.
pub(crate) fn load_of_others() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').take(3).collect::<Vec<_>>().join(" ")
}
