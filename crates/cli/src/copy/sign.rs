//! `motcua copy sign`: a signature on any unencrypted PDF, into a new file. How it is made lies in `motcua::copies::issue::existing` and
//! `motcua::levels`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use clap::Args;
use motcua::copies::facts::VIET_NAM;
use motcua::copies::issue::existing::{self, SignatureOptions};
use motcua::copies::issue::levels::Level;
use motcua::copies::issue::{Fonts, IssueError, Visible};
use motcua::pki::Signer;
use time::OffsetDateTime;

use super::keys;
use super::level::SourceArguments;
use crate::error::Error;
use crate::files;
use crate::screen::Screen;

/// Sizes of letters tried until the lines fit their place, in points.
const SIZES: [f64; 5] = [12.0, 10.0, 9.0, 8.0, 7.0];
/// The last size tried: smaller ones nobody reads.
const SMALLEST: f64 = 6.0;

/// What is signed, by whom and how.
#[derive(Debug, Args)]
pub struct SignArguments {
    /// The PDF
    file: PathBuf,
    /// The signed PDF; what is there is never written over
    #[arg(long, value_name = "PDF")]
    out: PathBuf,
    /// The signer's key, PKCS#8 PEM
    #[arg(long, value_name = "PEM")]
    key: PathBuf,
    /// The signer's certificate and those above it, PEM
    #[arg(long, value_name = "PEM")]
    chain: PathBuf,
    /// The environment variable that holds the password of the key, where it is encrypted
    #[arg(long, value_name = "NAME")]
    password_env: Option<String>,
    /// How far the signature goes (PAdES): b-b, b-t, b-lt, b-lta
    #[arg(long, value_name = "LEVEL", default_value = "b-b", value_parser = Level::from_str)]
    level: Level,
    #[command(flatten)]
    sources: SourceArguments,
    /// The field: one that is there and unsigned, else a new one
    #[arg(long, value_name = "NAME", default_value = "Signature1")]
    field: String,
    /// Why it is signed
    #[arg(long, default_value = "")]
    reason: String,
    /// Where
    #[arg(long, default_value = "")]
    location: String,
    /// Certify, as the first signature may: 1 permits no change after it, 2 further signatures, 3 comments too
    #[arg(long, value_name = "1-3", value_parser = clap::value_parser!(u8).range(1..=3))]
    certify: Option<u8>,
    /// Show signer and time on a page: page from 1, then left, bottom, width and height in points
    #[arg(long, value_name = "PAGE,X,Y,W,H", value_parser = Place::from_str)]
    visible: Option<Place>,
}

/// Where a signature shows.
#[derive(Debug, Clone, Copy)]
struct Place {
    page: usize,
    place: [f64; 4],
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not page,x,y,width,height, such as 1,72,72,200,50");
        let (page, place) = text.split_once(',').ok_or_else(wrong)?;
        let numbers: Vec<f64> = place
            .split(',')
            .map(|n| n.trim().parse::<f64>())
            .collect::<Result<_, _>>()
            .map_err(|_| wrong())?;
        Ok(Self {
            page: page.trim().parse().map_err(|_| wrong())?,
            place: numbers.try_into().map_err(|_| wrong())?,
        })
    }
}

/// Signs it.
pub fn run(
    screen: &Screen,
    arguments: &SignArguments,
    clock: fn() -> OffsetDateTime,
) -> Result<ExitCode, Error> {
    let a = arguments;
    let signer = keys::signer(&a.key, &a.chain, a.password_env.as_deref())?;
    let now = clock();
    keys::valid_now("--chain", signer.certificate_chain(), now)?;
    let levels = a.sources.open(a.level, &[signer.certificate_chain()], clock)?;
    let file = files::read(&a.file)?;
    let room = match &levels {
        Some(levels) => levels.ready(&[signer.certificate_chain()])?,
        None => 0,
    };
    let name = signer.certificate_chain().first().and_then(|c| c.subject().common_name());
    let options = SignatureOptions {
        name: name.unwrap_or_default().to_owned(),
        reason: a.reason.clone(),
        location: a.location.clone(),
        certify: a.certify,
        timestamp_room: room,
        ..SignatureOptions::new(&a.field, now.replace_nanosecond(0).unwrap_or(now))
    };
    let sign = |visible: Option<&Visible<'_>>| -> Result<Vec<u8>, Error> {
        match (&levels, visible) {
            (Some(levels), _) => Ok(levels.sign_existing(&file, &options, visible, &signer)?),
            (None, Some(visible)) => {
                Ok(existing::sign_existing_visibly(&file, &options, visible, &signer)?)
            }
            (None, None) => Ok(existing::sign_existing(&file, &options, &signer)?),
        }
    };
    let signed = match a.visible {
        None => sign(None)?,
        Some(place) => {
            let size = fitting(&file, &options, place, &signer)?;
            let lines = lines(&options);
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            sign(Some(&look(place, &lines, size)))?
        }
    };
    files::write_new(&a.out, &signed)?;
    screen.wrote(&a.out);
    Ok(ExitCode::SUCCESS)
}

/// What a visible signature says.
fn lines(options: &SignatureOptions) -> Vec<String> {
    let form =
        time::macros::format_description!("[day]/[month]/[year] [hour]:[minute]:[second] +07:00");
    let at = options.claimed_at.to_offset(VIET_NAM).format(form).unwrap_or_default();
    let mut lines = vec![format!("Người ký: {}", options.name), format!("Thời gian ký: {at}")];
    if !options.reason.is_empty() {
        lines.push(format!("Lý do: {}", options.reason));
    }
    lines
}

fn look<'a>(place: Place, lines: &'a [&'a str], size: f64) -> Visible<'a> {
    let Place { page, place } = place;
    Visible { page, place, lines, size, picture: None, fonts: Fonts::LIBERATION_SERIF }
}

/// The largest letters with which the lines fit their place; nothing is signed.
fn fitting(
    file: &[u8],
    options: &SignatureOptions,
    place: Place,
    signer: &dyn Signer,
) -> Result<f64, Error> {
    let lines = lines(options);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let who = (signer.certificate_chain(), signer.algorithm());
    let prepare = |size: f64| {
        let look = look(place, &lines, size);
        existing::PendingSignature::prepare_visible(file, options, &look, who)
    };
    for size in SIZES {
        match prepare(size) {
            Ok(_) => return Ok(size),
            Err(IssueError::NotSignable { .. }) => {}
            Err(e) => return Err(e.into()),
        }
    }
    prepare(SMALLEST)?;
    Ok(SMALLEST)
}
