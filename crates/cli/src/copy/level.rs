//! The level that signatures reach, and where timestamps and revocation information come from. Nothing is fetched unless it is asked
//! for here. How a level is reached lies in `motcua::levels`.

use std::path::PathBuf;

use clap::Args;
use motcua::copies::issue::levels::Level;
use motcua::levels::{Levels, Sources};
use motcua::pki::path::{Anchor, Purpose, RevocationMaterial};
use motcua::pki::{Certificate, Crl};
use motcua::services::{Fetcher, Limits, Redirects};
use time::OffsetDateTime;

use crate::error::Error;
use crate::files;

/// Whom to ask and to trust.
#[derive(Debug, Args)]
pub struct SourceArguments {
    /// The timestamp authority's address (RFC 3161), for levels above b-b
    #[arg(long, value_name = "URL")]
    tsa: Option<String>,
    /// The timestamp authority's certificate and those above it, PEM
    #[arg(long, value_name = "PEM")]
    tsa_chain: Option<PathBuf>,
    /// Root certificates to trust, PEM; without it, the self-signed ones in the chains given
    #[arg(long, value_name = "PEM")]
    trust: Vec<PathBuf>,
    /// Revocation lists at hand, PEM or DER; taken before any is fetched
    #[arg(long, value_name = "CRL")]
    crl: Vec<PathBuf>,
    /// OCSP responses at hand, DER; likewise
    #[arg(long, value_name = "DER")]
    ocsp: Vec<PathBuf>,
    /// List in the security store what belongs to each signature too (VRI), as some readers like it
    #[arg(long)]
    vri: bool,
}

impl SourceArguments {
    /// Ready for the level; `None` where nothing is to be asked or checked. `chains` are the signers' certificates.
    pub fn open(
        &self,
        level: Level,
        chains: &[&[Certificate]],
        clock: fn() -> OffsetDateTime,
    ) -> Result<Option<Levels>, Error> {
        let wrong = |option, problem: &str| Error::Option { option, problem: problem.to_owned() };
        match &self.tsa {
            None if level > Level::Basic => {
                return Err(wrong(
                    "--level",
                    &format!(
                        "{level} needs a timestamp authority; give its address with --tsa, and its root with --trust or --tsa-chain"
                    ),
                ));
            }
            Some(_) if level == Level::Basic => {
                return Err(wrong(
                    "--tsa",
                    "a signature of level B-B has no timestamp; ask for b-t, b-lt or b-lta with --level",
                ));
            }
            _ => {}
        }
        let mut material = RevocationMaterial::default();
        for path in &self.crl {
            let bytes = files::read(path)?;
            let text = std::str::from_utf8(&bytes).ok().filter(|t| t.contains("-----BEGIN"));
            let lists = match text {
                Some(pem) => Crl::ders_from_pem(pem),
                None => Crl::from_der(&bytes).map(|crl| vec![crl.as_der().to_vec()]),
            };
            material.crls.extend(lists.map_err(|e| Error::from(e).in_file(path))?);
        }
        for path in &self.ocsp {
            material.ocsp_responses.push(files::read(path)?);
        }
        if level == Level::Basic && self.crl.is_empty() && self.ocsp.is_empty() {
            return Ok(None);
        }
        let mut certificates = chains.concat();
        if let Some(path) = &self.tsa_chain {
            certificates.extend(pems(path)?);
        }
        let mut roots = Vec::new();
        for path in &self.trust {
            roots.extend(pems(path)?);
        }
        if self.trust.is_empty() {
            roots.extend(certificates.iter().filter(|c| c.is_self_issued()).cloned());
        }
        if roots.is_empty() {
            return Err(wrong(
                "--trust",
                "no root is given that signers and timestamps can be checked against; name a file with the roots to trust",
            ));
        }
        let all = [Purpose::OfficialDuty, Purpose::Public, Purpose::Timestamping];
        let sources = Sources {
            fetcher: Fetcher::new(Limits::STANDARD).with_redirects(Redirects::SameServer),
            tsa: self.tsa.clone(),
            anchors: roots.into_iter().map(|root| Anchor::new(root, &all)).collect(),
            certificates,
            material,
            per_signature: self.vri,
        };
        Ok(Some(Levels::new(sources, level, clock)))
    }
}

fn pems(path: &std::path::Path) -> Result<Vec<Certificate>, Error> {
    Certificate::from_pems(&files::read_text(path)?).map_err(|e| Error::from(e).in_file(path))
}
