//! The foundation of the tests: a world for each test, on both engines; clients; and the contract that every response must meet.

mod answer;
mod bucket;
mod builders;
mod checker;
mod client;
mod contract;
mod engines;
mod mail;
mod world;

pub(crate) use answer::{Answer, decoded};
pub(crate) use bucket::{Bucket, Weather};
pub(crate) use builders::{encoded, jpeg};
pub(crate) use checker::OpinionServer;
pub(crate) use client::{Client, Part};
pub(crate) use contract::{Contract, Operation};
pub(crate) use engines::{Database, Engine, Held, has_postgres};
pub(crate) use mail::{Mail, Mood, SmtpServer, free_port};
pub(crate) use world::{BEGINNING, CANARY, Media, Node, PASSWORD, Role, World, config, run, run_with};

/// Declares a test of the API that runs on both engines: `api_test!(name, async |world| { … })`.
macro_rules! api_test {
    ($name:ident, async |$world:ident| $body:block) => {
        mod $name {
            use super::*;

            async fn scenario($world: &World) {
                $body
            }

            #[test]
            fn sqlite() {
                $crate::support::run($crate::support::Engine::Sqlite, scenario);
            }

            #[test]
            fn postgres() {
                $crate::support::run($crate::support::Engine::Postgres, scenario);
            }
        }
    };
}

/// The same for tests with files: also runs with the media store in a bucket.
macro_rules! media_test {
    ($name:ident, async |$world:ident| $body:block) => {
        mod $name {
            use super::*;

            async fn scenario($world: &World) {
                $body
            }

            #[test]
            fn sqlite() {
                $crate::support::run($crate::support::Engine::Sqlite, scenario);
            }

            #[test]
            fn postgres() {
                $crate::support::run($crate::support::Engine::Postgres, scenario);
            }

            #[test]
            fn sqlite_and_bucket() {
                $crate::support::run_with($crate::support::Engine::Sqlite, $crate::support::Media::Bucket, scenario);
            }

            #[test]
            fn postgres_and_bucket() {
                $crate::support::run_with($crate::support::Engine::Postgres, $crate::support::Media::Bucket, scenario);
            }
        }
    };
}

pub(crate) use {api_test, media_test};
