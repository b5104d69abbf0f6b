//! Name constraints along a path (RFC 5280 §6.1.3 (b), (c), §6.1.4 (g), §4.2.1.10).

use super::check::Walk;
use crate::certificate::{Certificate, GeneralName, NameConstraints};
use crate::finding::FindingKind as K;

/// The constraints met so far, one entry for each CA that states some.
#[derive(Default)]
pub(super) struct Constraints {
    met: Vec<NameConstraints>,
}

enum Fit {
    Inside,
    Outside,
    /// The name cannot be compared with constraints of its form.
    Unreadable,
}

impl Constraints {
    pub fn add(&mut self, certificate: &Certificate) {
        self.met.extend(certificate.extensions().name_constraints.clone());
    }

    pub fn check(&self, walk: &mut Walk<'_, '_>, certificate: &Certificate) {
        if self.met.is_empty() {
            return;
        }
        let mut names: Vec<GeneralName> = Vec::new();
        if !certificate.subject().is_empty() {
            names.push(GeneralName::Directory(certificate.subject().clone()));
        }
        // §4.2.1.10: e-mail constraints apply to emailAddress attributes of the subject too.
        names.extend(certificate.subject().emails().map(|e| GeneralName::Email(e.to_owned())));
        names.extend(certificate.alternative_names().iter().cloned());
        for constraints in &self.met {
            for name in &names {
                if !self.one(walk, certificate, constraints, name) {
                    return;
                }
            }
        }
    }

    /// False when the budget is spent.
    fn one(
        &self,
        walk: &mut Walk<'_, '_>,
        certificate: &Certificate,
        constraints: &NameConstraints,
        name: &GeneralName,
    ) -> bool {
        let same_form = |base: &&GeneralName| base.form() == name.form();
        let mut permitted = None;
        for base in constraints.permitted.iter().filter(same_form) {
            if !walk.search.budget.name_comparison() {
                return false;
            }
            let inside = match fit(name, base) {
                Some(Fit::Inside) => true,
                Some(Fit::Outside | Fit::Unreadable) => false,
                None => {
                    walk.add(K::NameConstraintUnsupported, certificate, format!("{name:?}"));
                    return true;
                }
            };
            permitted = Some(permitted.unwrap_or(false) || inside);
        }
        if permitted == Some(false) {
            walk.add(K::NameNotPermitted, certificate, format!("{name:?} is not permitted"));
        }
        for base in constraints.excluded.iter().filter(same_form) {
            if !walk.search.budget.name_comparison() {
                return false;
            }
            match fit(name, base) {
                Some(Fit::Outside) => {}
                Some(Fit::Inside | Fit::Unreadable) => {
                    walk.add(K::NameNotPermitted, certificate, format!("{name:?} is excluded"));
                }
                None => {
                    walk.add(K::NameConstraintUnsupported, certificate, format!("{name:?}"));
                    return true;
                }
            }
        }
        true
    }
}

/// Whether `name` lies in the subtree `base` of the same form; `None` where the form is not supported.
fn fit(name: &GeneralName, base: &GeneralName) -> Option<Fit> {
    let of = |inside: bool| Some(if inside { Fit::Inside } else { Fit::Outside });
    match (name, base) {
        (GeneralName::Directory(name), GeneralName::Directory(base)) => of(name.within(base)),
        (GeneralName::Email(name), GeneralName::Email(base)) => {
            let Some((local, host)) = name.rsplit_once('@') else { return Some(Fit::Unreadable) };
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
            let name = name.strip_suffix('.').unwrap_or(name);
            // A wildcard stands for every name below: it is inside what its parent is inside of, and
            // may meet an exclusion deeper than itself.
            if base.is_empty() {
                return of(true);
            }
            // Real CAs write a leading dot; it is read as the domain without it, subdomains only.
            if base.starts_with('.') {
                return of(ends_in(name, base));
            }
            let dotted = format!(".{base}");
            if let Some(parent) = name.strip_prefix("*.") {
                return of(parent.eq_ignore_ascii_case(base) || ends_in(parent, &dotted));
            }
            of(name.eq_ignore_ascii_case(base) || ends_in(name, &dotted))
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

fn ends_in(name: &str, suffix: &str) -> bool {
    name.len() > suffix.len()
        && name.get(name.len() - suffix.len()..).is_some_and(|end| end.eq_ignore_ascii_case(suffix))
}

fn uri_host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
    if host.starts_with('[') {
        return None;
    }
    let host = host.split_once(':').map_or(host, |(h, _)| h);
    let address =
        host.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    (!host.is_empty() && !address).then_some(host)
}
