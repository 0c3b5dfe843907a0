//! Everything that depends on actix: reading requests, authentication, and writing responses.
//!
//! Invariants: every error is sent as a problem document; a public response has the same bytes for every caller; a response that needed
//! a token is `private, no-store`.

mod address;
mod answer;
mod body;
mod cache;
mod caller;
mod compress;
mod conditional;
mod cors;
mod dispatch;
mod document;
mod edited;
mod file;
mod forms;
mod front;
mod gate;
mod head;
mod health;
mod idempotency;
mod joined;
mod kept;
mod limits;
mod methods;
mod metrics;
mod mount;
mod pages;
pub(crate) mod parameters;
mod problems;
mod request;
mod serve;
mod trial;
mod tus;
mod upload;
mod wire;
mod work;

pub(crate) use address::limited_as;
pub(crate) use answer::{
    Tags, Written, created, editor, editor_page, lead_to_page, moved, no_content, private, public, public_document, public_page,
    public_written, sheet,
};
pub(crate) use body::{Body, MAX_JSON_BODY, OptionalBody};
pub(crate) use cache::Cache;
pub(crate) use conditional::{Precondition, Stale, stale_version};
pub(crate) use cors::RefusedOrigins;
pub(crate) use dispatch::{Dispatch, SubRequest};
pub(crate) use document::routes as document_routes;
pub(crate) use edited::{Edited, EditorView, Either, PublicOr};
pub(crate) use file::{FileContent, Keeping, StoredFile, stored_file};
pub(crate) use forms::{OneClick, Sheet};
pub(crate) use front::front;
pub(crate) use gate::around;
pub(crate) use health::routes as health_routes;
pub(crate) use idempotency::{InFlight, MIN_GUEST_KEY, OfSession, forget_kept_answers};
pub(crate) use joined::Joined;
pub(crate) use kept::{KeptOf, forget_answers_of_the_gone};
pub(crate) use limits::{Limit, Limits};
pub(crate) use methods::Methods;
pub(crate) use metrics::Metrics;
pub(crate) use mount::{Mount, Services};
pub(crate) use pages::{MAX_PAGE, Page, length};
pub(crate) use parameters::listing_parameters;
pub(crate) use problems::routes as problem_routes;
pub(crate) use request::Request;
pub(crate) use serve::{Bound, run as serve, server_on};
pub(crate) use trial::can_be_tried;
pub(crate) use tus::{Piece, PieceContent, Progress, Received, TusVersion};
pub(crate) use upload::{Form, FormParts, Upload};
pub(crate) use wire::OpenConnections;
pub(crate) use work::Work;
