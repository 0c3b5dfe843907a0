//! Everything that depends on actix: reading requests, authentication, and writing responses.
//!
//! Invariants: every error is sent as a problem document; a public response has the same bytes for every caller; a response that needed
//! a token is `private, no-store`.

mod address;
mod answer;
mod body;
mod cache;
mod cache_control;
mod caller;
mod change;
mod compress;
mod conditional;
mod cors;
mod dispatch;
mod document;
mod edited;
mod entity_tag;
mod file;
mod forms;
mod gate;
mod head;
mod health;
mod idempotency;
mod kept;
mod limits;
mod methods;
mod metrics;
mod middleware;
mod mount;
mod pages;
pub(crate) mod parameters;
mod problems;
mod request;
mod request_transaction;
mod serve;
mod trial;
mod tus;
mod unexpected_body;
mod unit_of_work;
mod upload;
mod wire;

pub(crate) use address::limited_as;
pub(crate) use answer::{
    Serialized, Tags, created, csv_attachment, editor, editor_page, lead_to_page, moved, no_content, private, private_selected, public,
    public_document, public_page, public_selected, public_written,
};
pub(crate) use body::{Body, MAX_JSON_BODY, OptionalBody};
pub(crate) use cache::Cache;
pub(crate) use change::change;
pub(crate) use conditional::{Precondition, Stale, stale_version};
pub(crate) use cors::RefusedOrigins;
pub(crate) use dispatch::{Dispatch, SubRequest};
pub(crate) use document::routes as document_routes;
pub(crate) use edited::{Edited, Either, PublicOr, Versioned};
pub(crate) use file::{FileContent, Keeping, StoredFile, stored_file};
pub(crate) use forms::{OneClick, Sheet};
pub(crate) use gate::around;
pub(crate) use health::routes as health_routes;
pub(crate) use idempotency::{InFlight, MIN_GUEST_KEY, OfBatch, OfSession, forget_kept_answers};
pub(crate) use kept::{KeptOf, delete_responses_of_deleted};
pub(crate) use limits::{Limit, Limits};
pub(crate) use methods::Methods;
pub(crate) use metrics::Metrics;
pub(crate) use middleware::middleware;
pub(crate) use mount::{Mount, Services};
pub(crate) use pages::{MAX_PAGE, Page, length};
pub(crate) use parameters::{NoteParameter, PublishParameter, Selecting, ViewParameter, listing_parameters};
pub(crate) use problems::routes as problem_routes;
pub(crate) use request::Request;
pub(crate) use request_transaction::RequestTransaction;
pub(crate) use serve::{Bound, run as serve, server_on};
pub(crate) use trial::supports_dry_run;
pub(crate) use tus::{Piece, PieceContent, Progress, Received, TusVersion};
pub(crate) use unit_of_work::UnitOfWork;
pub(crate) use upload::{FormParts, ReceivedForm, Upload};
pub(crate) use wire::OpenConnections;
