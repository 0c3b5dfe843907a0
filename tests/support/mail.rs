//! Emails as they arrive: files written by the program, and a mail server with adjustable behaviour.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use mail_parser::{Message, MessageParser};
use mailin::response::{AUTH_OK, INVALID_CREDENTIALS, NO_MAILBOX, OK, OUT_OF_SPACE};
use mailin::{Action, AuthMechanism, Handler, Response, SessionBuilder};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::world::World;

/// A parsed email.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) to: Vec<String>,
    pub(crate) from: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) id: String,
    pub(crate) raw: String,
}

impl Mail {
    fn parse(bytes: &[u8]) -> Self {
        let message: Message<'_> = MessageParser::default().parse(bytes).expect("a mail");
        let addresses = |one: Option<&mail_parser::Address<'_>>| -> Vec<String> {
            let addresses = one.into_iter().flat_map(mail_parser::Address::iter);
            addresses.filter_map(|one| one.address.as_deref()).map(str::to_owned).collect()
        };
        Self {
            to: [addresses(message.to()), addresses(message.cc()), addresses(message.bcc())].concat(),
            from: addresses(message.from()).join(", "),
            subject: message.subject().expect("a subject").to_owned(),
            text: message.body_text(0).expect("a text").into_owned(),
            id: message.message_id().expect("an id").to_owned(),
            raw: String::from_utf8_lossy(bytes).into_owned(),
        }
    }

    /// Returns the token in the link to one of the site's pages.
    #[track_caller]
    pub(crate) fn token(&self, page: &str) -> String {
        let start = format!("https://news.example/{page}?token=");
        let (_, rest) = self.text.split_once(&start).unwrap_or_else(|| panic!("there is no link to {page} in {}", self.text));
        let token: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        assert!(token.len() >= 32, "128 bits at least: {token}");
        token
    }
}

impl World {
    /// Runs due jobs, and returns all emails ever written, oldest first.
    pub(crate) async fn mails(&self) -> Vec<Mail> {
        self.app.run_due_jobs().await.expect("the jobs run");
        let mut mails = read_folder(&self.database.folder.path().join("mails"));
        mails.sort_by(|one, other| one.id.cmp(&other.id));
        mails
    }

    /// Returns the emails to an address.
    pub(crate) async fn mails_to(&self, address: &str) -> Vec<Mail> {
        let mut mails = self.mails().await;
        mails.retain(|mail| mail.to == [address]);
        mails
    }

    /// Returns the token in the last email to an address.
    pub(crate) async fn mailed_token(&self, address: &str, page: &str) -> String {
        let mails = self.mails_to(address).await;
        mails.last().unwrap_or_else(|| panic!("{address} got no mail")).token(page)
    }
}

fn read_folder(folder: &Path) -> Vec<Mail> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    paths.map(|path| Mail::parse(&std::fs::read(path).expect("a readable mail"))).collect()
}

/// The behaviour of a mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It accepts every email.
    Fine,
    /// It closes every connection at once.
    Down,
    /// It does not respond.
    Silent,
    /// It closes the connection in the middle of an email.
    CutsInside,
    /// It stores the email, and closes the connection before it acknowledges it.
    CutsAfter,
    /// It rejects every recipient.
    KnowsNobody,
    /// It responds with a temporary error.
    Troubled,
    /// It uses TLS from the first byte, as `localhost`.
    Tls,
    /// It offers STARTTLS, as `localhost`.
    StartTls,
    /// It accepts email only from `desk` with the password `p@ss: word`.
    AsksWho,
}

/// A mail server on this machine.
pub(crate) struct SmtpServer {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

struct State {
    mood: Mood,
    mails: Vec<Mail>,
    closed: bool,
    /// Open connections that get no response.
    held: Vec<TcpStream>,
}

/// Returns a port on which no server listens.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

impl SmtpServer {
    pub(crate) fn start(mood: Mood) -> Self {
        Self::start_on(0, mood)
    }

    pub(crate) fn start_on(port: u16, mood: Mood) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State { mood, mails: Vec::new(), closed: false, held: Vec::new() }));
        let inside = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if inside.lock().expect("no session died").closed {
                    return;
                }
                let state = Arc::clone(&inside);
                // A session that is cut off returns an error, as intended.
                std::thread::spawn(move || drop(serve(stream, &state)));
            }
        });
        Self { port, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub(crate) fn change(&self, mood: Mood) {
        self.state.lock().expect("no session died").mood = mood;
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.state.lock().expect("no session died").mails.clone()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        if let Ok(mut state) = self.state.lock() {
            state.closed = true;
            state.held.clear();
        }
        // Wake the accepting thread.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

struct Session {
    mood: Mood,
    data: Vec<u8>,
    state: Arc<Mutex<State>>,
}

impl Handler for Session {
    fn rcpt(&mut self, _to: &str) -> Response {
        match self.mood {
            Mood::KnowsNobody => NO_MAILBOX,
            Mood::Troubled => OUT_OF_SPACE,
            _ => OK,
        }
    }

    fn auth_plain(&mut self, _authorization: &str, user: &str, password: &str) -> Response {
        if (user, password) == ("desk", "p@ss: word") { AUTH_OK } else { INVALID_CREDENTIALS }
    }

    fn data(&mut self, buf: &[u8]) -> std::io::Result<()> {
        self.data.extend_from_slice(buf);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let mail = Mail::parse(&std::mem::take(&mut self.data));
        self.state.lock().expect("no session died").mails.push(mail);
        OK
    }
}

fn serve(mut stream: TcpStream, state: &Arc<Mutex<State>>) -> std::io::Result<()> {
    let mood = state.lock().expect("no session died").mood;
    match mood {
        Mood::Down => return Ok(()),
        Mood::Silent => {
            state.lock().expect("no session died").held.push(stream);
            return Ok(());
        }
        _ => {}
    }
    let handler = Session { mood, data: Vec::new(), state: Arc::clone(state) };
    let mut builder = SessionBuilder::new("mx.example");
    if mood == Mood::AsksWho {
        builder.insecure_enable_plaintext_auth();
        builder.enable_auth(AuthMechanism::Plain);
    }
    if mood == Mood::StartTls {
        builder.enable_start_tls();
    }
    let mut session = builder.build(stream.peer_addr()?.ip(), handler);
    if mood == Mood::Tls {
        session.tls_active();
        let mut stream = encrypted(stream)?;
        stream.write_all(&session.greeting().buffer()?)?;
        return talk(stream, &mut session, mood).map(drop);
    }
    stream.write_all(&session.greeting().buffer()?)?;
    if let Some(plain) = talk(stream, &mut session, mood)? {
        talk(encrypted(plain)?, &mut session, mood)?;
    }
    Ok(())
}

/// Continues a stream with TLS and the certificate of `localhost`; clients that do not trust it disconnect.
fn encrypted(stream: TcpStream) -> std::io::Result<StreamOwned<ServerConnection, TcpStream>> {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("tls/localhost.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/localhost-key.pem")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions of TLS");
    let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).expect("the key is the certificate's");
    let connection = ServerConnection::new(Arc::new(config)).map_err(std::io::Error::other)?;
    Ok(StreamOwned::new(connection, stream))
}

/// Serves a session until the client disconnects; returns the stream if it is to be encrypted.
fn talk<S: Read + Write>(stream: S, session: &mut mailin::Session<Session>, mood: Mood) -> std::io::Result<Option<S>> {
    let mut lines = BufReader::new(stream);
    let mut in_data = false;
    loop {
        let mut line = Vec::new();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if in_data && mood == Mood::CutsInside {
            return Ok(None);
        }
        let at_the_end = in_data && line == b".\r\n";
        in_data = (in_data && !at_the_end) || (!in_data && line.eq_ignore_ascii_case(b"DATA\r\n"));
        let response = session.process(&line);
        if at_the_end && mood == Mood::CutsAfter {
            return Ok(None);
        }
        if response.action != Action::NoReply {
            lines.get_mut().write_all(&response.buffer()?)?;
            lines.get_mut().flush()?;
        }
        match response.action {
            Action::Close => return Ok(None),
            Action::UpgradeTls => {
                session.tls_active();
                return Ok(Some(lines.into_inner()));
            }
            _ => {}
        }
    }
}
