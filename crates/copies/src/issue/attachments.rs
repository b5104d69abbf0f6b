//! The files that a PDF original carries beside its pages, counted; a copy holds pages alone. Where they stand: ISO 32000-1 §7.11.4,
//! §12.5.6.15, ISO 32000-2 §14.13.

use std::collections::BTreeSet;

use motcua_pdf::{Dict, Document, Error, Object, Ref};

/// How many files are attached to the document, its pages or a place on one of them; each is counted once.
pub(super) fn attachments(document: &Document<'_>) -> Result<usize, Error> {
    let mut found = Found::default();
    let catalog = document.catalog()?;
    found.listed(document, &catalog)?;
    let names = document.value(&catalog, "Names")?;
    if let Some(files) = names.as_dict().and_then(|names| names.get("EmbeddedFiles")) {
        found.named(document, files)?;
    }
    for page in document.pages()? {
        found.listed(document, &page.dict)?;
        let annotations = document.value(&page.dict, "Annots")?;
        for annotation in annotations.as_array().unwrap_or_default() {
            if let Object::Dict(annotation) = document.resolve(annotation)? {
                found.listed(document, &annotation)?;
                if let Some(file) = annotation.get("FS") {
                    found.file(document, file)?;
                }
            }
        }
    }
    Ok(found.indirect.len().saturating_add(found.direct))
}

#[derive(Default)]
struct Found {
    indirect: BTreeSet<Ref>,
    /// Specifications that stand where they are used.
    direct: usize,
}

impl Found {
    /// A file specification, when it holds the file: others name one elsewhere.
    fn file(&mut self, document: &Document<'_>, file: &Object) -> Result<(), Error> {
        let held = matches!(document.resolve(file)?, Object::Dict(dict) if dict.contains("EF"));
        match file {
            _ if !held => {}
            Object::Ref(id) => {
                self.indirect.insert(*id);
            }
            _ => self.direct = self.direct.saturating_add(1),
        }
        Ok(())
    }

    /// The files in `/AF`.
    fn listed(&mut self, document: &Document<'_>, dict: &Dict) -> Result<(), Error> {
        for file in document.value(dict, "AF")?.as_array().unwrap_or_default() {
            self.file(document, file)?;
        }
        Ok(())
    }

    /// The files in a name tree (§7.9.6). What stands in it twice is looked at once.
    fn named(&mut self, document: &Document<'_>, root: &Object) -> Result<(), Error> {
        let mut seen = BTreeSet::new();
        let mut nodes = vec![root.clone()];
        while let Some(node) = nodes.pop() {
            if node.as_ref().is_some_and(|id| !seen.insert(id)) {
                continue;
            }
            let Object::Dict(node) = document.resolve(&node)? else { continue };
            let names = document.value(&node, "Names")?;
            for pair in names.as_array().unwrap_or_default().chunks(2) {
                if let [_, file] = pair {
                    self.file(document, file)?;
                }
            }
            nodes.extend(document.value(&node, "Kids")?.as_array().unwrap_or_default().to_vec());
        }
        Ok(())
    }
}
