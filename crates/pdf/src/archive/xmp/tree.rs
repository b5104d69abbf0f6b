//! RDF as XMP uses it (XMP Specification, September 2005, chapter 2) as a tree of properties.

use roxmltree::Node;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// Nesting of structures and arrays. The reader recurses, so this bounds the stack; schemas nest four deep.
const MOST_NESTING: usize = 32;

/// A property, a field or an item of an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property {
    pub namespace: String,
    pub prefix: String,
    pub name: String,
    pub value: Value,
    pub language: Option<String>,
}

/// The three forms of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Simple(String),
    Structure(Vec<Property>),
    Array(Order, Vec<Property>),
}

/// The three kinds of arrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Bag,
    Seq,
    Alt,
}

impl Property {
    pub(super) fn text(&self) -> Option<&str> {
        if let Value::Simple(text) = &self.value { Some(text) } else { None }
    }

    pub(super) fn fields(&self) -> &[Property] {
        if let Value::Structure(fields) = &self.value { fields } else { &[] }
    }

    /// The items of an array of that kind.
    pub(super) fn items(&self, wanted: Order) -> Option<&[Property]> {
        match &self.value {
            Value::Array(order, items) if *order == wanted => Some(items),
            _ => None,
        }
    }
}

/// All properties of a packet; what is wrong with it otherwise.
pub(super) fn read(text: &str) -> Result<Vec<Property>, String> {
    let document = roxmltree::Document::parse(text).map_err(|e| e.to_string())?;
    let root = document.root_element();
    let rdf = root
        .descendants()
        .find(|n| n.has_tag_name((RDF, "RDF")))
        .ok_or_else(|| "no rdf:RDF".to_owned())?;
    let mut properties: Vec<Property> = Vec::new();
    let mut about: Option<String> = None;
    for description in rdf.children().filter(Node::is_element) {
        if !description.has_tag_name((RDF, "Description")) {
            return Err("rdf:RDF holds something else than rdf:Description".to_owned());
        }
        // All descriptions are of one resource (XMP Specification, chapter 2).
        let this = description.attribute((RDF, "about")).unwrap_or_default().to_owned();
        match &about {
            Some(known) if !known.is_empty() && !this.is_empty() && *known != this => {
                return Err("rdf:about differs".to_owned());
            }
            _ => about = Some(this),
        }
        for property in members(description, 0)? {
            let twice = |p: &Property| p.namespace == property.namespace && p.name == property.name;
            if properties.iter().any(twice) {
                return Err(format!("{} stands twice", property.name));
            }
            properties.push(property);
        }
    }
    Ok(properties)
}

/// The properties that a description or structure states as attributes and elements.
fn members(node: Node<'_, '_>, depth: usize) -> Result<Vec<Property>, String> {
    let mut found = Vec::new();
    for attribute in node.attributes() {
        match attribute.namespace() {
            Some(RDF | XML) => {}
            None if matches!(attribute.name(), "about" | "ID") => {}
            None => return Err(format!("the attribute {} has no namespace", attribute.name())),
            Some(namespace) => found.push(Property {
                namespace: namespace.to_owned(),
                prefix: node.lookup_prefix(namespace).unwrap_or_default().to_owned(),
                name: attribute.name().to_owned(),
                value: Value::Simple(attribute.value().to_owned()),
                language: None,
            }),
        }
    }
    for child in node.children() {
        if child.is_element() {
            found.push(property(child, depth + 1)?);
        } else if child.is_text() && !child.text().unwrap_or_default().trim().is_empty() {
            return Err("text between properties".to_owned());
        }
    }
    Ok(found)
}

/// A property element, or an `rdf:li`.
fn property(node: Node<'_, '_>, depth: usize) -> Result<Property, String> {
    if depth > MOST_NESTING {
        return Err(format!("nested deeper than {MOST_NESTING}"));
    }
    let name = node.tag_name();
    let namespace = name.namespace().unwrap_or_default();
    if namespace.is_empty() {
        return Err(format!("{} has no namespace", name.name()));
    }
    let mut language = node.attribute((XML, "lang")).map(str::to_owned);
    let children: Vec<_> = node.children().filter(Node::is_element).collect();
    let own_text = || {
        node.children()
            .filter(|c| c.is_text())
            .map(|c| c.text().unwrap_or_default())
            .collect::<String>()
    };
    let value = if node.attribute((RDF, "parseType")) == Some("Resource") {
        structure(members(node, depth)?, &mut language)
    } else if let Some(parse) = node.attribute((RDF, "parseType")) {
        return Err(format!("rdf:parseType {parse}"));
    } else if let Some(resource) = node.attribute((RDF, "resource")) {
        Value::Simple(resource.to_owned())
    } else if let [only] = children[..] {
        if !own_text().trim().is_empty() {
            return Err(format!("text and elements in {}", name.name()));
        }
        let kind = only.tag_name();
        let order = match kind.name() {
            "Bag" => Some(Order::Bag),
            "Seq" => Some(Order::Seq),
            "Alt" => Some(Order::Alt),
            _ => None,
        };
        match (kind.namespace(), kind.name(), order) {
            (Some(RDF), _, Some(order)) => Value::Array(order, items(only, depth)?),
            (Some(RDF), "Description", _) => structure(members(only, depth)?, &mut language),
            _ => return Err(format!("{} in {}", kind.name(), name.name())),
        }
    } else if children.is_empty() {
        let attributes = members(node, depth);
        match attributes {
            Ok(fields) if !fields.is_empty() && own_text().trim().is_empty() => {
                structure(fields, &mut language)
            }
            _ => Value::Simple(own_text()),
        }
    } else {
        return Err(format!("more than one element in {}", name.name()));
    };
    Ok(Property {
        namespace: namespace.to_owned(),
        prefix: prefix_of(node).to_owned(),
        name: name.name().to_owned(),
        value,
        language,
    })
}

/// `rdf:value` with qualifiers is the value; anything else is a structure.
fn structure(fields: Vec<Property>, language: &mut Option<String>) -> Value {
    match fields.iter().find(|f| f.namespace == RDF && f.name == "value") {
        Some(value) => {
            if language.is_none() {
                language.clone_from(&value.language);
            }
            value.value.clone()
        }
        None => Value::Structure(fields),
    }
}

fn items(array: Node<'_, '_>, depth: usize) -> Result<Vec<Property>, String> {
    let mut found = Vec::new();
    for child in array.children() {
        if child.has_tag_name((RDF, "li")) {
            found.push(property(child, depth + 1)?);
        } else if child.is_element() {
            return Err("an array holds something else than rdf:li".to_owned());
        } else if child.is_text() && !child.text().unwrap_or_default().trim().is_empty() {
            return Err("text between the items of an array".to_owned());
        }
    }
    Ok(found)
}

/// The prefix as the packet writes it: names of properties are judged by it too.
fn prefix_of<'i>(node: Node<'_, 'i>) -> &'i str {
    let text = node.document().input_text();
    let start = text.get(node.range().start + 1..).unwrap_or_default();
    let end = start.find(|c: char| !(c.is_alphanumeric() || ":-_.".contains(c))).unwrap_or(0);
    start.get(..end).and_then(|name| name.split_once(':')).map_or("", |(prefix, _)| prefix)
}
