//! A byte reader that never reads beyond the end.

use super::Broken;

/// The error for a truncated file.
pub(super) const ENDS: Broken = Broken("The file is truncated.");

/// A position in a file.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the beginning of the bytes.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The bytes that have not been read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Reads a number of bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Broken> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(ENDS)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Reads `N` bytes as an array.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(ENDS)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// Reads one byte.
    pub(super) fn byte(&mut self) -> Result<u8, Broken> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    /// Reads two bytes in big-endian order.
    pub(super) fn be16(&mut self) -> Result<u16, Broken> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    /// Reads four bytes in big-endian order.
    pub(super) fn be32(&mut self) -> Result<u32, Broken> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// Reads two bytes in little-endian order.
    pub(super) fn le16(&mut self) -> Result<u16, Broken> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// Reads three bytes in little-endian order.
    pub(super) fn le24(&mut self) -> Result<u32, Broken> {
        let [low, middle, high] = self.array()?;
        Ok(u32::from_le_bytes([low, middle, high, 0]))
    }

    /// Reads four bytes in little-endian order.
    pub(super) fn le32(&mut self) -> Result<u32, Broken> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Converts a length of four bytes to `usize`.
    pub(super) fn length(number: u32) -> Result<usize, Broken> {
        usize::try_from(number).map_err(|_| ENDS)
    }
}
