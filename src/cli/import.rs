//! `svod import`: one file into one published dictionary, as a change request.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::destination::DestinationArguments;
use super::progress::FileProgress;
use super::{operator, svod_settings};
use crate::app::import::{Blank, ImportOptions, Imported, Mode, Source, Surroundings};
use crate::app::svod::Svod;
use crate::config::{DatabaseSettings, FileSettings};
use crate::domain::error::{Error, Result};
use crate::domain::text::DictionaryCode;
use crate::domain::validity::{Date, parse_date};
use crate::exchange::csv::{CsvFormat, Encoding, Separator};
use crate::exchange::format::Format;
use crate::exchange::item_columns::MappedColumn;
use crate::exchange::item_key::Key;
use crate::exchange::item_rows::ReadOptions;
use crate::exchange::table::Input;

/// How many reasons are shown; the file of rejected rows has all.
const REJECTIONS_SHOWN: usize = 10;

#[derive(Debug, Args)]
pub struct ImportArguments {
    /// Code of the dictionary, such as offices
    dictionary: String,
    /// File of items; its format, encoding, separator and columns are found out, and told
    file: PathBuf,
    /// What to do with items that are there, that are not, and that the file does not name
    #[arg(long, value_enum, default_value_t = ModeArgument::Upsert)]
    mode: ModeArgument,
    /// Format, when it is not to be found out: csv, xlsx, json, ndjson, esnsi-xml, genericode, skos, fhir, sdmx
    #[arg(long, value_parser = format)]
    format: Option<Format>,
    /// Which column is what: `Наименование=name`, `Регион=region.okato`, `Примечание=-`; more than once
    #[arg(long, value_name = "COLUMN=TARGET", value_parser = mapped)]
    map: Vec<(String, String)>,
    /// Keep what --map says for later imports into the dictionary
    #[arg(long)]
    save_mapping: bool,
    /// With --submit or --publish: leave rejected rows behind instead of refusing the file
    #[arg(long)]
    leave_rejected: bool,
    /// Where rejected rows go [default: beside the file, as NAME.rejected.csv]
    #[arg(long, value_name = "FILE")]
    rejected: Option<PathBuf>,
    /// Date from which the rows hold [default: always while the dictionary has no items, else today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    on: Option<Date>,
    /// Columns of a file without a header, in order: codes of attributes, code, parent, valid_from, valid_to; - leaves one out
    #[arg(long, value_name = "A,B,-,C", value_delimiter = ',')]
    columns: Option<Vec<String>>,
    /// The first row is a header, although nothing in it is known, or (with --columns) to be passed over
    #[arg(long)]
    header: bool,
    /// Columns that make the code: `code,section` is the first that is not blank, `a+b+'.'+c` joins them
    #[arg(long, value_name = "KEY", value_parser = key)]
    key: Option<Key>,
    /// Leave out rows whose code is blank
    #[arg(long)]
    skip_blank_key: bool,
    /// Leave out columns of the header that the dictionary does not know
    #[arg(long, conflicts_with = "columns")]
    ignore_unknown_columns: bool,
    /// What a blank cell says of an item that is there already
    #[arg(long, value_enum, default_value_t = BlankArgument::Keep)]
    blank: BlankArgument,
    /// Let rows bring retired items back
    #[arg(long)]
    restore: bool,
    /// Encoding, when it is not to be found out: utf-8, utf-16le, utf-16be, windows-1251, koi8-r, cp866, x-mac-cyrillic, iso-8859-5
    #[arg(long, value_parser = encoding)]
    encoding: Option<Encoding>,
    /// Separator, when it is not to be found out: `,` `;` `|` or tab
    #[arg(long, value_parser = separator)]
    separator: Option<Separator>,
    /// Whether `"` quotes cells, when it is not to be taken for granted: `"` or none
    #[arg(long, value_parser = quoting)]
    quoting: Option<bool>,
    #[command(flatten)]
    destination: DestinationArguments,
    #[command(flatten)]
    files: FileSettings,
    #[command(flatten)]
    pub database: DatabaseSettings,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ModeArgument {
    /// Only add: a row of an item that is there is rejected
    Insert,
    /// Only change: a row of an item that is not there is rejected
    Update,
    /// Add and change
    Upsert,
    /// Add, change, and retire what the file does not name
    Sync,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum BlankArgument {
    /// Nothing: the value stays
    Keep,
    /// That there is no value
    Clear,
}

impl From<ModeArgument> for Mode {
    fn from(mode: ModeArgument) -> Self {
        match mode {
            ModeArgument::Insert => Mode::Insert,
            ModeArgument::Update => Mode::Update,
            ModeArgument::Upsert => Mode::Upsert,
            ModeArgument::Sync => Mode::Sync,
        }
    }
}

pub fn date(text: &str) -> std::result::Result<Date, String> {
    parse_date(text).ok_or_else(|| format!("`{text}` is not a date as 2024-02-29 or 29.02.2024"))
}

fn key(text: &str) -> std::result::Result<Key, String> {
    Key::parse(text).ok_or_else(|| format!("`{text}` is not a key: write columns as a,b or a+b+'.'+c"))
}

pub fn encoding(text: &str) -> std::result::Result<Encoding, String> {
    Encoding::parse(text).ok_or_else(|| format!("`{text}` is not read: {} are", Encoding::ALL.map(Encoding::name).join(", ")))
}

pub fn separator(text: &str) -> std::result::Result<Separator, String> {
    Separator::parse(text).ok_or_else(|| format!("`{text}` is not a separator: `,` `;` `|` and tab are"))
}

pub fn format(text: &str) -> std::result::Result<Format, String> {
    let known = || Format::ALL.map(Format::name).join(", ");
    Format::parse(text).ok_or_else(|| format!("`{text}` is not a format: {} are", known()))
}

fn mapped(text: &str) -> std::result::Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((column, target)) if !column.is_empty() && !target.is_empty() => Ok((column.to_owned(), target.to_owned())),
        _ => Err(format!("`{text}` maps no column: write COLUMN=TARGET")),
    }
}

fn quoting(text: &str) -> std::result::Result<bool, String> {
    match text {
        "none" => Ok(false),
        "\"" => Ok(true),
        _ => Err(format!("`{text}` is not a way of quoting: `\"` and none are")),
    }
}

/// Opens a file as often as it is read.
pub fn opener(path: &Path) -> impl Fn() -> std::io::Result<Box<dyn Input>> + use<> {
    let path = path.to_owned();
    move || {
        let file = File::open(&path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            let kind =
                if metadata.is_dir() { "it is a folder" } else { "it is not a regular file, and it has to be read twice: save it first" };
            return Err(std::io::Error::other(kind));
        }
        Ok(Box::new(file) as Box<dyn Input>)
    }
}

pub fn import(arguments: &ImportArguments) -> Result<()> {
    let code = DictionaryCode::parse(&arguments.dictionary)
        .ok_or_else(|| Error::Operator(format!("`{}` is not a code of a dictionary: {}", arguments.dictionary, DictionaryCode::PATTERN)))?;
    let options = ImportOptions {
        mode: arguments.mode.into(),
        blank: match arguments.blank {
            BlankArgument::Keep => Blank::Keep,
            BlankArgument::Clear => Blank::Clear,
        },
        on: arguments.on,
        restores: arguments.restore,
        read: ReadOptions {
            columns: arguments.columns.clone(),
            mapping: arguments.map.iter().cloned().collect(),
            has_header: arguments.header.then_some(true),
            key: arguments.key.clone(),
            skips_blank_key: arguments.skip_blank_key,
            ignores_unknown_columns: arguments.ignore_unknown_columns,
            ..ReadOptions::default()
        },
        format: arguments.format,
        csv: CsvFormat { encoding: arguments.encoding, separator: arguments.separator, quoting: arguments.quoting },
        destination: arguments.destination.destination(),
        leaves_rejected: arguments.leave_rejected,
    };
    let svod = Svod::open(svod_settings(&arguments.database))?;
    let name = arguments.file.file_name().unwrap_or(arguments.file.as_os_str()).to_string_lossy().into_owned();
    let open = opener(&arguments.file);
    let progress = FileProgress::new(&name);
    let source = Source { name: &name, open: &open };
    let shown = |step| {
        progress.show_step(step);
        Ok(())
    };
    let rejected_path = arguments.rejected.clone().unwrap_or_else(|| arguments.file.with_extension("rejected.csv"));
    let rejected = || File::create(&rejected_path).map(|file| Box::new(file) as Box<dyn std::io::Write>);
    let around = Surroundings { limits: arguments.files.import_limits(), progress: &shown, rejected: Some(&rejected), conclude: None };
    let operator = operator(&svod)?;
    let imported = svod.change_requests.import(&operator, &code, &source, &options, &around);
    progress.finish();
    let imported = imported?;
    if arguments.save_mapping {
        svod.change_requests.keep_mapping(&operator, &code, &imported.columns)?;
    }
    tell(&imported, &rejected_path);
    arguments.destination.tell(imported.request, imported.publication);
    Ok(())
}

fn tell(imported: &Imported, rejected_path: &Path) {
    for (what, found) in &imported.evidence {
        say!("  {what:<11} {found}");
    }
    let columns: Vec<String> = imported.columns.iter().enumerate().map(|(at, column)| shown_column(at, column)).collect();
    say!("  columns     {}", columns.join("   "));
    let skipped = if imported.skipped_count > 0 {
        format!(", {} of them skipped (blank, or no code)", imported.skipped_count)
    } else {
        String::new()
    };
    say!("  rows        {}{skipped}", imported.rows_count);
    let counts = imported.counts;
    let rejected = match imported.rejected_count {
        0 => "rejected 0".to_owned(),
        count => format!("rejected {count} → {}", rejected_path.display()),
    };
    say!(
        "  added {} · changed {} · retired {} · unchanged {} · {rejected}",
        counts.added,
        counts.changed,
        counts.retired,
        imported.unchanged_count
    );
    if let Some(rejections) = &imported.rejections {
        for violation in rejections.kept().iter().take(REJECTIONS_SHOWN) {
            say!("    {violation}");
        }
        if rejections.total() > REJECTIONS_SHOWN {
            say!("    … and {} more, each beside its row in the file", rejections.total() - REJECTIONS_SHOWN);
        }
    }
}

fn shown_column(at: usize, column: &MappedColumn) -> String {
    let name = if column.name.is_empty() { (at + 1).to_string() } else { column.name.clone() };
    match (column.target.as_str(), column.because.as_str()) {
        ("-", "unknown") => format!("{name} → left out, unknown"),
        ("-", "autokey") => format!("{name} → left out, ЕСНСИ makes it of the code"),
        ("-", _) => format!("{name} → left out"),
        (target, "code") if target == name => name,
        (target, because) => format!("{name} → {target} (by {because})"),
    }
}
