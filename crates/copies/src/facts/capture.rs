//! In what a capture can fall short of the law and still be accepted, by name. How it is measured lives in `issue`.

use serde::{Deserialize, Serialize};

/// In what a capture falls short; whoever certifies must accept it by name, and the copy then says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Shortcoming {
    /// Below 200 dots per inch (Decree 30/2020/NĐ-CP Annex I part II).
    LowResolution,
    /// Black and white, or grey (the same).
    NotColour,
    /// At its resolution the sheet has a size that no usual paper has, so it is hardly 1:1 (the same).
    UnusualSize,
    /// Fewer pages than the original has (Circular 01/2020/TT-BTP Art. 10: every page that carries information).
    PagesMissing,
    /// A PDF that cannot become PDF/A-2b, its pages drawn as pictures of 300 dots per inch: what it showed is kept, its text is not.
    Rasterised,
    /// A signed PDF: a copy shows its pages, but holds none of its signatures, which only the file itself proves.
    SignatureLost,
    /// A PDF with files attached: a copy shows its pages, but holds none of the files.
    AttachmentsLost,
}

impl Shortcoming {
    /// Every one, in order.
    pub const ALL: [Self; 7] = [
        Self::LowResolution,
        Self::NotColour,
        Self::UnusualSize,
        Self::PagesMissing,
        Self::Rasterised,
        Self::SignatureLost,
        Self::AttachmentsLost,
    ];

    /// The name it is accepted by, the same in JSON and in the metadata.
    pub fn name(self) -> &'static str {
        match self {
            Self::LowResolution => "low_resolution",
            Self::NotColour => "not_colour",
            Self::UnusualSize => "unusual_size",
            Self::PagesMissing => "pages_missing",
            Self::Rasterised => "rasterised",
            Self::SignatureLost => "signature_lost",
            Self::AttachmentsLost => "attachments_lost",
        }
    }

    /// How the statement speaks of it. NFC.
    pub fn vi(self) -> &'static str {
        match self {
            Self::LowResolution => "độ phân giải dưới 200 dpi",
            Self::NotColour => "không phải ảnh màu",
            Self::UnusualSize => "khổ giấy không thông dụng",
            Self::PagesMissing => "ít trang hơn bản chính",
            Self::Rasterised => "trang PDF được vẽ lại thành ảnh 300 dpi",
            Self::SignatureLost => "chữ ký số trên bản chính không có trong bản sao",
            Self::AttachmentsLost => "tệp đính kèm bản chính không có trong bản sao",
        }
    }

    /// Names divided by one space, in order and each once.
    pub(super) fn from_names(text: &str) -> Option<Vec<Self>> {
        let named = |name: &str| Self::ALL.into_iter().find(|s| s.name() == name);
        let all: Vec<_> = text.split(' ').map(named).collect::<Option<_>>()?;
        all.is_sorted_by(|a, b| a < b).then_some(all)
    }
}
