//! Delivers emails to a mail server or into a folder.

use std::path::PathBuf;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::folder;
use super::letter::Letter;
use crate::config::{Encryption, MailConfig, SmtpConfig};
use crate::db::Timestamp;
use crate::jobs::{Failure, TaskId};

/// SMTP status codes that reject one mailbox permanently (RFC 5321). Any other code may be a temporary problem of the server.
const HOPELESS: [u16; 3] = [550, 551, 553];

/// Sends emails.
pub(crate) struct Mailer {
    way: Way,
    from: Mailbox,
    deadline: Duration,
}

enum Way {
    Server(Box<AsyncSmtpTransport<Tokio1Executor>>),
    Folder(PathBuf),
}

impl Mailer {
    /// Sets up the transport that the settings select. The error is a sentence for the operator.
    pub(crate) fn open(config: &MailConfig) -> Result<Self, String> {
        let way = match &config.smtp {
            Some(smtp) => Way::Server(Box::new(transport(smtp, config)?)),
            None => Way::Folder(config.folder.clone()),
        };
        Ok(Self { way, from: config.from.clone(), deadline: config.deadline })
    }

    /// Logs where emails go if no mail server is configured.
    pub(crate) fn announce(&self) {
        if let Way::Folder(folder) = &self.way {
            tracing::info!(folder = %folder.display(), "no mail server is configured (SMTP_URL): emails are written to this folder");
        }
    }

    /// Sends the email of a job. A retry sends the same message.
    pub(crate) async fn send(&self, id: TaskId, letter: &Letter, now: Timestamp) -> Result<(), Failure> {
        let plainly = matches!(self.way, Way::Folder(_));
        let message = letter.message(&self.from, &id.to_string(), now, plainly).map_err(Failure::Never)?;
        match &self.way {
            Way::Server(server) => match tokio::time::timeout(self.deadline, deliver(server, message)).await {
                Ok(delivered) => delivered,
                Err(_) => Err(Failure::Later(format!("the mail server did not respond within {} s", self.deadline.as_secs()))),
            },
            Way::Folder(folder) => {
                let (folder, name) = (folder.clone(), id.to_string());
                let written = tokio::task::spawn_blocking(move || folder::write(&folder, &name, &message.formatted())).await;
                let written = written.unwrap_or_else(|error| Err(std::io::Error::other(error)));
                written.map_err(|error| Failure::Later(format!("the email cannot be written to the folder (MAIL_FOLDER): {error}")))
            }
        }
    }
}

fn transport(smtp: &SmtpConfig, config: &MailConfig) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let parameters = || tls_parameters(&smtp.host, config);
    let tls = match smtp.encryption {
        Encryption::None => Tls::None,
        Encryption::WhenOffered => Tls::Opportunistic(parameters()?),
        Encryption::StartTls => Tls::Required(parameters()?),
        Encryption::Tls => Tls::Wrapper(parameters()?),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
        .port(smtp.port)
        .tls(tls)
        .timeout(Some(config.deadline))
        .hello_name(ClientId::Domain(config.from.email.domain().to_owned()));
    if let Some((user, password)) = &smtp.credentials {
        builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
    }
    Ok(builder.build())
}

/// Configures how the server's certificate is verified: by its host name, and with the system's certificate authorities and the configured
/// ones.
fn tls_parameters(host: &str, config: &MailConfig) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(file) = &config.authorities {
        let wrong = |why: String| format!("cannot use the certificates in {} (SMTP_CA_FILE): {why}", file.display());
        let pem = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| wrong(error.to_string()))?);
    }
    builder.build().map_err(|error| format!("cannot set up TLS for the mail server: {error}"))
}

async fn deliver(server: &AsyncSmtpTransport<Tokio1Executor>, message: Message) -> Result<(), Failure> {
    match server.send(message).await {
        Ok(_) => Ok(()),
        Err(error) => {
            let hopeless = error.status().is_some_and(|code| HOPELESS.contains(&u16::from(code)));
            let why = format!("the mail server did not accept the email: {}", without_addresses(&error.to_string()));
            Err(if hopeless { Failure::Never(why) } else { Failure::Later(why) })
        }
    }
}

/// Returns a mail server's message without the email addresses in it, because no log may contain email addresses.
fn without_addresses(said: &str) -> String {
    said.split_whitespace().map(|word| if word.contains('@') { "(email address)" } else { word }).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_log_has_an_address() {
        let said = "permanent error (550): 5.1.1 <Mara@example.org>: no such user;\r\n mara@example.org is unknown";
        let kept = "permanent error (550): 5.1.1 (email address) no such user; (email address) is unknown";
        assert_eq!(without_addresses(said), kept);
    }
}
