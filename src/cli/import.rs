//! `svod import`: one CSV file into one published dictionary, whole or not at all.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::destination::DestinationArguments;
use super::progress::FileProgress;
use super::{operator, svod_settings};
use crate::app::import::{Blank, ImportOptions, Imported, Mode, Source};
use crate::app::svod::Svod;
use crate::config::{CsvSettings, DatabaseSettings};
use crate::domain::error::{Error, Result};
use crate::domain::text::DictionaryCode;
use crate::domain::validity::{Date, parse_date};
use crate::exchange::csv::{CsvFormat, Encoding, Limits, Separator};
use crate::exchange::items_csv::{Key, ReadOptions};

#[derive(Debug, Args)]
pub struct ImportArguments {
    /// Code of the dictionary, such as offices
    dictionary: String,
    /// CSV file
    file: PathBuf,
    /// What to do with items that the file does not name
    #[arg(long, value_enum, default_value_t = ModeArgument::Upsert)]
    mode: ModeArgument,
    /// Date from which the rows hold [default: always while the dictionary has no items, else today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    on: Option<Date>,
    /// Columns of a file without a header, in order: codes of attributes, code, parent, valid_from, valid_to; - leaves one out
    #[arg(long, value_name = "A,B,-,C", value_delimiter = ',')]
    columns: Option<Vec<String>>,
    /// With --columns: the file has a header, which is passed over
    #[arg(long, requires = "columns")]
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
    csv: CsvSettings,
    #[command(flatten)]
    pub database: DatabaseSettings,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ModeArgument {
    /// Leave them as they are
    Upsert,
    /// Retire them
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

fn encoding(text: &str) -> std::result::Result<Encoding, String> {
    Encoding::parse(text).ok_or_else(|| format!("`{text}` is not read: {} are", Encoding::ALL.map(Encoding::name).join(", ")))
}

fn separator(text: &str) -> std::result::Result<Separator, String> {
    Separator::parse(text).ok_or_else(|| format!("`{text}` is not a separator: `,` `;` `|` and tab are"))
}

fn quoting(text: &str) -> std::result::Result<bool, String> {
    match text {
        "none" => Ok(false),
        "\"" => Ok(true),
        _ => Err(format!("`{text}` is not a way of quoting: `\"` and none are")),
    }
}

pub fn limits(csv: &CsvSettings) -> Limits {
    Limits { record_bytes_max: csv.csv_record_bytes_max, columns_max: csv.csv_columns_max }
}

/// Opens a file as often as it is read.
pub fn opener(path: &Path) -> impl Fn() -> std::io::Result<Box<dyn Read>> {
    let path = path.to_owned();
    move || {
        let file = File::open(&path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            let kind =
                if metadata.is_dir() { "it is a folder" } else { "it is not a regular file, and it has to be read twice: save it first" };
            return Err(std::io::Error::other(kind));
        }
        Ok(Box::new(file) as Box<dyn Read>)
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
            skips_header: arguments.header,
            key: arguments.key.clone(),
            skips_blank_key: arguments.skip_blank_key,
            ignores_unknown_columns: arguments.ignore_unknown_columns,
        },
        format: CsvFormat { encoding: arguments.encoding, separator: arguments.separator, quoting: arguments.quoting },
        destination: arguments.destination.destination(),
    };
    let svod = Svod::open(svod_settings(&arguments.database))?;
    let name = arguments.file.file_name().unwrap_or(arguments.file.as_os_str()).to_string_lossy().into_owned();
    let open = opener(&arguments.file);
    let progress = FileProgress::new(&name);
    let source = Source { name: &name, open: &open };
    let shown = |done, total, rows| progress.show(done, total, rows);
    let operator = operator(&svod)?;
    let imported = svod.change_requests.import(&operator, &code, &source, &options, limits(&arguments.csv), &shown);
    progress.finish();
    let imported = imported?;
    tell(&imported);
    arguments.destination.tell(imported.request, imported.publication);
    Ok(())
}

fn tell(imported: &Imported) {
    let detected = &imported.detected;
    say!("  encoding    {} ({})", detected.encoding.name(), detected.encoding_because);
    say!("  separator   {} ({})", detected.separator.shown(), detected.separator_because);
    if !imported.ignored_columns.is_empty() {
        say!("  left out    columns {}", imported.ignored_columns.join(", "));
    }
    let skipped =
        if imported.skipped_count > 0 { format!(", {} of them skipped (no code)", imported.skipped_count) } else { String::new() };
    say!("  rows        {}{skipped}", imported.rows_count);
    let counts = imported.counts;
    say!("  added {} · changed {} · retired {} · unchanged {}", counts.added, counts.changed, counts.retired, imported.unchanged_count);
}
