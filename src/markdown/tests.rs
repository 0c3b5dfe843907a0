//! Tests of the body: round trips, resistance to script injection, and Masthead's own notations.

mod attacks;
mod blocks;
mod notations;
mod round_trip;
mod units;
mod warned;

use serde_json::Value;

const ID: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

fn blocks(markdown: &str) -> Value {
    serde_json::to_value(super::render(markdown).blocks).unwrap()
}

fn types(markdown: &str) -> String {
    let blocks = blocks(markdown);
    blocks.as_array().unwrap().iter().map(|block| block["type"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}
