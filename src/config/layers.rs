//! How a setting gets its value: from a flag, else from a variable of the environment, else from the file of settings, else by
//! default. What the environment and the file say is checked by the flag's own parser and handed to clap as the default.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::builder::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches};
use toml::de::{DeTable, DeValue};

use super::ServeSettings;

/// The file of settings that is read when nobody names one.
const DEFAULT_FILE: &str = "svod.toml";
/// How a variable's name begins; the name of the setting in capitals follows.
const PREFIX: &str = "SVOD_";

/// What surrounds the process: its variables and its folder.
pub struct Environment {
    variables: BTreeMap<String, String>,
    folder: PathBuf,
}

impl Environment {
    /// The real one.
    pub fn of_process() -> Self {
        let text = |text: OsString| text.to_string_lossy().into_owned();
        let variables = std::env::vars_os().map(|(name, value)| (text(name), text(value))).filter(|(name, _)| name.starts_with(PREFIX));
        Self::new(PathBuf::new(), variables.collect())
    }

    pub fn new(folder: impl Into<PathBuf>, variables: BTreeMap<String, String>) -> Self {
        Self { variables, folder: folder.into() }
    }

    /// A variable that is set to nothing is taken as not set, as containers do.
    fn find(&self, name: &str) -> Option<String> {
        self.variables.get(name).filter(|value| !value.is_empty()).cloned()
    }
}

/// Reads a command line; what it leaves open is taken from the environment and then from the file of settings.
///
/// The error is ready for the operator: `error.exit()` prints it, or the help that was asked for, and ends with the right code.
pub fn parse<C: CommandFactory + FromArgMatches>(arguments: &[OsString], environment: &Environment) -> Result<C, clap::Error> {
    let names = setting_names();
    let command = for_settings(C::command(), &names, &|name, argument| {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        argument.help(format!("{help} [env: {}]", variable_of(name)))
    });
    let first = command.clone().try_get_matches_from(arguments)?;
    let Some(file) = find_config(&first) else { return C::from_arg_matches(&first) };
    let layers = read_layers(file, &names, environment).map_err(|lines| clap::Error::raw(ErrorKind::ValueValidation, lines + "\n"))?;
    let command = for_settings(command, &names, &|name, argument| match layers.get(name) {
        // Clap wants text that lives for ever: a few words, once a process.
        Some(value) => argument.default_value(&*value.clone().leak()),
        None => argument,
    });
    C::from_arg_matches(&command.try_get_matches_from(arguments)?)
}

/// The names of all settings as the file writes them.
fn setting_names() -> Vec<String> {
    settings_command().get_arguments().map(|argument| argument.get_id().to_string()).collect()
}

pub(super) fn settings_command() -> Command {
    ServeSettings::augment_args(Command::new("settings").no_binary_name(true).disable_help_flag(true))
}

/// Changes the arguments that are settings, on every level of a command.
fn for_settings(command: Command, names: &[String], change: &dyn Fn(&str, clap::Arg) -> clap::Arg) -> Command {
    let change_one = |argument: clap::Arg| {
        let name = argument.get_id().to_string();
        let is_setting = argument.get_long().is_some() && names.contains(&name);
        if is_setting { change(&name, argument) } else { argument }
    };
    command.mut_args(change_one).mut_subcommands(|subcommand| for_settings(subcommand, names, change))
}

/// The file that the command line names; `None` for a subcommand that takes no settings.
fn find_config(matches: &ArgMatches) -> Option<Option<PathBuf>> {
    match matches.subcommand() {
        Some((_, inner)) => find_config(inner),
        None => matches.try_get_one("config").ok().map(Option::<&PathBuf>::cloned),
    }
}

fn variable_of(name: &str) -> String {
    format!("{PREFIX}{}", name.to_ascii_uppercase())
}

/// What the environment and the file say, checked value by value. The error has a line for each that is wrong.
fn read_layers(file: Option<PathBuf>, names: &[String], environment: &Environment) -> Result<BTreeMap<String, String>, String> {
    let file = file.or_else(|| environment.find(&variable_of("config")).map(PathBuf::from));
    let mut problems = Vec::new();
    let mut layers = match read_file(file, environment) {
        Ok(Some((path, text))) => settings_of_file(&path, &text, names, &mut problems),
        Ok(None) => BTreeMap::new(),
        Err(problem) => return Err(problem),
    };
    for name in names {
        let variable = variable_of(name);
        let Some(value) = environment.find(&variable) else { continue };
        match check(name, &value) {
            Ok(()) => drop(layers.insert(name.clone(), value)),
            Err(reason) => problems.push(format!("the variable {variable}: {reason}")),
        }
    }
    if problems.is_empty() { Ok(layers) } else { Err(problems.join("\n")) }
}

/// The named file, which must be there, or the default one, which may.
fn read_file(named: Option<PathBuf>, environment: &Environment) -> Result<Option<(PathBuf, String)>, String> {
    let is_named = named.is_some();
    let path = environment.folder.join(named.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE)));
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !is_named => Ok(None),
        Err(error) => Err(format!("the file of settings {} cannot be read: {error}", path.display())),
    }
}

fn settings_of_file(path: &Path, text: &str, names: &[String], problems: &mut Vec<String>) -> BTreeMap<String, String> {
    let place = |at: usize| format!("{}:{}", path.display(), 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count());
    let table = match DeTable::parse(text) {
        Ok(table) => table.into_inner(),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            problems.push(format!("{}: {}", place(at), error.message().replace('\n', " ")));
            return BTreeMap::new();
        }
    };
    let mut entries: Vec<_> = table.into_iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let mut settings = BTreeMap::new();
    for (key, value) in entries {
        let place = place(key.span().start);
        let name = key.into_inner().into_owned();
        if name == "config" || !names.contains(&name) {
            problems.push(format!("{place}: there is no setting `{name}`: `svod serve --help` shows them all"));
            continue;
        }
        let checked = plain_text(value.get_ref()).and_then(|value| check(&name, &value).map(|()| value));
        match checked {
            Ok(value) => drop(settings.insert(name, value)),
            Err(reason) => problems.push(format!("{place}: {name}: {reason}")),
        }
    }
    settings
}

fn plain_text(value: &DeValue<'_>) -> Result<String, String> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) => Ok(number.to_string()),
        DeValue::Boolean(is_true) => Ok(is_true.to_string()),
        _ => Err("the value of a setting is a text in quotes, a whole number, true or false".to_owned()),
    }
}

/// Whether a value does for a setting, by the parser that its flag has.
fn check(name: &str, value: &str) -> Result<(), String> {
    let flag = format!("--{}={value}", name.replace('_', "-"));
    settings_command().try_get_matches_from([flag]).map(drop).map_err(|error| reason(&error, value))
}

/// Clap's error without the flag in it, which the operator has not written.
fn reason(error: &clap::Error, value: &str) -> String {
    if let Some(source) = std::error::Error::source(error) {
        return source.to_string();
    }
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => format!("`{value}` is not one of {}", values.join(", ")),
        _ => format!("the value `{value}` is not right"),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::{DatabaseSettings, cores};
    use super::*;
    use crate::db::DatabaseUrl;

    #[derive(Debug, Parser)]
    enum Cli {
        Serve(Box<ServeSettings>),
        Import {
            file: PathBuf,
            #[command(flatten)]
            database: DatabaseSettings,
        },
        /// Takes no settings.
        Sdl,
    }

    /// A command line in a folder with a file of settings (none when empty) and variables.
    fn run(arguments: &[&str], variables: &[(&str, &str)], file: &str) -> Result<Cli, String> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        if !file.is_empty() {
            std::fs::write(folder.path().join("svod.toml"), file).expect("the file can be written");
        }
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let environment = Environment::new(folder.path(), variables);
        let arguments: Vec<OsString> = ["svod"].iter().chain(arguments).map(OsString::from).collect();
        parse(&arguments, &environment).map_err(|error| error.to_string().replace(&format!("{}/", folder.path().display()), ""))
    }

    fn serve(arguments: &[&str], variables: &[(&str, &str)], file: &str) -> Result<ServeSettings, String> {
        let arguments: Vec<&str> = ["serve"].iter().chain(arguments).copied().collect();
        match run(&arguments, variables, file)? {
            Cli::Serve(settings) => Ok(*settings),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn a_flag_goes_before_a_variable_before_the_file_before_the_default() {
        let flag = ["--listen", "127.0.0.1:4"];
        let variable = [("SVOD_LISTEN", "127.0.0.1:3")];
        let file = "listen = \"127.0.0.1:2\"";
        let port = |settings: Result<ServeSettings, String>| settings.expect("all is right").listen.port();
        assert_eq!(port(serve(&flag, &variable, file)), 4);
        assert_eq!(port(serve(&[], &variable, file)), 3);
        assert_eq!(port(serve(&[], &[("SVOD_LISTEN", "")], file)), 2);
        assert_eq!(port(serve(&[], &[], file)), 2);
        assert_eq!(port(serve(&[], &[], "")), 8080);
    }

    #[test]
    fn other_subcommands_share_the_file_and_take_what_is_theirs() {
        let file = "listen = \"127.0.0.1:2\"\ndatabase_url = \"sqlite:a.db\"\nolder_bytes_max = 1_000";
        let Ok(Cli::Import { file, database }) = run(&["import", "items.csv"], &[("SVOD_FILE", "other.csv")], file) else {
            panic!("all is right")
        };
        assert_eq!(file, PathBuf::from("items.csv"));
        assert_eq!(database.database_url, DatabaseUrl::Sqlite(PathBuf::from("a.db")));
        assert_eq!(database.older_bytes_max, 1000);
        assert!(run(&["sdl"], &[], "nonsense").is_ok(), "who takes no settings reads no file");
    }

    #[test]
    fn wrong_settings_are_told_one_line_each_with_their_place() {
        let cases = [
            (
                "listen = 1\nlistn = 2",
                "svod.toml:1: listen: `1` is not an address: write IP:PORT like 127.0.0.1:8080 or [::1]:8080\nsvod.toml:2: there is no setting `listn`: `svod serve --help` shows them all",
            ),
            ("\nworkers = \"many\"", "svod.toml:2: workers: `many` is not a whole number from 1 to 1024"),
            ("workers = 0", "svod.toml:1: workers: 0 is not from 1 to 1024"),
            ("workers = [1]", "svod.toml:1: workers: the value of a setting is a text in quotes, a whole number, true or false"),
            ("time_zone = \"Mars/Base\"", "svod.toml:1: time_zone: there is no time zone `Mars/Base`: names are like Europe/Moscow"),
            ("log_format = \"xml\"", "svod.toml:1: log_format: `xml` is not one of auto, pretty, json"),
            (
                "database_url = \"mysql://u:secret@h/d\"",
                "svod.toml:1: database_url: the database URL `mysql://u@h/d` is neither sqlite:PATH nor postgres://USER@HOST/NAME",
            ),
        ];
        for (file, expected) in cases {
            assert_eq!(serve(&[], &[], file).err(), Some(format!("error: {expected}\n")), "{file}");
        }
        let syntax = serve(&[], &[], "workers = 1\nlisten = ").err().unwrap_or_default();
        assert!(syntax.starts_with("error: svod.toml:2: "), "{syntax}");
        let variable = serve(&[], &[("SVOD_WORKERS", "-1")], "").err();
        assert_eq!(variable.as_deref(), Some("error: the variable SVOD_WORKERS: `-1` is not a whole number from 1 to 1024\n"));
    }

    #[test]
    fn a_named_file_must_be_there() {
        assert_eq!(serve(&["--config", "svod.toml"], &[], "workers = 3").map(|settings| settings.workers), Ok(3));
        for (arguments, variables) in [(&["--config", "other.toml"][..], &[][..]), (&[], &[("SVOD_CONFIG", "other.toml")])] {
            let told = serve(arguments, variables, "workers = 3").err().unwrap_or_default();
            assert!(told.starts_with("error: the file of settings other.toml cannot be read"), "{told}");
        }
    }

    #[test]
    fn help_shows_every_setting_with_its_variable_and_default() {
        let help = serve(&["--help"], &[("SVOD_WORKERS", "wrong")], "wrong").err().unwrap_or_default();
        for name in setting_names() {
            assert!(help.contains(&format!("--{}", name.replace('_', "-"))) && help.contains(&variable_of(&name)), "{name}");
        }
        // The lines are as long as the terminal is wide.
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains("[default: 127.0.0.1:8080]") && help.contains("[default: 268435456]"), "{help}");
    }

    #[test]
    fn connections_fit_the_engine() {
        let of = |url: &str| serve(&["--database-url", url], &[], "").map(|settings| settings.database.store_limits().connections_max);
        assert_eq!(of("postgres://svod@localhost/svod"), Ok(10));
        assert_eq!(of("sqlite:a.db"), Ok(1 + cores() as u32));
    }
}
