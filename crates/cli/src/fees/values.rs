//! What flags mean: `name=value`, claims, earlier uses, exchange rates. One case from them.

use motcua::fees::{Application, Entitlement, ExchangeRate, Request, Tariff};

use super::{Ask, catalogue, day};
use crate::error::Error;

/// Refuses a flag that does not fit.
pub fn bad(flag: &str, raw: &str, wanted: &str) -> Error {
    Error::BadArgument {
        argument: format!("--{flag} {raw}"),
        problem: format!("write it as {wanted}"),
    }
}

/// The two sides of a `=`.
pub fn pair<'a>(flag: &str, raw: &'a str) -> Result<(&'a str, &'a str), Error> {
    match raw.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim(), value.trim())),
        _ => Err(bad(flag, raw, "name=value")),
    }
}

fn exchange(raw: &str) -> Result<ExchangeRate, Error> {
    let read = || {
        let (currencies, rest) = raw.split_once('=')?;
        let (from, to) = currencies.split_once(':')?;
        let mut parts = rest.splitn(3, '@');
        Some(ExchangeRate {
            from: from.to_owned(),
            to: to.to_owned(),
            rate: parts.next()?.to_owned(),
            date: day(parts.next()?).ok()?,
            source: parts.next().filter(|source| !source.is_empty())?.to_owned(),
        })
    };
    read().ok_or_else(|| bad("exchange", raw, "USD:VND=25431.5@2026-11-24@Vietcombank"))
}

impl Ask {
    /// The tariff named, or the shipped one with the fee.
    pub fn tariff(&self) -> Result<Tariff, Error> {
        match (&self.tariff, self.fee.first()) {
            (Some(name), _) => catalogue::load(name),
            (None, Some(fee)) => catalogue::with_fee(fee),
            (None, None) => Err(Error::BadArgument {
                argument: "--fee".to_owned(),
                problem: "name the fee, such as ct.copy; `motcua fees list` shows them".to_owned(),
            }),
        }
    }

    /// Everything but the fees: what all cases of a file share as well.
    pub fn shared(&self, tariff: &Tariff) -> Result<Application, Error> {
        let mut application = Application::for_fee("", []);
        application.fees.clear();
        for raw in &self.fact {
            let (name, value) = pair("fact", raw)?;
            application.facts.insert(name.to_owned(), tariff.fact_from_text(name, value)?);
        }
        for raw in &self.entitlement {
            let (name, evidence) = match raw.split_once('=') {
                Some((name, evidence)) => (name, Some(evidence.to_owned())),
                None => (raw.as_str(), None),
            };
            application.entitlements.push(Entitlement {
                name: name.to_owned(),
                evidence,
                used: None,
                used_on: Vec::new(),
            });
        }
        for raw in &self.used {
            let (name, value) = pair("used", raw)?;
            let wanted = "claim=1, or claim=2026-03-01;2026-05-02, beside its --entitlement";
            let claim = application.entitlements.iter_mut().find(|claim| claim.name == name);
            let claim = claim.ok_or_else(|| bad("used", raw, wanted))?;
            match value.parse() {
                Ok(count) => claim.used = Some(count),
                Err(_) => {
                    let days: Result<Vec<_>, _> = value.split(';').map(day).collect();
                    claim.used_on = days.map_err(|_| bad("used", raw, wanted))?;
                }
            }
        }
        for raw in &self.exchange {
            application.exchange.push(exchange(raw)?);
        }
        application.allow_unverified.clone_from(&self.allow_unverified);
        application.lodged = self.lodged;
        application.decided = self.decided;
        application.collected = self.collected;
        application.known_at = self.known_at;
        Ok(application)
    }

    /// The one case that the flags describe.
    pub fn case(&self, tariff: &Tariff) -> Result<Application, Error> {
        let mut application = self.shared(tariff)?;
        let mut facts = std::mem::take(&mut application.facts);
        for (at, fee) in self.fee.iter().enumerate() {
            let last = at + 1 == self.fee.len();
            let facts = if last { std::mem::take(&mut facts) } else { facts.clone() };
            application.fees.push(Request { fee: fee.clone(), facts, reference: None });
        }
        if application.fees.is_empty() {
            return Err(Error::BadArgument {
                argument: "--fee".to_owned(),
                problem: "name the fee; `motcua fees list TARIFF` shows them".to_owned(),
            });
        }
        Ok(application)
    }
}
