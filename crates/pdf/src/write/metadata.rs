//! The XMP packet of a PDF/A-2b file, with an extension schema for properties of our own (ISO 19005-2 §6.6.2).

use std::fmt::Write as _;

use super::WriteError;

/// Properties of one namespace, described for readers that do not know it.
#[derive(Debug, Clone)]
pub struct Schema<'a> {
    /// What the schema is.
    pub description: &'a str,
    /// Its namespace.
    pub namespace: &'a str,
    /// Its prefix.
    pub prefix: &'a str,
    /// Name, value, description.
    pub properties: Vec<(&'a str, String, &'a str)>,
}

/// The packet. `created` is an RFC 3339 instant; `language` an RFC 3066 tag of the title.
///
/// # Errors
/// [`WriteError::ControlCharacter`].
pub fn packet(
    title: &str,
    language: &str,
    created: &str,
    schema: &Schema<'_>,
) -> Result<String, WriteError> {
    let mut x = String::from("<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n");
    x.push_str("<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n");
    let _ = write!(
        x,
        "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
         xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" xmlns:{p}=\"{n}\">\n\
         <pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>\n\
         <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{t}</rdf:li></rdf:Alt></dc:title>\n\
         <dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>\n\
         <xmp:CreateDate>{created}</xmp:CreateDate><xmp:ModifyDate>{created}</xmp:ModifyDate>\n\
         <xmp:CreatorTool>motcua</xmp:CreatorTool>\n",
        p = schema.prefix,
        n = schema.namespace,
        t = escape("title", title)?
    );
    for (name, value, _) in &schema.properties {
        let _ = writeln!(
            x,
            "<{p}:{name}>{v}</{p}:{name}>",
            p = schema.prefix,
            v = escape(name, value)?
        );
    }
    x.push_str("</rdf:Description>\n");
    let _ = write!(
        x,
        "<rdf:Description rdf:about=\"\" xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" \
         xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">\n\
         <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">\n\
         <pdfaSchema:schema>{}</pdfaSchema:schema><pdfaSchema:namespaceURI>{}</pdfaSchema:namespaceURI>\
         <pdfaSchema:prefix>{}</pdfaSchema:prefix>\n<pdfaSchema:property><rdf:Seq>\n",
        escape("schema", schema.description)?,
        schema.namespace,
        schema.prefix
    );
    for (name, _, description) in &schema.properties {
        let _ = writeln!(
            x,
            "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>{name}</pdfaProperty:name>\
             <pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>\
             <pdfaProperty:description>{}</pdfaProperty:description></rdf:li>",
            escape("description", description)?
        );
    }
    x.push_str("</rdf:Seq></pdfaSchema:property>\n</rdf:li></rdf:Bag></pdfaExtension:schemas>\n</rdf:Description>\n");
    x.push_str("</rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>");
    Ok(x)
}

fn escape(field: &str, text: &str) -> Result<String, WriteError> {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' => out.push('\n'),
            // XML 1.0 §2.2
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                return Err(WriteError::ControlCharacter { field: field.to_owned() });
            }
            c => out.push(c),
        }
    }
    Ok(out)
}
