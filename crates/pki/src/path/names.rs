//! Name constraints along a path (RFC 5280 §6.1.3 (b), (c), §6.1.4 (g), §4.2.1.10).

use super::check::Walk;
use super::conformance::{comparable, mailbox};
use crate::certificate::{Certificate, GeneralName, NameConstraints};
use crate::finding::FindingKind as K;
use crate::oid;

/// The constraints met so far, one entry for each CA that states some.
#[derive(Default)]
pub(super) struct Constraints<'p> {
    met: Vec<&'p NameConstraints>,
}

/// Whether a base speaks as permission or as exclusion: they differ for wildcards.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Permitted,
    Excluded,
}

enum Fit {
    Inside,
    Outside,
    /// The name cannot be compared with constraints of its form.
    Unreadable,
}

impl<'p> Constraints<'p> {
    pub fn add(&mut self, certificate: &'p Certificate) {
        self.met.extend(certificate.extensions().name_constraints.as_ref());
    }

    pub fn check(&self, walk: &mut Walk<'_, '_>, certificate: &Certificate) {
        if self.met.is_empty() {
            return;
        }
        let subject = certificate.subject();
        let directory =
            (!subject.is_empty()).then(|| GeneralName::Directory(subject.clone())).into_iter();
        // §4.2.1.10: e-mail constraints apply to emailAddress attributes of the subject too.
        let emails = subject.emails().map(|e| GeneralName::Email(e.to_owned()));
        let mut names = directory.chain(emails).chain(certificate.alternative_names());
        // Names are decoded a handful at a time: a hostile list of them is large.
        loop {
            let some: Vec<GeneralName> = names.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                return;
            }
            for constraints in &self.met {
                if !one(walk, certificate, constraints, &some) {
                    return;
                }
            }
        }
    }
}

/// Longest host that is compared (RFC 1035 §2.3.4, and the dot that ends an absolute one), mailbox and URI: every base of a
/// list may be compared with every name. Longer ones fail closed.
const MOST_HOST: usize = 254;
pub(super) const MOST_LONG: usize = 1024;
/// Names that are decoded at the same time.
const AT_ONCE: usize = 64;
/// Most findings about the names of one certificate.
const MOST: usize = 16;

/// Some names against the constraints of one CA; false when there is no use in going on.
fn one(
    walk: &mut Walk<'_, '_>,
    certificate: &Certificate,
    constraints: &NameConstraints,
    names: &[GeneralName],
) -> bool {
    let (permitted, excluded) = (&constraints.permitted, &constraints.excluded);
    if !walk.search.budget.name_comparisons(names.len() * (permitted.len() + excluded.len())) {
        walk.add(K::BudgetExhausted, certificate, "name comparisons");
        return false;
    }
    let before = walk.findings.len();
    let unsupported = |walk: &mut Walk<'_, '_>, base: &GeneralName| {
        if walk.findings.len() < before + MOST {
            walk.add(K::NameConstraintUnsupported, certificate, format!("{base:?}"));
        }
    };
    let mut allowed: Vec<Option<bool>> = vec![None; names.len()];
    for base in permitted.iter() {
        for (name, allowed) in names.iter().zip(&mut allowed) {
            // RFC 9598 §6: constraints on mailboxes bind those in UTF-8 too, which are not compared here.
            if is_utf8_mailbox(name) && matches!(base, GeneralName::Email(_)) {
                unsupported(walk, &base);
            }
            if base.form() != name.form() {
                continue;
            }
            let inside = match fit(name, &base, Side::Permitted) {
                Some(Fit::Inside) => true,
                Some(Fit::Outside | Fit::Unreadable) => false,
                None => {
                    unsupported(walk, &base);
                    false
                }
            };
            *allowed = Some(allowed.unwrap_or(false) || inside);
        }
    }
    for (name, allowed) in names.iter().zip(&allowed) {
        if *allowed == Some(false) && walk.findings.len() < before + MOST {
            walk.add(K::NameNotPermitted, certificate, format!("{name:?} is not permitted"));
        }
    }
    for base in excluded.iter() {
        if matches!(base, GeneralName::Email(_)) && names.iter().any(is_utf8_mailbox) {
            unsupported(walk, &base);
        }
        for name in names.iter().filter(|name| base.form() == name.form()) {
            match fit(name, &base, Side::Excluded) {
                Some(Fit::Outside) => {}
                Some(Fit::Inside | Fit::Unreadable) => {
                    if walk.findings.len() < before + MOST {
                        walk.add(K::NameNotPermitted, certificate, format!("{name:?} is excluded"));
                    }
                }
                None => unsupported(walk, &base),
            }
        }
    }
    walk.findings.len() < before + MOST
}

fn is_utf8_mailbox(name: &GeneralName) -> bool {
    matches!(name, GeneralName::Other(kind) if kind.as_bytes() == oid::SMTP_UTF8_MAILBOX)
}

/// Whether `name` lies in the subtree `base` of the same form; `None` where the form is not supported
/// or the base cannot be compared with.
fn fit(name: &GeneralName, base: &GeneralName, side: Side) -> Option<Fit> {
    if !comparable(base) {
        return None;
    }
    let of = |inside: bool| Some(if inside { Fit::Inside } else { Fit::Outside });
    match (name, base) {
        (GeneralName::Directory(name), GeneralName::Directory(base)) => {
            if name.within(base) {
                return Some(Fit::Inside);
            }
            // A value of a string type that is not read may be the one that the base names.
            Some(if name.unread_within(base) { Fit::Unreadable } else { Fit::Outside })
        }
        (GeneralName::Email(name), GeneralName::Email(base)) => {
            let short = Some(&**name).filter(|name| name.len() <= MOST_LONG);
            let mailbox = short.and_then(mailbox);
            let Some((local, host)) = mailbox.and_then(|(l, h)| Some((l, dotted(h)?))) else {
                return Some(Fit::Unreadable);
            };
            match base.rsplit_once('@') {
                // One mailbox: the local part is compared exactly, the host without case.
                Some((base_local, base_host)) => {
                    of(local == base_local && host.eq_ignore_ascii_case(base_host))
                }
                None if base.starts_with('.') => of(ends_in(host, base)),
                None => of(host.eq_ignore_ascii_case(base)),
            }
        }
        (GeneralName::Dns(name), GeneralName::Dns(base)) => {
            if base.is_empty() {
                return of(true);
            }
            let (wildcard, host) = name.strip_prefix("*.").map_or((false, &**name), |h| (true, h));
            let Some(host) = dotted(host) else { return Some(Fit::Unreadable) };
            // Real CAs write a leading dot; it is read as the domain without it, subdomains only.
            if base.starts_with('.') {
                return of(ends_in(host, base) || (wildcard && ends_in(&format!("*.{host}"), base)));
            }
            // A wildcard stands for names below its parent: it is inside what its parent is inside
            // of, and it meets an exclusion of any name that it may stand for.
            let inside = host.eq_ignore_ascii_case(base) || ends_in_label(host, base);
            of(inside || (wildcard && side == Side::Excluded && ends_in_label(base, host)))
        }
        (GeneralName::Uri(name), GeneralName::Uri(base)) => {
            // §4.2.1.10: no host, or an address as host: it cannot be compared, so it is refused.
            let Some(host) = uri_host(name) else { return Some(Fit::Unreadable) };
            if base.starts_with('.') {
                of(ends_in(host, base))
            } else {
                of(host.eq_ignore_ascii_case(base))
            }
        }
        (GeneralName::Ip(address), GeneralName::Ip(range)) => {
            if !matches!(address.len(), 4 | 16) {
                return Some(Fit::Unreadable);
            }
            if range.len() != address.len() * 2 {
                return of(false);
            }
            let (network, mask) = range.split_at(address.len());
            of(address.iter().zip(network).zip(mask).all(|((a, n), m)| a & m == n & m))
        }
        _ => None,
    }
}

/// Whether `name` is a name below `parent`.
fn ends_in_label(name: &str, parent: &str) -> bool {
    ends_in(name, parent)
        && name.as_bytes().get((name.len() - parent.len()).wrapping_sub(1)) == Some(&b'.')
}

fn ends_in(name: &str, suffix: &str) -> bool {
    name.len() > suffix.len()
        && name.get(name.len() - suffix.len()..).is_some_and(|end| end.eq_ignore_ascii_case(suffix))
}

fn uri_host(uri: &str) -> Option<&str> {
    // RFC 3986 §2: what no URI holds is read differently by everyone.
    if uri.len() > MOST_LONG || uri.bytes().any(|b| b <= b' ' || b == b'\\' || b >= 0x7f) {
        return None;
    }
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
    if host.starts_with('[') {
        return None;
    }
    let host = host.split_once(':').map_or(host, |(h, _)| h);
    let address =
        host.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if address { None } else { dotted(host) }
}

/// A host name as it is compared, without the dot that ends an absolute one. What is written otherwise (with escapes,
/// brackets, empty labels) may stand for any name.
fn dotted(name: &str) -> Option<&str> {
    if name.len() > MOST_HOST {
        return None;
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    name.split('.').all(label).then_some(name)
}
