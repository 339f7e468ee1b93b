//! `svod dictionary …` and `svod sdl`: definitions from folders, checked, applied and described.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::destination::DestinationArguments;
use super::import::{ModeArgument, date, opener};
use super::progress::FileProgress;
use super::terminal;
use super::{definition_problems, operator, svod_settings};
use crate::app::acting::Caller;
use crate::app::applying::DefinedDictionary;
use crate::app::change_request::Filed;
use crate::app::import::{Blank, ImportLimits, ImportOptions, Source, Surroundings};
use crate::app::svod::Svod;
use crate::catalog::Head;
use crate::config::{DatabaseSettings, FileSettings};
use crate::db::DatabaseUrl;
use crate::domain::change_request::{NewRequest, Origin};
use crate::domain::error::{Error, Result};
use crate::domain::text::DictionaryCode;
use crate::domain::validity::Date;
use crate::exchange::definition_file::{self, LoadedDefinition};
use crate::graphql::ManagementApi;
use crate::logging;
use crate::query;

#[derive(Debug, Args)]
pub struct DictionaryArguments {
    #[command(subcommand)]
    command: DictionaryCommand,
}

#[derive(Debug, Subcommand)]
enum DictionaryCommand {
    /// Make a change request of what folders define, with their items; the same again makes none
    Apply(Box<ApplyArguments>),
    /// Say everything that is wrong with the definitions in folders, beside what is published already
    Check(Box<CheckArguments>),
    /// Print the JSON Schema of dictionary.toml
    Schema,
}

#[derive(Debug, Args)]
struct FolderArguments {
    /// Folders with a dictionary.toml, or folders of such folders
    #[arg(required = true)]
    folders: Vec<PathBuf>,
}

#[derive(Debug, Args)]
struct CheckArguments {
    #[command(flatten)]
    folders: FolderArguments,
    #[command(flatten)]
    database: DatabaseSettings,
}

#[derive(Debug, Args)]
struct ApplyArguments {
    #[command(flatten)]
    folders: FolderArguments,
    /// Date from which the items hold [default: always while the dictionary has no items, else today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    on: Option<Date>,
    /// What to do with published items that items.csv does not name
    #[arg(long, value_enum, default_value_t = ModeArgument::Upsert)]
    mode: ModeArgument,
    #[command(flatten)]
    destination: DestinationArguments,
    #[command(flatten)]
    files: FileSettings,
    #[command(flatten)]
    database: DatabaseSettings,
}

#[derive(Debug, Args)]
pub struct SdlArguments {
    /// Folders with a dictionary.toml, or folders of such folders
    #[arg(default_value = "dictionaries")]
    folders: Vec<PathBuf>,
    /// Print the schema of the management API instead, which depends on no definition
    #[arg(long, conflicts_with = "folders")]
    management: bool,
}

pub fn run(arguments: DictionaryArguments) -> Result<()> {
    match arguments.command {
        DictionaryCommand::Apply(arguments) => apply(&arguments),
        DictionaryCommand::Check(arguments) => {
            let loaded = load(&arguments.folders.folders, &*published(&arguments.database)?)?;
            say!("{} definitions, no problem.", loaded.len());
            Ok(())
        }
        DictionaryCommand::Schema => {
            terminal::write_out(format_args!("{}", definition_file::json_schema()));
            Ok(())
        }
    }
}

/// What is published; nothing where there is no database yet, which a check does not make.
fn published(database: &DatabaseSettings) -> Result<Arc<Head>> {
    let is_absent = matches!(&database.database_url, DatabaseUrl::Sqlite(path) if !path.exists());
    if is_absent { Ok(Arc::default()) } else { Ok(Svod::open(svod_settings(database))?.publisher.catalog().head()) }
}

fn apply(arguments: &ApplyArguments) -> Result<()> {
    logging::start(&arguments.database.log)?;
    let svod = Svod::open(svod_settings(&arguments.database))?;
    let options = ImportOptions {
        on: arguments.on,
        mode: arguments.mode.into(),
        destination: arguments.destination.destination(),
        ..ImportOptions::default()
    };
    let applying = Applying { caller: operator(&svod)?, title: "Применение определений", origin: Origin::Apply };
    let filed = apply_folders(&svod, &applying, &arguments.folders.folders, &options, arguments.files.import_limits())?;
    for (code, counts) in &filed.counts {
        say!("  {code}: added {} · changed {} · retired {}", counts.added, counts.changed, counts.retired);
    }
    arguments.destination.tell(filed.request, filed.publication);
    Ok(())
}

/// Who applies, and as what.
pub struct Applying<'a> {
    pub caller: Caller,
    pub title: &'a str,
    pub origin: Origin,
}

/// Makes a change request of what folders define. What `items.csv` leaves blank is blank: the folder says the whole item.
pub fn apply_folders(
    svod: &Svod,
    applying: &Applying<'_>,
    folders: &[PathBuf],
    options: &ImportOptions,
    limits: ImportLimits,
) -> Result<Filed> {
    svod.publisher.refresh()?;
    let loaded = load(folders, &svod.publisher.catalog().head())?;
    let files: Vec<Option<(String, PathBuf)>> = loaded.iter().map(|(folder, _)| items_file(folder)).collect();
    let openers: Vec<_> = files.iter().map(|file| file.as_ref().map(|(_, path)| opener(path))).collect();
    let defined = loaded.into_iter().zip(&files).zip(&openers).map(|(((_, definition), file), open)| {
        let items = match (file, open) {
            (Some((name, _)), Some(open)) => Some(Source { name, open }),
            _ => None,
        };
        DefinedDictionary { dictionary: definition.dictionary, items }
    });
    let defined: Vec<DefinedDictionary<'_>> = defined.collect();
    let options = ImportOptions { blank: Blank::Clear, ..options.clone() };
    let progress = FileProgress::new(applying.title);
    let new = NewRequest { title: applying.title.to_owned(), ..NewRequest::default() };
    let shown = |step| {
        progress.show_step(step);
        Ok(())
    };
    let around = Surroundings { limits, progress: &shown, rejected: None, conclude: None };
    let filed = svod.change_requests.apply(&applying.caller, new, applying.origin, &defined, &options, &around);
    progress.finish();
    filed
}

fn items_file(folder: &Path) -> Option<(String, PathBuf)> {
    let path = folder.join("items.csv");
    path.exists().then(|| (path.display().to_string(), path))
}

/// Reads the definitions in folders, to stand beside what is published; refuses them with every problem of every file.
fn load(folders: &[PathBuf], head: &Head) -> Result<Vec<(PathBuf, LoadedDefinition)>> {
    let mut found = Vec::new();
    for folder in folders {
        found.extend(definition_folders(folder)?);
    }
    let mut loaded = Vec::with_capacity(found.len());
    let (mut problems, mut unread) = (Vec::new(), Vec::new());
    for folder in found {
        let path = folder.join("dictionary.toml");
        let file = path.display().to_string();
        let text = fs::read_to_string(&path).map_err(|error| Error::Operator(format!("the file {file} cannot be read: {error}")))?;
        match definition_file::read(definition_file::Source { file: &file, text: &text }) {
            Ok(definition) => loaded.push((folder, definition)),
            Err(of_file) => {
                problems.extend(of_file);
                unread.extend(folder.file_name().and_then(|name| DictionaryCode::parse(&name.to_string_lossy())));
            }
        }
    }
    let (folders, definitions): (Vec<_>, Vec<_>) = loaded.into_iter().unzip();
    // A dictionary whose file has mistakes is there all the same, so nobody is told that a reference to it leads nowhere.
    let known = head.dictionaries.keys().cloned().chain(unread).collect();
    problems.extend(definition_file::check_together(&definitions, &known));
    if problems.is_empty() {
        problems = name_problems(&definitions, head);
    }
    loaded = folders.into_iter().zip(definitions).collect();
    if problems.is_empty() { Ok(loaded) } else { Err(definition_problems(&problems)) }
}

/// Whether the names in GraphQL can stand beside each other and beside those of what is published.
fn name_problems(definitions: &[LoadedDefinition], head: &Head) -> Vec<definition_file::Problem> {
    let is_defined = |code: &DictionaryCode| definitions.iter().any(|definition| definition.dictionary.code == *code);
    let kept = head.dictionaries.iter().filter(|(code, _)| !is_defined(code)).map(|(_, resident)| &resident.current.dictionary);
    let defined = definitions.iter().map(|definition| &definition.dictionary);
    let problems = query::check_names(kept.chain(defined)).into_iter();
    let place = |(code, message): (DictionaryCode, String)| {
        let definition = definitions.iter().find(|definition| definition.dictionary.code == code)?;
        Some(definition.problem("type", message))
    };
    problems.filter_map(place).collect()
}

/// A folder with a definition is one; any other is a folder of such folders.
fn definition_folders(folder: &Path) -> Result<Vec<PathBuf>> {
    if folder.join("dictionary.toml").exists() {
        return Ok(vec![folder.to_owned()]);
    }
    let unreadable = |error: std::io::Error| Error::Operator(format!("the folder {} cannot be read: {error}", folder.display()));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.join("dictionary.toml").exists() {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(Error::Operator(format!("the folder {} has no dictionary.toml, and no folder in it has one", folder.display())));
    }
    Ok(found)
}

pub fn print_sdl(arguments: &SdlArguments) -> Result<()> {
    if arguments.management {
        terminal::write_out(format_args!("{}", ManagementApi::sdl()));
        return Ok(());
    }
    let loaded = load(&arguments.folders, &Head::default())?;
    terminal::write_out(format_args!("{}", query::sdl_of(loaded.into_iter().map(|(_, definition)| definition.dictionary).collect())));
    Ok(())
}
