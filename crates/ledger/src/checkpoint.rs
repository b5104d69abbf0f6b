//! Checkpoints of the log: its size and root, signed, as text that other tools read (C2SP tlog-checkpoint over C2SP signed-note).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use zeroize::Zeroizing;

use crate::Error;
use crate::log::hexadecimal;
use crate::tree::Hash;

/// C2SP signed-note: the type byte of Ed25519 signatures.
const ED25519_TYPE: u8 = 1;
/// A note is one screen of text; anything longer is no checkpoint.
const NOTE_LIMIT: usize = 16 << 10;
/// Signatures on one note that are looked at, witnesses included.
const SIGNATURES: usize = 32;

/// The log at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, such as `dichvucong.example/so-chung-thuc`.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

fn bad(problem: impl Into<String>) -> Error {
    Error::BadCheckpoint { problem: problem.into() }
}

/// C2SP signed-note: key names are not empty and hold no space and no plus.
fn check_name(name: &str) -> Result<(), Error> {
    if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+') {
        return Err(bad(format!("{name:?} is no name of a key or a log")));
    }
    Ok(())
}

/// C2SP signed-note: the first four bytes of SHA-256 of the name, a line feed, the type and the key.
fn key_id(name: &str, public: &[u8]) -> [u8; 4] {
    let mut bytes = name.as_bytes().to_vec();
    bytes.extend_from_slice(&[b'\n', ED25519_TYPE]);
    bytes.extend_from_slice(public);
    let mut id = [0; 4];
    id.copy_from_slice(digest(&SHA256, &bytes).as_ref().get(..4).unwrap_or(&[0; 4]));
    id
}

/// A key that signs checkpoints.
pub struct CheckpointKey {
    name: String,
    pair: Ed25519KeyPair,
}

impl std::fmt::Debug for CheckpointKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CheckpointKey").field("name", &self.name).finish_non_exhaustive()
    }
}

impl CheckpointKey {
    /// An Ed25519 key in PKCS#8 DER, under the name verifiers know it by.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] when it is no such key or no such name.
    pub fn from_pkcs8(name: &str, der: &[u8]) -> Result<Self, Error> {
        check_name(name)?;
        // A key without its public part, as OpenSSL writes it, is taken too.
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
            .map_err(|e| bad(format!("the key: {e}")))?;
        Ok(Self { name: name.to_owned(), pair })
    }

    /// As [`CheckpointKey::from_pkcs8`], from PEM (`-----BEGIN PRIVATE KEY-----`, RFC 7468), as `openssl genpkey -algorithm ed25519`
    /// writes it.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`].
    pub fn from_pem(name: &str, pem: &str) -> Result<Self, Error> {
        let inner = pem
            .split_once("-----BEGIN PRIVATE KEY-----")
            .and_then(|(_, rest)| rest.split_once("-----END PRIVATE KEY-----"))
            .ok_or_else(|| bad("the file holds no PEM private key (PKCS#8, not encrypted)"))?;
        let digits: Zeroizing<String> =
            Zeroizing::new(inner.0.chars().filter(|c| !c.is_whitespace()).collect());
        let der = STANDARD.decode(digits.as_bytes()).map(Zeroizing::new);
        Self::from_pkcs8(name, &der.map_err(|e| bad(format!("the key: {e}")))?)
    }

    /// What verifiers are given: `name+id+key` (C2SP signed-note, verifier keys).
    pub fn verifier(&self) -> String {
        let public = self.pair.public_key().as_ref();
        let id = hexadecimal(&key_id(&self.name, public));
        let mut key = vec![ED25519_TYPE];
        key.extend_from_slice(public);
        format!("{}+{id}+{}", self.name, STANDARD.encode(key))
    }
}

/// A key that checkpoints are verified with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointVerifier {
    name: String,
    id: [u8; 4],
    public: Vec<u8>,
}

impl CheckpointVerifier {
    /// Reads `name+id+key`.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] when it is of another form or type, or its id is not its own.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad("a verifier key has the form name+id+key"));
        };
        check_name(name)?;
        let key = STANDARD.decode(key).map_err(|e| bad(format!("the key: {e}")))?;
        let [ED25519_TYPE, public @ ..] = &key[..] else {
            return Err(bad("the key's type is not Ed25519"));
        };
        let own = key_id(name, public);
        let text = hexadecimal(&own);
        if text != id || public.len() != 32 {
            return Err(bad(format!("the key's id is {text}, not {id}")));
        }
        Ok(Self { name: name.to_owned(), id: own, public: public.to_vec() })
    }
}

impl Checkpoint {
    /// C2SP tlog-checkpoint: origin, size, root, a line each.
    fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// The signed note.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] when the origin cannot stand in one.
    pub fn sign(&self, key: &CheckpointKey) -> Result<String, Error> {
        check_name(&self.origin)?;
        let body = self.body();
        let mut signature = key_id(&key.name, key.pair.public_key().as_ref()).to_vec();
        signature.extend_from_slice(key.pair.sign(body.as_bytes()).as_ref());
        Ok(format!("{body}\n\u{2014} {} {}\n", key.name, STANDARD.encode(signature)))
    }

    /// Reads a note that this key signed. Signatures of other keys are passed over, as the format says; one of this key that does
    /// not hold fails.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`].
    pub fn verify(note: &str, key: &CheckpointVerifier) -> Result<Self, Error> {
        if note.len() > NOTE_LIMIT || note.chars().any(|c| c.is_control() && c != '\n') {
            return Err(bad("it is too long, or holds characters a note does not have"));
        }
        // The signatures follow the last empty line.
        let at =
            note.rfind("\n\n").ok_or_else(|| bad("no empty line parts text and signatures"))?;
        let (body, signatures) =
            (note.get(..=at).unwrap_or_default(), note.get(at + 2..).unwrap_or_default());
        if !signatures.ends_with('\n') {
            return Err(bad("the last line has no end"));
        }
        let mut signed = false;
        for (count, line) in signatures.lines().enumerate() {
            let parts: Option<Vec<_>> =
                line.strip_prefix("\u{2014} ").map(|l| l.split(' ').collect());
            let Some([name, value]) = parts.as_deref() else {
                return Err(bad(format!("{line:?} is no signature line")));
            };
            let value = STANDARD.decode(value).map_err(|e| bad(format!("a signature: {e}")))?;
            if value.len() < 5 || count >= SIGNATURES {
                return Err(bad("a signature is too short, or there are too many"));
            }
            let (id, signature) = value.split_at(4);
            if *name == key.name && id == key.id {
                UnparsedPublicKey::new(&ED25519, &key.public)
                    .verify(body.as_bytes(), signature)
                    .map_err(|_| bad("the signature does not hold"))?;
                signed = true;
            }
        }
        if !signed {
            return Err(bad(format!("{} did not sign it", key.name)));
        }
        let mut lines = body.lines();
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(bad("it lacks origin, size or root"));
        };
        let number = size.parse().map_err(|_| bad(format!("{size:?} is no size")))?;
        if size.len() > 1 && size.starts_with('0') || size.starts_with('+') {
            return Err(bad(format!("{size:?} is no size")));
        }
        let root = STANDARD.decode(root).map_err(|e| bad(format!("the root: {e}")))?;
        let root = Hash::try_from(&root[..]).map_err(|_| bad("the root is no SHA-256"))?;
        Ok(Self { origin: origin.to_owned(), size: number, root })
    }
}
