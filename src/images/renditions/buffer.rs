//! Memory for pixels.

use std::ops::{Deref, DerefMut};

use memmap2::MmapMut;

use super::decode::Unreadable;

/// The size from which a buffer has memory pages of its own, in bytes.
const LARGE: usize = 8 * 1024 * 1024;

/// A buffer of bytes. A large buffer returns its memory to the system as soon as it is dropped, while the allocator might keep it for some
/// time. Therefore a decoded image, its rendition and the encoder's memory are never held at the same time.
#[derive(Debug)]
pub(super) enum Buffer {
    /// Memory from the allocator.
    Shared(Vec<u8>),
    /// Memory pages of its own, and the number of bytes in use.
    Own(MmapMut, usize),
}

impl Buffer {
    /// Allocates a number of zero bytes.
    pub(super) fn zeroed(length: u64) -> Result<Self, Unreadable> {
        let length = usize::try_from(length).map_err(|_| Unreadable::NoMemory)?;
        if length >= LARGE {
            return MmapMut::map_anon(length).map(|pages| Self::Own(pages, length)).map_err(|_| Unreadable::NoMemory);
        }
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(|_| Unreadable::NoMemory)?;
        bytes.resize(length, 0);
        Ok(Self::Shared(bytes))
    }

    /// Shortens the buffer to a number of bytes.
    pub(super) fn truncate(&mut self, length: usize) {
        match self {
            Self::Shared(bytes) => bytes.truncate(length),
            Self::Own(_, used) => *used = length.min(*used),
        }
    }

    /// Converts the buffer to a vector; bytes in pages of their own are copied.
    pub(super) fn into_vec(self) -> Vec<u8> {
        match self {
            Self::Shared(bytes) => bytes,
            Self::Own(..) => self.to_vec(),
        }
    }
}

impl From<Vec<u8>> for Buffer {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Shared(bytes)
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Shared(bytes) => bytes,
            Self::Own(pages, used) => &pages[..*used],
        }
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Shared(bytes) => bytes,
            Self::Own(pages, used) => &mut pages[..*used],
        }
    }
}
