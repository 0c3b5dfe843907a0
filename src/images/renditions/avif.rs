//! Decodes AVIF to 8-bit pixels with dav1d.

use dav1d::{Decoder, PixelLayout, PlanarImageComponent, Settings};
use moxcms::{CicpColorPrimaries, CicpProfile, ColorProfile, MatrixCoefficients, TransferCharacteristics};

use super::super::container::Coded;
use super::decode::{Decoded, Pixels, Unreadable};

/// The weights of the colour differences in the colours, in 65,536ths (ITU-T H.273, table 4). Their order is: red difference in
/// red, blue difference in green, red difference in green, blue difference in blue.
type Weights = [i64; 4];
const BT_709: Weights = [103_206, 12_276, 30_679, 121_609];
const BT_601: Weights = [91_881, 22_554, 46_802, 116_130];
const BT_2020: Weights = [96_639, 10_784, 37_444, 123_299];

/// The colour codes of a file that declares none: sRGB with the matrix of BT.601 and full range (ISO/IEC 23000-22, 7.3.6.4).
const PLAIN: ([u16; 3], bool) = ([1, 13, 6], true);

/// Decodes a file.
pub(super) fn decode(file: &[u8]) -> Result<Decoded, Unreadable> {
    let found = Coded::of(file).map_err(|broken| Unreadable::because(broken.0))?;
    let size = (found.width, found.height);
    let color = picture(found.color, size)?;
    let (codes, full) = found.nclx.unwrap_or(PLAIN);
    let mut bytes = colors(&color, codes[2], full)?;
    drop(color);
    let alpha = found.alpha.is_some();
    if let Some(alpha) = found.alpha {
        let alpha = picture(alpha, size)?;
        let samples = Samples::of(&alpha, PlanarImageComponent::Y, true)?;
        bytes = with_alpha(&bytes, &samples, usize::try_from(size.0).map_err(Unreadable::because)?, found.premultiplied);
    }
    let profile = found.profile.or_else(|| profile(codes));
    Ok(Decoded { pixels: Pixels { width: size.0, height: size.1, alpha, bytes: bytes.into() }, profile })
}

/// Decodes one image, which must have the declared size.
fn picture(coded: Vec<u8>, (width, height): (u32, u32)) -> Result<dav1d::Picture, Unreadable> {
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_frame_size_limit(width.saturating_mul(height));
    let mut decoder = Decoder::with_settings(&settings).map_err(Unreadable::because)?;
    match decoder.send_data(coded, None, None, None) {
        Err(error) if !error.is_again() => return Err(Unreadable::because(error)),
        _ => {}
    }
    let picture = decoder.get_picture().map_err(Unreadable::because)?;
    let fits = (picture.width(), picture.height()) == (width, height);
    if fits { Ok(picture) } else { Err(Unreadable::because("the size of the image differs from the declared size")) }
}

/// The colour profile for CICP codes; `None` if the profile is sRGB or unknown.
fn profile([primaries, transfer, _]: [u16; 3]) -> Option<Vec<u8>> {
    // Unspecified values, BT.709 and similar ones are displayed as sRGB everywhere.
    if matches!(primaries, 1 | 2) && matches!(transfer, 1 | 2 | 6 | 13 | 14 | 15) {
        return None;
    }
    let code = |code: u16| u8::try_from(code).ok();
    let codes = CicpProfile {
        color_primaries: CicpColorPrimaries::try_from(code(primaries)?).ok()?,
        transfer_characteristics: TransferCharacteristics::try_from(code(transfer)?).ok()?,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    };
    ColorProfile::new_from_cicp(codes).encode().ok()
}

/// A plane of samples. Brightness is scaled to 0 to 255 and differences are centred on 0, both in 65,536ths.
struct Samples {
    plane: dav1d::Plane,
    stride: usize,
    wide: bool,
    black: i64,
    middle: i64,
    brightness: i64,
    difference: i64,
}

impl Samples {
    fn of(picture: &dav1d::Picture, component: PlanarImageComponent, full: bool) -> Result<Self, Unreadable> {
        let depth = picture.bit_depth();
        let deeper = u32::try_from(depth).ok().and_then(|depth| depth.checked_sub(8)).filter(|deeper| *deeper <= 4);
        let deeper = deeper.ok_or_else(|| Unreadable::because("the bit depth of the image is not supported"))?;
        let most = (256_i64 << deeper) - 1;
        let of = |range: i64| (255 << 16) / range;
        let (black, brightness, difference) =
            if full { (0, of(most), of(most)) } else { (16 << deeper, of(219 << deeper), of(224 << deeper)) };
        let stride = usize::try_from(picture.stride(component)).map_err(Unreadable::because)?;
        let middle = 128 << deeper;
        Ok(Self { plane: picture.plane(component), stride, wide: deeper > 0, black, middle, brightness, difference })
    }

    fn at(&self, x: usize, y: usize) -> i64 {
        let plane: &[u8] = self.plane.as_ref();
        if self.wide {
            let at = y * self.stride + x * 2;
            plane.get(at..at + 2).map_or(0, |both| both.iter().rev().fold(0, |value, byte| value << 8 | i64::from(*byte)))
        } else {
            plane.get(y * self.stride + x).copied().unwrap_or_default().into()
        }
    }

    fn brightness(&self, x: usize, y: usize) -> i64 {
        (self.at(x, y) - self.black) * self.brightness
    }

    fn difference(&self, x: usize, y: usize) -> i64 {
        (self.at(x, y) - self.middle) * self.difference
    }
}

fn colors(picture: &dav1d::Picture, matrix: u16, full: bool) -> Result<Vec<u8>, Unreadable> {
    let (half_across, half_down) = match picture.pixel_layout() {
        PixelLayout::I420 => (1, 1),
        PixelLayout::I422 => (1, 0),
        PixelLayout::I444 | PixelLayout::I400 => (0, 0),
    };
    let side = |length: u32| usize::try_from(length).map_err(Unreadable::because);
    let (width, height) = (side(picture.width())?, side(picture.height())?);
    let luma = Samples::of(picture, PlanarImageComponent::Y, full)?;
    let mut bytes = Vec::with_capacity(width * height * 3);
    if picture.pixel_layout() == PixelLayout::I400 {
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            bytes.extend([byte(luma.brightness(x, y)); 3]);
        }
        return Ok(bytes);
    }
    let blue = Samples::of(picture, PlanarImageComponent::U, full)?;
    let red = Samples::of(picture, PlanarImageComponent::V, full)?;
    let [to_red, blue_to_green, red_to_green, to_blue] = match matrix {
        1 => BT_709,
        9 | 10 => BT_2020,
        _ => BT_601,
    };
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let (across, down) = (x >> half_across, y >> half_down);
        if matrix == 0 {
            bytes.extend([red.brightness(across, down), luma.brightness(x, y), blue.brightness(across, down)].map(byte));
            continue;
        }
        let (light, blue, red) = (luma.brightness(x, y), blue.difference(across, down), red.difference(across, down));
        let green = light - ((blue * blue_to_green + red * red_to_green) >> 16);
        bytes.extend([light + ((red * to_red) >> 16), green, light + ((blue * to_blue) >> 16)].map(byte));
    }
    Ok(bytes)
}

fn with_alpha(colors: &[u8], alpha: &Samples, width: usize, premultiplied: bool) -> Vec<u8> {
    let (pixels, _) = colors.as_chunks::<3>();
    let width = width.max(1);
    let mut bytes = Vec::with_capacity(pixels.len() * 4);
    for (at, pixel) in pixels.iter().enumerate() {
        let opaque = byte(alpha.brightness(at % width, at / width));
        let divided = |value: u8| u8::try_from(u32::from(value) * 255 / u32::from(opaque.max(1))).unwrap_or(u8::MAX);
        bytes.extend(if premultiplied { pixel.map(divided) } else { *pixel });
        bytes.push(opaque);
    }
    bytes
}

/// Rounds a value in 65,536ths to a byte.
fn byte(value: i64) -> u8 {
    u8::try_from(((value + 32_768) >> 16).clamp(0, 255)).unwrap_or(u8::MAX)
}
