//! What every gateway has: a name, where its rules come from, its addresses, its keys, and the account of a merchant with it.
//! Requests and notices live in each gateway's folder.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use crate::error::Error;
use crate::field::{self, Alphabet};
use crate::json::{Json, object};
use crate::secret::Secret;

/// Where a connector's rules come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// The vendor's own published document.
    VendorDocument,
    /// Read in public code alone: confirm with the operator's document before use.
    PublicCode,
}

impl Provenance {
    /// The warning to show to whoever configures the gateway.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Provenance::VendorDocument => None,
            Provenance::PublicCode => Some(
                "read from public code, no official document seen: confirm each rule with the operator before use",
            ),
        }
    }
}

/// Where a connector's rules come from, as a type: a function that takes `Account<G>` with `G: Gateway<Source = FromVendorDocument>`
/// cannot be given a connector that was read from public code alone.
pub trait Source: sealed::Sealed {
    /// The same as a value.
    const PROVENANCE: Provenance;
}

/// [`Provenance::VendorDocument`] as a type.
#[derive(Clone, Copy, Debug)]
pub struct FromVendorDocument;
/// [`Provenance::PublicCode`] as a type.
#[derive(Clone, Copy, Debug)]
pub struct FromPublicCode;

impl Source for FromVendorDocument {
    const PROVENANCE: Provenance = Provenance::VendorDocument;
}
impl Source for FromPublicCode {
    const PROVENANCE: Provenance = Provenance::PublicCode;
}

/// A gateway. To add one, write its unit type, implement this trait and, for its callback,
/// [`crate::notice::NoticeRules`]; every check around the signature is then the same as for all others.
pub trait Gateway: 'static {
    /// What signs its messages.
    type Keys: Keys;
    /// Where its rules come from: [`FromVendorDocument`] or [`FromPublicCode`].
    type Source: Source;
    /// Lower-case name, such as `vnpay`.
    const NAME: &'static str;
    /// Where its rules come from, as a value.
    const PROVENANCE: Provenance = <Self::Source as Source>::PROVENANCE;
    /// Base address of the sandbox, where it is public.
    const SANDBOX: Option<&'static str>;
    /// Base address of production, where it is public.
    const PRODUCTION: Option<&'static str>;
}

/// The keys of one generation; an account may hold several while a secret is being rotated.
pub trait Keys: fmt::Debug + Clone + Send + Sync + 'static {
    /// The caller's name for this generation, such as `2026-11`. Not secret.
    fn label(&self) -> &str;
    /// Refuses keys in a form that could not work.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// Keys of a gateway that has a single secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneSecret {
    /// The caller's name for this generation.
    pub label: String,
    /// The secret.
    pub secret: Secret,
}

impl Keys for OneSecret {
    fn label(&self) -> &str {
        &self.label
    }
}

/// Sandbox or production.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentKind {
    /// Play money.
    Sandbox,
    /// Real money.
    Production,
}

impl EnvironmentKind {
    /// `sandbox` or `production`.
    pub fn name(self) -> &'static str {
        match self {
            EnvironmentKind::Sandbox => "sandbox",
            EnvironmentKind::Production => "production",
        }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Sandbox {}
    impl Sealed for super::Production {}
    impl Sealed for super::FromVendorDocument {}
    impl Sealed for super::FromPublicCode {}
}

/// The type of a configuration's environment: [`Sandbox`] or [`Production`], nothing else.
pub trait Environment: sealed::Sealed {
    /// The environment as a value.
    const KIND: EnvironmentKind;
}

/// Play money.
#[derive(Clone, Copy, Debug)]
pub struct Sandbox;
/// Real money.
#[derive(Clone, Copy, Debug)]
pub struct Production;

impl Environment for Sandbox {
    const KIND: EnvironmentKind = EnvironmentKind::Sandbox;
}
impl Environment for Production {
    const KIND: EnvironmentKind = EnvironmentKind::Production;
}

/// A merchant's account with gateway `G` in environment `E`. A function of an application that takes
/// `Config<G, Production>` cannot be given a sandbox's.
#[derive(Clone, Debug)]
pub struct Config<G: Gateway, E: Environment>(Account<G>, PhantomData<E>);

impl<G: Gateway, E: Environment> Config<G, E> {
    /// Takes the merchant code, the base address (where the gateway's own is not public, or a proxy stands before it)
    /// and the keys, the current generation first.
    pub fn new(
        merchant: &str,
        base: Option<&str>,
        keys: Vec<G::Keys>,
    ) -> Result<Config<G, E>, Error> {
        Ok(Config(Account::new(E::KIND, merchant, base, keys)?, PhantomData))
    }
}

impl<G: Gateway, E: Environment> Deref for Config<G, E> {
    type Target = Account<G>;
    fn deref(&self) -> &Account<G> {
        &self.0
    }
}

/// An account whose environment is a value: what requests are built with and notices are verified with.
/// In Rust make it by [`Config`]; in JSON it is
/// `{"environment":"sandbox","merchant":"…","base":null,"keys":[{"label":"…","secret":"…"}]}`.
///
/// Copies share one set of keys, and a verified notice holds one until it is dropped: its answer may have to be signed. The keys are wiped
/// with the last of them.
pub struct Account<G: Gateway>(pub(crate) Arc<Inner<G>>);

impl<G: Gateway> Clone for Account<G> {
    fn clone(&self) -> Account<G> {
        Account(Arc::clone(&self.0))
    }
}

/// What an account is.
pub(crate) struct Inner<G: Gateway> {
    environment: EnvironmentKind,
    pub(crate) merchant: String,
    base: String,
    keys: Vec<G::Keys>,
}

/// Marks of a host that is not for real money.
const PLAY: [&str; 6] = ["sandbox", "test", "sb-", "mtf.", "staging", "localhost"];

/// An address that fits the environment, or `payments.environment_mixed`.
fn fit<G: Gateway>(environment: EnvironmentKind, base: &str) -> Result<String, Error> {
    field::url("base", base, 255, &['?', '#', '@'])?;
    let mixed = |expected| Error::EnvironmentMixed {
        gateway: G::NAME,
        environment: environment.name(),
        base: base.to_owned(),
        expected,
    };
    let host = base.split("://").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.');
    let host = host.to_ascii_lowercase();
    match environment {
        EnvironmentKind::Production => {
            if !base.starts_with("https://") {
                return Err(mixed("production takes https only"));
            }
            if PLAY.iter().any(|mark| host.contains(mark)) {
                return Err(mixed("give the production address of the contract"));
            }
        }
        EnvironmentKind::Sandbox => {
            if G::PRODUCTION.is_some_and(|p| p.split("://").nth(1) == Some(host.as_str())) {
                return Err(mixed("give a sandbox address"));
            }
        }
    }
    Ok(base.to_owned())
}

impl<G: Gateway> Account<G> {
    fn new(
        environment: EnvironmentKind,
        merchant: &str,
        base: Option<&str>,
        keys: Vec<G::Keys>,
    ) -> Result<Account<G>, Error> {
        field::check("merchant", merchant, 1, 64, Alphabet::Token)?;
        let own = match environment {
            EnvironmentKind::Sandbox => G::SANDBOX,
            EnvironmentKind::Production => G::PRODUCTION,
        };
        let base = base.or(own).ok_or(Error::FieldMissing { field: "base" })?;
        let base = fit::<G>(environment, base.trim_end_matches('/'))?;
        if keys.is_empty() {
            return Err(Error::SecretMissing);
        }
        for generation in &keys {
            generation.check()?;
        }
        Ok(Account(Arc::new(Inner { environment, merchant: merchant.to_owned(), base, keys })))
    }

    /// Sandbox or production.
    pub fn environment(&self) -> EnvironmentKind {
        self.0.environment
    }

    /// Where the rules of this account's gateway come from; [`Provenance::warning`] is to be shown with it.
    pub fn provenance(&self) -> Provenance {
        G::PROVENANCE
    }

    /// The merchant, terminal, partner or client code.
    pub fn merchant(&self) -> &str {
        &self.0.merchant
    }

    /// The base address, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.0.base
    }

    /// Another address of the same gateway, which must fit the account's environment as the base does.
    pub(crate) fn address(&self, url: &str) -> Result<String, Error> {
        fit::<G>(self.0.environment, url)
    }

    /// All generations of keys, the current one first. Never empty.
    pub fn keys(&self) -> &[G::Keys] {
        &self.0.keys
    }

    /// The current keys.
    pub(crate) fn current(&self) -> Result<&G::Keys, Error> {
        self.0.keys.first().ok_or(Error::SecretMissing)
    }
}

impl<G: Gateway> fmt::Debug for Account<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("gateway", &G::NAME)
            .field("environment", &self.0.environment)
            .field("provenance", &G::PROVENANCE)
            .field("merchant", &self.0.merchant)
            .field("base", &self.0.base)
            .field("keys", &self.0.keys.iter().map(Keys::label).collect::<Vec<_>>())
            .finish()
    }
}

/// An account as JSON holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<K> {
    environment: EnvironmentKind,
    merchant: String,
    #[serde(default)]
    base: Option<String>,
    keys: Vec<K>,
}

/// What is said of an account that does not fit: a serde message could repeat a secret.
const SHAPE: &str = "give environment, merchant, base and keys with the fields of this gateway";

impl<G: Gateway> Account<G>
where
    G::Keys: DeserializeOwned,
{
    /// Reads an account. What does not fit is named by its place alone.
    pub(crate) fn from_json(json: &str) -> Result<Account<G>, Error> {
        let wire: Wire<G::Keys> = serde_json::from_str(json).map_err(|e| Error::MessageShape {
            gateway: G::NAME,
            message: "account",
            problem: format!("line {}, column {}: {SHAPE}", e.line(), e.column()),
        })?;
        Account::new(wire.environment, &wire.merchant, wire.base.as_deref(), wire.keys)
    }
}

impl<'de, G: Gateway> Deserialize<'de> for Account<G>
where
    G::Keys: DeserializeOwned,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Account<G>, D::Error> {
        let wire = Wire::<G::Keys>::deserialize(deserializer)
            .map_err(|_| serde::de::Error::custom(SHAPE))?;
        Account::new(wire.environment, &wire.merchant, wire.base.as_deref(), wire.keys)
            .map_err(serde::de::Error::custom)
    }
}

/// A message ready to send, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outgoing {
    /// `GET` (redirect the browser to `url`) or `POST`.
    pub method: &'static str,
    /// The whole address.
    pub url: String,
    /// `application/json`, `application/x-www-form-urlencoded`, or none for a GET.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<&'static str>,
    /// The body, empty for a GET.
    pub body: String,
    /// Headers to send beside the content type.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(&'static str, String)>,
    /// The text that was signed, for debugging. A secret that is part of it is written `‹secret›`.
    pub canonical: String,
}

impl Outgoing {
    /// A browser redirect.
    pub(crate) fn redirect(url: String, canonical: String) -> Outgoing {
        Outgoing {
            method: "GET",
            url,
            content_type: None,
            body: String::new(),
            headers: Vec::new(),
            canonical,
        }
    }

    /// A POST of JSON.
    pub(crate) fn json_text(url: String, body: String, canonical: String) -> Outgoing {
        Outgoing {
            method: "POST",
            url,
            content_type: Some("application/json"),
            body,
            headers: Vec::new(),
            canonical,
        }
    }

    /// A POST of JSON whose last field is the signature.
    pub(crate) fn json(
        url: String,
        mut fields: Vec<(&str, Json<'_>)>,
        signature: (&'static str, String),
        canonical: String,
    ) -> Outgoing {
        fields.push((signature.0, Json::from(signature.1)));
        Outgoing::json_text(url, object(&fields), canonical)
    }

    /// A POST of form fields.
    pub(crate) fn form(url: String, body: String, canonical: String) -> Outgoing {
        Outgoing {
            method: "POST",
            url,
            content_type: Some("application/x-www-form-urlencoded"),
            body,
            headers: Vec::new(),
            canonical,
        }
    }
}

/// What stands for a secret in a canonical text that is shown.
pub(crate) const HIDDEN: &str = "‹secret›";

/// Gateways asked for that have no public rule, and why they are absent. Whoever holds the specification can add one by
/// [`Gateway`] and [`crate::notice::NoticeRules`].
pub const NOT_IMPLEMENTED: [(&str, &str); 2] = [
    ("paygov", "field names are known from public code, the rule of the checksum is not public"),
    ("vnptpay", "no usable public specification or sample"),
];
