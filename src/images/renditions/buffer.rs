//! Memory for the pixels of a picture.

use std::ops::{Deref, DerefMut};

use memmap2::MmapMut;

/// Bytes in memory. Many of them are given back to the system as soon as they are dropped, where the allocator would keep them for
/// a while beside what comes next: a decoded picture, its rendition, and what encodes it, are never held together then.
#[derive(Debug)]
pub(super) enum Buffer {
    /// As the allocator gives it.
    Shared(Vec<u8>),
    /// In pages of its own.
    Own(MmapMut),
}

impl Buffer {
    /// From so many bytes on, pixels have pages of their own.
    pub(super) const LARGE: usize = 8 * 1024 * 1024;

    /// So many zeros; none where there is no memory.
    pub(super) fn zeroed(length: usize) -> Option<Self> {
        if length < Self::LARGE { Some(Self::Shared(vec![0; length])) } else { MmapMut::map_anon(length).ok().map(Self::Own) }
    }

    /// The bytes as a vector; those that have pages of their own are copied.
    pub(super) fn into_vec(self) -> Vec<u8> {
        match self {
            Self::Shared(bytes) => bytes,
            Self::Own(pages) => pages.to_vec(),
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
            Self::Own(pages) => pages,
        }
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Shared(bytes) => bytes,
            Self::Own(pages) => pages,
        }
    }
}
