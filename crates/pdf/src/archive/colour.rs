//! Clause 6.2.4: colour spaces as they are used, against the output intent.

use super::content::Resources;
use super::icc;
use super::{Checker, Rule};
use crate::object::Name;
use crate::{Dict, Object, Ref};

/// The three device spaces, and the kinds of output intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Device {
    Gray,
    Rgb,
    Cmyk,
}

/// What the rules need to know of a colour space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Device(Device),
    IccCmyk,
    Pattern,
    Other,
}

/// ISO 19005-2 §6.1.13.
const MOST_COLOURANTS: usize = 32;

impl Device {
    fn default_key(self) -> &'static str {
        match self {
            Self::Gray => "DefaultGray",
            Self::Rgb => "DefaultRGB",
            Self::Cmyk => "DefaultCMYK",
        }
    }

    fn of(name: &[u8]) -> Option<Self> {
        match name {
            b"DeviceGray" | b"G" => Some(Self::Gray),
            b"DeviceRGB" | b"RGB" => Some(Self::Rgb),
            b"DeviceCMYK" | b"CMYK" => Some(Self::Cmyk),
            _ => None,
        }
    }
}

impl Checker<'_, '_> {
    /// A device space where it is used: through its default space, or by leave of the output intent (§6.2.4.3).
    pub(super) fn device(
        &mut self,
        device: Device,
        resources: Option<&Dict>,
        id: Option<Ref>,
    ) -> Kind {
        let defaults = resources.and_then(|r| r.get("ColorSpace")).and_then(Object::as_dict);
        self.work(defaults.map_or(0, Dict::len) / 16);
        if let Some(default) = defaults.and_then(|d| d.get(device.default_key())).cloned() {
            let mut kind = Kind::Other;
            self.deeper(id, |c| kind = c.check_space(&default, None, id));
            return kind;
        }
        let (rule, allowed) = match device {
            Device::Gray => (Rule::DeviceGray, self.output.is_some()),
            Device::Rgb => (Rule::DeviceRgb, self.output == Some(Device::Rgb)),
            Device::Cmyk => (Rule::DeviceCmyk, self.output == Some(Device::Cmyk)),
        };
        if !allowed {
            self.find(rule, id, "");
        }
        Kind::Device(device)
    }

    /// The colour is painted with.
    pub(super) fn use_colour(
        &mut self,
        kind: Kind,
        overprint: bool,
        resources: &Dict,
        id: Option<Ref>,
    ) {
        match kind {
            Kind::Device(device) => {
                self.device(device, Some(resources), id);
            }
            Kind::IccCmyk if overprint => self.find(Rule::CmykOverprint, id, ""),
            Kind::IccCmyk | Kind::Pattern | Kind::Other => {}
        }
    }

    /// The space that `cs` names: a device space, `Pattern`, or a resource.
    pub(super) fn named_space(
        &mut self,
        name: &Name,
        resources: &Resources,
        id: Option<Ref>,
    ) -> Kind {
        if Device::of(&name.0).is_some() || *name == "Pattern" {
            return self.check_space(&Object::Name(name.clone()), Some(&resources.dict), id);
        }
        let (space_id, space) = self.resource(resources, "ColorSpace", name, id);
        match space {
            Object::Null => Kind::Other,
            space => self.check_space(&space, Some(&resources.dict), space_id.or(id)),
        }
    }

    /// A colour space, wherever it stands. Default spaces come from `resources`.
    pub(super) fn check_space(
        &mut self,
        space: &Object,
        resources: Option<&Dict>,
        id: Option<Ref>,
    ) -> Kind {
        let (own, space) = self.resolve(space);
        let id = own.or(id);
        let items = match &space {
            Object::Name(name) => {
                if let Some(device) = Device::of(&name.0) {
                    return self.device(device, resources, id);
                }
                if *name == "Pattern" {
                    return Kind::Pattern;
                }
                self.find(Rule::ColourSpace, id, name.to_string());
                return Kind::Other;
            }
            Object::Array(items) => items.clone(),
            _ => {
                self.find(Rule::ColourSpace, id, "");
                return Kind::Other;
            }
        };
        let mut kind = Kind::Other;
        self.deeper(id, |c| kind = c.check_space_array(&items, resources, id));
        kind
    }

    fn check_space_array(
        &mut self,
        items: &[Object],
        resources: Option<&Dict>,
        id: Option<Ref>,
    ) -> Kind {
        let family = items.first().map(|f| self.resolve(f).1);
        let family = family.as_ref().and_then(Object::as_name).map(|n| n.0.clone());
        let family = family.unwrap_or_default();
        let null = Object::Null;
        let at = |i: usize| items.get(i).unwrap_or(&null);
        if let Some(device) = Device::of(&family) {
            return self.device(device, resources, id);
        }
        match family.as_slice() {
            b"CalGray" | b"CalRGB" | b"Lab" => Kind::Other,
            b"ICCBased" => self.check_icc(at(1), id),
            b"Indexed" | b"I" => {
                self.check_space(at(1), resources, id);
                Kind::Other
            }
            b"Pattern" => {
                if items.len() > 1 {
                    self.check_space(at(1), resources, id);
                }
                Kind::Pattern
            }
            b"Separation" => {
                self.check_separation(at(1), at(2), at(3), resources, id);
                Kind::Other
            }
            b"DeviceN" => {
                self.check_device_n(items, resources, id);
                Kind::Other
            }
            other => {
                self.find(Rule::ColourSpace, id, String::from_utf8_lossy(other));
                Kind::Other
            }
        }
    }

    /// §6.2.4.2
    fn check_icc(&mut self, profile: &Object, id: Option<Ref>) -> Kind {
        let (own, profile) = self.resolve(profile);
        let id = own.or(id);
        let Object::Stream(stream) = profile else {
            self.find(Rule::IccProfile, id, "no profile");
            return Kind::Other;
        };
        let components = self.value(&stream.dict, "N").as_integer();
        let kind = if components == Some(4) { Kind::IccCmyk } else { Kind::Other };
        if !self.first_time(own, "icc") {
            return kind;
        }
        let Some(data) = self.data(&stream, id) else { return kind };
        match icc::Header::read(&data) {
            None => self.find(Rule::IccProfile, id, "no ICC profile"),
            Some(header) => {
                if !header.is_permitted() {
                    let class = String::from_utf8_lossy(&header.class).into_owned();
                    self.find(
                        Rule::IccProfile,
                        id,
                        format!("class {class}, version {}", header.major),
                    );
                }
                if header.components() != components {
                    let space = String::from_utf8_lossy(&header.space).into_owned();
                    self.find(Rule::IccProfile, id, format!("space {space:?} does not fit /N"));
                }
            }
        }
        kind
    }

    /// §6.1.8
    fn check_colourant(&mut self, name: &Object, id: Option<Ref>) -> Vec<u8> {
        let name = self.resolve(name).1;
        let Some(name) = name.as_name() else {
            self.find(Rule::ColourSpace, id, "a colourant is no name");
            return Vec::new();
        };
        if std::str::from_utf8(&name.0).is_err() {
            self.find(Rule::NameNotUtf8, id, name.to_string());
        }
        name.0.to_vec()
    }

    /// §6.2.4.4
    fn check_separation(
        &mut self,
        name: &Object,
        alternate: &Object,
        tint: &Object,
        resources: Option<&Dict>,
        id: Option<Ref>,
    ) {
        let name = self.check_colourant(name, id);
        self.check_space(alternate, resources, id);
        match self.separations.get(&name).cloned() {
            None => {
                self.separations.insert(name, (alternate.clone(), tint.clone()));
            }
            Some((known_alternate, known_tint)) => {
                if !self.same(&known_alternate, alternate, 0) || !self.same(&known_tint, tint, 0) {
                    self.find(Rule::Separations, id, String::from_utf8_lossy(&name));
                }
            }
        }
    }

    /// Whether two values say the same, whatever objects they stand in.
    fn same(&mut self, a: &Object, b: &Object, depth: usize) -> bool {
        if a == b {
            return true;
        }
        if depth > super::MOST_NESTING || !self.step() {
            return false;
        }
        let (a, b) = (self.resolve(a).1, self.resolve(b).1);
        match (&a, &b) {
            (Object::Array(a), Object::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.same(a, b, depth + 1))
            }
            (Object::Dict(a), Object::Dict(b)) => self.same_dict(a, b, depth),
            (Object::Stream(a), Object::Stream(b)) => {
                self.same_dict(&a.dict, &b.dict, depth)
                    && self.bytes.get(a.data.clone()) == self.bytes.get(b.data.clone())
            }
            _ => match (a.as_number(), b.as_number()) {
                (Some(a), Some(b)) => (a - b).abs() < f64::EPSILON,
                _ => a == b,
            },
        }
    }

    fn same_dict(&mut self, a: &Dict, b: &Dict, depth: usize) -> bool {
        a.len() == b.len()
            && a.iter().all(|(key, value)| {
                b.get_bytes(&key.0).is_some_and(|other| self.same(value, other, depth + 1))
            })
    }

    fn check_device_n(&mut self, items: &[Object], resources: Option<&Dict>, id: Option<Ref>) {
        let null = Object::Null;
        let names = items.get(1).map_or(Object::Null, |n| self.resolve(n).1);
        let names = names.as_array().unwrap_or_default().to_vec();
        if names.len() > MOST_COLOURANTS {
            self.find(Rule::ColourantLimit, id, names.len().to_string());
        }
        self.check_space(items.get(2).unwrap_or(&null), resources, id);
        let attributes = items.get(4).map_or(Object::Null, |a| self.resolve(a).1);
        let attributes = attributes.as_dict().cloned().unwrap_or_default();
        let colourants = self.dict(&attributes, "Colorants").unwrap_or_default();
        let process = self.dict(&attributes, "Process").unwrap_or_default();
        let components = self.items(&process, "Components");
        for name in names.iter().take(MOST_COLOURANTS) {
            let name = self.check_colourant(name, id);
            let process =
                matches!(name.as_slice(), b"Cyan" | b"Magenta" | b"Yellow" | b"Black" | b"None")
                    || components
                        .iter()
                        .any(|c| c.as_name().is_some_and(|c| c.0.as_slice() == name));
            if !process && colourants.get_bytes(&name).is_none() {
                self.find(Rule::Colourants, id, String::from_utf8_lossy(&name));
            }
        }
        for (_, colourant) in colourants.iter() {
            self.check_space(colourant, resources, id);
        }
    }
}
