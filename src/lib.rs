//! Masthead, a headless CMS for newsrooms and blogs: the map of the house.
//!
//! - What it is made of: [`app`] (everything one process holds), [`config`] (settings), [`cli`] (commands), `log`,
//!   `background` (the loops beside the answering), `threads` (priorities), `nodes` (the servers on one database),
//!   `housekeeping` (what is done every minute), `scrub` (taking what was erased out of the files), [`clock`].
//! - `demo`: the newsroom that `serve --demo` fills in; `seed`: the one that speed is measured on.
//! - Rooms, one for each resource: `articles`, `authors`, `taxonomy` (sections, tags), `collections`, `images`,
//!   `comments`, `newsletter`, `ads`, `redirects`, `former_slugs` (what sections, tags and authors were called), `pages` (whole ones, for readers), `feeds`, `site`, `users`, `audit`, `batch`, `fields` (of one's own); in each, a thing's own page holds row, draft and
//!   view, `queries.rs` all its SQL, `handlers.rs` its operations over HTTP.
//! - What rooms stand on: `db` (all knowledge of Diesel), `http` (all knowledge of actix), `input` (what clients send),
//!   `markdown` (an article's body), `events` (one row per change), `jobs` (what is still to be done outside the
//!   database), `mail`, `outbound` (requests to other servers), `error`, `secrets`, `visitors` (who was seen lately, without knowing who).
//! - What binds them: `routes` (every resource, a line each) and `openapi` (the document, made from the same code).

mod ads;
pub mod app;
mod articles;
mod audit;
mod authors;
mod background;
mod batch;
pub mod cli;
pub mod clock;
mod collections;
mod comments;
pub mod config;
mod db;
mod demo;
mod error;
mod events;
mod feeds;
mod fields;
mod former_slugs;
mod housekeeping;
mod http;
mod images;
mod input;
mod jobs;
mod links;
mod log;
mod mail;
mod markdown;
mod newsletter;
mod nodes;
pub mod openapi;
mod outbound;
mod pages;
mod redirects;
mod routes;
mod schema;
mod scrub;
mod secrets;
mod seed;
mod site;
mod taxonomy;
mod threads;
mod users;
mod visitors;
