//! What an export asks for, read from names and values as addresses and command lines have them, so that both doors take the same
//! words and refuse the same mistakes. Deliberately unknown: dictionaries, and where the bytes go.

use crate::app::reading::Knowledge;
use crate::domain::error::{Error, Result};
use crate::domain::validity::{Date, parse_date};
use crate::exchange::csv::{Encoding, Separator};
use crate::exchange::esnsi::{Generation, UpdateForm};
use crate::exchange::format::Format;
use crate::exchange::writing::LineEnd;

/// Into what items are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Format(Format),
    /// By its code.
    Projection(String),
    /// What changed between two publications, as ЕСНСИ takes it.
    EsnsiUpdate,
}

/// The name of the update file among the formats.
pub const ESNSI_UPDATE: &str = "esnsi-update";

/// What an export asks for.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    pub target: Target,
    /// Today when left out.
    pub valid_on: Option<Date>,
    pub knowledge: Knowledge,
    pub all_versions: bool,
    pub filters: Vec<String>,
    /// Of an update: the publication that the receiver has, the newer one, and on which date the receiver's state was valid.
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub from_valid_on: Option<Date>,
    pub look: Look,
    /// What was given, in order: equal words make equal files.
    given: Vec<(String, String)>,
}

/// How the file is to look, as far as it was said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Look {
    pub encoding: Option<Encoding>,
    pub has_mark: Option<bool>,
    pub separator: Option<Separator>,
    pub line_end: Option<LineEnd>,
    pub has_header: Option<bool>,
    pub neutralises_formulas: Option<bool>,
    pub esnsi_generation: Option<Generation>,
    pub update_form: Option<UpdateForm>,
    pub base_uri: Option<String>,
    pub substitute: Option<String>,
}

/// The names of what can be said of an export, with what each takes; of these the OpenAPI description is made too.
pub const PARAMETERS: [Parameter; 18] = [
    Parameter::new("valid_on", "DATE", "The date on which the items are valid; today when left out."),
    Parameter::new("publication", "NUMBER", "What was known at this publication; the latest when left out."),
    Parameter::new("known_at", "INSTANT", "What was known at this instant, as 2026-11-25T12:00:00Z."),
    Parameter::new("all_versions", "BOOLEAN", "Whether all versions of the items are written, whenever they are valid."),
    Parameter::new(
        "filter",
        "FILTER",
        "Which items: `attribute=value`, `attribute^=beginning`, `code=1|2`, `parent=CODE`, `under=CODE`; several must all hold.",
    ),
    Parameter::new("encoding", "ENCODING", "Of CSV: utf-8 or windows-1251."),
    Parameter::new("mark", "BOOLEAN", "Of CSV: whether UTF-8 begins with a byte-order mark, by which spreadsheets know it."),
    Parameter::new("separator", "SEPARATOR", "Of CSV: `,` `;` `|` or tab."),
    Parameter::new("line_end", "LINE_END", "Of CSV: lf or crlf."),
    Parameter::new("header", "BOOLEAN", "Of CSV: whether the names of the columns are the first row."),
    Parameter::new(
        "neutralise",
        "BOOLEAN",
        "Of CSV: whether texts that a spreadsheet would take for formulas are written behind an apostrophe.",
    ),
    Parameter::new("generation", "GENERATION", "Of esnsi-xml and esnsi-update: new, or old as of 2015."),
    Parameter::new("form", "FORM", "Of esnsi-update: document, or what is attached to a request: update-attachment or delete-attachment."),
    Parameter::new("base_uri", "URI", "Of SKOS, FHIR and genericode: where the concepts live."),
    Parameter::new("substitute", "TEXT", "Of projections: what is written for a character that the encoding does not have."),
    Parameter::new("from", "NUMBER", "Of esnsi-update: the publication that the receiver has."),
    Parameter::new("to", "NUMBER", "Of esnsi-update: the publication that the receiver is to have; the latest when left out."),
    Parameter::new(
        "from_valid_on",
        "DATE",
        "Of esnsi-update: the date on which the receiver's items were valid; `valid_on` when left out.",
    ),
];

/// Something that can be said of an export.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    pub name: &'static str,
    /// What it takes, in one word.
    pub takes: &'static str,
    pub description: &'static str,
}

impl Parameter {
    const fn new(name: &'static str, takes: &'static str, description: &'static str) -> Self {
        Self { name, takes, description }
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn invalid(name: &str, value: &str, expected: &str) -> Error {
    Error::refused("option_invalid", format!("`{name}`: `{value}` is not {expected}"))
}

fn boolean(name: &str, value: &str) -> Result<bool> {
    match value {
        "true" | "" => Ok(true),
        "false" => Ok(false),
        _ => Err(invalid(name, value, "true or false")),
    }
}

fn date(name: &str, value: &str) -> Result<Date> {
    parse_date(value).ok_or_else(|| invalid(name, value, "a date as 2024-02-29"))
}

fn number(name: &str, value: &str) -> Result<i64> {
    value.parse().map_err(|_| invalid(name, value, "the number of a publication"))
}

impl ExportRequest {
    pub fn new(target: Target) -> Self {
        let (filters, given) = (Vec::new(), Vec::new());
        let knowledge = Knowledge::default();
        let (from, to, from_valid_on) = (None, None, None);
        Self { target, valid_on: None, knowledge, all_versions: false, filters, from, to, from_valid_on, look: Look::default(), given }
    }

    /// Reads the name of a format, the update file included.
    pub fn of_format(name: &str) -> Result<Self> {
        if name == ESNSI_UPDATE {
            return Ok(Self::new(Target::EsnsiUpdate));
        }
        let format = Format::parse(name).ok_or_else(|| {
            let known: Vec<&str> = Format::ALL.into_iter().map(Format::name).collect();
            Error::refused("format_unknown", format!("there is no format `{name}`: there are {} and {ESNSI_UPDATE}", known.join(", ")))
        })?;
        Ok(Self::new(Target::Format(format)))
    }

    /// Says one thing more. A name that is not among [`PARAMETERS`], a value that it does not take, and a second value where only one
    /// makes sense are refused. A name may also be written as GraphQL writes it: `validOn`.
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let name = &snake_case(name);
        if name != "filter" && self.given.iter().any(|(given, _)| given == name) {
            return Err(Error::refused("option_invalid", format!("`{name}` is given twice")));
        }
        match name.as_str() {
            "valid_on" => self.valid_on = Some(date(name, value)?),
            "publication" => self.knowledge.publication = Some(number(name, value)?),
            "known_at" => {
                let at = value.parse().map_err(|_| invalid(name, value, "an instant as 2026-11-25T12:00:00Z"))?;
                self.knowledge.known_at = Some(at);
            }
            "all_versions" => self.all_versions = boolean(name, value)?,
            "filter" => self.filters.push(value.to_owned()),
            "from" => self.from = Some(number(name, value)?),
            "to" => self.to = Some(number(name, value)?),
            "from_valid_on" => self.from_valid_on = Some(date(name, value)?),
            _ => self.look.set(name, value)?,
        }
        self.given.push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    /// Refuses what means nothing for the target: passed over in silence, it would be taken for done.
    pub fn check(&self) -> Result<()> {
        match self.given.iter().find(|(name, _)| !self.target.takes(name)) {
            None => Ok(()),
            Some((name, _)) => {
                let why = match &self.target {
                    Target::Projection(_) => "a projection says in its definition how its file looks".to_owned(),
                    Target::Format(format) => format!("the format {} has no use for it", format.name()),
                    Target::EsnsiUpdate => "the receiver of an update has all items, as they are valid on a date".to_owned(),
                };
                Err(Error::refused("option_invalid", format!("`{name}` means nothing here: {why}")))
            }
        }
    }

    /// What was given, in an order of its own: the same for the same request, however it was written.
    pub fn given(&self) -> Vec<(String, String)> {
        let mut given = self.given.clone();
        given.sort();
        given
    }
}

impl Target {
    /// Whether a word says something of files of this kind.
    fn takes(&self, name: &str) -> bool {
        let format = match self {
            Self::Format(format) => Some(*format),
            Self::Projection(_) | Self::EsnsiUpdate => None,
        };
        let is_update = *self == Self::EsnsiUpdate;
        match name {
            "valid_on" | "publication" | "known_at" => true,
            "all_versions" | "filter" => !is_update,
            "from" | "to" | "from_valid_on" | "form" => is_update,
            "encoding" | "mark" | "separator" | "neutralise" => format == Some(Format::Csv),
            "line_end" | "header" => matches!(format, Some(Format::Csv | Format::EsnsiCsv)),
            "generation" => is_update || format == Some(Format::EsnsiXml),
            "base_uri" => matches!(format, Some(Format::Skos | Format::Fhir | Format::Genericode)),
            "substitute" => matches!(self, Self::Projection(_)),
            _ => false,
        }
    }
}

impl Look {
    fn set(&mut self, name: &str, value: &str) -> Result<()> {
        match name {
            "encoding" => {
                self.encoding =
                    Some(Encoding::parse(value).ok_or_else(|| invalid(name, value, "an encoding: utf-8 and windows-1251 are written"))?);
            }
            "mark" => self.has_mark = Some(boolean(name, value)?),
            "separator" => {
                self.separator = Some(Separator::parse(value).ok_or_else(|| invalid(name, value, "a separator: `,` `;` `|` and tab are"))?);
            }
            "line_end" => {
                self.line_end = Some(match value {
                    "lf" => LineEnd::Lf,
                    "crlf" => LineEnd::CrLf,
                    _ => return Err(invalid(name, value, "lf or crlf")),
                });
            }
            "header" => self.has_header = Some(boolean(name, value)?),
            "neutralise" => self.neutralises_formulas = Some(boolean(name, value)?),
            "generation" => {
                self.esnsi_generation = Some(match value {
                    "new" => Generation::New,
                    "old" => Generation::Old,
                    _ => return Err(invalid(name, value, "new or old")),
                });
            }
            "form" => {
                self.update_form = Some(match value {
                    "document" => UpdateForm::Document,
                    "update-attachment" => UpdateForm::UpdateAttachment,
                    "delete-attachment" => UpdateForm::DeleteAttachment,
                    _ => return Err(invalid(name, value, "document, update-attachment or delete-attachment")),
                });
            }
            "base_uri" => self.base_uri = Some(base_uri(name, value)?),
            "substitute" => self.substitute = Some(value.to_owned()),
            _ => {
                let known: Vec<&str> = PARAMETERS.iter().map(|parameter| parameter.name).collect();
                return Err(Error::refused(
                    "option_invalid",
                    format!("there is no `{name}` to say of an export: there are {}", known.join(", ")),
                ));
            }
        }
        Ok(())
    }
}

/// Nothing that would end the address that it becomes part of.
fn base_uri(name: &str, value: &str) -> Result<String> {
    let has_scheme = ["http://", "https://", "urn:"].iter().any(|scheme| value.starts_with(scheme));
    let is_plain = value.len() <= 500 && value.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&byte));
    if has_scheme && is_plain {
        Ok(value.to_owned())
    } else {
        Err(invalid(name, value, "an address as https://nsi.example.org/ or urn:nsi:"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_read_or_refused() {
        let mut request = ExportRequest::of_format("csv").unwrap();
        for (name, value) in [
            ("valid_on", "2026-11-25"),
            ("publication", "17"),
            ("all_versions", ""),
            ("filter", "a=b"),
            ("filter", "c=d"),
            ("encoding", "cp1251"),
            ("separator", "tab"),
            ("line_end", "crlf"),
            ("header", "false"),
        ] {
            request.set(name, value).unwrap();
        }
        let mut as_graphql = ExportRequest::of_format("csv").unwrap();
        as_graphql.set("validOn", "2026-11-25").unwrap();
        as_graphql.set("allVersions", "true").unwrap();
        assert_eq!((as_graphql.valid_on, as_graphql.all_versions), (request.valid_on, true));
        assert!(request.all_versions && request.filters == ["a=b", "c=d"] && request.knowledge.publication == Some(17));
        assert_eq!((request.look.encoding, request.look.has_header), (Some(Encoding::Windows1251), Some(false)));
        for (name, value, expected) in [
            ("validOn", "2026-11-26", "`valid_on` is given twice"),
            ("known_at", "today", "`known_at`: `today` is not an instant as 2026-11-25T12:00:00Z"),
            ("mark", "yes", "`mark`: `yes` is not true or false"),
            ("base_uri", "https://x/ y", "`base_uri`: `https://x/ y` is not an address as https://nsi.example.org/ or urn:nsi:"),
            ("to", "x", "`to`: `x` is not the number of a publication"),
        ] {
            assert_eq!(request.set(name, value).unwrap_err().to_string(), expected);
        }
        assert!(request.set("colour", "red").unwrap_err().to_string().starts_with("there is no `colour` to say of an export"));
        assert!(ExportRequest::of_format("doc").unwrap_err().to_string().starts_with("there is no format `doc`: there are csv, xlsx,"));
        assert_eq!(ExportRequest::of_format("esnsi-update").unwrap().target, Target::EsnsiUpdate);
    }

    #[test]
    fn what_means_nothing_for_a_file_is_refused() {
        let refused = |target: Target, name: &str, value: &str| {
            let mut request = ExportRequest::new(target);
            request.set(name, value).unwrap();
            request.check().err().map(|error| error.to_string()).unwrap_or_default()
        };
        let csv = || Target::Format(Format::Csv);
        let projection = || Target::Projection("p".to_owned());
        for (name, value) in [("encoding", "utf-8"), ("separator", ";"), ("header", "true"), ("filter", "a=b"), ("all_versions", "true")] {
            assert_eq!(refused(csv(), name, value), "", "{name}");
        }
        let cases = [
            (csv(), "substitute", "?", "`substitute` means nothing here: the format csv has no use for it"),
            (Target::Format(Format::EsnsiCsv), "separator", ",", "`separator` means nothing here: the format esnsi-csv has no use for it"),
            (Target::Format(Format::Json), "generation", "old", "`generation` means nothing here: the format json has no use for it"),
            (projection(), "header", "false", "`header` means nothing here: a projection says in its definition how its file looks"),
            (Target::EsnsiUpdate, "filter", "a=b", "`filter` means nothing here: the receiver of an update has all items"),
        ];
        for (target, name, value, expected) in cases {
            assert!(refused(target, name, value).starts_with(expected), "{name}");
        }
    }

    /// What is described is what is taken, and nothing else.
    #[test]
    fn every_parameter_is_taken() {
        let good = |takes: &str| match takes {
            "DATE" => "2024-02-29",
            "NUMBER" => "1",
            "INSTANT" => "2026-11-25T12:00:00Z",
            "BOOLEAN" => "true",
            "FILTER" => "a=b",
            "ENCODING" => "utf-8",
            "SEPARATOR" => ";",
            "LINE_END" => "lf",
            "GENERATION" => "old",
            "URI" => "urn:svod:",
            "FORM" => "document",
            _ => "?",
        };
        let mut request = ExportRequest::new(Target::EsnsiUpdate);
        for parameter in PARAMETERS {
            request.set(parameter.name, good(parameter.takes)).unwrap();
        }
        assert_eq!(request.given().len(), PARAMETERS.len());
    }
}
