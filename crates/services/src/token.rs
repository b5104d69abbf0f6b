//! Signing with a key that a token, smart card or HSM holds, by its maker's PKCS#11 module: one login, one key, every signature
//! checked before it is handed on. What is signed, and by which rules, is for `motcua-pki`.

mod uri;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error as ModuleError, RvError};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::AuthPin;
use motcua_pki::signer::message_digest;
use motcua_pki::{Certificate, DigestAlgorithm, SignatureAlgorithm, Signer};
use zeroize::Zeroizing;

use crate::Error;
pub use uri::TokenUri;

/// Objects looked at of one kind: a token has a handful, an HSM may have thousands, of which the address names one.
const MOST_OBJECTS: usize = 1024;
/// Longest certificate read from a token.
const LONGEST_CERTIFICATE: usize = 64 << 10;
/// What is signed once when a key is opened, to see that the certificate is the key's.
const PROBE: &[u8] = b"motcua: whether this key belongs to the certificate beside it";

/// A PIN. It is never shown, and wiped when dropped.
pub struct Pin(AuthPin);

impl Pin {
    /// Takes a PIN; the text is wiped.
    pub fn new(text: Zeroizing<String>) -> Self {
        Self(AuthPin::from(text.as_str()))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

/// A module, loaded and initialised once in a process. Everything asked of it is asked one after the other: modules that fail under
/// parallel sessions are common.
#[derive(Clone)]
struct Module {
    context: Pkcs11,
    turn: Arc<Mutex<()>>,
}

static MODULES: Mutex<BTreeMap<PathBuf, Module>> = Mutex::new(BTreeMap::new());

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Module {
    fn open(path: &Path) -> Result<Self, Error> {
        let failed =
            |problem: String| Error::TokenModule { module: path.display().to_string(), problem };
        // One file by two names is one module: it would refuse to be initialised twice.
        let path = path.canonicalize().map_err(|e| failed(e.to_string()))?;
        let mut modules = hold(&MODULES);
        if let Some(module) = modules.get(&path) {
            return Ok(module.clone());
        }
        let context = Pkcs11::new(&path).map_err(|e| failed(e.to_string()))?;
        match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(ModuleError::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(e) => return Err(failed(e.to_string())),
        }
        let module = Self { context, turn: Arc::default() };
        modules.insert(path, module.clone());
        Ok(module)
    }
}

/// A key in a token, logged in to, with its certificates. It may be used from several threads; they wait for each other.
pub struct TokenSigner {
    chain: Vec<Certificate>,
    algorithm: SignatureAlgorithm,
    token: String,
    key: ObjectHandle,
    mechanism: Means,
    session: Mutex<Session>,
    turn: Arc<Mutex<()>>,
}

impl fmt::Debug for TokenSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenSigner({} in {})", self.algorithm.name(), self.token)
    }
}

/// What the token does of a signature.
#[derive(Clone, Copy)]
enum Means {
    /// It takes the message.
    Whole,
    /// It takes the digest.
    Digest,
}

impl TokenSigner {
    /// Opens the key that `at` names. `chain` is the certificate with those above it, the signer's first; where it is empty the
    /// certificate is the token's own of the key's identifier. Issuers are completed from the token. `algorithm` is what the key's
    /// kind asks for where it is not given: PSS for RSA.
    ///
    /// One signature is made at once, to see that the certificate is the key's. PKCS#11 knows one login for a token and process:
    /// a second key in the same token is opened under the first one's login, and its PIN is not asked again.
    ///
    /// # Errors
    /// Those of [`Error`] that begin with `Token`.
    pub fn open(
        at: &TokenUri,
        pin: &Pin,
        chain: Vec<Certificate>,
        algorithm: Option<SignatureAlgorithm>,
    ) -> Result<Self, Error> {
        let path = at.module.as_deref().ok_or_else(|| Error::TokenUri {
            problem: "it names no module; add `?module-path=` and the file of the token's maker"
                .to_owned(),
        })?;
        let module = Module::open(path)?;
        let turn = hold(&module.turn);
        let (slot, info) = find_token(&module.context, at)?;
        let token = info.label().to_owned();
        let failed = |e: ModuleError| device(&token, &e);
        let session = module.context.open_ro_session(slot).map_err(failed)?;
        log_in(&module.context, slot, &session, &info, pin)?;
        let key = find_key(&session, at, &token)?;
        let id = bytes_of(&session, key, AttributeType::Id);
        if asks_always(&session, key) {
            return Err(Error::TokenAlwaysAuthenticate { token });
        }
        let chain = certificates(&session, id.as_deref(), chain, &token)?;
        let wrong = |problem: String| Error::TokenCertificate { token: token.clone(), problem };
        let leaf = chain.first().ok_or_else(|| {
            wrong("there is none of the key's identifier; give it with those above it".to_owned())
        })?;
        let algorithm = match algorithm {
            Some(algorithm) => algorithm,
            None => SignatureAlgorithm::for_certificate(leaf).map_err(|e| wrong(e.to_string()))?,
        };
        // Modules tell this in different ways, or not at all, so it is asked before they are.
        if kind(&session, key).is_some_and(|kind| kind != kind_for(algorithm)) {
            return Err(wrong(format!(
                "its key is of another kind ({}); give the certificate that was issued for this key",
                leaf.public_key().name()
            )));
        }
        let mechanisms = module.context.get_mechanism_list(slot).map_err(failed)?;
        let mechanism = means(algorithm, &mechanisms).ok_or_else(|| Error::TokenMechanism {
            token: token.clone(),
            algorithm: algorithm.name(),
        })?;
        let signer = Self {
            algorithm,
            key,
            mechanism,
            session: Mutex::new(session),
            turn: module.turn.clone(),
            token: token.clone(),
            chain,
        };
        let made = signer.make(PROBE).map_err(failed)?;
        signer.check(PROBE, &made).map_err(|e| {
            wrong(format!(
                "it is not the key's: {e}; give the certificate that was issued for this key"
            ))
        })?;
        drop(turn);
        Ok(signer)
    }

    /// The token's label.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A signature as CMS carries it. Whoever calls this has the module's turn.
    fn make(&self, message: &[u8]) -> Result<Vec<u8>, ModuleError> {
        let (mechanism, digest) = mechanism(self.algorithm, self.mechanism)?;
        let input = match digest {
            true => message_digest(self.algorithm, message).ok_or(ModuleError::NotSupported)?,
            false => message.to_vec(),
        };
        let made = hold(&self.session).sign(&mechanism, self.key, &input)?;
        match self.algorithm {
            SignatureAlgorithm::EcdsaP256Sha256 | SignatureAlgorithm::EcdsaP384Sha384 => {
                ecdsa_der(&made).ok_or(ModuleError::InvalidValue)
            }
            _ => Ok(made),
        }
    }

    fn check(&self, message: &[u8], signature: &[u8]) -> Result<(), motcua_pki::Error> {
        let leaf = self.chain.first().ok_or(motcua_pki::Error::EmptyChain)?;
        leaf.public_key().verify_signature(&self.algorithm.identifier(), message, signature)
    }
}

impl Signer for TokenSigner {
    fn certificate_chain(&self) -> &[Certificate] {
        &self.chain
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, motcua_pki::Error> {
        let made = {
            let _turn = hold(&self.turn);
            self.make(message)
        };
        let signature = made.map_err(|e| motcua_pki::Error::SigningFailed {
            reason: device(&self.token, &e).to_string(),
        })?;
        self.check(message, &signature)?;
        Ok(signature)
    }
}

fn find_token(context: &Pkcs11, at: &TokenUri) -> Result<(Slot, TokenInfo), Error> {
    let module = |e: ModuleError| Error::TokenModule {
        module: at.module.as_ref().map(|m| m.display().to_string()).unwrap_or_default(),
        problem: e.to_string(),
    };
    let mut found = Vec::new();
    for slot in context.get_slots_with_token().map_err(module)? {
        // A token pulled meanwhile is none.
        let Ok(info) = context.get_token_info(slot) else { continue };
        let is = |wanted: &Option<Vec<u8>>, have: &str| {
            wanted.as_ref().is_none_or(|w| w.as_slice() == have.as_bytes())
        };
        if info.token_initialized()
            && is(&at.token, info.label())
            && is(&at.serial, info.serial_number())
            && is(&at.model, info.model())
            && is(&at.manufacturer, info.manufacturer_id())
        {
            found.push((slot, info));
        }
    }
    let count = found.len();
    match found.pop() {
        Some(one) if count == 1 => Ok(one),
        Some(_) => Err(Error::TokenAmbiguous { what: "tokens", uri: at.to_string(), count }),
        None => Err(Error::TokenNotFound { uri: at.to_string() }),
    }
}

fn log_in(
    context: &Pkcs11,
    slot: Slot,
    session: &Session,
    info: &TokenInfo,
    pin: &Pin,
) -> Result<(), Error> {
    let token = info.label().to_owned();
    // A wrong PIN more could lock it: nothing is tried where it is locked already.
    if info.user_pin_locked() {
        return Err(Error::TokenPin { token, tries: "it is locked" });
    }
    match session.login(UserType::User, Some(&pin.0)) {
        Ok(()) | Err(ModuleError::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
        Err(ModuleError::Pkcs11(RvError::PinLocked, _)) => {
            Err(Error::TokenPin { token, tries: "it is locked" })
        }
        Err(ModuleError::Pkcs11(
            RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange,
            _,
        )) => {
            let now = context.get_token_info(slot).ok();
            let now = now.as_ref();
            let tries = tries(
                now.is_some_and(TokenInfo::user_pin_locked),
                now.is_some_and(TokenInfo::user_pin_final_try),
                now.is_some_and(TokenInfo::user_pin_count_low),
            );
            Err(Error::TokenPin { token, tries })
        }
        Err(e) => Err(device(&token, &e)),
    }
}

/// What a token's flags say of the tries left (PKCS#11 §3.2, `CK_TOKEN_INFO`).
fn tries(locked: bool, last: bool, low: bool) -> &'static str {
    match (locked, last, low) {
        (true, ..) => "it is locked",
        (_, true, _) => "one try is left",
        (_, _, true) => "a wrong PIN was given since the last right one; few tries are left",
        _ => "the token does not say how many tries are left",
    }
}

/// The one private key that the address names.
fn find_key(session: &Session, at: &TokenUri, token: &str) -> Result<ObjectHandle, Error> {
    let mut wanted = vec![Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Token(true)];
    wanted.extend(at.object.clone().map(Attribute::Label));
    wanted.extend(at.id.clone().map(Attribute::Id));
    let keys = objects(session, &wanted, token)?;
    match keys.as_slice() {
        [one] => Ok(*one),
        [] => Err(Error::TokenNoKey { uri: at.to_string() }),
        several => {
            let count = several.len();
            Err(Error::TokenAmbiguous { what: "keys", uri: at.to_string(), count })
        }
    }
}

fn objects(
    session: &Session,
    wanted: &[Attribute],
    token: &str,
) -> Result<Vec<ObjectHandle>, Error> {
    let found = session.iter_objects(wanted).map_err(|e| device(token, &e))?;
    let found: Result<Vec<_>, _> = found.take(MOST_OBJECTS).collect();
    found.map_err(|e| device(token, &e))
}

fn bytes_of(session: &Session, object: ObjectHandle, what: AttributeType) -> Option<Vec<u8>> {
    match session.get_attributes(object, &[what]).ok()?.pop()? {
        Attribute::Id(bytes) | Attribute::Value(bytes) => Some(bytes),
        _ => None,
    }
}

fn kind(session: &Session, key: ObjectHandle) -> Option<KeyType> {
    match session.get_attributes(key, &[AttributeType::KeyType]).ok()?.pop()? {
        Attribute::KeyType(kind) => Some(kind),
        _ => None,
    }
}

/// The kind of key that makes such signatures.
fn kind_for(algorithm: SignatureAlgorithm) -> KeyType {
    match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 | SignatureAlgorithm::EcdsaP384Sha384 => KeyType::EC,
        SignatureAlgorithm::Ed25519 => KeyType::EC_EDWARDS,
        _ => KeyType::RSA,
    }
}

fn asks_always(session: &Session, key: ObjectHandle) -> bool {
    let asked = session.get_attributes(key, &[AttributeType::AlwaysAuthenticate]);
    matches!(asked.as_deref(), Ok([Attribute::AlwaysAuthenticate(true)]))
}

/// The certificate and those above it, as far as the caller or the token knows them.
fn certificates(
    session: &Session,
    id: Option<&[u8]>,
    given: Vec<Certificate>,
    token: &str,
) -> Result<Vec<Certificate>, Error> {
    let mut pool = given.clone();
    let mut own = None;
    for object in objects(session, &[Attribute::Class(ObjectClass::CERTIFICATE)], token)? {
        let Some(der) = bytes_of(session, object, AttributeType::Value) else { continue };
        let Some(read) = Some(der).filter(|d| d.len() <= LONGEST_CERTIFICATE) else { continue };
        let Ok(read) = Certificate::from_der(&read) else { continue };
        let same = id.is_some_and(|id| !id.is_empty())
            && bytes_of(session, object, AttributeType::Id).as_deref() == id;
        if same && !read.is_ca() && own.is_none() {
            own = Some(read.clone());
        }
        pool.push(read);
    }
    let Some(leaf) = given.into_iter().next().or(own) else { return Ok(vec![]) };
    let mut chain = vec![leaf];
    while let Some(last) = chain.last().filter(|last| !last.is_self_issued()) {
        let above = pool.iter().find(|c| !chain.contains(c) && last.is_issued_by(c));
        let Some(above) = above.cloned() else { break };
        chain.push(above);
    }
    Ok(chain)
}

/// How the token makes such signatures, if it does.
fn means(algorithm: SignatureAlgorithm, has: &[MechanismType]) -> Option<Means> {
    [Means::Whole, Means::Digest]
        .into_iter()
        .find(|m| mechanism(algorithm, *m).is_ok_and(|(m, _)| has.contains(&m.mechanism_type())))
}

/// The mechanism, and whether it takes the digest.
fn mechanism(
    algorithm: SignatureAlgorithm,
    means: Means,
) -> Result<(Mechanism<'static>, bool), ModuleError> {
    use SignatureAlgorithm as A;
    let digest = algorithm.content_digest();
    let pss = || -> Result<PkcsPssParams, ModuleError> {
        let (hash_alg, mgf) = match digest {
            DigestAlgorithm::Sha256 => (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256),
            DigestAlgorithm::Sha384 => (MechanismType::SHA384, PkcsMgfType::MGF1_SHA384),
            DigestAlgorithm::Sha512 => (MechanismType::SHA512, PkcsMgfType::MGF1_SHA512),
            _ => return Err(ModuleError::NotSupported),
        };
        Ok(PkcsPssParams { hash_alg, mgf, s_len: digest.output_len().try_into()? })
    };
    Ok(match (algorithm, means) {
        (A::RsaPssSha256, Means::Whole) => (Mechanism::Sha256RsaPkcsPss(pss()?), false),
        (A::RsaPssSha384, Means::Whole) => (Mechanism::Sha384RsaPkcsPss(pss()?), false),
        (A::RsaPssSha512, Means::Whole) => (Mechanism::Sha512RsaPkcsPss(pss()?), false),
        (A::RsaPssSha256 | A::RsaPssSha384 | A::RsaPssSha512, Means::Digest) => {
            (Mechanism::RsaPkcsPss(pss()?), true)
        }
        (A::RsaPkcs1Sha256, Means::Whole) => (Mechanism::Sha256RsaPkcs, false),
        (A::RsaPkcs1Sha384, Means::Whole) => (Mechanism::Sha384RsaPkcs, false),
        (A::RsaPkcs1Sha512, Means::Whole) => (Mechanism::Sha512RsaPkcs, false),
        (A::EcdsaP256Sha256 | A::EcdsaP384Sha384, Means::Digest) => (Mechanism::Ecdsa, true),
        _ => return Err(ModuleError::NotSupported),
    })
}

/// r and s side by side (PKCS#11 §6.3.1), as the SEQUENCE of two INTEGERs that CMS carries (RFC 5753 §7.2).
fn ecdsa_der(raw: &[u8]) -> Option<Vec<u8>> {
    let half = raw.len() / 2;
    // P-384 at most, so every length fits one byte.
    if !raw.len().is_multiple_of(2) || half == 0 || half > 48 {
        return None;
    }
    let mut body = Vec::with_capacity(raw.len() + 6);
    for number in [raw.get(..half)?, raw.get(half..)?] {
        let start = number.iter().position(|b| *b != 0)?;
        let number = number.get(start..)?;
        let sign = number.first().is_some_and(|b| b & 0x80 != 0);
        body.extend([2, u8::try_from(number.len() + usize::from(sign)).ok()?]);
        body.extend(sign.then_some(0));
        body.extend_from_slice(number);
    }
    let mut der = vec![0x30, u8::try_from(body.len()).ok()?];
    der.append(&mut body);
    Some(der)
}

/// What the module said, by the token's name.
fn device(token: &str, e: &ModuleError) -> Error {
    let problem = match e {
        ModuleError::Pkcs11(
            RvError::TokenNotPresent
            | RvError::DeviceRemoved
            | RvError::SessionHandleInvalid
            | RvError::SessionClosed
            | RvError::TokenNotRecognized,
            _,
        ) => format!("it was pulled or reset ({e}); put it back and begin again"),
        other => format!("{other}; see to the token and try again"),
    };
    Error::Token { token: token.to_owned(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_signatures_become_der() {
        let mut raw = [0; 64];
        (raw[0], raw[31], raw[63]) = (0x80, 1, 5);
        let der = ecdsa_der(&raw).unwrap();
        assert_eq!(der[..5], [0x30, 38, 2, 33, 0]);
        assert_eq!(der[der.len() - 3..], [2, 1, 5]);
        for bad in [&[][..], &[1], &[0; 64], &[1; 98]] {
            assert_eq!(ecdsa_der(bad), None);
        }
    }

    #[test]
    fn what_the_flags_say() {
        assert_eq!(tries(true, true, true), "it is locked");
        assert_eq!(tries(false, true, true), "one try is left");
        assert!(tries(false, false, true).contains("few"));
        assert!(tries(false, false, false).contains("does not say"));
    }

    #[test]
    fn token() {
        let e = device(
            "x",
            &ModuleError::Pkcs11(RvError::DeviceRemoved, cryptoki::context::Function::Sign),
        );
        assert_eq!(e.code(), "services.token");
        assert!(e.to_string().contains("put it back"), "{e}");
    }

    #[test]
    fn a_pin_is_never_shown() {
        let pin = Pin::new(Zeroizing::new("13579".to_owned()));
        assert_eq!(format!("{pin:?}"), "Pin(…)");
    }

    #[test]
    fn token_mechanism() {
        let has = [MechanismType::RSA_PKCS_PSS, MechanismType::ECDSA];
        let one = |a| means(a, &has);
        assert!(matches!(one(SignatureAlgorithm::RsaPssSha256), Some(Means::Digest)));
        assert!(matches!(one(SignatureAlgorithm::EcdsaP256Sha256), Some(Means::Digest)));
        assert!(one(SignatureAlgorithm::RsaPkcs1Sha256).is_none());
        let e = Error::TokenMechanism { token: "x".to_owned(), algorithm: "RSA" };
        assert_eq!(e.code(), "services.token_mechanism");
    }
}
