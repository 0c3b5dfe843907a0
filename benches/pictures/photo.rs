//! A synthetic photo, always the same: falling light, shapes with edges, texture at several sizes, and grain.

use std::error::Error;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// The sizes of texture in pixels, and their strengths.
const TEXTURE: [(u32, i32); 5] = [(700, 44), (180, 26), (60, 14), (17, 8), (5, 5)];
/// The width of shapes with edges, in pixels.
const SHAPE: u32 = 330;

/// Returns the JPEG file: 4:2:0 at quality 92, as cameras write it.
pub(crate) fn jpeg(width: u16, height: u16) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            pixels.extend(pixel(x, y, height.into()));
        }
    }
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 92);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(&pixels, width, height, ColorType::Rgb)?;
    Ok(file)
}

fn pixel(x: u32, y: u32, height: u32) -> [u8; 3] {
    // Slanted houses under a sky that gets darker upwards.
    let column = (x + y / 7) / SHAPE;
    let roof = height / 4 + u32::from(chance(column, 0, 1)) * height / 512;
    let is_sky = y < roof;
    let window = !is_sky && (x + y / 7) % SHAPE / 40 % 2 == 1 && y / 66 % 2 == 1;
    let base = match (is_sky, window) {
        (true, _) => [90, 130, 190].map(|value| value + whole(y * 60 / height)),
        (false, true) => [38, 44, 58],
        (false, false) => [2, 3, 4].map(|salt| 70 + i32::from(chance(column, salt, 2)) / 2),
    };
    let strength = if is_sky { 4 } else { 1 };
    let texture: i32 = TEXTURE.iter().zip(10..).map(|((size, most), salt)| wave(x, y, *size, salt) * most / 256 / strength).sum();
    let grain = i32::from(chance(x, y, 9)) * 19 / 256 - 9;
    base.map(|value| u8::try_from((value + texture + grain).clamp(0, 255)).unwrap_or(u8::MAX))
}

/// Returns a value between -128 and 127 that changes slowly, over a number of pixels.
fn wave(x: u32, y: u32, size: u32, salt: u32) -> i32 {
    let (column, row, right, down) = (x / size, y / size, whole(x % size), whole(y % size));
    let size = whole(size);
    let corner = |column, row| i32::from(chance(column, row, salt)) - 128;
    let across = |row| (corner(column, row) * (size - right) + corner(column + 1, row) * right) / size;
    (across(row) * (size - down) + across(row + 1) * down) / size
}

/// Returns a byte that depends only on the place.
fn chance(x: u32, y: u32, salt: u32) -> u8 {
    let mut mixed = x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77) ^ salt.wrapping_mul(0xc2b2_ae3d);
    mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x2c1b_3c6d);
    mixed = (mixed ^ (mixed >> 12)).wrapping_mul(0x297a_2d39);
    (mixed ^ (mixed >> 15)).to_le_bytes()[1]
}

fn whole(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
