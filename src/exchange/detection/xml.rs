//! Which of the formats in XML a text is, by the name and the namespace of its root. Roots that are not read are refused by name.
//! Deliberately unknown: what stands in the root, and document types, which the readers refuse.

use quick_xml::events::Event;
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use super::{Found, shown};
use crate::exchange::format::Format;
use crate::exchange::table::FileError;

const ESNSI_FILE: &str = "urn://x-artefacts-nsi-gov-ru/services/cnsi/2.0.0.0";
const ESNSI_UPDATE: &str = "urn://x-artefacts-smev-gov-ru/esnsi/smev-integration/update/2.0.0";
const GENERICODE: [&str; 2] = ["http://docs.oasis-open.org/codelist/ns/genericode/1.0/", "http://genericode.org/2006/ns/CodeList/0.4/"];
const SDMX: [(&str, &str); 2] = [
    ("http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message", "2.1"),
    ("http://www.sdmx.org/resources/sdmxml/schemas/v3_0/message", "3.0"),
];

const WHAT_IS_READ: &str = "read are ЕСНСИ (document, ClassifierDataUpdateRequest, ClassifierDataDeleteRequest), genericode (CodeList) \
                            and SDMX 2.1 and 3.0 (Structure)";

/// Whether a text that begins with `<` is XML: a cell may begin so, and an address of RDF does.
pub(super) fn is_likely(body: &str) -> bool {
    let mut letters = body.chars().skip(1);
    match letters.next() {
        Some('?' | '!') => true,
        Some(first) if first.is_alphabetic() || first == '_' => {
            let rest: String = letters.take_while(|letter| !matches!(letter, '>' | '\n')).collect();
            // `<http://example.org/a>` is an address; a name of XML has one colon and no slash behind it.
            !rest.contains("://") || rest.contains(char::is_whitespace)
        }
        _ => false,
    }
}

pub(super) fn judge(body: &str) -> Found {
    let mut reader = NsReader::from_str(body);
    // A name that is closed by another one is the reader's to refuse.
    reader.config_mut().check_end_names = false;
    loop {
        match reader.read_resolved_event() {
            Ok((namespace, Event::Start(root) | Event::Empty(root))) => {
                let namespace = if let ResolveResult::Bound(name) = namespace { name.into_inner() } else { "" };
                return judge_root(root.local_name().into_inner(), namespace);
            }
            Ok((_, Event::Eof)) => return Err(FileError::of_file("the file begins as XML and has no root element: is it cut off?")),
            Err(error) => return Err(FileError::of_file(format!("the file begins as XML and is not well-formed: {error}"))),
            Ok(_) => {}
        }
    }
}

fn judge_root(local: &str, namespace: &str) -> Found {
    let evidence = |what: &str| format!("XML whose root is {local} of {what}");
    let sdmx = SDMX.iter().find(|(name, _)| *name == namespace);
    match (local, sdmx) {
        ("document", _) if namespace == ESNSI_FILE => Ok((Format::EsnsiXml, evidence("ЕСНСИ"))),
        ("ClassifierDataUpdateRequest" | "ClassifierDataDeleteRequest", _) if namespace == ESNSI_UPDATE => {
            Ok((Format::EsnsiXml, evidence("an update for ЕСНСИ")))
        }
        ("CodeList", _) if GENERICODE.contains(&namespace) => Ok((Format::Genericode, evidence("genericode"))),
        ("Structure", Some((_, version))) => Ok((Format::Sdmx, evidence(&format!("SDMX {version}")))),
        _ => Err(FileError::of_file(refusal(local, namespace))),
    }
}

/// Other roots, the usual ones in words.
fn refusal(local: &str, namespace: &str) -> String {
    let told = match (local.to_ascii_lowercase().as_str(), namespace) {
        ("html", _) => "a web page: is it a table that was saved as a page? Save it as an Excel workbook (.xlsx) or as CSV in UTF-8",
        ("schema", "http://www.w3.org/2001/XMLSchema") => "an XML schema, which describes files and has no items: send the file itself",
        ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#") => "RDF in XML: save the concept scheme as Turtle (.ttl)",
        ("workbook", "urn:schemas-microsoft-com:office:spreadsheet") => {
            "a workbook of Excel 2003 in XML: save it as an Excel workbook (.xlsx)"
        }
        (_, other) if other.contains("sdmx") => {
            return format!(
                "the file is the SDMX message {} of {}, and only Structure of 2.1 and 3.0 is read: send the code list",
                shown(local),
                shown(other)
            );
        }
        _ => {
            let of = if namespace.is_empty() { String::new() } else { format!(" of {}", shown(namespace)) };
            return format!("the file is XML whose root is {}{of}, which is no format of items: {WHAT_IS_READ}", shown(local));
        }
    };
    format!("the file is {told}")
}
