//! `svod dictionary draft`: a definition proposed for the items of a file. The text goes to standard output or into a new file, and
//! what was found, with its evidence, to standard error.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::dictionary::published;
use super::import::{encoding, format, opener, separator};
use super::terminal;
use crate::app::drafting_definitions::{DraftOptions, draft_definition};
use crate::app::import::Source;
use crate::config::{DatabaseSettings, FileSettings};
use crate::domain::attribute::type_name;
use crate::domain::error::{Error, Result};
use crate::exchange::csv::{CsvFormat, Encoding, Separator};
use crate::exchange::definition_draft::{ColumnDraft, ColumnRole, Draft};
use crate::exchange::format::Format;

#[derive(Debug, Args)]
pub struct DraftArguments {
    /// File of items; its format, encoding, separator and header are found out, and told
    file: PathBuf,
    /// Code of the dictionary to be, such as offices
    #[arg(long)]
    code: String,
    /// GraphQL type of one item, such as Office [default: made of the code]
    #[arg(long = "type", value_name = "TYPE")]
    type_name: Option<String>,
    /// What the dictionary is called [default: what the file calls itself, or the code]
    #[arg(long)]
    name: Option<String>,
    /// File to write the definition to, which must not be there yet [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Look at the first rows only
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u64).range(1..))]
    sample: Option<u64>,
    /// Do not look for references to published dictionaries
    #[arg(long)]
    no_references: bool,
    /// Format, when it is not to be found out: csv, xlsx, json, ndjson, esnsi-xml, genericode, skos, fhir, sdmx
    #[arg(long, value_parser = format)]
    format: Option<Format>,
    /// Encoding, when it is not to be found out: utf-8 or windows-1251
    #[arg(long, value_parser = encoding)]
    encoding: Option<Encoding>,
    /// Separator, when it is not to be found out: `,` `;` `|` or tab
    #[arg(long, value_parser = separator)]
    separator: Option<Separator>,
    #[command(flatten)]
    files: FileSettings,
    #[command(flatten)]
    database: DatabaseSettings,
}

pub fn draft(arguments: &DraftArguments) -> Result<()> {
    let name = arguments.file.file_name().unwrap_or(arguments.file.as_os_str()).to_string_lossy().into_owned();
    let open = opener(&arguments.file);
    let source = Source { name: &name, open: &open };
    let options = DraftOptions {
        code: arguments.code.clone(),
        type_name: arguments.type_name.clone(),
        name: arguments.name.clone(),
        sample_rows_max: arguments.sample,
        format: arguments.format,
        csv: CsvFormat { encoding: arguments.encoding, separator: arguments.separator, quoting: None },
        finds_references: !arguments.no_references,
    };
    // Whoever sits at the command line reads all; where there is no database, nothing is published.
    let head = if arguments.no_references { std::sync::Arc::default() } else { published(&arguments.database)? };
    let draft = draft_definition(&head, &|_| true, &source, &options, &arguments.files.import_limits().file)?;
    match &arguments.output {
        Some(path) => write_new(path, &draft.toml)?,
        None => terminal::write_out(format_args!("{}", draft.toml)),
    }
    tell(&draft, arguments);
    Ok(())
}

/// Writes a file that is not there yet: a definition that somebody has edited is not overwritten.
fn write_new(path: &Path, text: &str) -> Result<()> {
    let written = File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Error::Operator(format!("the file {} is there already: name another, or take it away", path.display())),
        _ => Error::Operator(format!("the file {} cannot be written: {error}", path.display())),
    })
}

fn tell(draft: &Draft, arguments: &DraftArguments) {
    for (what, found) in &draft.evidence {
        complain!("  {what:<11} {found}");
    }
    complain!("  rows        {}", draft.rows_count);
    for column in &draft.columns {
        complain!("  column      {}", shown(column));
    }
    for warning in &draft.warnings {
        complain!("  mind        {warning}");
    }
    if let Some(path) = &arguments.output {
        complain!("  written     {}", path.display());
    }
    complain!("  import      svod import {} {} {}", arguments.code, arguments.file.display(), draft.mapping.shown());
}

fn shown(column: &ColumnDraft) -> String {
    let name = column.header.clone().unwrap_or_else(|| column.number.to_string());
    let role = match &column.role {
        ColumnRole::Code => "code".to_owned(),
        ColumnRole::PartOfKey(part) => format!("{part}, only a part of the code"),
        ColumnRole::Parent => "parent".to_owned(),
        ColumnRole::ValidFrom => "valid_from".to_owned(),
        ColumnRole::ValidTo => "valid_to".to_owned(),
        ColumnRole::Action => "action".to_owned(),
        ColumnRole::Attribute { code, .. } => match column.kind {
            Some(kind) => format!("{code}, {}", type_name(kind)),
            None => code.clone(),
        },
        ColumnRole::LeftOut => "left out".to_owned(),
    };
    match column.evidence.first() {
        Some(because) => format!("{name} → {role} ({because})"),
        None => format!("{name} → {role}"),
    }
}
