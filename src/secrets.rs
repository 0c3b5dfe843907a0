//! The server's secret key and everything derived from it: encryption, signatures, hashes of tokens.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The keys derived from the secret key file.
#[derive(Clone)]
pub(crate) struct Secrets {
    sealing: XChaCha20Poly1305,
    signing: [u8; 32],
}

impl Secrets {
    /// Derives all keys from 32 secret bytes.
    pub(crate) fn from_key(key: &[u8; 32]) -> Self {
        Self { sealing: XChaCha20Poly1305::new(&derive(key, b"seal").into()), signing: derive(key, b"sign") }
    }

    /// Reads the key file, or creates it with owner-only permissions; the error is a sentence for the operator.
    pub(crate) fn load_or_create(path: &Path) -> Result<Self, String> {
        let name = path.display();
        if !path.exists() {
            Self::create(path).map_err(|error| format!("cannot create the secret key file {name}: {error}"))?;
        }
        Self::load(path)
    }

    /// Creates the file under a temporary name first, so that a process that starts at the same moment never reads half of it.
    fn create(path: &Path) -> std::io::Result<()> {
        let mut draft = path.as_os_str().to_owned();
        draft.push(format!(".{}", hex(&random::<8>())));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        let written = file.write_all(BASE64.encode(random::<32>()).as_bytes()).and_then(|()| file.sync_all());
        let linked = written.and_then(|()| std::fs::hard_link(&draft, path));
        std::fs::remove_file(&draft)?;
        match linked {
            // Another process was faster: its key is used.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    }

    fn load(path: &Path) -> Result<Self, String> {
        let name = path.display();
        let mut file = std::fs::File::open(path).map_err(|error| format!("cannot read the secret key file {name}: {error}"))?;
        let mode = file.metadata().map_err(|error| format!("cannot read the secret key file {name}: {error}"))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(format!("the secret key file {name} can be read by other users (mode {:o}); run: chmod 600 {name}", mode & 0o777));
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(|error| format!("cannot read the secret key file {name}: {error}"))?;
        let bytes = BASE64.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes
            .map(|key| Self::from_key(&key))
            .ok_or_else(|| format!("the secret key file {name} is damaged: it must contain 32 bytes in base64url"))
    }

    /// Encrypts data for one purpose; only servers with the same key can decrypt it.
    pub(crate) fn seal(&self, purpose: &str, plain: &[u8]) -> String {
        let nonce = random::<24>();
        let payload = chacha20poly1305::aead::Payload { msg: plain, aad: purpose.as_bytes() };
        let sealed = self.sealing.encrypt(XNonce::from_slice(&nonce), payload).unwrap_or_default();
        BASE64.encode([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts data that was encrypted for the same purpose.
    pub(crate) fn unseal(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let bytes = BASE64.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(24)?;
        let payload = chacha20poly1305::aead::Payload { msg: sealed, aad: purpose.as_bytes() };
        self.sealing.decrypt(XNonce::from_slice(nonce), payload).ok()
    }

    /// Signs a cursor.
    pub(crate) fn sign_cursor(&self, payload: &[u8]) -> String {
        let tag = self.tag(b"cursor", payload);
        BASE64.encode([&tag[..16], payload].concat())
    }

    /// Returns the payload of a cursor that this server has signed.
    pub(crate) fn open_cursor(&self, text: &str) -> Option<Vec<u8>> {
        let bytes = BASE64.decode(text).ok()?;
        let (tag, payload) = bytes.split_at_checked(16)?;
        let expected = self.tag(b"cursor", payload);
        bool::from(expected[..16].ct_eq(tag)).then(|| payload.to_vec())
    }

    /// Returns a keyed hash of data that must be compared but not stored, such as an IP address or a request.
    pub(crate) fn digest(&self, purpose: &str, value: &[u8]) -> String {
        hex(&self.tag(purpose.as_bytes(), value))
    }

    fn tag(&self, purpose: &[u8], value: &[u8]) -> [u8; 32] {
        let mut mac = hmac(&self.signing);
        mac.update(&u64::try_from(purpose.len()).unwrap_or_default().to_be_bytes());
        mac.update(purpose);
        mac.update(value);
        mac.finalize().into_bytes().into()
    }
}

fn hmac(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block[..32].copy_from_slice(key);
    <Hmac<Sha256> as KeyInit>::new(&block)
}

fn derive(key: &[u8; 32], label: &[u8]) -> [u8; 32] {
    let mut mac = hmac(key);
    mac.update(label);
    mac.finalize().into_bytes().into()
}

/// Returns random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Without random numbers, nothing here is safe, so the process must end.
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "the operating system provides no random numbers");
        std::process::abort();
    }
    bytes
}

/// Returns a new opaque token with 256 random bits.
pub(crate) fn new_token() -> String {
    BASE64.encode(random::<32>())
}

/// Returns the SHA-256 of a token, which is stored in its place; enough for tokens of full entropy.
pub(crate) fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Formats bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        text
    })
}
