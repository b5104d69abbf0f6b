//! The captured original the demo starts from: the sample or the user's files, each held to what its name says.

use std::path::{Path, PathBuf};

use motcua::copies::facts::Shortcoming;
use motcua::copies::issue::{Original, OriginalKind, describe};

use crate::error::Error;
use crate::files;

/// The sample that is used when no original is given, a page a picture, and what it is called.
const SAMPLE: [&[u8]; 2] = [
    include_bytes!("../../../../examples/originals/diploma-page-1.jpg"),
    include_bytes!("../../../../examples/originals/diploma-page-2.jpg"),
];
const SAMPLE_PAPER: &str = "Bằng cử nhân";

/// What was captured of one original.
#[derive(Debug)]
pub struct Capture {
    files: Vec<Vec<u8>>,
    dpi: Option<u32>,
    /// In what it may fall short.
    pub accept: Vec<Shortcoming>,
    /// Pages of the original that carry information.
    pub pages: u32,
    /// What the paper is called.
    pub paper: String,
}

impl Capture {
    /// Reads the files, or takes the sample where none is named.
    pub fn take(
        paths: &[PathBuf],
        dpi: Option<u32>,
        pages: Option<u32>,
        paper: String,
    ) -> Result<Self, Error> {
        if paths.is_empty() {
            let files = SAMPLE.map(<[u8]>::to_vec).to_vec();
            let captured = u32::try_from(files.len()).unwrap_or(u32::MAX);
            let pages = pages.unwrap_or(captured);
            return Ok(Self {
                files,
                dpi,
                accept: Vec::new(),
                pages,
                paper: SAMPLE_PAPER.to_owned(),
            });
        }
        let mut files = Vec::new();
        for path in paths {
            let bytes = files::read(path)?;
            as_named(path, &bytes)?;
            files.push(bytes);
        }
        let mut capture = Self { files, dpi, accept: Vec::new(), pages: 1, paper };
        capture.pages = match pages {
            Some(pages) => pages,
            None => describe(&capture.originals(), 1)?.captured.unwrap_or(1),
        };
        Ok(capture)
    }

    /// The same, accepted where it falls short in one of these.
    pub fn accepting(self, accept: Vec<Shortcoming>) -> Self {
        Self { accept, ..self }
    }

    /// The files as the issuer takes them.
    pub fn originals(&self) -> Vec<Original<'_>> {
        self.files.iter().map(|bytes| Original { bytes, dpi: self.dpi }).collect()
    }
}

/// Refuses a file whose name ends as one kind and whose content is another. What is of no known kind is the issuer's to refuse.
pub fn as_named(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let named = match ending.as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "pdf" => "application/pdf",
        "tif" | "tiff" => "image/tiff",
        _ => return Ok(()),
    };
    match OriginalKind::of(bytes).map(OriginalKind::media_type) {
        Some(content) if content != named => {
            Err(Error::NotWhatItSays { path: path.display().to_string(), content })
        }
        _ => Ok(()),
    }
}
