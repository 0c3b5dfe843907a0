//! The images of the demo newsroom: drawn by the program, always the same, and free to use.

mod canvas;
mod portraits;
mod scenery;
mod town;
mod waterside;

use canvas::Canvas;
use portraits::{Face, SIDE, Style};
use scenery::{HEIGHT, WIDTH};

/// Draws the image with this name; returns `None` if there is none.
pub(super) fn draw(name: &str) -> Option<Result<Vec<u8>, String>> {
    let seed = name.bytes().fold(17_u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(u32::from(byte)));
    if let Some(face) = face(name) {
        let mut canvas = Canvas::new(SIDE, SIDE, seed);
        portraits::portrait(&mut canvas, &face);
        return Some(canvas.jpeg());
    }
    let scene = scene(name)?;
    let mut canvas = Canvas::new(WIDTH, HEIGHT, seed);
    scene(&mut canvas);
    Some(canvas.jpeg())
}

/// Checks whether there is an image with this name.
#[cfg(test)]
pub(super) fn knows(name: &str) -> bool {
    face(name).is_some() || scene(name).is_some()
}

fn scene(name: &str) -> Option<fn(&mut Canvas)> {
    Some(match name {
        "harbour-dawn" => waterside::harbour_dawn,
        "ferry-night" => waterside::ferry_night,
        "silo" => town::silo,
        "chamber" => town::chamber,
        "eelgrass" => waterside::eelgrass,
        "bakery" => town::bakery,
        "lighthouse" => waterside::lighthouse,
        "regatta" => waterside::regatta,
        "cranes" => waterside::cranes,
        "tram" => town::tram,
        "benches" => waterside::benches,
        "pump-house" => town::pump_house,
        "floodgate" => waterside::floodgate,
        "stage" => town::stage,
        "fish-market" => town::fish_market,
        "bell" => town::bell,
        "pitch" => town::pitch,
        "kitchen" => town::kitchen,
        "swimmers" => waterside::swimmers,
        _ => return None,
    })
}

fn face(name: &str) -> Option<Face> {
    let (wall, skin, hair, coat, style, glasses) = match name {
        "ines-calloway" => ((0x00b9_d2d6, 0x007f_a6b0), 0x00d9_a883, 0x005a_3520, 0x0027_4a63, Style::Long, false),
        "tomas-brandt" => ((0x00d8_cdb8, 0x00a8_9880), 0x00e3_b899, 0x008a_6a48, 0x0034_4436, Style::Beard, false),
        "priya-nambiar" => ((0x00d9_e2c8, 0x009c_b48a), 0x00a8_714c, 0x0019_1516, 0x00a0_3c4c, Style::Knot, true),
        "rowan-achterberg" => ((0x00e0_cfd8, 0x00b0_90a4), 0x00ee_c6aa, 0x00b4_5a2a, 0x004a_3a66, Style::Short, true),
        "delphine-okoro" => ((0x00f0_dcb0, 0x00cf_a866), 0x0075_4a30, 0x0016_1214, 0x0024_5a52, Style::Full, false),
        _ => return None,
    };
    Some(Face { wall, skin, hair, coat, style, glasses })
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn a_picture_is_always_the_same_and_small() {
        let first = draw("ines-calloway").unwrap().unwrap();
        assert_eq!(draw("ines-calloway").unwrap().unwrap(), first);
        assert!(first.len() < 300 * 1024);
        assert!(draw("nobody").is_none());
    }
}
