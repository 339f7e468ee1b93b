//! A definition proposed for a file that somebody sends: what `svod dictionary draft` proposes at the command line. Nothing of the file is
//! kept; the proposal is a text to be edited, and to be put into a change request like any other definition.

use std::io::{self, Cursor};
use std::sync::Arc;

use super::{ImportJobs, Parameters};
use crate::app::acting::Caller;
use crate::app::drafting_definitions::{DraftOptions, draft_definition};
use crate::app::import::{Source, unpacked};
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::text::{DictionaryCode, Language};
use crate::exchange::csv::{CsvFormat, Encoding, Separator};
use crate::exchange::definition_draft::{ColumnRole, Draft};
use crate::exchange::definition_file;
use crate::exchange::format::Format;
use crate::exchange::table::Input;

/// The names of the parameters, beside `file`.
pub const PROPOSAL_PARAMETER_NAMES: [&str; 7] = ["code", "type", "name", "format", "encoding", "separator", "partial"];

/// A file may be cut off in a quoted cell of several lines: so many lines more are left out before it is taken for a bad file.
const CELL_LINES_MAX: usize = 5;

/// What is proposed.
#[derive(Debug)]
pub struct ProposedDefinition {
    /// As a file that people edit, with comments.
    pub toml: String,
    pub dictionary: Arc<Dictionary>,
    pub columns: Vec<ProposedColumn>,
    /// What somebody should know before they import the file.
    pub warnings: Vec<String>,
    pub evidence: Vec<(String, String)>,
    pub rows_seen: u64,
    /// What the door of imports is to be told to take this file, by name.
    pub import_parameters: Vec<(&'static str, String)>,
}

/// A column of the file and what is to become of it.
#[derive(Debug)]
pub struct ProposedColumn {
    /// As the file names it; blank where it does not.
    pub name: String,
    /// The attribute, or `code`, `parent`, `valid_from`, `valid_to`, `action`; `-` when it is left out.
    pub target: String,
    pub because: Vec<String>,
}

/// What is asked for.
struct Asked {
    options: DraftOptions,
    is_partial: bool,
}

impl ImportJobs {
    /// Proposes a definition for a file, or for its beginning. For whoever may define the dictionary of that code.
    pub fn propose_definition(
        &self,
        caller: &Caller,
        file_name: &str,
        parameters: &Parameters,
        bytes: Vec<u8>,
    ) -> Result<ProposedDefinition> {
        let Asked { options, is_partial } = read(parameters)?;
        let code = DictionaryCode::parse(&options.code).ok_or_else(|| {
            let message = format!("`{}` is not a code of a dictionary: give `code`, which is {}", options.code, DictionaryCode::PATTERN);
            Error::refused("parameter_unknown", message)
        })?;
        self.change_requests.check_may_define(caller, &code)?;
        if bytes.is_empty() {
            return Err(Error::refused("file_empty", "the file is empty"));
        }
        let limits = &self.settings.limits.file;
        let bytes = unpacked(bytes, is_partial, limits.document_bytes_max)?;
        let head = self.publisher.catalog().head();
        let may_read = |dictionary: &Dictionary| caller.authority.may_read(&dictionary.code, dictionary.definition.passport.access);
        let draft = |bytes: Arc<[u8]>| {
            let open = || -> io::Result<Box<dyn Input>> { Ok(Box::new(Cursor::new(Arc::clone(&bytes)))) };
            draft_definition(&head, &may_read, &Source { name: file_name, open: &open }, &options, limits)
        };
        if !is_partial {
            return proposed(draft(bytes)?);
        }
        let mut lines = whole_lines(&bytes);
        let mut drafted = draft(lines.into());
        for _ in 0..CELL_LINES_MAX {
            if drafted.is_ok() || lines.is_empty() {
                break;
            }
            lines = whole_lines(&lines[..lines.len() - 1]);
            drafted = draft(lines.into());
        }
        proposed(drafted?)
    }
}

fn read(parameters: &Parameters) -> Result<Asked> {
    let find = |wanted: &str| parameters.iter().rev().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    if let Some((name, _)) = parameters.iter().find(|(name, _)| !PROPOSAL_PARAMETER_NAMES.contains(&name.as_str())) {
        let message = format!("there is no parameter `{name}`; there are {}", PROPOSAL_PARAMETER_NAMES.join(", "));
        return Err(Error::refused("parameter_unknown", message));
    }
    let wrong = |name: &str, value: &str| {
        Error::refused("parameter_unknown", format!("{name}={value}: `svod dictionary draft --help` says what may stand there"))
    };
    let format = find("format").map(|value| Format::parse(&value).ok_or_else(|| wrong("format", &value))).transpose()?;
    let encoding = find("encoding").map(|value| Encoding::parse(&value).ok_or_else(|| wrong("encoding", &value))).transpose()?;
    let separator = find("separator").map(|value| Separator::parse(&value).ok_or_else(|| wrong("separator", &value))).transpose()?;
    let options = DraftOptions {
        code: find("code").unwrap_or_default(),
        type_name: find("type"),
        name: find("name"),
        sample_rows_max: None,
        format,
        csv: CsvFormat { encoding, separator, quoting: None },
        finds_references: true,
    };
    Ok(Asked { options, is_partial: find("partial").is_some_and(|value| value != "false") })
}

/// What was cut off in a line is no evidence of anything.
fn whole_lines(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    &bytes[..end]
}

fn proposed(draft: Draft) -> Result<ProposedDefinition> {
    let loaded = definition_file::read(definition_file::Source { file: "draft", text: &draft.toml });
    let loaded = loaded.map_err(|problems| Error::Internal(format!("a draft is no definition: {problems:?}")))?;
    let columns = draft.columns.into_iter().map(|column| ProposedColumn {
        name: column.header.unwrap_or_default(),
        target: target(column.role),
        because: column.evidence,
    });
    let mapping = draft.mapping;
    let mut import_parameters: Vec<(&'static str, String)> = Vec::new();
    import_parameters.extend(mapping.columns.map(|columns| ("columns", columns.join(","))));
    import_parameters.extend(mapping.skips_header.then(|| ("header", "true".to_owned())));
    import_parameters.extend(mapping.named.into_iter().map(|(name, target)| ("map", format!("{name}={target}"))));
    import_parameters.extend(mapping.key.map(|key| ("key", key)));
    import_parameters.extend(mapping.skips_blank_key.then(|| ("skip_blank_key", "true".to_owned())));
    Ok(ProposedDefinition {
        columns: columns.collect(),
        dictionary: loaded.dictionary,
        warnings: draft.warnings,
        evidence: draft.evidence,
        rows_seen: draft.rows_count,
        import_parameters,
        toml: draft.toml,
    })
}

fn target(role: ColumnRole) -> String {
    match role {
        ColumnRole::Code => "code".to_owned(),
        ColumnRole::Parent => "parent".to_owned(),
        ColumnRole::ValidFrom => "valid_from".to_owned(),
        ColumnRole::ValidTo => "valid_to".to_owned(),
        ColumnRole::Action => "action".to_owned(),
        ColumnRole::Attribute { code, language: Some(Language::En) } => format!("{code}_en"),
        ColumnRole::Attribute { code, .. } => code,
        ColumnRole::PartOfKey(_) | ColumnRole::LeftOut => "-".to_owned(),
    }
}
