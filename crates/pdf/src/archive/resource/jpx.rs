//! The boxes of JPEG 2000 data that PDF/A restricts (ISO 19005-2 §6.2.8.3; ISO/IEC 15444-1 annex I). Nothing is decoded.

/// What is wrong; `spaced`: the image dictionary has a colour space of its own.
pub(super) fn problems(data: &[u8], spaced: bool) -> Vec<String> {
    let mut found = Vec::new();
    let Some(header) = boxes(data).find(|(kind, _)| *kind == *b"jp2h").map(|(_, body)| body) else {
        return vec!["no JP2 header".to_owned()];
    };
    let image = boxes(header).find(|(kind, _)| *kind == *b"ihdr").map(|(_, body)| body);
    let channels = image
        .and_then(|b| b.get(8..10))
        .map_or(0, |b| u16::from_be_bytes(<[u8; 2]>::try_from(b).unwrap_or_default()));
    let mut colour_channels = channels;
    if let Some((_, definitions)) = boxes(header).find(|(kind, _)| *kind == *b"cdef") {
        // Channels of type 1 and 2 are opacity.
        let opacity = definitions.get(2..).unwrap_or_default().chunks_exact(6);
        let opacity = opacity.filter(|c| matches!(c.get(3), Some(1 | 2))).count();
        colour_channels = channels.saturating_sub(u16::try_from(opacity).unwrap_or(u16::MAX));
    }
    if !matches!(colour_channels, 1 | 3 | 4) {
        found.push(format!("{colour_channels} colour channels"));
    }
    let depth = image.and_then(|b| b.get(10)).copied().unwrap_or(255);
    if boxes(header).any(|(kind, _)| kind == *b"bpcc") || depth == 255 || (depth & 0x7F) > 37 {
        found.push("channels of different or unusual depth".to_owned());
    }
    let colours: Vec<&[u8]> =
        boxes(header).filter(|(kind, _)| *kind == *b"colr").map(|(_, body)| body).collect();
    if !spaced {
        let best: Vec<_> = colours.iter().filter(|c| c.get(2) == Some(&1)).collect();
        if colours.len() != 1 && best.len() != 1 {
            found.push("not exactly one best colour space".to_owned());
        }
        let used = best.first().copied().or(colours.first());
        if !used.is_some_and(|c| matches!(c.first(), Some(1..=3))) {
            found.push("a colour specification method other than 1, 2 or 3".to_owned());
        }
        if used.is_some_and(|c| c.first() == Some(&1) && c.get(3..7) == Some(&[0, 0, 0, 19])) {
            found.push("the colour space CIEJab".to_owned());
        }
    }
    found
}

/// The boxes of one level: type and content. Ends where the data are not boxes.
fn boxes(mut data: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let four = |at: usize| data.get(at..at + 4).and_then(|b| <[u8; 4]>::try_from(b).ok());
        let size = u32::from_be_bytes(four(0)?) as usize;
        let kind = four(4)?;
        let (head, size) = match size {
            0 => (8, data.len()),
            1 => {
                let long = data.get(8..16).and_then(|b| <[u8; 8]>::try_from(b).ok())?;
                (16, usize::try_from(u64::from_be_bytes(long)).ok()?)
            }
            other => (8, other),
        };
        let body = data.get(head..size)?;
        data = data.get(size..)?;
        Some((kind, body))
    })
}
