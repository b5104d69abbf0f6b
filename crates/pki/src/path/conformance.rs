//! The profile of RFC 5280 §4 for certificates, apart from what path validation itself asks: what a
//! conforming CA must write. Deviations are always found; whether they count is the caller's choice.

use super::names::MOST_LONG;
use crate::Certificate;
use crate::algorithm::Memo;
use crate::certificate::{GeneralName, KeyUsage};

/// Whether deviations from the certificate and CRL profile of RFC 5280 §4 and §5 count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conformance {
    /// They are notes: a holder's diploma does not fall because a CA left out a key identifier.
    Noted,
    /// They stand against the path.
    Required,
}

/// Where a certificate stands in its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Anchor,
    Issuer,
    Target,
}

/// Most deviations reported for one certificate.
const MOST: usize = 16;

/// Every deviation of one certificate: clause and what it is.
pub(super) fn deviations(
    certificate: &Certificate,
    role: Role,
    memo: &Memo,
) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = Vec::new();
    let mut add = |wrong: bool, clause: &'static str, what: &str| {
        if wrong && found.len() < MOST {
            found.push((clause, what.to_owned()));
        }
    };
    let extensions = certificate.extensions();
    let serial = certificate.serial();
    let negative = serial.first().is_some_and(|b| b & 0x80 != 0);
    // Roots with serial number zero are older than the rule, and nothing refers to them by it.
    let zero = serial == [0] && role != Role::Anchor;
    add(negative || zero, "§4.1.2.2", "the serial number is not positive");
    add(serial.len() > 20, "§4.1.2.2", "the serial number is longer than 20 bytes");
    add(certificate.issuer().is_empty(), "§4.1.2.4", "the issuer is empty");

    // Key identifiers. Only a self-signed certificate may leave out its issuer's, and its own key is
    // the issuer's then; the signature is looked at only where that matters.
    let key_id = extensions.authority_key_id.as_ref().and_then(|a| a.key.as_ref());
    let other = matches!((key_id, &extensions.subject_key_id), (Some(a), Some(b)) if a != b);
    if key_id.is_none() || other {
        let self_signed = certificate.is_self_issued()
            && (role == Role::Anchor
                || certificate.signed_by(certificate.public_key(), memo).is_ok());
        let missing = key_id.is_none() && !self_signed;
        add(missing, "§4.2.1.1", "the authority key identifier is missing");
        add(other && self_signed, "§4.2.1.1", "a self-signed certificate names another key");
    }
    add(
        extensions.authority_key_id_critical,
        "§4.2.1.1",
        "the authority key identifier is critical",
    );
    add(extensions.subject_key_id_critical, "§4.2.1.2", "the subject key identifier is critical");

    // What the certificate says of itself as a CA.
    let issues = role != Role::Target || certificate.is_ca();
    let signs_certificates =
        certificate.key_usage().is_some_and(|u| u.contains(KeyUsage::CERTIFICATE_SIGN));
    add(
        signs_certificates && !certificate.is_ca(),
        "§4.2.1.3, §4.2.1.9",
        "the key may sign certificates, but the certificate is not a CA's",
    );
    let limited = certificate.basic_constraints().is_some_and(|b| b.path_length.is_some());
    add(
        limited && !certificate.is_ca(),
        "§4.2.1.9",
        "a path length in a certificate that is not a CA's",
    );
    if issues {
        add(extensions.subject_key_id.is_none(), "§4.2.1.2", "a CA's key identifier is missing");
        add(certificate.subject().is_empty(), "§4.1.2.6", "a CA's subject is empty");
        add(!certificate.is_ca(), "§4.2.1.9", "a CA's basic constraints are missing");
        add(
            certificate.is_ca() && !extensions.basic_constraints_critical,
            "§4.2.1.9",
            "a CA's basic constraints are not critical",
        );
        add(
            certificate.key_usage().is_some() && !signs_certificates,
            "§4.2.1.9",
            "a CA's key may not sign certificates",
        );
    }

    // Names.
    add(
        certificate.subject().is_empty()
            && (extensions.alternative_names.is_none() || !extensions.alternative_names_critical),
        "§4.1.2.6, §4.2.1.6",
        "the subject is empty and no critical alternative name stands for it",
    );
    for name in certificate.alternative_names() {
        if !well_written(&name) {
            add(true, "§4.2.1.6", &format!("{name:?} is not well written"));
        }
    }
    if let Some(constraints) = &extensions.name_constraints {
        add(!issues, "§4.2.1.10", "name constraints in a certificate that is not a CA's");
        add(
            !extensions.name_constraints_critical,
            "§4.2.1.10",
            "name constraints are not critical",
        );
        for base in constraints.permitted.iter().chain(constraints.excluded.iter()) {
            if !base_well_written(&base) {
                add(true, "§4.2.1.10", &format!("{base:?} is not well written"));
            }
        }
    }

    add(
        extensions.policy_constraints.is_some() && !extensions.policy_constraints_critical,
        "§4.2.1.11",
        "policy constraints are not critical",
    );
    add(
        extensions.inhibit_any_policy.is_some() && !extensions.inhibit_any_policy_critical,
        "§4.2.1.14",
        "the inhibition of anyPolicy is not critical",
    );
    add(extensions.freshest_critical, "§4.2.1.15", "the freshest CRL extension is critical");
    add(extensions.access_critical, "§4.2.2.1", "the authority information access is critical");
    found
}

/// A host name in the preferred syntax of RFC 1034 §3.5 as RFC 1123 §2.1 relaxes it.
fn host(name: &str) -> bool {
    name.len() <= 253
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

/// One mailbox: something before one `@`, a host after it (RFC 5321 §4.1.2); quoted local parts may
/// hold more `@`.
pub(super) fn mailbox(text: &str) -> Option<(&str, &str)> {
    let (local, domain) = text.rsplit_once('@')?;
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    (!local.is_empty() && (quoted || !local.contains('@')) && !domain.is_empty())
        .then_some((local, domain))
}

fn well_written(name: &GeneralName) -> bool {
    match name {
        // A wildcard stands for the first label, never for the whole name.
        GeneralName::Dns(name) => host(name.strip_prefix("*.").unwrap_or(name)),
        GeneralName::Email(name) => mailbox(name).is_some_and(|(_, domain)| host(domain)),
        // §4.2.1.6: absolute, with a scheme and something after it.
        GeneralName::Uri(name) => name.split_once(':').is_some_and(|(scheme, rest)| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && !rest.is_empty()
        }),
        GeneralName::Ip(bytes) => matches!(bytes.len(), 4 | 16),
        GeneralName::Directory(_)
        | GeneralName::RegisteredId(_)
        | GeneralName::Other(_)
        | GeneralName::Unread(_) => true,
    }
}

fn base_well_written(base: &GeneralName) -> bool {
    match base {
        GeneralName::Dns(base) => base.is_empty() || host(base),
        other => comparable(other),
    }
}

/// Whether names can be compared with this base at all; one that cannot must not pass unheeded.
pub(super) fn comparable(base: &GeneralName) -> bool {
    let domain = |text: &str| host(text.strip_prefix('.').unwrap_or(text));
    match base {
        GeneralName::Dns(base) => base.is_empty() || domain(base),
        GeneralName::Uri(base) => domain(base),
        GeneralName::Email(base) => {
            base.len() <= MOST_LONG
                && (domain(base) || mailbox(base).is_some_and(|(_, domain)| host(domain)))
        }
        GeneralName::Ip(bytes) => matches!(bytes.len(), 8 | 32),
        GeneralName::Directory(_) => true,
        GeneralName::RegisteredId(_) | GeneralName::Other(_) | GeneralName::Unread(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_have_one_at_sign_outside_quotes() {
        assert_eq!(mailbox("a@b.vn"), Some(("a", "b.vn")));
        assert_eq!(mailbox("\"a@c\"@b.vn"), Some(("\"a@c\"", "b.vn")));
        for bad in ["a", "a@", "@b", "a@c@b.vn"] {
            assert_eq!(mailbox(bad), None, "{bad}");
        }
    }

    #[test]
    fn bases_that_cannot_be_compared_are_known() {
        let dns = |t: &str| GeneralName::Dns(t.to_owned());
        for good in ["", "gov.vn", ".gov.vn"] {
            assert!(comparable(&dns(good)), "{good}");
        }
        for bad in ["*.gov.vn", "gov..vn", "gov vn", "."] {
            assert!(!comparable(&dns(bad)), "{bad}");
        }
        assert!(!comparable(&GeneralName::Uri("http://gov.vn".to_owned())));
        assert!(
            !well_written(&dns("*"))
                && !well_written(&dns("a_b.vn"))
                && well_written(&dns("*.a.vn"))
        );
    }
}
