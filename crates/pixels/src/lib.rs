//! Pixel operations: scaling, drawing, pixel formats, JPEG encoding, and the planes of a WebP.
//!
//! Most of this code is generic, so it is compiled with the optimisation level of the crate that calls it. The main program is compiled for
//! size, which makes such code up to two and a half times slower. The callers therefore live in this crate, which is compiled for speed.
//!
//! Pixels are stored in rows from top to bottom and from left to right, with one byte each for red, green, blue and, in RGBA, alpha. Errors
//! are sentences that state the reason.

mod drawing;
mod jpeg;
mod kinds;
mod planes;
mod scale;

pub use drawing::{blend, halve};
pub use jpeg::jpeg;
pub use kinds::{color_greys, drop_alpha, lay_on_white, narrow};
pub use planes::Planes;
pub use scale::{Part, scale};
