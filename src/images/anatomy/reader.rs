//! Reads bytes one after another and never beyond their end.

use super::Broken;

/// It breaks off.
pub(super) const ENDS: Broken = Broken("It breaks off before its end.");

/// A place in a file.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The beginning of a file.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// So many bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Broken> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(ENDS)?;
        self.rest = rest;
        Ok(taken)
    }

    /// So many bytes, as an array.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(ENDS)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// One byte.
    pub(super) fn byte(&mut self) -> Result<u8, Broken> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    /// Two bytes, the great one first.
    pub(super) fn be16(&mut self) -> Result<u16, Broken> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    /// Four bytes, the great one first.
    pub(super) fn be32(&mut self) -> Result<u32, Broken> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// Two bytes, the small one first.
    pub(super) fn le16(&mut self) -> Result<u16, Broken> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// Three bytes, the small one first.
    pub(super) fn le24(&mut self) -> Result<u32, Broken> {
        let [low, middle, high] = self.array()?;
        Ok(u32::from_le_bytes([low, middle, high, 0]))
    }

    /// Four bytes, the small one first.
    pub(super) fn le32(&mut self) -> Result<u32, Broken> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// A length of four bytes, as it counts memory.
    pub(super) fn length(number: u32) -> Result<usize, Broken> {
        usize::try_from(number).map_err(|_| ENDS)
    }
}
