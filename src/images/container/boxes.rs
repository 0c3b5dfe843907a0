//! The boxes and tables in which AVIF stores items (ISO/IEC 14496-12 and 23008-12).

use super::Broken;
use super::reader::Reader;

/// The maximum number of items; more than any image needs.
const MAX_ITEMS: usize = 64;

const STRANGE: Broken = Broken("The image needs processing that is not supported.");

/// The type of a box, an item or a property.
pub(super) type Kind = [u8; 4];
/// A property of an item.
pub(super) type Property = (Kind, Vec<u8>);

/// Splits bytes into consecutive boxes.
fn boxes(bytes: &[u8]) -> Result<Vec<(Kind, &[u8])>, Broken> {
    let (mut reader, mut found) = (Reader::new(bytes), Vec::new());
    while !reader.rest().is_empty() {
        let (size, kind): (u32, Kind) = (reader.be32()?, reader.array()?);
        let content = match size {
            0 => reader.take(reader.rest().len())?,
            1 => {
                let size = u64::from_be_bytes(reader.array()?).checked_sub(16).ok_or(Broken("A box has an invalid size."))?;
                reader.take(usize::try_from(size).map_err(|_| Broken("A box is larger than the file."))?)?
            }
            _ => reader.take(Reader::length(size)?.checked_sub(8).ok_or(Broken("A box has an invalid size."))?)?,
        };
        found.push((kind, content));
        if found.len() > 4 * MAX_ITEMS {
            return Err(Broken("The file has too many boxes."));
        }
    }
    Ok(found)
}

fn find<'a>(boxes: &[(Kind, &'a [u8])], kind: Kind) -> Result<&'a [u8], Broken> {
    boxes.iter().find(|(one, _)| *one == kind).map(|(_, content)| *content).ok_or(Broken("The file lacks a required box."))
}

/// Reads a number of two bytes, or of four if `wide`.
fn number(reader: &mut Reader<'_>, wide: bool) -> Result<u32, Broken> {
    if wide { reader.be32() } else { reader.be16().map(u32::from) }
}

/// Reads the version at the start of a full box.
fn version(reader: &mut Reader<'_>) -> Result<u8, Broken> {
    let [version, ..] = reader.array::<4>()?;
    Ok(version)
}

/// The tables of a file.
pub(super) struct Tables<'a> {
    file: &'a [u8],
    data: &'a [u8],
    items: Vec<(u32, Kind)>,
    places: Vec<ItemLocation>,
    /// References between items: type, source and target.
    pub(super) references: Vec<(Kind, u32, u32)>,
    properties: Vec<(Kind, &'a [u8])>,
    /// Associations of properties: the item, the number of the property (from 1), and whether the property is essential.
    associations: Vec<(u32, usize, bool)>,
}

/// The location of a part of an item: in the file or, if `inside`, in the table's own data.
struct ItemLocation {
    item: u32,
    inside: bool,
    from: u64,
    length: u64,
}

impl<'a> Tables<'a> {
    pub(super) fn of(file: &'a [u8]) -> Result<(Self, u32), Broken> {
        let mut meta = Reader::new(find(&boxes(file)?, *b"meta")?);
        meta.be32()?;
        let meta = boxes(meta.rest())?;
        let properties = boxes(find(&meta, *b"iprp")?)?;
        let tables = Self {
            file,
            data: find(&meta, *b"idat").unwrap_or_default(),
            items: items(find(&meta, *b"iinf")?)?,
            places: places(find(&meta, *b"iloc")?)?,
            references: find(&meta, *b"iref").map_or_else(|_| Ok(Vec::new()), references)?,
            associations: associations(find(&properties, *b"ipma")?)?,
            properties: boxes(find(&properties, *b"ipco")?)?,
        };
        let mut primary = Reader::new(find(&meta, *b"pitm")?);
        let wide = version(&mut primary)? > 0;
        Ok((tables, number(&mut primary, wide)?))
    }

    pub(super) fn kind(&self, item: u32) -> Option<Kind> {
        self.items.iter().find(|(id, _)| *id == item).map(|(_, kind)| *kind)
    }

    pub(super) fn content(&self, item: u32) -> Result<Vec<u8>, Broken> {
        let mut content = Vec::new();
        for place in self.places.iter().filter(|place| place.item == item) {
            let all = if place.inside { self.data } else { self.file };
            let from = usize::try_from(place.from).ok().and_then(|from| all.get(from..));
            let from = from.ok_or(Broken("The file is truncated before its pixels."))?;
            let length = if place.length == 0 { from.len() } else { usize::try_from(place.length).unwrap_or(usize::MAX) };
            content.extend_from_slice(from.get(..length).ok_or(Broken("The file is truncated."))?);
            if content.len() > self.file.len() {
                return Err(Broken("The file refers to the same bytes too often."));
            }
        }
        Ok(content)
    }

    /// The properties needed to decode and display an item, one of each kind.
    pub(super) fn properties(&self, item: u32) -> Result<Vec<Property>, Broken> {
        let mut kept: Vec<Property> = Vec::new();
        for (_, number, essential) in self.associations.iter().filter(|(id, ..)| *id == item) {
            let Some((kind, content)) = number.checked_sub(1).and_then(|place| self.properties.get(place)) else { continue };
            let profile = *kind == *b"colr" && matches!(content.get(..4), Some(b"prof" | b"rICC"));
            let same = |(other, before): &Property| {
                other == kind && before.get(..4) == content.get(..4).filter(|_| *kind == *b"colr").or(before.get(..4))
            };
            let length = match kind {
                b"ispe" => 12,
                // The rest is repeated in the coded pixels.
                b"av1C" => 4,
                b"irot" | b"imir" => 1,
                b"colr" if profile => content.len(),
                b"colr" if content.starts_with(b"nclx") => 11,
                b"pixi" => 5 + usize::from(content.get(4).copied().unwrap_or_default().min(4)),
                b"auxC" => content.iter().skip(4).position(|byte| *byte == 0).map_or(content.len(), |end| 4 + end + 1),
                _ if *essential => return Err(STRANGE),
                _ => continue,
            };
            if !kept.iter().any(same) {
                kept.push((*kind, content.get(..length).ok_or(Broken("A property is truncated."))?.to_vec()));
            }
        }
        Ok(kept)
    }

    /// The item that holds the opacity of another item.
    pub(super) fn alpha_of(&self, primary: u32) -> Result<Option<(u32, Vec<Property>)>, Broken> {
        for (_, from, _) in self.references.iter().filter(|(kind, _, to)| kind == b"auxl" && *to == primary) {
            if self.kind(*from) != Some(*b"av01") {
                continue;
            }
            let properties = self.properties(*from)?;
            let names = [b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0".as_slice(), b"urn:mpeg:hevc:2015:auxid:1\0"];
            if properties.iter().any(|(kind, content)| kind == b"auxC" && names.contains(&content.get(4..).unwrap_or_default())) {
                return Ok(Some((*from, properties)));
            }
        }
        Ok(None)
    }

    pub(super) fn exif(&self) -> Option<Vec<u8>> {
        let (item, _) = self.items.iter().find(|(_, kind)| kind == b"Exif")?;
        let content = self.content(*item).ok()?;
        let (skipped, rest) = content.split_first_chunk::<4>()?;
        rest.get(usize::try_from(u32::from_be_bytes(*skipped)).ok()?..).map(<[u8]>::to_vec)
    }
}

fn items(table: &[u8]) -> Result<Vec<(u32, Kind)>, Broken> {
    let mut reader = Reader::new(table);
    let wide = version(&mut reader)? > 0;
    number(&mut reader, wide)?;
    let mut items = Vec::new();
    for (_, entry) in boxes(reader.rest())?.into_iter().filter(|(kind, _)| kind == b"infe") {
        let mut reader = Reader::new(entry);
        let version = version(&mut reader)?;
        if version < 2 {
            continue;
        }
        let id = number(&mut reader, version > 2)?;
        reader.be16()?;
        items.push((id, reader.array()?));
    }
    Ok(items)
}

fn places(table: &[u8]) -> Result<Vec<ItemLocation>, Broken> {
    let mut reader = Reader::new(table);
    let version = version(&mut reader)?;
    let [sizes, more] = reader.array()?;
    let (offset, length, base, index) = (sizes >> 4, sizes & 15, more >> 4, if version > 0 { more & 15 } else { 0 });
    let mut places = Vec::new();
    for _ in 0..number(&mut reader, version > 1)? {
        let item = number(&mut reader, version > 1)?;
        let method = if version > 0 { reader.be16()? & 15 } else { 0 };
        if method > 1 || reader.be16()? != 0 {
            return Err(Broken("The pixels are stored outside the file."));
        }
        let base = sized(&mut reader, base)?;
        for _ in 0..reader.be16()? {
            sized(&mut reader, index)?;
            let from = base.checked_add(sized(&mut reader, offset)?).ok_or(Broken("An offset is outside the file."))?;
            places.push(ItemLocation { item, inside: method == 1, from, length: sized(&mut reader, length)? });
            if places.len() > MAX_ITEMS {
                return Err(Broken("The pixels are split into too many pieces."));
            }
        }
    }
    Ok(places)
}

fn sized(reader: &mut Reader<'_>, bytes: u8) -> Result<u64, Broken> {
    match bytes {
        0 => Ok(0),
        4 => reader.be32().map(u64::from),
        8 => Ok(u64::from_be_bytes(reader.array()?)),
        _ => Err(Broken("A table has numbers of an unsupported size.")),
    }
}

fn references(table: &[u8]) -> Result<Vec<(Kind, u32, u32)>, Broken> {
    let mut reader = Reader::new(table);
    let wide = version(&mut reader)? > 0;
    let mut found = Vec::new();
    for (kind, content) in boxes(reader.rest())? {
        let mut reader = Reader::new(content);
        let from = number(&mut reader, wide)?;
        for _ in 0..reader.be16()? {
            found.push((kind, from, number(&mut reader, wide)?));
        }
        if found.len() > 4 * MAX_ITEMS {
            return Err(Broken("The file has too many references."));
        }
    }
    Ok(found)
}

fn associations(table: &[u8]) -> Result<Vec<(u32, usize, bool)>, Broken> {
    let mut reader = Reader::new(table);
    let [version, .., flags] = reader.array::<4>()?;
    let mut found = Vec::new();
    for _ in 0..reader.be32()? {
        let item = number(&mut reader, version > 0)?;
        for _ in 0..reader.byte()? {
            let (property, essential) = if flags & 1 == 1 {
                let both = reader.be16()?;
                (both & 0x7fff, both >> 15)
            } else {
                let both = u16::from(reader.byte()?);
                (both & 0x7f, both >> 7)
            };
            found.push((item, usize::from(property), essential == 1));
        }
        if found.len() > 16 * MAX_ITEMS {
            return Err(Broken("The file has too many properties."));
        }
    }
    Ok(found)
}
