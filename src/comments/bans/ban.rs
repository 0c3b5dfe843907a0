//! A ban: its row, its draft, its view.

use std::net::IpAddr;

use diesel::prelude::*;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column, plain_words, text_enum};
use crate::error::Fault;
use crate::input::formats::{is_email, text_types};
use crate::input::{Draft, Kind, Line, Selectable};
use crate::schema::comment_bans;

/// The id of a ban.
pub(super) type BanId = Id<Ban>;

/// The widest networks that can be banned, as prefix lengths for IPv4 and IPv6, so that a typing error cannot silence
/// everybody.
const MIN_PREFIX: (u8, u8) = (8, 19);

text_enum! {
    /// The kind of a banned value.
    pub(crate) enum BanKind {
        /// An email address, or all addresses of a domain.
        Email = "email",
        /// An IP address or a network.
        Address = "address",
        /// A word or a sequence of words.
        Word = "word",
    }
}

text_types! {
    /// The banned email address, domain, IP address, network or words.
    BanValue: NAME 1..=254 "203.0.113.0/24";
}

/// A ban, as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = comment_bans)]
pub(super) struct Ban {
    pub(super) id: BanId,
    pub(super) kind: BanKind,
    pub(super) value: String,
    pub(super) note: Option<String>,
    pub(super) created_at: Timestamp,
}

/// A new ban, as clients send it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CommentBanDraft, example = json!({"kind": "address", "value": "203.0.113.0/24", "note": "Advertises boots."}))]
pub(super) struct BanDraft {
    /// What `value` bans: an email address, an IP address or a word.
    pub(super) kind: BanKind,
    /// The value to ban. For `email`: an email address, or all addresses of a domain (`*@spam.example`) or of all its subdomains
    /// (`*@*.spam.example`), regardless of case. For `address`: an IP address or a network (`203.0.113.0/24`; at least /8, or /19
    /// for IPv6); a single IPv6 address stands for its /64. For `word`: a word or a sequence of words, regardless of case, accents
    /// and punctuation. Elsewhere, `*` has no meaning and is refused if it looks like a wildcard.
    pub(super) value: BanValue,
    /// A note for the other moderators: why this is banned.
    #[schema(value_type = Option<Line>)]
    pub(super) note: Option<String>,
}

impl Draft for BanDraft {}

/// A ban of an email address, a network or a word.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CommentBan)]
pub(in crate::comments) struct BanView {
    /// The id of the ban.
    pub(super) id: BanId,
    /// What `value` bans: an email address, an IP address or a word.
    kind: BanKind,
    /// The banned value in its normal form, or `erased:` and a keyed hash if it is an email address that was erased.
    #[schema(example = "203.0.113.0/24")]
    value: String,
    /// The note for the other moderators.
    #[schema(example = "Advertises boots.")]
    note: Option<String>,
    /// The time when the ban was created.
    created_at: Timestamp,
}

impl Ban {
    /// Returns the ban as moderators see it.
    pub(super) fn view(&self) -> BanView {
        BanView { id: self.id, kind: self.kind, value: self.value.clone(), note: self.note.clone(), created_at: self.created_at }
    }
}

impl BanKind {
    /// Returns a value of this kind in its normal form, or a validation error.
    pub(super) fn normal(self, value: &str) -> Result<String, Fault> {
        let fault = |detail: &str| Err(Fault::at("/value", "invalid_format", detail));
        match self {
            Self::Email if is_email(value) && !value.contains('*') => Ok(value.to_lowercase()),
            Self::Email => match domain(value) {
                Some(domain) => Ok(domain),
                None => fault("This is neither an email address nor a domain pattern such as *@spam.example or *@*.spam.example."),
            },
            Self::Address => match network(value) {
                Some(network) => Ok(network.to_string()),
                None => fault("This is neither an IP address nor a network with a prefix length of at least 8 (IPv6: 19)."),
            },
            Self::Word if value.split_whitespace().any(|word| word.starts_with('*') || word.ends_with('*')) => {
                fault("Words are compared as a whole: * is not a wildcard. Ban each word separately.")
            }
            Self::Word => match plain_words(value).trim() {
                "" => fault("This has neither letters nor digits."),
                words => Ok(words.to_owned()),
            },
        }
    }
}

/// Parses an IP address or a network. One IPv6 address becomes its /64, because its owner has all addresses of that network.
fn network(text: &str) -> Option<IpNet> {
    let network = match text.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(address @ IpAddr::V4(_)) => IpNet::new(address, 32).ok()?,
        Ok(address @ IpAddr::V6(_)) => IpNet::new(address, 64).ok()?,
        Err(_) => canonical(text.parse::<IpNet>().ok()?)?,
    };
    let widest = if network.addr().is_ipv4() { MIN_PREFIX.0 } else { MIN_PREFIX.1 };
    (network.prefix_len() >= widest).then(|| network.trunc())
}

/// Converts a network of IPv4-mapped IPv6 addresses to IPv4.
fn canonical(network: IpNet) -> Option<IpNet> {
    match network.addr().to_canonical() {
        address @ IpAddr::V4(_) if network.addr().is_ipv6() => IpNet::new(address, network.prefix_len().checked_sub(96)?).ok(),
        _ => Some(network),
    }
}

/// Returns a domain pattern in its normal form, or `None` if the text is not a domain pattern.
fn domain(text: &str) -> Option<String> {
    let domain = text.strip_prefix("*@")?;
    let named = domain.strip_prefix("*.").unwrap_or(domain);
    (named.contains('.') && is_email(&format!("x@{named}"))).then(|| text.to_lowercase())
}

/// Returns every value that bans an email address (in lower case): the address itself, its domain, and a pattern for
/// each parent domain.
pub(super) fn bans_of(email: &str) -> Vec<String> {
    let mut values = vec![email.to_owned()];
    let Some((_, domain)) = email.rsplit_once('@') else { return values };
    values.push(format!("*@{domain}"));
    let above = domain.match_indices('.').filter_map(|(dot, _)| domain.get(dot + 1..));
    values.extend(above.map(|above| format!("*@*.{above}")));
    values
}

/// The filters and sort fields of the list of bans.
pub(super) static LISTING: Listing<comment_bans::table, Ban> = Listing {
    fields: &[
        Field {
            name: "kind",
            kind: Kind::Word(BanKind::WORDS),
            ops: Op::CHOICE,
            column: column!(text comment_bans::kind),
            key: None,
            about: "The kind of the banned value.",
        },
        Field {
            name: "value",
            kind: Kind::Folded,
            ops: Op::TEXT,
            column: column!(text comment_bans::value),
            key: None,
            about: "The banned value in its normal form.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time comment_bans::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "The time when the ban was created.",
        },
    ],
    default_sort: "-created_at",
    members: Selectable::of::<BanView>,
    id: column!(id comment_bans::id),
    id_of: |row| row.id.to_string(),
};

#[cfg(test)]
mod tests {
    use super::{BanKind, bans_of};

    #[test]
    fn values_are_kept_as_they_are_compared() {
        let address = |text: &str| BanKind::Address.normal(text).ok();
        assert_eq!(address("203.0.113.7").as_deref(), Some("203.0.113.7/32"));
        assert_eq!(address("203.0.113.7/24").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(address("2001:db8::1").as_deref(), Some("2001:db8::/64"));
        assert_eq!(address("::ffff:203.0.113.7").as_deref(), Some("203.0.113.7/32"));
        assert_eq!([address("0.0.0.0/0"), address("::/0"), address("somewhere")], [None, None, None]);
        assert_eq!(BanKind::Word.normal(" Cheap   BOOTS! ").ok().as_deref(), Some("cheap boots"));
        assert!(BanKind::Word.normal("...").is_err() && BanKind::Email.normal("nobody").is_err());
        assert_eq!(address("::ffff:203.0.113.0/120").as_deref(), Some("203.0.113.0/24"));
        assert_eq!([address("::ffff:0.0.0.0/96"), address("::ffff:0.0.0.0/90"), address("203.0.113.*")], [None, None, None]);
    }

    #[test]
    fn a_domain_can_be_banned_and_nothing_that_only_looks_like_one() {
        let email = |text: &str| BanKind::Email.normal(text).ok();
        assert_eq!(email("*@Spam.example").as_deref(), Some("*@spam.example"));
        assert_eq!(email("*@*.spam.example").as_deref(), Some("*@*.spam.example"));
        for wrong in
            ["*", "*@", "*@*", "*@example", "*@*.example", "*@*.*.example", "mara*@spam.example", "*@sp*m.example", "@spam.example"]
        {
            assert_eq!(email(wrong), None, "{wrong}");
        }
        assert!(BanKind::Word.normal("via*").is_err() && BanKind::Word.normal("*bar").is_err() && BanKind::Word.normal("f**k").is_ok());
        assert_eq!(bans_of("x@a.b.example"), ["x@a.b.example", "*@a.b.example", "*@*.b.example", "*@*.example"]);
    }
}
