//! Masthead, a headless CMS for newsrooms and blogs. An overview of the modules:
//!
//! - Program: [`app`] (the state of a process), [`config`] (settings), [`cli`] (commands), `log`, `background` (background loops),
//!   `threads` (priorities), `nodes` (the servers on one database), `housekeeping` (tasks that run every minute), `scrub` (removes
//!   deleted data from the files), [`clock`].
//! - Sample data: `demo` (the newsroom of `serve --demo`), `seed` (the newsroom of the benchmarks).
//! - Resources, one module each: `articles`, `authors`, `taxonomy` (sections, tags), `collections`, `images`, `comments`, `newsletter`,
//!   `ads`, `redirects`, `former_slugs` (earlier slugs of sections, tags and authors), `pages` (whole pages for readers), `feeds`,
//!   `site`, `users`, `audit`, `batch`, `fields` (custom fields). In each module, the file named after the resource has its row, draft
//!   and view, `queries.rs` all its SQL, and `handlers.rs` its HTTP operations.
//! - Foundation: `db` (everything that depends on Diesel), `http` (everything that depends on actix), `input` (validation of requests),
//!   `markdown` (article bodies), `events` (one row per change), `jobs` (work to be done outside the database), `mail`, `outbound`
//!   (requests to other servers), `error`, `secrets`, `visitors` (recent visitors, without their identity).
//! - Assembly: `routes` (all operations, one line per module) and `openapi` (the OpenAPI document, generated from the same code).

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
