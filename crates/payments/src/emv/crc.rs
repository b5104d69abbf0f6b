//! CRC-16 of EMVCo QR texts (ISO/IEC 13239 polynomial 0x1021, start 0xFFFF, not reflected, no final xor).

const fn table() -> [u16; 256] {
    let mut table = [0u16; 256];
    let mut i = 0;
    while i < 256 {
        let mut value = (i as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 0x8000 == 0 { value << 1 } else { (value << 1) ^ 0x1021 };
            bit += 1;
        }
        table[i] = value;
        i += 1;
    }
    table
}

static TABLE: [u16; 256] = table();

/// The check sum of `bytes`.
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |sum, byte| {
        let [high, _] = sum.to_be_bytes();
        (sum << 8) ^ TABLE[usize::from(high ^ byte)]
    })
}

#[cfg(test)]
mod tests {
    use super::crc16;

    #[test]
    fn known_sums() {
        for (text, sum) in
            [("", 0xFFFF), ("A", 0xB915), ("123456789", 0x29B1), ("00", 0x2EC9), ("01", 0x3EE8)]
        {
            assert_eq!(crc16(text.as_bytes()), sum, "{text}");
        }
    }
}
