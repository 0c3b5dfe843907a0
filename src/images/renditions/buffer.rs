//! Memory for the pixels of a picture.

use std::ops::{Deref, DerefMut};

use memmap2::MmapMut;

use super::decode::Unreadable;

/// From so many bytes on, pixels have pages of their own.
const LARGE: usize = 8 * 1024 * 1024;

/// Bytes in memory. Many of them are given back to the system as soon as they are dropped, where the allocator would keep them for
/// a while beside what comes next: a decoded picture, its rendition, and what encodes it, are never held together then.
#[derive(Debug)]
pub(super) enum Buffer {
    /// As the allocator gives it.
    Shared(Vec<u8>),
    /// In pages of its own, of which so many bytes are used.
    Own(MmapMut, usize),
}

impl Buffer {
    /// So many zeros.
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

    /// Forgets what comes after so many bytes.
    pub(super) fn truncate(&mut self, length: usize) {
        match self {
            Self::Shared(bytes) => bytes.truncate(length),
            Self::Own(_, used) => *used = length.min(*used),
        }
    }

    /// The bytes as a vector; those that have pages of their own are copied.
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
