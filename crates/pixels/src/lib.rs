//! What is done with every pixel of a picture: another size, another kind, the bytes of a JPEG, and the planes that a WebP is made of.
//!
//! Much of it is generic, and so is compiled with whoever calls it and as that is: the program, which is compiled to be small, and
//! takes up to two and a half times as long then. So its callers are here, in a crate of its own, which is compiled to be fast.
//!
//! Pixels are rows from the top and the left, of red, green, blue and, where that is said, how opaque they are, a byte each. What
//! fails says why in a sentence.

mod jpeg;
mod kinds;
mod planes;
mod scale;

pub use jpeg::jpeg;
pub use kinds::{color_greys, drop_alpha, lay_on_white, narrow};
pub use planes::Planes;
pub use scale::{Part, scale};
