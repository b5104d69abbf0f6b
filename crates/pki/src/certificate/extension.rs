//! Certificate extensions, decoded strictly. An extension that cannot be read is remembered by
//! name, so that path validation fails closed instead of passing over it.

use super::general_name::{GeneralName, GeneralNames, Room, read_general_name, read_general_names};
use crate::Name;
use crate::der::{self, Element, Fault, Reader, tag};
use crate::oid::{self, Oid};

/// Key usage bits (RFC 5280 §4.2.1.3).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// Bit 0.
    pub const DIGITAL_SIGNATURE: KeyUsage = KeyUsage(1);
    /// Bit 1, nonRepudiation or contentCommitment.
    pub const CONTENT_COMMITMENT: KeyUsage = KeyUsage(1 << 1);
    /// Bit 2.
    pub const KEY_ENCIPHERMENT: KeyUsage = KeyUsage(1 << 2);
    /// Bit 5.
    pub const CERTIFICATE_SIGN: KeyUsage = KeyUsage(1 << 5);
    /// Bit 6.
    pub const CRL_SIGN: KeyUsage = KeyUsage(1 << 6);

    const NAMES: [&'static str; 9] = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ];

    /// Whether every bit of `other` is set.
    pub fn contains(self, other: KeyUsage) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any bit of `other` is set.
    pub fn intersects(self, other: KeyUsage) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets together.
    pub const fn with(self, other: KeyUsage) -> KeyUsage {
        KeyUsage(self.0 | other.0)
    }

    /// Names of the set bits, in order.
    pub fn names(self) -> Vec<&'static str> {
        Self::NAMES
            .iter()
            .enumerate()
            .filter(|(bit, _)| self.0 & (1 << bit) != 0)
            .map(|(_, name)| *name)
            .collect()
    }

    fn read(value: &[u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(value);
        let element = reader.expect(tag::BIT_STRING, "key usage bits expected")?;
        reader.end("extra bytes after key usage")?;
        let (_, bytes) = der::bits(&element)?;
        let mut usage = 0;
        for bit in 0..9_usize {
            if bytes.get(bit / 8).is_some_and(|b| b & (0x80 >> (bit % 8)) != 0) {
                usage |= 1 << bit;
            }
        }
        if usage == 0 {
            // RFC 5280 §4.2.1.3: at least one bit is set.
            return Err(element.fault("key usage has no bit set"));
        }
        Ok(KeyUsage(usage))
    }

    /// DER of the extension value, for the test authority and requests.
    #[cfg(feature = "authority")]
    pub(crate) fn to_der(self) -> Vec<u8> {
        let mut bytes = [0_u8; 2];
        for bit in 0..9_usize {
            if self.0 & (1 << bit) != 0
                && let Some(byte) = bytes.get_mut(bit / 8)
            {
                *byte |= 0x80 >> (bit % 8);
            }
        }
        // Named bit lists drop trailing zero bits (X.690 §11.2.2).
        let used: &[u8] = if bytes[1] != 0 { &bytes } else { &bytes[..1] };
        let unused =
            used.last().map_or(0, |b| u8::try_from(b.trailing_zeros().min(7)).unwrap_or(0));
        der::tlv(tag::BIT_STRING, &[&[unused], used].concat())
    }
}

impl std::fmt::Debug for KeyUsage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl serde::Serialize for KeyUsage {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.names().serialize(serializer)
    }
}

/// Basic constraints (RFC 5280 §4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BasicConstraints {
    /// Whether the key may sign certificates.
    pub ca: bool,
    /// Most intermediate certificates that may follow.
    pub path_length: Option<u64>,
}

#[derive(Clone, Debug)]
pub(crate) struct AuthorityKeyId {
    pub key: Option<Vec<u8>>,
}

/// Name constraints (RFC 5280 §4.2.1.10).
#[derive(Clone, Debug, Default)]
pub(crate) struct NameConstraints {
    pub permitted: GeneralNames,
    pub excluded: GeneralNames,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct PolicyConstraints {
    pub require_explicit: Option<u64>,
    pub inhibit_mapping: Option<u64>,
}

/// Name of a distribution point: full names, or a part relative to the CRL's issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PointName {
    Full(Vec<GeneralName>),
    /// DER of the RelativeDistinguishedName content, still under its `[1]` tag.
    Relative(Vec<u8>),
}

/// One CRL distribution point (RFC 5280 §4.2.1.13).
#[derive(Clone, Debug)]
pub(crate) struct DistributionPoint {
    pub name: Option<PointName>,
    /// Reasons covered, all where absent.
    pub reasons: Option<u16>,
    pub crl_issuer: Option<Vec<GeneralName>>,
}

/// A known extension that cannot be read.
#[derive(Clone, Debug)]
pub(crate) struct Unreadable {
    pub oid: Oid,
    pub critical: bool,
    pub reason: &'static str,
}

/// Everything the extensions of one certificate say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extensions {
    pub subject_key_id: Option<Vec<u8>>,
    pub authority_key_id: Option<AuthorityKeyId>,
    pub key_usage: Option<KeyUsage>,
    pub basic_constraints: Option<BasicConstraints>,
    pub extended_key_usage: Option<Vec<Oid>>,
    pub extended_key_usage_critical: bool,
    pub alternative_names: Option<GeneralNames>,
    pub alternative_names_critical: bool,
    pub name_constraints: Option<NameConstraints>,
    pub name_constraints_critical: bool,
    pub basic_constraints_critical: bool,
    pub subject_key_id_critical: bool,
    pub authority_key_id_critical: bool,
    pub policies: Option<Vec<Oid>>,
    /// `None` where the extension is absent, pairs (issuer's, subject's) otherwise.
    pub policy_mappings: Option<Vec<(Oid, Oid)>>,
    pub policy_constraints: Option<PolicyConstraints>,
    pub inhibit_any_policy: Option<u64>,
    pub distribution_points: Option<Vec<DistributionPoint>>,
    pub freshest_critical: bool,
    pub policy_constraints_critical: bool,
    pub inhibit_any_policy_critical: bool,
    pub access_critical: bool,
    pub ocsp_urls: Vec<String>,
    pub issuer_urls: Vec<String>,
    pub ocsp_no_check: bool,
    /// Critical and not processed here.
    pub unknown_critical: Vec<Oid>,
    /// Known but unreadable.
    pub unreadable: Vec<Unreadable>,
}

impl Extensions {
    /// Decodes all; an extension that occurs twice is an error (RFC 5280 §4.2) and is returned.
    pub fn read<'a>(list: impl Iterator<Item = (&'a [u8], bool, &'a [u8])>) -> Result<Self, Oid> {
        let mut all = Extensions::default();
        let mut seen: Vec<&[u8]> = Vec::new();
        for (id, critical, value) in list {
            if seen.contains(&id) {
                return Err(Oid::new(id));
            }
            seen.push(id);
            if let Err(fault) = all.one(id, critical, value) {
                all.unreadable.push(Unreadable {
                    oid: Oid::new(id),
                    critical,
                    reason: fault.reason,
                });
            }
        }
        Ok(all)
    }

    fn one(&mut self, id: &[u8], critical: bool, value: &[u8]) -> Result<(), Fault> {
        match id {
            oid::SUBJECT_KEY_ID => {
                self.subject_key_id_critical = critical;
                let element = only(value, tag::OCTET_STRING, "key identifier expected")?;
                self.subject_key_id = Some(element.content.to_vec());
            }
            oid::AUTHORITY_KEY_ID => {
                self.authority_key_id_critical = critical;
                self.authority_key_id = Some(authority_key_id(value)?);
            }
            oid::KEY_USAGE => self.key_usage = Some(KeyUsage::read(value)?),
            oid::BASIC_CONSTRAINTS => {
                self.basic_constraints_critical = critical;
                self.basic_constraints = Some(basic_constraints(value)?);
            }
            oid::EXTENDED_KEY_USAGE => {
                self.extended_key_usage = Some(oids(value)?);
                self.extended_key_usage_critical = critical;
            }
            oid::SUBJECT_ALT_NAME => {
                self.alternative_names_critical = critical;
                let element = only(value, tag::SEQUENCE, "alternative names expected")?;
                self.alternative_names = Some(GeneralNames::read(&element.reader())?);
            }
            oid::NAME_CONSTRAINTS => {
                self.name_constraints_critical = critical;
                self.name_constraints = Some(name_constraints(value)?);
            }
            oid::CERTIFICATE_POLICIES => {
                let (list, understood) = policies(value)?;
                self.policies = Some(list);
                // RFC 5280 §4.2.1.4: critical with a qualifier that cannot be interpreted.
                if critical && !understood {
                    self.unknown_critical.push(Oid::new(id));
                }
            }
            oid::POLICY_MAPPINGS => self.policy_mappings = Some(mappings(value)?),
            oid::POLICY_CONSTRAINTS => {
                self.policy_constraints_critical = critical;
                self.policy_constraints = Some(policy_constraints(value)?);
            }
            oid::INHIBIT_ANY_POLICY => {
                self.inhibit_any_policy_critical = critical;
                let element = only(value, tag::INTEGER, "number of certificates expected")?;
                self.inhibit_any_policy = Some(der::integer_u64(&element)?);
            }
            oid::CRL_DISTRIBUTION_POINTS => {
                self.distribution_points = Some(distribution_points(value)?);
            }
            oid::FRESHEST_CRL => self.freshest_critical = critical,
            oid::AUTHORITY_INFO_ACCESS => {
                self.access_critical = critical;
                self.access(value)?;
            }
            oid::OCSP_NOCHECK => self.ocsp_no_check = true,
            other if critical => self.unknown_critical.push(Oid::new(other)),
            _ => {}
        }
        Ok(())
    }

    fn access(&mut self, value: &[u8]) -> Result<(), Fault> {
        let mut list = only(value, tag::SEQUENCE, "access descriptions expected")?.reader();
        while !list.is_empty() {
            if self.ocsp_urls.len() + self.issuer_urls.len() >= MAX_ITEMS {
                return Err(list.fault("too many access descriptions"));
            }
            let mut one = list.sequence("access description expected")?;
            let method = one.oid("access method expected")?;
            let location = read_general_name(&one.any()?)?;
            one.end("access description has extra fields")?;
            if let GeneralName::Uri(url) = location {
                match method {
                    oid::AD_OCSP => self.ocsp_urls.push(url),
                    oid::AD_CA_ISSUERS => self.issuer_urls.push(url),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    pub fn crl_urls(&self) -> Vec<String> {
        let mut urls = Vec::new();
        for point in self.distribution_points.iter().flatten() {
            if let Some(PointName::Full(names)) = &point.name {
                urls.extend(names.iter().filter_map(|n| match n {
                    GeneralName::Uri(url) => Some(url.clone()),
                    _ => None,
                }));
            }
        }
        urls
    }
}

/// Most extensions in one certificate, access descriptions, distribution points and key usages in
/// an extension: an order of magnitude above what the public suites have.
pub(super) const MAX_ITEMS: usize = 128;

/// Most policies, and most mappings, in one certificate: the policy graph and the search for
/// repetitions are products of such lists. Real certificates stay below 50.
const MAX_POLICIES: usize = 256;

fn only<'a>(value: &'a [u8], tag: u8, reason: &'static str) -> Result<Element<'a>, Fault> {
    let mut reader = Reader::new(value);
    let element = reader.expect(tag, reason)?;
    reader.end("extra bytes after the extension")?;
    Ok(element)
}

fn authority_key_id(value: &[u8]) -> Result<AuthorityKeyId, Fault> {
    let mut reader = only(value, tag::SEQUENCE, "authority key identifier expected")?.reader();
    let key = reader.optional(0x80)?.map(|e| e.content.to_vec());
    let issuer = reader.optional(0xa1)?;
    if let Some(field) = &issuer {
        read_general_names(field.reader(), &mut Room::new())?;
    }
    let serial = reader.optional(0x82)?.map(|e| e.content.to_vec());
    reader.end("authority key identifier has extra fields")?;
    if issuer.is_some() != serial.is_some() {
        return Err(reader.fault("issuer and serial number do not come together"));
    }
    Ok(AuthorityKeyId { key })
}

fn basic_constraints(value: &[u8]) -> Result<BasicConstraints, Fault> {
    let mut reader = only(value, tag::SEQUENCE, "basic constraints expected")?.reader();
    // `cA FALSE` written out is not DER (X.690 §11.5), but real CAs do it; it says the same.
    let ca = reader.optional(tag::BOOLEAN)?.map(|e| der::boolean(&e)).transpose()?.unwrap_or(false);
    let path_length = reader.optional(tag::INTEGER)?.map(|e| der::integer_u64(&e)).transpose()?;
    reader.end("basic constraints have extra fields")?;
    Ok(BasicConstraints { ca, path_length })
}

fn oids(value: &[u8]) -> Result<Vec<Oid>, Fault> {
    let mut reader = only(value, tag::SEQUENCE, "list of identifiers expected")?.reader();
    let mut list = Vec::new();
    while !reader.is_empty() {
        if list.len() >= MAX_ITEMS {
            return Err(reader.fault("too many identifiers"));
        }
        list.push(Oid::new(reader.oid("identifier expected")?));
    }
    if list.is_empty() {
        return Err(reader.fault("list of identifiers is empty"));
    }
    Ok(list)
}

fn name_constraints(value: &[u8]) -> Result<NameConstraints, Fault> {
    let mut reader = only(value, tag::SEQUENCE, "name constraints expected")?.reader();
    let mut subtrees = |number: u8| -> Result<GeneralNames, Fault> {
        let Some(field) = reader.optional(number)? else { return Ok(GeneralNames::default()) };
        GeneralNames::read_subtrees(&field.reader(), |base| match base {
            GeneralName::Ip(bytes) if !valid_ip_range(bytes) => {
                Err(field.fault("address range is not an address and a contiguous mask"))
            }
            _ => Ok(()),
        })
    };
    let permitted = subtrees(0xa0)?;
    let excluded = subtrees(0xa1)?;
    reader.end("name constraints have extra fields")?;
    if permitted.len() + excluded.len() == 0 {
        return Err(reader.fault("name constraints are empty"));
    }
    Ok(NameConstraints { permitted, excluded })
}

fn valid_ip_range(bytes: &[u8]) -> bool {
    if bytes.len() != 8 && bytes.len() != 32 {
        return false;
    }
    let mask = bytes.get(bytes.len() / 2..).unwrap_or_default();
    let ones: u32 = mask.iter().map(|b| b.count_ones()).sum();
    let leading: u32 = {
        let mut count = 0;
        for byte in mask {
            count += byte.leading_ones();
            if *byte != 0xff {
                break;
            }
        }
        count
    };
    ones == leading
}

/// The policies, and whether every qualifier is one of the two that RFC 5280 defines.
fn policies(value: &[u8]) -> Result<(Vec<Oid>, bool), Fault> {
    let mut reader = only(value, tag::SEQUENCE, "certificate policies expected")?.reader();
    let mut list: Vec<Oid> = Vec::new();
    let mut understood = true;
    while !reader.is_empty() {
        let mut one = reader.sequence("policy information expected")?;
        let policy = Oid::new(one.oid("policy identifier expected")?);
        if let Some(qualifiers) = one.optional(tag::SEQUENCE)? {
            let mut qualifiers = qualifiers.reader();
            while !qualifiers.is_empty() {
                let id = qualifiers.sequence("qualifier expected")?.oid("qualifier expected")?;
                understood &= matches!(id, oid::QT_CPS | oid::QT_USER_NOTICE);
            }
        }
        one.end("policy information has extra fields")?;
        if list.len() >= MAX_POLICIES {
            return Err(reader.fault("too many policies"));
        }
        if list.contains(&policy) {
            return Err(reader.fault("a policy stands twice"));
        }
        list.push(policy);
    }
    if list.is_empty() {
        return Err(reader.fault("certificate policies are empty"));
    }
    Ok((list, understood))
}

fn mappings(value: &[u8]) -> Result<Vec<(Oid, Oid)>, Fault> {
    let mut reader = only(value, tag::SEQUENCE, "policy mappings expected")?.reader();
    let mut list = Vec::new();
    while !reader.is_empty() {
        let mut one = reader.sequence("policy mapping expected")?;
        let from = Oid::new(one.oid("issuer's policy expected")?);
        let to = Oid::new(one.oid("subject's policy expected")?);
        one.end("policy mapping has extra fields")?;
        if list.len() >= MAX_POLICIES {
            return Err(reader.fault("too many policy mappings"));
        }
        list.push((from, to));
    }
    if list.is_empty() {
        return Err(reader.fault("policy mappings are empty"));
    }
    Ok(list)
}

fn policy_constraints(value: &[u8]) -> Result<PolicyConstraints, Fault> {
    let mut reader = only(value, tag::SEQUENCE, "policy constraints expected")?.reader();
    let require_explicit = reader.optional(0x80)?.map(|e| der::integer_u64(&e)).transpose()?;
    let inhibit_mapping = reader.optional(0x81)?.map(|e| der::integer_u64(&e)).transpose()?;
    reader.end("policy constraints have extra fields")?;
    if require_explicit.is_none() && inhibit_mapping.is_none() {
        return Err(reader.fault("policy constraints are empty"));
    }
    Ok(PolicyConstraints { require_explicit, inhibit_mapping })
}

fn distribution_points(value: &[u8]) -> Result<Vec<DistributionPoint>, Fault> {
    let mut reader = only(value, tag::SEQUENCE, "distribution points expected")?.reader();
    let mut list = Vec::new();
    let mut room = Room::new();
    while !reader.is_empty() {
        if list.len() >= MAX_ITEMS {
            return Err(reader.fault("too many distribution points"));
        }
        let mut one = reader.sequence("distribution point expected")?;
        let name =
            one.optional(0xa0)?.map(|e| distribution_point_name(&e, &mut room)).transpose()?;
        let reasons = one.optional(0x81)?.map(|e| reason_mask(&e)).transpose()?;
        let crl_issuer = one.optional(0xa2)?;
        let crl_issuer =
            crl_issuer.map(|e| read_general_names(e.reader(), &mut room)).transpose()?;
        one.end("distribution point has extra fields")?;
        if name.is_none() && crl_issuer.is_none() {
            // RFC 5280 §4.2.1.13: reasons alone are not a distribution point.
            return Err(reader.fault("distribution point without name and issuer"));
        }
        list.push(DistributionPoint { name, reasons, crl_issuer });
    }
    if list.is_empty() {
        return Err(reader.fault("distribution points are empty"));
    }
    Ok(list)
}

/// DistributionPointName under its explicit `[0]`.
pub(crate) fn distribution_point_name(
    field: &Element<'_>,
    room: &mut Room,
) -> Result<PointName, Fault> {
    let mut reader = field.reader();
    let name = reader.any()?;
    reader.end("distribution point name has extra fields")?;
    match name.tag {
        0xa0 => read_general_names(name.reader(), room).map(PointName::Full),
        0xa1 => Ok(PointName::Relative(name.raw.to_vec())),
        _ => Err(name.fault("distribution point name of an unknown form")),
    }
}

impl PointName {
    /// The full names; a relative one is completed with the CRL issuer's name.
    pub fn names(&self, issuer: &Name) -> Result<Vec<GeneralName>, Fault> {
        match self {
            PointName::Full(names) => Ok(names.clone()),
            PointName::Relative(raw) => {
                let element = Reader::new(raw).any()?;
                Ok(vec![GeneralName::Directory(issuer.with_rdn(&element)?)])
            }
        }
    }
}

/// ReasonFlags as a mask; bit 0 (unused) is dropped.
pub(crate) fn reason_mask(element: &Element<'_>) -> Result<u16, Fault> {
    let (_, bytes) = der::bits(element)?;
    let mut mask = 0;
    for bit in 1..9_usize {
        if bytes.get(bit / 8).is_some_and(|b| b & (0x80 >> (bit % 8)) != 0) {
            mask |= 1 << bit;
        }
    }
    Ok(mask)
}
