//! The colour profile of the output intent: RGB with the primaries of sRGB (IEC 61966-2-1) and a gamma of 2.2, ICC version 2.

/// The profile's bytes, built once per file (about half a kilobyte).
pub fn rgb_profile() -> Vec<u8> {
    // Primaries and white adapted to D50, as s15Fixed16 (ICC.1:2001-04 §6.5.17); the values are those of IEC 61966-2-1 adapted
    // with the Bradford matrix.
    let xyz = |x: u32, y: u32, z: u32| {
        let mut tag = b"XYZ \0\0\0\0".to_vec();
        for value in [x, y, z] {
            tag.extend_from_slice(&value.to_be_bytes());
        }
        tag
    };
    let gamma = b"curv\0\0\0\0\0\0\0\x01\x02\x33\0\0".to_vec();
    let name = b"RGB, sRGB primaries, gamma 2.2\0";
    let mut description = b"desc\0\0\0\0".to_vec();
    description.extend_from_slice(&u32::try_from(name.len()).unwrap_or(0).to_be_bytes());
    description.extend_from_slice(name);
    // No Unicode and no ScriptCode name.
    description.extend_from_slice(&[0; 4 + 4 + 2 + 1 + 67]);
    let text = b"text\0\0\0\0No copyright, use freely\0".to_vec();
    let tags: [(&[u8; 4], Vec<u8>); 9] = [
        (b"desc", description),
        (b"cprt", text),
        (b"wtpt", xyz(0x0000_F6D6, 0x0001_0000, 0x0000_D32D)),
        (b"rXYZ", xyz(0x0000_6FA2, 0x0000_38F5, 0x0000_0390)),
        (b"gXYZ", xyz(0x0000_6299, 0x0000_B785, 0x0000_18DA)),
        (b"bXYZ", xyz(0x0000_24A0, 0x0000_0F84, 0x0000_B6CF)),
        (b"rTRC", gamma.clone()),
        (b"gTRC", gamma.clone()),
        (b"bTRC", gamma),
    ];
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
    profile.extend_from_slice(b"\0\0\0\0\x02\x10\0\0mntrRGB XYZ ");
    // Created 2026-01-01 00:00:00, as six 16-bit numbers.
    profile.extend_from_slice(&[0x07, 0xEA, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
    profile.extend_from_slice(b"acsp");
    profile.extend_from_slice(&[0; 28]);
    // The D50 illuminant of the profile connection space.
    for value in [0x0000_F6D6_u32, 0x0001_0000, 0x0000_D32D] {
        profile.extend_from_slice(&value.to_be_bytes());
    }
    profile.resize(128, 0);
    profile.extend_from_slice(&table);
    profile.extend_from_slice(&data);
    profile
}
