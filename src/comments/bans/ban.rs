//! A ban: its row, its draft, its view.

use std::net::IpAddr;

use diesel::prelude::*;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::{Field, Id, Key, Listing, Op, Timestamp, column, plain_words, text_enum};
use crate::error::Fault;
use crate::input::formats::{is_email, text_types};
use crate::input::{Draft, Kind, Line};
use crate::schema::comment_bans;

/// The id of a ban.
pub(super) type BanId = Id<Ban>;

/// The widest networks that can be banned, by the length of their prefix: a mistyped one should not silence everybody.
const WIDEST: (u8, u8) = (8, 19);

text_enum! {
    /// What is banned.
    pub(crate) enum BanKind {
        /// An e-mail address.
        Email = "email",
        /// An IP address or a network.
        Address = "address",
        /// A word, or words that stand together.
        Word = "word",
    }
}

text_types! {
    /// What is banned.
    BanValue: NAME 1..=254 "203.0.113.0/24";
}

/// A ban as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = comment_bans)]
pub(super) struct Ban {
    pub(super) id: BanId,
    pub(super) kind: BanKind,
    pub(super) value: String,
    pub(super) note: Option<String>,
    pub(super) created_at: Timestamp,
}

/// Who or what is to be banned.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CommentBanDraft, example = json!({"kind": "address", "value": "203.0.113.0/24", "note": "Advertises boots."}))]
pub(super) struct BanDraft {
    /// What `value` is.
    pub(super) kind: BanKind,
    /// An e-mail address; an IP address or a network (`203.0.113.0/24`; at least /8, or /19 for IPv6), where one IPv6 address
    /// stands for its /64; or a word or words that stand together, without regard to case, accents and punctuation.
    pub(super) value: BanValue,
    /// Why, for the others who look after comments.
    #[schema(value_type = Option<Line>)]
    pub(super) note: Option<String>,
}

impl Draft for BanDraft {}

/// A ban.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CommentBan)]
pub(super) struct BanView {
    /// Its id.
    pub(super) id: BanId,
    /// What `value` is.
    kind: BanKind,
    /// What is banned, as it is compared.
    #[schema(example = "203.0.113.0/24")]
    value: String,
    /// Why.
    #[schema(example = "Advertises boots.")]
    note: Option<String>,
    /// Since when.
    created_at: Timestamp,
}

impl Ban {
    /// What is shown of it.
    pub(super) fn view(&self) -> BanView {
        BanView { id: self.id, kind: self.kind, value: self.value.clone(), note: self.note.clone(), created_at: self.created_at }
    }
}

impl BanKind {
    /// A value of this kind as it is compared.
    pub(super) fn normal(self, value: &str) -> Result<String, Fault> {
        let fault = |detail: &str| Err(Fault::at("/value", "invalid_format", detail));
        match self {
            Self::Email if is_email(value) => Ok(value.to_lowercase()),
            Self::Email => fault("This is no e-mail address."),
            Self::Address => match network(value) {
                Some(network) => Ok(network.to_string()),
                None => fault("This is no IP address, and no network of at least /8 (IPv6: /19)."),
            },
            Self::Word => match plain_words(value).trim() {
                "" => fault("There is no letter and no digit in this."),
                words => Ok(words.to_owned()),
            },
        }
    }
}

/// The network that a text names; one IPv6 address stands for its /64, since whoever has one has all of them.
fn network(text: &str) -> Option<IpNet> {
    let network = match text.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(address @ IpAddr::V4(_)) => IpNet::new(address, 32).ok()?,
        Ok(address @ IpAddr::V6(_)) => IpNet::new(address, 64).ok()?,
        Err(_) => text.parse::<IpNet>().ok()?,
    };
    let widest = if network.addr().is_ipv4() { WIDEST.0 } else { WIDEST.1 };
    (network.prefix_len() >= widest).then(|| network.trunc())
}

/// What the list of bans can be asked.
pub(super) static LISTING: Listing<comment_bans::table, Ban> = Listing {
    fields: &[
        Field {
            name: "kind",
            kind: Kind::Word(BanKind::WORDS),
            ops: Op::CHOICE,
            column: column!(text comment_bans::kind),
            key: None,
            about: "What is banned.",
        },
        Field {
            name: "value",
            kind: Kind::Folded,
            ops: Op::TEXT,
            column: column!(text comment_bans::value),
            key: None,
            about: "The e-mail address, network or words, as they are compared.",
        },
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: Op::ORDER,
            column: column!(time comment_bans::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "Since when.",
        },
    ],
    default_sort: "-created_at",
    includes: &[],
    members: &["id", "kind", "value", "note", "created_at"],
    id: column!(id comment_bans::id),
    id_of: |row| row.id.to_string(),
};

#[cfg(test)]
mod tests {
    use super::BanKind;

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
    }
}
