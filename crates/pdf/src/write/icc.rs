//! Colour profiles: that of the output intent, RGB with the primaries of sRGB (IEC 61966-2-1) and a gamma of 2.2; and one for CMYK
//! pictures that do not say which inks they mean. ICC version 2.

/// The gamma of the RGB profile, as u8Fixed8.
const GAMMA: [u8; 2] = [0x02, 0x33];
/// Grid points for each ink: between them readers interpolate, and seven keep that within a step of 8 bits.
const GRID: u16 = 7;
/// Columns: the primaries of sRGB adapted to D50 with the Bradford matrix, as s15Fixed16.
const PRIMARIES: [[u32; 3]; 3] = [
    [0x0000_6FA2, 0x0000_38F5, 0x0000_0390],
    [0x0000_6299, 0x0000_B785, 0x0000_18DA],
    [0x0000_24A0, 0x0000_0F84, 0x0000_B6CF],
];
/// The D50 illuminant of the profile connection space, as s15Fixed16.
const WHITE: [u32; 3] = [0x0000_F6D6, 0x0001_0000, 0x0000_D32D];

/// A tag's signature and its data.
type Tag = (&'static [u8; 4], Vec<u8>);

/// The RGB profile's bytes, built once per file (about half a kilobyte).
pub fn rgb_profile() -> Vec<u8> {
    let gamma = [&b"curv\0\0\0\0\0\0\0\x01"[..], &GAMMA, &[0, 0]].concat();
    let [red, green, blue] = PRIMARIES;
    let mut tags = named(b"RGB, sRGB primaries, gamma 2.2\0");
    tags.extend([
        (b"rXYZ", xyz(red)),
        (b"gXYZ", xyz(green)),
        (b"bXYZ", xyz(blue)),
        (b"rTRC", gamma.clone()),
        (b"gTRC", gamma.clone()),
        (b"bTRC", gamma),
    ]);
    profile(b"mntrRGB XYZ ", tags)
}

/// A profile for CMYK pictures without one of their own: inks that mix as viewers without colour management show them, each light
/// `(1 - ink) (1 - black)` of the RGB profile. It is of class input, which needs one table alone (ICC.1:2001-04 §6.3.1.2).
pub fn cmyk_profile() -> Vec<u8> {
    // lut16Type (§6.5.7): four channels to three, no matrix, straight curves
    let mut table = b"mft2\0\0\0\0\x04\x03".to_vec();
    table.extend_from_slice(&[GRID.to_be_bytes()[1], 0]);
    for value in [1_u32, 0, 0, 0, 1, 0, 0, 0, 1] {
        table.extend_from_slice(&(value << 16).to_be_bytes());
    }
    table.extend_from_slice(&[0, 2, 0, 2]);
    table.extend_from_slice(&[0, 0, 0xFF, 0xFF].repeat(4));
    let light = |ink: u16, black: u16| {
        let share = |n: u16| 1.0 - f64::from(n) / f64::from(GRID - 1);
        share(ink) * share(black)
    };
    for cyan in 0..GRID {
        for magenta in 0..GRID {
            for yellow in 0..GRID {
                for black in 0..GRID {
                    let rgb = [light(cyan, black), light(magenta, black), light(yellow, black)];
                    for value in lab(rgb) {
                        table.extend_from_slice(&value.to_be_bytes());
                    }
                }
            }
        }
    }
    table.extend_from_slice(&[0, 0, 0xFF, 0xFF].repeat(3));
    let mut tags = named(b"CMYK, plain mixing\0");
    tags.push((b"A2B0", table));
    profile(b"scnrCMYKLab ", tags)
}

/// A light of the RGB profile as Lab in 16 bits (ICC.1:2001-04 §6.5.7 and annex A).
fn lab(rgb: [f64; 3]) -> [u16; 3] {
    let linear = rgb.map(|v| v * v * root(v, 5));
    let f = |i: usize| {
        let row = PRIMARIES.iter().zip(linear);
        let sum: f64 = row.map(|(p, v)| f64::from(p.get(i).copied().unwrap_or(0)) * v).sum();
        let t = sum / f64::from(WHITE.get(i).copied().unwrap_or(1));
        // CIE 15:2004 §8.2.1
        if t > 216.0 / 24_389.0 { root(t, 3) } else { (841.0 / 108.0) * t + 4.0 / 29.0 }
    };
    let (x, y, z) = (f(0), f(1), f(2));
    let code = |value: f64| {
        // Within the range by construction; a cast of a float is bounded in Rust.
        (value + 0.5) as u16
    };
    [
        code((116.0 * y - 16.0).max(0.0) * 652.8),
        code((500.0 * (x - y) + 128.0) * 256.0),
        code((200.0 * (y - z) + 128.0) * 256.0),
    ]
}

/// The n-th root of a number from 0 to 1, by Newton's steps: sums and quotients are the same on every machine, which powers are not.
fn root(value: f64, n: i32) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let mut guess = 1.0_f64;
    for _ in 0..64 {
        let mut power = 1.0;
        for _ in 1..n {
            power *= guess;
        }
        guess += (value / power - guess) / f64::from(n);
    }
    guess
}

fn xyz(values: [u32; 3]) -> Vec<u8> {
    // XYZType (§6.5.26)
    let mut tag = b"XYZ \0\0\0\0".to_vec();
    for value in values {
        tag.extend_from_slice(&value.to_be_bytes());
    }
    tag
}

/// The tags that every profile has, under this name.
fn named(name: &[u8]) -> Vec<Tag> {
    let mut description = b"desc\0\0\0\0".to_vec();
    description.extend_from_slice(&u32::try_from(name.len()).unwrap_or(0).to_be_bytes());
    description.extend_from_slice(name);
    // No Unicode and no ScriptCode name.
    description.extend_from_slice(&[0; 4 + 4 + 2 + 1 + 67]);
    let text = b"text\0\0\0\0No copyright, use freely\0".to_vec();
    vec![(b"desc", description), (b"cprt", text), (b"wtpt", xyz(WHITE))]
}

/// The whole of a profile; `kind` is its class, the space of its data and its connection space.
fn profile(kind: &[u8; 12], tags: Vec<Tag>) -> Vec<u8> {
    let mut table = Vec::new();
    let mut data = Vec::new();
    let first = 128 + 4 + 12 * tags.len();
    table.extend_from_slice(&u32::try_from(tags.len()).unwrap_or(0).to_be_bytes());
    for (signature, mut bytes) in tags {
        let length = bytes.len();
        bytes.resize(length.next_multiple_of(4), 0);
        table.extend_from_slice(signature);
        table.extend_from_slice(&u32::try_from(first + data.len()).unwrap_or(0).to_be_bytes());
        table.extend_from_slice(&u32::try_from(length).unwrap_or(0).to_be_bytes());
        data.extend_from_slice(&bytes);
    }
    let size = u32::try_from(first + data.len()).unwrap_or(0);
    let mut profile = size.to_be_bytes().to_vec();
    profile.extend_from_slice(b"\0\0\0\0\x02\x10\0\0");
    profile.extend_from_slice(kind);
    // Created 2026-01-01 00:00:00, as six 16-bit numbers.
    profile.extend_from_slice(&[0x07, 0xEA, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
    profile.extend_from_slice(b"acsp");
    profile.extend_from_slice(&[0; 28]);
    for value in WHITE {
        profile.extend_from_slice(&value.to_be_bytes());
    }
    profile.resize(128, 0);
    profile.extend_from_slice(&table);
    profile.extend_from_slice(&data);
    profile
}

#[cfg(test)]
mod tests {
    use super::lab;

    #[test]
    fn white_black_and_red() {
        let shown = |rgb| {
            let [l, a, b] = lab(rgb).map(f64::from);
            [l / 652.8, a / 256.0 - 128.0, b / 256.0 - 128.0]
        };
        let near = |got: [f64; 3], wanted: [f64; 3]| {
            assert!(
                got.iter().zip(wanted).all(|(g, w)| (g - w).abs() < 0.05),
                "{got:?} {wanted:?}"
            );
        };
        near(shown([1.0; 3]), [100.0, 0.0, 0.0]);
        near(shown([0.0; 3]), [0.0, 0.0, 0.0]);
        // sRGB's red in D50 (Bradford): L 54.29, a 80.81, b 69.89
        near(shown([1.0, 0.0, 0.0]), [54.29, 80.81, 69.89]);
    }
}
