//! Tokens that look like access tokens and are not.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use super::*;
use crate::secrets::{Secrets, random};
use crate::users::signing::key::SigningKeyRow;
use crate::users::signing::provider;

const ISSUER: &str = "https://api.example.com";
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_500);

fn new_key() -> Arc<SigningKey> {
    provider::install();
    let secrets = Secrets::from_key(&random::<32>());
    Arc::new(SigningKeyRow::generate(&secrets, NOW).open(&secrets).unwrap())
}

fn subject() -> TokenSubject {
    TokenSubject { user: Id::new(NOW), session: Id::new(NOW), version: 3 }
}

fn token(key: &Arc<SigningKey>) -> String {
    Signer { key: Arc::clone(key), issuer: ISSUER.into() }.sign(subject(), NOW).unwrap()
}

/// Verifies a token as a server does: first the header, then the rest.
fn accepts(text: &str, key: &SigningKey, now: Timestamp) -> bool {
    kid(text).is_some_and(|kid| kid == key.kid) && verify(text, key, ISSUER, now).is_some()
}

fn part(text: &str, index: usize) -> Value {
    serde_json::from_slice(&BASE64.decode(text.split('.').nth(index).unwrap()).unwrap()).unwrap()
}

/// Returns a token with any header and claims, correctly signed.
fn signed(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key.encoding.as_ref().unwrap(), Algorithm::EdDSA).unwrap();
    format!("{message}.{signature}")
}

#[test]
fn a_token_is_good_for_a_quarter_of_an_hour() {
    let key = new_key();
    let text = token(&key);
    assert_eq!(part(&text, 0), json!({"typ": "at+jwt", "alg": "EdDSA", "kid": key.kid}));
    assert!(accepts(&text, &key, NOW));
    assert!(accepts(&text, &key, NOW.plus_seconds(LIFETIME - 1)));
    assert!(!accepts(&text, &key, NOW.plus_seconds(LIFETIME)));
    assert!(accepts(&text, &key, NOW.plus_seconds(-LEEWAY)));
    assert!(!accepts(&text, &key, NOW.plus_seconds(-LEEWAY - 1)));
}

#[test]
fn no_other_header_is_accepted() {
    let key = new_key();
    let claims = part(&token(&key), 1);
    let header = |name: &str, value: Value| {
        let mut header = json!({"typ": "at+jwt", "alg": "EdDSA", "kid": key.kid});
        header[name] = value;
        header
    };
    assert!(accepts(&signed(&key, &header("alg", "EdDSA".into()), &claims), &key, NOW));
    for header in [
        header("alg", "none".into()),
        header("alg", "HS256".into()),
        header("alg", "RS256".into()),
        header("alg", "ES256".into()),
        header("typ", "JWT".into()),
        header("typ", Value::Null),
        header("kid", "another".into()),
        header("kid", Value::Null),
        header("kid", json!(["a"])),
        header("crit", json!(["exp"])),
        header("jku", "https://evil.example/jwks.json".into()),
        header("jwk", json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})),
        header("unheard_of", true.into()),
    ] {
        assert!(!accepts(&signed(&key, &header, &claims), &key, NOW), "{header}");
    }
}

#[test]
fn the_public_key_is_no_shared_secret() {
    let key = new_key();
    let text = token(&key);
    let header = json!({"typ": "at+jwt", "alg": "HS256", "kid": key.kid});
    let message = format!("{}.{}", BASE64.encode(header.to_string()), text.split('.').nth(1).unwrap());
    let public = key.decoding.try_get_as_bytes().unwrap();
    let signature = {
        use hmac::{Hmac, Mac};
        let mut mac = <Hmac<sha2::Sha256> as hmac::digest::KeyInit>::new_from_slice(public).unwrap();
        mac.update(message.as_bytes());
        BASE64.encode(mac.finalize().into_bytes())
    };
    assert!(!accepts(&format!("{message}.{signature}"), &key, NOW));
}

#[test]
fn every_claim_is_needed_and_right() {
    let key = new_key();
    let text = token(&key);
    let (header, claims) = (part(&text, 0), part(&text, 1));
    let seconds = NOW.millis() / 1000;
    for name in ["iss", "aud", "sub", "sid", "ver", "iat", "nbf", "exp", "jti"] {
        let mut fewer = claims.clone();
        fewer.as_object_mut().unwrap().remove(name);
        assert!(!accepts(&signed(&key, &header, &fewer), &key, NOW), "without {name}");
    }
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("aud", json!("another")),
        ("aud", json!(["masthead"])),
        ("sub", json!("admin")),
        ("sid", json!("")),
        ("ver", json!("3")),
        ("nbf", json!(seconds + 600)),
        ("iat", json!(seconds + 600)),
        ("iat", json!(i64::MIN)),
        ("exp", json!(seconds - 1)),
        ("exp", json!(seconds + 100_000)),
        ("exp", json!(i64::MAX)),
    ] {
        let mut other = claims.clone();
        other[name] = value;
        assert!(!accepts(&signed(&key, &header, &other), &key, NOW), "{name}: {}", other[name]);
    }
}

#[test]
fn a_touched_token_is_none() {
    let key = new_key();
    let text = token(&key);
    let other = token(&new_key());
    let pieces: Vec<&str> = text.split('.').collect();
    let foreign = other.rsplit('.').next().unwrap();
    for bad in [
        String::new(),
        "mh".into(),
        "..".into(),
        format!("{}.{}.", pieces[0], pieces[1]),
        format!("{}.{}", pieces[0], pieces[1]),
        format!("{}.{}.{foreign}", pieces[0], pieces[1]),
        format!("{text}.x"),
        format!("{text}="),
        format!("{}.{}.{}", pieces[0], BASE64.encode(r#"{"sub":"x"}"#), pieces[2]),
        other.clone(),
        "a".repeat(100_000),
    ] {
        assert!(!accepts(&bad, &key, NOW), "{bad}");
    }
}
