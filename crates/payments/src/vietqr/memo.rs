//! Vietnamese text folded to the ASCII that bank memos survive in.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Writes `text` without diacritics: `đ` and `Đ` become `d` and `D` (they have no decomposition), other letters lose their
/// marks. Characters that are not ASCII after that become a space; runs of spaces become one.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !is_combining_mark(*c)) {
        let c = match c {
            'đ' => 'd',
            'Đ' => 'D',
            c if c.is_ascii_graphic() => c,
            _ => ' ',
        };
        if c != ' ' || !folded.ends_with(' ') {
            folded.push(c);
        }
    }
    folded.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn folds_vietnamese() {
        assert_eq!(
            fold("Lệ phí chứng thực Đường Điện Biên Phủ"),
            "Le phi chung thuc Duong Dien Bien Phu"
        );
        assert_eq!(fold("  nộp — phí\u{a0}1 "), "nop phi 1");
        assert_eq!(fold("e\u{0302}\u{0301}"), "e");
    }
}
