//! The command line: what each subcommand takes and says. It calls the floors below and decides nothing itself.
//! Results go to standard output, problems and the log to standard error.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::svod::SvodSettings;
use crate::config::{self, DatabaseSettings, Environment, ServeSettings};
use crate::domain::error::{Error, Result};
use crate::exchange::definition_file;
use crate::logging;

#[macro_use]
mod terminal;

mod dictionary;
mod import;
mod migrate;
mod progress;
mod serve;

/// Svod keeps reference data: dictionaries in two times, published as one, read over typed GraphQL.
#[derive(Debug, Parser)]
#[command(name = "svod", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer readers over HTTP; loads the shipped dictionaries into an empty database
    Serve(Box<ServeSettings>),
    /// Bring the database to this version, or say where it stands
    Migrate(migrate::MigrateArguments),
    /// Check, apply and describe definitions of dictionaries
    Dictionary(dictionary::DictionaryArguments),
    /// Import a CSV file of items into a published dictionary
    Import(Box<import::ImportArguments>),
    /// Print the GraphQL schema that definitions make, or that of the management API
    Sdl(dictionary::SdlArguments),
}

/// Runs a command line to its end.
pub fn run(arguments: &[OsString], environment: &Environment) -> ExitCode {
    let arguments: Arguments = match config::parse(arguments, environment) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    match carry_out(arguments.command) {
        Ok(()) if terminal::is_output_lost() => {
            complain!("svod: it was done, but what there was to say could not be written");
            ExitCode::FAILURE
        }
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain!("{}", told(&error));
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: Command) -> Result<()> {
    match command {
        Command::Serve(settings) => {
            logging::start(&settings.database.log)?;
            serve::serve(*settings)
        }
        Command::Migrate(arguments) => {
            logging::start(&arguments.database.log)?;
            migrate::migrate(&arguments)
        }
        Command::Dictionary(arguments) => dictionary::run(arguments),
        Command::Import(arguments) => {
            logging::start(&arguments.database.log)?;
            import::import(&arguments)
        }
        Command::Sdl(arguments) => dictionary::print_sdl(&arguments),
    }
}

/// An error as the terminal shows it: every problem on a line of its own, and how many there are.
fn told(error: &Error) -> String {
    match error {
        Error::Invalid(violations) if violations.total() == 1 => format!("{violations}\nNothing was changed."),
        Error::Invalid(violations) => format!("{violations}\n{} problems; nothing was changed.", violations.total()),
        other => format!("svod: {other}"),
    }
}

/// Problems of definition files, one a line.
fn definition_problems(problems: &[definition_file::Problem]) -> Error {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let noun = if problems.len() == 1 { "problem" } else { "problems" };
    Error::Operator(format!("the definitions were refused\n{}\n{} {noun}; nothing was changed.", lines.join("\n"), problems.len()))
}

fn svod_settings(database: &DatabaseSettings) -> SvodSettings {
    SvodSettings {
        database_url: database.database_url.clone(),
        store: database.store_limits(),
        clock: database.clock(),
        violations_max: database.violations_max,
        older_versions_max: database.older_versions_max,
    }
}
