//! The signature fields of a file and each signature on its own: bytes covered, CMS, certificate path.

use motcua_pdf::{Dict, Document, Error, Object, Ref};
use motcua_pki::cms::{self, Content, Profile, SignedData};
use motcua_pki::path::{self, Profile as PathProfile, Purpose};
use motcua_pki::{DigestAlgorithm, Effect, Indication, conclude};
use ring::digest::Context;

use super::{Policy, Reason, Report, RevocationNeed, SignatureReport};

/// Depth of the field tree (ISO 32000-2 §12.7.4.1): real forms have three or four levels.
const FIELD_DEPTH: usize = 8;

/// A field with a signature.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub field: String,
    pub widget: Option<Ref>,
    pub value: Option<Ref>,
    pub dict: Dict,
    /// Where `/Contents` stands, delimiters included.
    pub contents: Option<std::ops::Range<usize>>,
    pub byte_range: Vec<i64>,
    /// Offset after the last covered byte.
    pub end: usize,
}

/// Every signed field, in the order of what they cover.
pub(super) fn find(document: &Document<'_>) -> Result<Vec<Found>, Error> {
    let catalog = document.catalog()?;
    let Object::Dict(form) = document.value(&catalog, "AcroForm")? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let fields = document.value(&form, "Fields")?;
    for field in fields.as_array().unwrap_or_default() {
        collect(document, field, "", FIELD_DEPTH, &mut found)?;
    }
    found.sort_by_key(|f| f.end);
    Ok(found)
}

fn collect(
    document: &Document<'_>,
    field: &Object,
    prefix: &str,
    depth: usize,
    found: &mut Vec<Found>,
) -> Result<(), Error> {
    let Object::Dict(dict) = document.resolve(field)? else { return Ok(()) };
    let own = match document.value(&dict, "T")? {
        Object::String(s) => String::from_utf8_lossy(&s.bytes).into_owned(),
        _ => String::new(),
    };
    let name = if prefix.is_empty() { own } else { format!("{prefix}.{own}") };
    if depth > 0
        && let Object::Array(kids) = document.value(&dict, "Kids")?
    {
        for kid in &kids {
            collect(document, kid, &name, depth - 1, found)?;
        }
    }
    if !dict.is_name("FT", "Sig") {
        return Ok(());
    }
    let Object::Dict(value) = document.value(&dict, "V")? else { return Ok(()) };
    let contents = match value.get("Contents") {
        Some(Object::String(s)) if s.hex => Some(s.range.clone()),
        _ => None,
    };
    let byte_range: Vec<i64> = document
        .value(&value, "ByteRange")?
        .as_array()
        .unwrap_or_default()
        .iter()
        .filter_map(Object::as_integer)
        .collect();
    let end = match byte_range[..] {
        [_, _, start, length] => {
            start.checked_add(length).and_then(|e| usize::try_from(e).ok()).unwrap_or(usize::MAX)
        }
        _ => usize::MAX,
    };
    found.push(Found {
        field: name,
        widget: field.as_ref(),
        value: dict.get("V").and_then(Object::as_ref),
        dict: value,
        contents,
        byte_range,
        end,
    });
    Ok(())
}

/// Hashes a file once for several signatures: each goes on from the one before.
pub(super) struct Hasher<'a> {
    bytes: &'a [u8],
    running: Option<(DigestAlgorithm, Context, usize)>,
}

impl<'a> Hasher<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, running: None }
    }

    fn digest(
        &mut self,
        algorithm: DigestAlgorithm,
        gap: &std::ops::Range<usize>,
        end: usize,
    ) -> Option<Vec<u8>> {
        let (mut context, from) = match self.running.take() {
            Some((a, context, at)) if a == algorithm && at <= gap.start => (context, at),
            _ => (algorithm.context(), 0),
        };
        context.update(self.bytes.get(from..gap.start)?);
        self.running = Some((algorithm, context.clone(), gap.start));
        context.update(self.bytes.get(gap.end..end)?);
        Some(context.finish().as_ref().to_vec())
    }
}

/// ISO 32000-2 §12.8.1 and EN 319 142-1 §5.3: the whole revision but for the value of `/Contents`.
fn coverage(
    document: &Document<'_>,
    found: &Found,
) -> Result<(std::ops::Range<usize>, usize), &'static str> {
    let gap = found
        .contents
        .clone()
        .ok_or("/Contents is not one hexadecimal string in the file itself")?;
    let [first, length, second, _] = found.byte_range[..] else {
        return Err("/ByteRange does not have four numbers");
    };
    let same = |value: i64, offset: usize| usize::try_from(value).is_ok_and(|v| v == offset);
    if first != 0 || !same(length, gap.start) || !same(second, gap.end) {
        return Err("/ByteRange does not leave out exactly /Contents");
    }
    let revision = document.revisions().iter().position(|r| r.ends_at(found.end));
    revision.map(|r| (gap, r)).ok_or("it does not end where a revision ends")
}

/// Judges one signature; reasons go to the report.
pub(super) fn judge(
    document: &Document<'_>,
    found: &Found,
    hasher: &mut Hasher<'_>,
    policy: &Policy,
    report: &mut Report,
) -> SignatureReport {
    let field = || ("field", found.field.clone());
    let mut out = SignatureReport {
        field: found.field.clone(),
        subject: None,
        common_name: None,
        organization: None,
        issuer: None,
        claimed_time: found
            .dict
            .get("M")
            .and_then(Object::as_string)
            .map(|s| String::from_utf8_lossy(&s.bytes).into_owned()),
        trusted_time: None,
        indication: Indication::Failed,
        sub_indication: None,
        findings: Vec::new(),
        revision: None,
    };
    let (gap, revision) = match coverage(document, found) {
        Ok(covered) => covered,
        Err(problem) => {
            report.add(Reason::new(
                "copies.bad_byte_range",
                &[field(), ("problem", problem.to_owned())],
            ));
            return out;
        }
    };
    out.revision = Some(revision + 1);
    let fails =
        |finding: String| Reason::new("copies.signature_fails", &[field(), ("finding", finding)]);
    if !found.dict.is_name("SubFilter", "ETSI.CAdES.detached") {
        report.add(fails("/SubFilter is not ETSI.CAdES.detached".to_owned()));
        return out;
    }
    let contents = found
        .dict
        .get("Contents")
        .and_then(Object::as_string)
        .map(|s| s.bytes.clone())
        .unwrap_or_default();
    let signed = match SignedData::parse(&contents) {
        Ok(signed) => signed,
        Err(e) => {
            report.add(fails(e.to_string()));
            return out;
        }
    };
    let algorithm = signed.signers().first().and_then(|s| s.digest_algorithm().ok());
    let Some((algorithm, digest)) =
        algorithm.and_then(|a| Some((a, hasher.digest(a, &gap, found.end)?)))
    else {
        report.add(fails("its digest algorithm is not known".to_owned()));
        return out;
    };
    let mut cms = cms::verify(&signed, Content::Digest(algorithm, &digest), Profile::PadesBaseline);
    let mut path_findings = Vec::new();
    if !cms.content_matches {
        report.add(Reason::new("copies.bytes_changed", &[field(), ("end", found.end.to_string())]));
    }
    if let Some(signer) = cms.signer.clone() {
        out.subject = Some(signer.subject().to_string());
        out.common_name = signer.subject().common_name().map(str::to_owned);
        out.organization = signer.subject().organization().map(str::to_owned);
        out.issuer = Some(signer.issuer().to_string());
        let mut others = cms.certificates.clone();
        others.extend(policy.intermediates.iter().cloned());
        let judge = |purpose| {
            let profile = PathProfile::document_signing(purpose);
            let profile = match policy.revocation {
                RevocationNeed::Required => profile,
                RevocationNeed::NotChecked => profile.without_revocation(),
            };
            path::validate(&signer, &others, &policy.anchors, policy.at, &profile, &policy.material)
        };
        // An official's certificate may come from the official-duty authority or from a public one (Decrees 68/2024, 23/2025).
        let path = Some(judge(Purpose::OfficialDuty))
            .filter(|p| p.is_valid())
            .unwrap_or_else(|| judge(Purpose::Public));
        cms.check_beside(&path, &policy.intermediates, &policy.anchors);
        path_findings = path.findings;
    }
    let mut findings = cms.findings;
    findings.extend(path_findings);
    (out.indication, out.sub_indication) = conclude(&findings);
    out.findings = findings.iter().map(|f| f.code().to_owned()).collect();
    for finding in findings.iter().filter(|f| f.kind.effect() != Effect::Notes) {
        let code = match finding.kind.effect() {
            Effect::Fails => "copies.signature_fails",
            _ => "copies.signer_unsure",
        };
        let text =
            format!("{} ({}, {})", finding.kind.message(), finding.code(), finding.kind.clause());
        report.add(Reason::new(code, &[field(), ("finding", text)]));
    }
    out
}
