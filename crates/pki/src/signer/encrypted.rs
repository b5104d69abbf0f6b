//! Encrypted PKCS#8 (RFC 5958 §3) with PBES2 (RFC 8018 §6.2): PBKDF2 and AES in CBC mode, which is
//! what `openssl genpkey` and `openssl pkcs8` write. The key inside is read in `memory`.

use crate::Error;
use crate::der::{self, Fault, Reader, tag};
use crate::oid::Oid;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use ring::pbkdf2;
use std::num::NonZeroU32;
use zeroize::Zeroizing;

/// Most PBKDF2 iterations carried out: about two seconds. OpenSSL writes 2,048, advice of 2023 is
/// 600,000 for SHA-256; the bound stops a file from holding a process for hours.
pub const MAX_ITERATIONS: u32 = 5_000_000;

/// id-PBES2
const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13];
/// id-PBKDF2
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12];
/// id-scrypt
const SCRYPT: &[u8] = &[0x2b, 6, 1, 4, 1, 0xda, 0x47, 4, 11];
/// 1.2.840.113549.2: the arc of the HMAC functions.
const RSADSI_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2];
/// 2.16.840.1.101.3.4.1: the arc of AES.
const AES: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1];

/// How the key is encrypted.
struct Scheme<'a> {
    function: pbkdf2::Algorithm,
    salt: &'a [u8],
    iterations: NonZeroU32,
    key_bytes: usize,
    iv: &'a [u8],
}

enum Refusal {
    Malformed(Fault),
    Unsupported(String),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Refusal::Malformed(fault)
    }
}

/// The PKCS#8 DER inside, wiped when dropped.
pub(super) fn decrypt(der: &[u8], password: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let refused = |reason: String| Error::KeyRejected { reason };
    let (scheme, data) = read(der).map_err(|refusal| match refusal {
        Refusal::Malformed(fault) => {
            refused(format!("encrypted PKCS#8, byte {}: {}", fault.offset, fault.reason))
        }
        Refusal::Unsupported(what) => refused(format!("it is encrypted with {what}")),
    })?;
    let mut key = Zeroizing::new(vec![0; scheme.key_bytes]);
    pbkdf2::derive(scheme.function, scheme.iterations, scheme.salt, password, &mut key);
    let mut buffer = Zeroizing::new(data.to_vec());
    let wrong = || refused("the password is wrong, or the key is damaged".to_owned());
    let length = match scheme.key_bytes {
        16 => cbc::Decryptor::<aes::Aes128>::new_from_slices(&key, scheme.iv)
            .map_err(|_| wrong())?
            .decrypt_padded::<Pkcs7>(&mut buffer)
            .map(<[u8]>::len),
        24 => cbc::Decryptor::<aes::Aes192>::new_from_slices(&key, scheme.iv)
            .map_err(|_| wrong())?
            .decrypt_padded::<Pkcs7>(&mut buffer)
            .map(<[u8]>::len),
        _ => cbc::Decryptor::<aes::Aes256>::new_from_slices(&key, scheme.iv)
            .map_err(|_| wrong())?
            .decrypt_padded::<Pkcs7>(&mut buffer)
            .map(<[u8]>::len),
    }
    .map_err(|_| wrong())?;
    buffer.truncate(length);
    // One password in 256 unpads by chance; the key must then still be one.
    if der::well_formed(&buffer).is_ok() && buffer.first() == Some(&tag::SEQUENCE) {
        Ok(buffer)
    } else {
        Err(wrong())
    }
}

fn read(der: &[u8]) -> Result<(Scheme<'_>, &[u8]), Refusal> {
    let mut outer = Reader::new(der);
    let mut info = outer.sequence("encrypted private key expected")?;
    outer.end("bytes follow the encrypted private key")?;
    let mut algorithm = info.sequence("encryption algorithm expected")?;
    let data = info.expect(tag::OCTET_STRING, "encrypted data expected")?.content;
    info.end("encrypted private key has extra fields")?;
    let unsupported = |what: &str, id: &[u8]| {
        Refusal::Unsupported(format!("{what} {}; use PBES2 with PBKDF2 and AES-CBC", Oid::new(id)))
    };
    let id = algorithm.oid("encryption algorithm expected")?;
    if id != PBES2 {
        return Err(unsupported("the old scheme", id));
    }
    let mut parameters = algorithm.sequence("PBES2 parameters expected")?;
    let mut derivation = parameters.sequence("key derivation expected")?;
    let mut cipher = parameters.sequence("cipher expected")?;
    parameters.end("PBES2 parameters have extra fields")?;
    match derivation.oid("key derivation expected")? {
        PBKDF2 => {}
        SCRYPT => return Err(unsupported("a key derived by scrypt,", SCRYPT)),
        other => return Err(unsupported("a key derived by", other)),
    }
    let mut pbkdf2 = derivation.sequence("PBKDF2 parameters expected")?;
    let salt = pbkdf2.expect(tag::OCTET_STRING, "salt expected")?.content;
    let count = pbkdf2.expect(tag::INTEGER, "iteration count expected")?;
    let iterations = u32::try_from(der::integer_u64(&count)?)
        .ok()
        .filter(|n| *n <= MAX_ITERATIONS)
        .and_then(NonZeroU32::new)
        .ok_or_else(|| {
            Refusal::Unsupported(format!("none or more than {MAX_ITERATIONS} iterations"))
        })?;
    let stated = pbkdf2.optional(tag::INTEGER)?.map(|e| der::integer_u64(&e)).transpose()?;
    let function = if pbkdf2.is_empty() {
        // RFC 8018 A.2: HMAC with SHA-1 is the default.
        pbkdf2::PBKDF2_HMAC_SHA1
    } else {
        let id = pbkdf2.sequence("pseudorandom function expected")?.oid("function expected")?;
        match id.strip_prefix(RSADSI_DIGEST) {
            Some([7]) => pbkdf2::PBKDF2_HMAC_SHA1,
            Some([9]) => pbkdf2::PBKDF2_HMAC_SHA256,
            Some([10]) => pbkdf2::PBKDF2_HMAC_SHA384,
            Some([11]) => pbkdf2::PBKDF2_HMAC_SHA512,
            Some(_) | None => return Err(unsupported("a key derived with", id)),
        }
    };
    pbkdf2.end("PBKDF2 parameters have extra fields")?;
    let id = cipher.oid("cipher expected")?;
    let key_bytes = match id.strip_prefix(AES) {
        Some([2]) => 16,
        Some([22]) => 24,
        Some([42]) => 32,
        Some(_) | None => return Err(unsupported("the cipher", id)),
    };
    if stated.is_some_and(|n| usize::try_from(n) != Ok(key_bytes)) {
        return Err(Refusal::Unsupported("a key length that is not the cipher's".to_owned()));
    }
    let iv = cipher.expect(tag::OCTET_STRING, "initialisation vector expected")?;
    if iv.content.len() != 16 {
        return Err(iv.fault("initialisation vector is not 16 bytes").into());
    }
    Ok((Scheme { function, salt, iterations, key_bytes, iv: iv.content }, data))
}
