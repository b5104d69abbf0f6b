//! A signed PDF and its CMS written by hand, so that every part can be another than it should be.

use motcua_pki::authority::Identity;
use motcua_pki::{Certificate, DigestAlgorithm, Signer};

pub mod oid {
    //! Content octets of the object identifiers (RFC 5652, RFC 5035, RFC 3161, RFC 5754).
    pub const DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
    pub const SIGNED_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
    pub const TST_INFO: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04";
    pub const CONTENT_TYPE: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03";
    pub const MESSAGE_DIGEST: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04";
    pub const SIGNING_CERTIFICATE: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f";
    pub const SIGNATURE_TIMESTAMP: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0e";
    pub const SIGNING_TIME: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05";
    pub const ALGORITHM_PROTECTION: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x34";
    pub const EC_KEY: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";
    pub const ECDSA_SHA384: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x03\x03";
    pub const ECDSA_SHA256: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x03\x02";
    pub const SHA256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01";
    pub const SHA512: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x03";
    pub const SHA1: &[u8] = b"\x2b\x0e\x03\x02\x1a";
}

/// One DER element.
pub fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut out = vec![tag];
    match content.len() {
        short @ 0..=127 => out.push(u8::try_from(short).unwrap()),
        long => {
            let bytes: Vec<u8> =
                long.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
            out.push(0x80 | u8::try_from(bytes.len()).unwrap());
            out.extend(bytes);
        }
    }
    out.extend(content);
    out
}

pub fn octets(bytes: &[u8]) -> Vec<u8> {
    tlv(4, &[bytes])
}

pub fn attribute(kind: &[u8], value: &[u8]) -> Vec<u8> {
    tlv(0x30, &[&tlv(6, &[kind]), &tlv(0x31, &[value])])
}

/// The signing-certificate-v2 attribute (RFC 5035 §3).
pub fn signing_certificate(certificate: &Certificate) -> Vec<u8> {
    let hash = octets(&DigestAlgorithm::Sha256.digest(certificate.as_der()));
    attribute(oid::SIGNING_CERTIFICATE, &tlv(0x30, &[&tlv(0x30, &[&tlv(0x30, &[&hash])])]))
}

fn set(tag: u8, mut items: Vec<Vec<u8>>) -> Vec<u8> {
    items.sort();
    tlv(tag, &[&items.concat()])
}

pub fn algorithm(kind: &[u8]) -> Vec<u8> {
    tlv(0x30, &[&tlv(6, &[kind])])
}

/// With NULL for parameters.
pub fn algorithm_null(kind: &[u8]) -> Vec<u8> {
    tlv(0x30, &[&tlv(6, &[kind]), &[5, 0]])
}

/// What one SignerInfo says.
pub struct Info<'i> {
    /// Whom it names.
    pub certificate: &'i Certificate,
    pub content: Vec<u8>,
    pub digest: &'static [u8],
    pub kind: &'static [u8],
    /// Whether there are signed attributes.
    pub attributes: Option<()>,
    pub reference: Option<Vec<u8>>,
    pub extra: Vec<Vec<u8>>,
    pub unsigned: Vec<Vec<u8>>,
    /// The signature algorithm as it is written.
    pub scheme: Vec<u8>,
}

impl<'i> Info<'i> {
    pub fn of(certificate: &'i Certificate, content: &[u8]) -> Self {
        Self {
            certificate,
            content: content.to_vec(),
            digest: oid::SHA256,
            kind: oid::DATA,
            attributes: Some(()),
            reference: Some(signing_certificate(certificate)),
            extra: Vec::new(),
            unsigned: Vec::new(),
            scheme: algorithm(oid::ECDSA_SHA256),
        }
    }

    /// Signed by the key of `who`.
    pub fn to_der(&self, who: &Identity) -> Vec<u8> {
        let mut attributes = vec![
            attribute(oid::CONTENT_TYPE, &tlv(6, &[self.kind])),
            attribute(oid::MESSAGE_DIGEST, &octets(&DigestAlgorithm::Sha256.digest(&self.content))),
        ];
        attributes.extend(self.reference.clone());
        attributes.extend(self.extra.clone());
        let signed = self.attributes.map(|()| set(0x31, attributes));
        let message = signed.as_deref().unwrap_or(&self.content);
        let signature = who.signer().unwrap().sign(message).unwrap();
        let mut signed = signed.unwrap_or_default();
        if let Some(tag) = signed.first_mut() {
            *tag = 0xa0;
        }
        let serial = tlv(2, &[self.certificate.serial()]);
        let info = tlv(
            0x30,
            &[
                &[2, 1, 1],
                &tlv(0x30, &[self.certificate.issuer().as_der(), &serial]),
                &algorithm(self.digest),
                &signed,
                &self.scheme,
                &octets(&signature),
            ],
        );
        if self.unsigned.is_empty() { info } else { with_unsigned(&info, &self.unsigned) }
    }
}

/// The content of an element.
fn content(element: &[u8]) -> &[u8] {
    match element[1] {
        short @ 0..=127 => &element[2..2 + usize::from(short)],
        long => &element[2 + usize::from(long & 0x7f)..],
    }
}

/// Bytes of the first element.
fn whole(elements: &[u8]) -> usize {
    match elements[1] {
        short @ 0..=127 => 2 + usize::from(short),
        long => {
            let bytes = usize::from(long & 0x7f);
            2 + bytes + elements[2..2 + bytes].iter().fold(0, |n, b| n << 8 | usize::from(*b))
        }
    }
}

/// A SignerInfo with unsigned attributes.
pub fn with_unsigned(info: &[u8], unsigned: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &[content(info), &set(0xa1, unsigned.to_vec())])
}

/// The signature value of a SignerInfo without unsigned attributes: its last element.
pub fn signature_of(info: &[u8]) -> Vec<u8> {
    let mut rest = content(info);
    loop {
        let length = content(rest).len().min(rest.len());
        if whole(rest) >= rest.len() {
            return rest[rest.len() - length..].to_vec();
        }
        rest = &rest[whole(rest)..];
    }
}

/// What a SignedData holds.
pub struct Cms {
    pub kind: &'static [u8],
    pub content: Option<Vec<u8>>,
    pub certificates: Vec<Vec<u8>>,
    pub infos: Vec<Vec<u8>>,
}

impl Cms {
    /// A sound one.
    pub fn of(who: &Identity, content: &[u8]) -> Self {
        Self {
            kind: oid::DATA,
            content: None,
            certificates: who.chain_without_root().iter().map(|c| c.as_der().to_vec()).collect(),
            infos: vec![Info::of(who.certificate(), content).to_der(who)],
        }
    }

    pub fn to_der(&self) -> Vec<u8> {
        let inside = self.content.as_ref().map(|c| tlv(0xa0, &[&octets(c)])).unwrap_or_default();
        let version = if self.kind == oid::DATA { 1 } else { 3 };
        let data = tlv(
            0x30,
            &[
                &[2, 1, version],
                &tlv(0x31, &[&algorithm(oid::SHA256)]),
                &tlv(0x30, &[&tlv(6, &[self.kind]), &inside]),
                &set(0xa0, self.certificates.clone()),
                &set(0x31, self.infos.clone()),
            ],
        );
        tlv(0x30, &[&tlv(6, &[oid::SIGNED_DATA]), &tlv(0xa0, &[&data])])
    }
}

/// How the signature dictionary is written, and what is signed.
#[derive(Clone, Copy)]
pub struct Shape<'s> {
    pub kind: &'s str,
    pub sub_filter: &'s str,
    pub range_key: &'s str,
    pub contents_key: &'s str,
    /// Further entries.
    pub more: &'s str,
    /// `/ByteRange` from what it should be.
    pub range: &'s dyn Fn([usize; 4]) -> String,
    /// Offsets and lengths of what is signed.
    pub covered: &'s dyn Fn([usize; 4]) -> Vec<(usize, usize)>,
    /// How `/Contents` is written.
    pub write: &'s dyn Fn(&[u8]) -> String,
}

impl Shape<'static> {
    pub const USUAL: Self = Self {
        kind: "Sig",
        sub_filter: "ETSI.CAdES.detached",
        range_key: "/ByteRange",
        contents_key: "/Contents",
        more: "",
        range: &|[a, b, c, d]| format!("[{a} {b} {c} {d}]"),
        covered: &|[a, b, c, d]| vec![(a, b), (c, d)],
        write: &hexadecimal,
    };
}

pub fn hexadecimal(bytes: &[u8]) -> String {
    format!("<{}>", motcua_pdf::hex(bytes))
}

pub fn literal(bytes: &[u8]) -> String {
    let octal: String = bytes.iter().map(|b| format!("\\{b:03o}")).collect();
    format!("({octal})")
}

/// Bytes of room for a CMS.
const ROOM: usize = 8_000;
/// Characters of room for `/ByteRange`.
const RANGE: usize = 90;

/// A file of one page with one signature in this shape.
pub fn file(shape: &Shape<'_>, cms: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let hole = (shape.write)(&[0; ROOM]);
    let signature = format!(
        "<< /Type /{} /Filter /Adobe.PPKLite /SubFilter /{} {} {:RANGE$} {} {hole} {} >>",
        shape.kind, shape.sub_filter, shape.range_key, "@", shape.contents_key, shape.more
    );
    let draw = "0.5 g 9 9 90 90 re f";
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] /SigFlags 3 >> >>".to_owned(),
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".into(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Resources << >> /Contents 4 0 R /Annots [5 0 R] >>".into(),
        format!("<< /Length {} >>\nstream\n{draw}\nendstream", draw.len()),
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T (One) /F 132 /Rect [0 0 0 0] /P 3 0 R /V 6 0 R >>".into(),
        signature,
        "null".into(),
        format!("{:RANGE$}", "@"),
        format!("{:RANGE$}", "@"),
    ];
    // What a reference from the range leads to; the numbers depend on nothing but the lengths.
    let lay_out = |objects: &[String]| crate::made::pdf(objects, "/ID [<01> <01>]");
    let bytes = lay_out(&objects);
    let start = find(&bytes, hole.as_bytes());
    let end = start + hole.len();
    let right = [0, start, end, bytes.len() - end];
    let [_, b, c, d] = right;
    objects[7] = format!("{:RANGE$}", format!("[0 {b} {c} {d}]"));
    objects[8] = format!("{d:<RANGE$}");
    let range = (shape.range)(right);
    objects[5] = objects[5].replace(&format!("{:RANGE$}", "@"), &format!("{range:RANGE$}"));
    let mut bytes = lay_out(&objects);
    let signed: Vec<u8> =
        (shape.covered)(right).into_iter().flat_map(|(at, n)| bytes[at..at + n].to_vec()).collect();
    let mut value = cms(&signed);
    assert!(value.len() <= ROOM);
    value.resize(ROOM, 0);
    let text = (shape.write)(&value);
    assert_eq!(text.len(), hole.len());
    bytes[start..end].copy_from_slice(text.as_bytes());
    bytes
}

fn find(bytes: &[u8], text: &[u8]) -> usize {
    bytes.windows(text.len()).position(|w| w == text).unwrap()
}
