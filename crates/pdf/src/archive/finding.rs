//! What the PDF/A check can find: one rule a line, with its code, clause of ISO 19005-2 and what it says.

use std::fmt;

use crate::Ref;

/// One thing in a file that PDF/A-2b forbids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that is broken.
    pub rule: Rule,
    /// The object that breaks it, where one can be named.
    pub object: Option<Ref>,
    /// The page it was met on, from 1; `None` outside pages.
    pub page: Option<usize>,
    /// What exactly was found: a key, a name, an operator, a character code.
    pub detail: String,
}

impl Finding {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.rule.code()
    }

    /// The clause of ISO 19005-2:2011.
    pub fn clause(&self) -> &'static str {
        self.rule.clause()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.rule.message())?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        write!(f, " (ISO 19005-2 §{}", self.clause())?;
        if let Some(id) = self.object {
            write!(f, ", object {id}")?;
        }
        if let Some(page) = self.page {
            write!(f, ", page {page}")?;
        }
        f.write_str(")")
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident $code:literal $clause:literal $message:literal;)*) => {
        /// The rules of ISO 19005-2 level B that are checked.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "each rule's message says what it is")]
        pub enum Rule { $($(#[$doc])* $name,)* }

        impl Rule {
            /// Every rule.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => concat!("archive.", $code),)* }
            }

            /// The clause of ISO 19005-2:2011.
            pub fn clause(self) -> &'static str {
                match self { $(Self::$name => $clause,)* }
            }

            /// What is wrong, in a few words.
            pub fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)* }
            }
        }
    };
}

rules! {
    Unreadable "unreadable" "6.1.1" "the file is not as ISO 32000-1 demands";
    Budget "budget" "6.1.1" "the file is too large or too intricate to be checked";
    Header "header" "6.1.2" "the header is not %PDF-1.0 to %PDF-1.7 at byte 0 with one end of line";
    BinaryComment "binary_comment" "6.1.2" "no comment of four bytes above 127 follows the header";
    TrailerId "trailer_id" "6.1.3" "the trailer has no /ID";
    Encrypted "encrypted" "6.1.3" "the file is encrypted";
    AfterEnd "after_end" "6.1.3" "bytes follow the last %%EOF";
    XrefKeyword "xref_keyword" "6.1.4" "\"xref\" and its first subsection are not separated by one end of line";
    HexString "hex_string" "6.1.6" "a hexadecimal string has an odd number of digits or other characters";
    StreamLength "stream_length" "6.1.7.1" "a stream's /Length is not the number of bytes it has";
    StreamKeyword "stream_keyword" "6.1.7.1" "the keyword stream or endstream lacks its end of line";
    ExternalStream "external_stream" "6.1.7.1" "a stream's data stand in another file";
    Filter "filter" "6.1.7.2" "a stream filter that is not permitted";
    NameNotUtf8 "name_not_utf8" "6.1.8" "the name of a font or colourant is not UTF-8";
    ObjectSpacing "object_spacing" "6.1.9" "an indirect object is not spaced as the clause demands";
    InlineFilter "inline_filter" "6.1.10" "a filter of an inline image that is not permitted";
    Permissions "permissions" "6.1.12" "a key of the permissions dictionary, or of what it refers to, that is not permitted";
    IntegerLimit "integer_limit" "6.1.13" "an integer beyond 32 bits";
    RealLimit "real_limit" "6.1.13" "a real number beyond ±3.403E38, or nearer to zero than ±1.175E-38";
    StringLimit "string_limit" "6.1.13" "a string longer than 32767 bytes";
    NameLimit "name_limit" "6.1.13" "a name longer than 127 bytes";
    ObjectLimit "object_limit" "6.1.13" "more than 8388607 indirect objects";
    SaveLimit "save_limit" "6.1.13" "q and Q nested deeper than 28";
    ColourantLimit "colourant_limit" "6.1.13" "a DeviceN colour space with more than 32 colourants";
    CidLimit "cid_limit" "6.1.13" "a CID above 65535";
    PageSize "page_size" "6.1.13" "a page boundary smaller than 3 or larger than 14400 units";
    Operator "operator" "6.2.2" "an operator that ISO 32000-1 does not define";
    ContentSyntax "content_syntax" "6.2.2" "a content stream that cannot be read";
    Resource "resource" "6.2.2" "a resource that is not in the resource dictionary of the content itself";
    OutputProfile "output_profile" "6.2.3" "the profile of the output intent is not an RGB, CMYK or grey profile for a printer or monitor, below version 5";
    OutputProfiles "output_profiles" "6.2.3" "output intents with different profiles";
    OutputProfileRef "output_profile_ref" "6.2.3" "a PDF/X output intent whose profile is elsewhere";
    IccProfile "icc_profile" "6.2.4.2" "the profile of an ICCBased colour space is not permitted or does not fit it";
    CmykOverprint "cmyk_overprint" "6.2.4.2" "overprint mode 1 with an ICCBased CMYK colour space";
    DeviceRgb "device_rgb" "6.2.4.3" "DeviceRGB without an RGB output intent or a default colour space";
    DeviceCmyk "device_cmyk" "6.2.4.3" "DeviceCMYK without a CMYK output intent or a default colour space";
    DeviceGray "device_gray" "6.2.4.3" "DeviceGray without an output intent or a default colour space";
    ColourSpace "colour_space" "6.2.4.1" "a colour space that cannot be understood";
    Colourants "colourants" "6.2.4.4" "a spot colour of a DeviceN colour space is not in its /Colorants";
    Separations "separations" "6.2.4.4" "two separations of one name differ in alternate space or tint transform";
    TransferFunction "transfer_function" "6.2.5" "a graphics state or halftone with a transfer function";
    HalftonePhase "halftone_phase" "6.2.5" "a graphics state with /HTP";
    Halftone "halftone" "6.2.5" "a halftone that is not of type 1 or 5, or is named";
    RenderingIntent "rendering_intent" "6.2.6" "a rendering intent that ISO 32000-1 does not define";
    Image "image" "6.2.8" "an image with alternates, OPI, interpolation or odd bits per component";
    Jpeg2000 "jpeg2000" "6.2.8.3" "JPEG 2000 data that are not permitted";
    PostScript "postscript" "6.2.9" "a PostScript XObject";
    FormKeys "form_keys" "6.2.9" "a form with /OPI, /PS or /Subtype2 /PS";
    ReferenceXObject "reference_xobject" "6.2.9" "a reference XObject";
    BlendMode "blend_mode" "6.2.10" "a blend mode that ISO 32000-1 does not define";
    TransparencyGroup "transparency_group" "6.2.10" "transparency on a page without output intent or blending colour space";
    FontDictionary "font_dictionary" "6.2.11.2" "a font dictionary that lacks what ISO 32000-1 demands";
    FontProgram "font_program" "6.2.11.2" "a font program that cannot be read or is not of the kind its dictionary says";
    CidSystemInfo "cid_system_info" "6.2.11.3.1" "the CIDSystemInfo of a font and of its CMap do not fit";
    CidToGidMap "cid_to_gid_map" "6.2.11.3.2" "an embedded CIDFontType2 without /CIDToGIDMap";
    CMap "cmap" "6.2.11.3.3" "a CMap that is neither predefined nor embedded";
    WMode "wmode" "6.2.11.3.3" "the writing mode of a CMap and of its dictionary differ";
    CMapReference "cmap_reference" "6.2.11.3.3" "a CMap refers to one that is not predefined";
    NotEmbedded "not_embedded" "6.2.11.4.1" "a font that is not embedded";
    GlyphMissing "glyph_missing" "6.2.11.4.1" "a character that the embedded font does not have";
    CharSet "char_set" "6.2.11.4.2" "the /CharSet of a subset does not list all its glyphs";
    CidSet "cid_set" "6.2.11.4.2" "the /CIDSet of a subset does not list all its glyphs";
    Unchecked "unchecked" "6.2.11.5" "text in a predefined encoding for Chinese, Japanese or Korean, which is not checked here";
    Widths "widths" "6.2.11.5" "the width of a character differs between font dictionary and font program";
    TrueTypeCmap "truetype_cmap" "6.2.11.6" "the cmap table of a TrueType font does not serve its encoding";
    TrueTypeEncoding "truetype_encoding" "6.2.11.6" "the encoding of a TrueType font is not as its flags demand";
    NotdefUsed "notdef_used" "6.2.11.8" "a text that shows the glyph .notdef";
    AnnotationType "annotation_type" "6.3.1" "a type of annotation that is not permitted";
    AnnotationFlags "annotation_flags" "6.3.2" "an annotation without /F, or with flags that are not permitted";
    AnnotationAppearance "annotation_appearance" "6.3.3" "an annotation whose appearance is missing or not as the clause demands";
    FieldActions "field_actions" "6.4.1" "a field or widget with actions";
    NeedAppearances "need_appearances" "6.4.1" "the form asks for appearances to be made";
    Xfa "xfa" "6.4.2" "an XFA form";
    ByteRange "byte_range" "6.4.3" "a signature that does not cover the whole file";
    Action "action" "6.5.1" "an action that is not permitted";
    Trigger "trigger" "6.5.2" "the catalog or a page with additional actions";
    MetadataMissing "metadata_missing" "6.6.2.1" "the catalog has no metadata stream";
    XmpPacket "xmp_packet" "6.6.2.1" "an XMP packet whose header is not permitted";
    XmpSyntax "xmp_syntax" "6.6.2.1" "metadata that are not well-formed XMP in UTF-8";
    XmpProperty "xmp_property" "6.6.2.3.1" "an XMP property that no schema describes";
    XmpValue "xmp_value" "6.6.2.3.1" "an XMP property whose value is not of its type";
    ExtensionField "extension_field" "6.6.2.3.2" "a field of an extension schema that the standard does not know";
    ExtensionSchema "extension_schema" "6.6.2.3.3" "an extension schema that is not written as the standard demands";
    Identification "identification" "6.6.4" "the metadata do not say that the file is PDF/A-2";
    EmbeddedFile "embedded_file" "6.8" "an embedded file without /F and /UF, or that is not PDF/A";
    OptionalContent "optional_content" "6.9" "optional content that is not configured as the clause demands";
    AlternatePresentations "alternate_presentations" "6.10" "alternate presentations or presentation steps";
    Requirements "requirements" "6.11" "the catalog has /Requirements";
}
