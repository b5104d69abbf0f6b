//! GeneralName (RFC 5280 §4.2.1.6), as it stands in alternative names, constraints and
//! distribution points.

use crate::der::{Element, Fault, Reader, tag};
use crate::{Name, Oid};

/// One general name.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GeneralName {
    /// rfc822Name.
    Email(String),
    /// dNSName.
    Dns(String),
    /// uniformResourceIdentifier.
    Uri(String),
    /// iPAddress: 4 or 16 bytes; twice as many in name constraints.
    Ip(Vec<u8>),
    /// directoryName.
    Directory(Name),
    /// registeredID.
    RegisteredId(Oid),
    /// otherName: its type.
    Other(Oid),
    /// x400Address (3) or ediPartyName (5), by context tag number.
    Unread(u8),
}

impl GeneralName {
    /// Form number, as in the ASN.1 context tags.
    pub(crate) fn form(&self) -> u8 {
        match self {
            Self::Other(_) => 0,
            Self::Email(_) => 1,
            Self::Dns(_) => 2,
            Self::Directory(_) => 4,
            Self::Uri(_) => 6,
            Self::Ip(_) => 7,
            Self::RegisteredId(_) => 8,
            Self::Unread(number) => *number,
        }
    }
}

pub(crate) fn read_general_name(element: &Element<'_>) -> Result<GeneralName, Fault> {
    let ascii = || {
        if element.content.is_ascii() {
            Ok(element.content.iter().map(|b| char::from(*b)).collect::<String>())
        } else {
            Err(element.fault("general name is not ASCII"))
        }
    };
    match element.tag {
        0xa0 => Ok(GeneralName::Other(Oid::new(element.reader().oid("other name type expected")?))),
        0x81 => ascii().map(GeneralName::Email),
        0x82 => ascii().map(GeneralName::Dns),
        0xa3 => Ok(GeneralName::Unread(3)),
        0xa4 => {
            let mut inner = element.reader();
            let name = inner.expect(tag::SEQUENCE, "directory name expected")?;
            inner.end("directory name has extra fields")?;
            Name::read(name.raw)
                .map(GeneralName::Directory)
                .map_err(|f| Fault { offset: element.at + f.offset, reason: f.reason })
        }
        0xa5 => Ok(GeneralName::Unread(5)),
        0x86 => ascii().map(GeneralName::Uri),
        0x87 => Ok(GeneralName::Ip(element.content.to_vec())),
        0x88 => Ok(GeneralName::RegisteredId(Oid::new(element.content))),
        _ => Err(element.fault("general name of an unknown form")),
    }
}

/// What the lists of one extension may hold together, when they name one thing each as a distribution
/// point does: a decoded name is up to fifty times as large as a hostile encoding of it. Real ones have
/// one or two names. Lists that may be long (alternative names, constraints) are [`GeneralNames`].
pub(crate) struct Room {
    names: usize,
    attributes: usize,
}

impl Room {
    pub fn new() -> Self {
        Room { names: 256, attributes: 256 }
    }
}

/// A short run of general names; at least one.
pub(crate) fn read_general_names(
    mut reader: Reader<'_>,
    room: &mut Room,
) -> Result<Vec<GeneralName>, Fault> {
    let mut names = Vec::new();
    while !reader.is_empty() {
        let name = read_general_name(&reader.any()?)?;
        let attributes = match &name {
            GeneralName::Directory(name) => name.attributes().count(),
            _ => 0,
        };
        let left = (room.names.checked_sub(1), room.attributes.checked_sub(attributes));
        let (Some(left), Some(attributes)) = left else {
            return Err(reader.fault("too many general names"));
        };
        (room.names, room.attributes) = (left, attributes);
        names.push(name);
    }
    if names.is_empty() {
        return Err(reader.fault("general names are empty"));
    }
    Ok(names)
}

/// A list of general names of any length, checked once and kept as bytes: decoded names are many
/// times larger than a hostile encoding of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct GeneralNames {
    /// Elements: names, or subtrees that hold one.
    der: Vec<u8>,
    count: usize,
    subtrees: bool,
}

impl GeneralNames {
    /// A run of names; at least one.
    pub fn read(reader: &Reader<'_>) -> Result<Self, Fault> {
        Self::check(reader, false, |_| Ok(()))
    }

    /// A run of GeneralSubtrees, whose bases are the names; at least one.
    pub fn read_subtrees(
        reader: &Reader<'_>,
        visit: impl FnMut(&GeneralName) -> Result<(), Fault>,
    ) -> Result<Self, Fault> {
        Self::check(reader, true, visit)
    }

    fn check(
        reader: &Reader<'_>,
        subtrees: bool,
        mut visit: impl FnMut(&GeneralName) -> Result<(), Fault>,
    ) -> Result<Self, Fault> {
        let der = reader.rest().to_vec();
        let mut reader = reader.clone();
        let mut count = 0;
        while !reader.is_empty() {
            visit(&next(&mut reader, subtrees)?)?;
            count += 1;
        }
        if count == 0 {
            return Err(reader.fault("general names are empty"));
        }
        Ok(GeneralNames { der, count, subtrees })
    }

    pub fn len(&self) -> usize {
        self.count
    }

    /// The names, decoded one at a time.
    pub fn iter(&self) -> impl Iterator<Item = GeneralName> + '_ {
        let mut reader = Reader::new(&self.der);
        // Every element was read before, so nothing is passed over here.
        std::iter::from_fn(move || next(&mut reader, self.subtrees).ok())
    }
}

fn next(reader: &mut Reader<'_>, subtree: bool) -> Result<GeneralName, Fault> {
    if !subtree {
        return read_general_name(&reader.any()?);
    }
    let mut subtree = reader.sequence("subtree expected")?;
    let name = read_general_name(&subtree.any()?)?;
    // RFC 5280 §4.2.1.10: minimum is zero, maximum absent.
    subtree.end("subtree with minimum or maximum")?;
    Ok(name)
}
