//! The demo newsroom.
