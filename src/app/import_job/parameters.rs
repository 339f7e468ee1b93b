//! What an import is asked for, as names and values: the query of an address, and what a job keeps. The names are those of the
//! command line.

use super::super::change_request::Destination;
use super::super::import::{Blank, ImportOptions, Mode};
use crate::domain::error::{Error, Result};
use crate::domain::validity::parse_date;
use crate::exchange::csv::{Encoding, Separator};
use crate::exchange::format::Format;
use crate::exchange::item_key::Key;

/// Names and values, in the order given; `map` may be there several times.
pub type Parameters = Vec<(String, String)>;

/// What is asked of the job beside the import.
#[derive(Debug, Clone, Default)]
pub struct JobOptions {
    pub import: ImportOptions,
    pub saves_mapping: bool,
    /// Import a file again that was imported already.
    pub again: bool,
}

/// Reads parameters; refuses what is not known by name, with what is.
pub fn read(parameters: &Parameters) -> Result<JobOptions> {
    let mut options = JobOptions::default();
    for (name, value) in parameters {
        read_one(&mut options, name, value).map_err(|expected| {
            let message = match expected {
                Some(expected) => format!("{name}={value}: {expected}"),
                None => format!("there is no parameter `{name}`; there are {}", KNOWN.join(", ")),
            };
            Error::refused("parameter_unknown", message)
        })?;
    }
    if options.import.destination == Destination::Publish {
        return Err(Error::refused("parameter_unknown", "an uploaded file is published by its change request, after approval"));
    }
    Ok(options)
}

/// The names that are known.
pub const KNOWN: [&str; 18] = [
    "mode",
    "blank",
    "on",
    "restore",
    "columns",
    "map",
    "header",
    "key",
    "skip_blank_key",
    "ignore_unknown_columns",
    "format",
    "encoding",
    "separator",
    "quoting",
    "destination",
    "leave_rejected",
    "save_mapping",
    "again",
];

/// An error says what was expected; `None` when the name is not known.
fn read_one(options: &mut JobOptions, name: &str, value: &str) -> std::result::Result<(), Option<String>> {
    let import = &mut options.import;
    let read = &mut import.read;
    match name {
        "mode" => {
            import.mode =
                one_of(value, &[("insert", Mode::Insert), ("update", Mode::Update), ("upsert", Mode::Upsert), ("sync", Mode::Sync)])?
        }
        "blank" => import.blank = one_of(value, &[("keep", Blank::Keep), ("clear", Blank::Clear)])?,
        "on" => import.on = Some(parse_date(value).ok_or_else(|| Some("a date as 2024-02-29 or 29.02.2024 is expected".to_owned()))?),
        "restore" => import.restores = flag(value)?,
        "columns" => read.columns = Some(value.split(',').map(|column| column.trim().to_owned()).collect()),
        "map" => match value.rsplit_once('=') {
            Some((column, target)) if !column.is_empty() && !target.is_empty() => {
                read.mapping.insert(column.to_owned(), target.to_owned());
            }
            _ => return Err(Some("COLUMN=TARGET is expected".to_owned())),
        },
        "header" => read.has_header = Some(flag(value)?),
        "key" => read.key = Some(Key::parse(value).ok_or_else(|| Some("columns as a,b or a+b+'.'+c are expected".to_owned()))?),
        "skip_blank_key" => read.skips_blank_key = flag(value)?,
        "ignore_unknown_columns" => read.ignores_unknown_columns = flag(value)?,
        "format" => {
            let names = || format!("one of {} is expected", Format::ALL.map(Format::name).join(", "));
            import.format = Some(Format::parse(value).ok_or_else(|| Some(names()))?);
        }
        "encoding" => {
            import.csv.encoding =
                Some(Encoding::parse(value).ok_or_else(|| Some("an encoding such as utf-8 or windows-1251 is expected".to_owned()))?)
        }
        "separator" => {
            import.csv.separator = Some(Separator::parse(value).ok_or_else(|| Some("one of , ; | and tab is expected".to_owned()))?)
        }
        "quoting" => import.csv.quoting = Some(one_of(value, &[("\"", true), ("none", false)])?),
        "destination" => {
            import.destination =
                one_of(value, &[("draft", Destination::Draft), ("review", Destination::Review), ("dry_run", Destination::DryRun)])?;
        }
        "leave_rejected" => import.leaves_rejected = flag(value)?,
        "save_mapping" => options.saves_mapping = flag(value)?,
        "again" => options.again = flag(value)?,
        _ => return Err(None),
    }
    Ok(())
}

fn flag(value: &str) -> std::result::Result<bool, Option<String>> {
    one_of(value, &[("", true), ("true", true), ("false", false)])
}

fn one_of<T: Copy>(value: &str, known: &[(&str, T)]) -> std::result::Result<T, Option<String>> {
    let found = known.iter().find(|(name, _)| *name == value).map(|(_, meant)| *meant);
    found.ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).filter(|name| !name.is_empty()).collect();
        Some(format!("one of {} is expected", names.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_known_name_is_read() {
        let values = [
            "sync",
            "clear",
            "2024-02-29",
            "true",
            "code,-,name",
            "Имя=name",
            "true",
            "a,b",
            "",
            "true",
            "csv",
            "utf-8",
            ";",
            "none",
            "review",
            "true",
            "true",
            "true",
        ];
        for (name, value) in KNOWN.iter().zip(values) {
            assert!(read(&parameters(&[(name, value)])).is_ok(), "{name}={value}");
        }
        let options = read(&parameters(&[("map", "Имя=name"), ("map", "а=б=code")])).unwrap();
        assert_eq!(options.import.read.mapping.get("а=б").map(String::as_str), Some("code"));
    }

    #[test]
    fn what_is_not_known_is_refused_with_what_is() {
        for (name, value, expected) in [
            ("mod", "sync", "there is no parameter `mod`; there are mode,"),
            ("mode", "merge", "mode=merge: one of insert, update, upsert, sync is expected"),
            ("on", "вчера", "on=вчера: a date as"),
            ("destination", "publish", "destination=publish: one of draft, review, dry_run is expected"),
        ] {
            let refused = read(&parameters(&[(name, value)])).unwrap_err().to_string();
            assert!(refused.starts_with(expected), "{refused}");
        }
    }
}
