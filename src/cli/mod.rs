//! The command line: what each subcommand takes and says. It calls the floors below and decides nothing itself.
//! Results go to standard output, problems and the log to standard error.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::acting::Caller;
use crate::app::svod::{Svod, SvodSettings};
use crate::config::{self, DatabaseSettings, Environment, ServeSettings};
use crate::domain::account::{Account, AccountId};
use crate::domain::error::{Error, Result};
use crate::exchange::definition_file;
use crate::traces::Traces;
use crate::{logging, query};

#[macro_use]
mod terminal;

mod destination;
mod dictionary;
mod dictionary_draft;
mod export;
mod import;
mod migrate;
mod mirror;
mod progress;
mod refusals;
mod serve;
mod token;
mod user;
mod verify;
mod writing_progress;

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
    /// Export a dictionary into a file, as a format or as one of its projections
    Export(Box<export::ExportArguments>),
    /// Keep tables of one's own equal to the dictionaries of a service, by its feed
    Mirror(Box<config::MirrorArguments>),
    /// Add people and systems, and say what they may do
    User(user::UserArguments),
    /// Issue and revoke the tokens that systems come with
    Token(token::TokenArguments),
    /// Work out the audit chain and the digests of all editions anew, and name the first bad record
    Verify(verify::VerifyArguments),
    /// Print the GraphQL schema that definitions make, or that of the management API
    Sdl(dictionary::SdlArguments),
    /// Print every code by which the service refuses something, with what it means
    Refusals(refusals::RefusalsArguments),
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
            let traces = logging::start_with_traces(&settings.database.log, &settings.traces)?;
            let served = serve::serve(*settings);
            traces.into_iter().for_each(Traces::end);
            served
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
        Command::Export(arguments) => {
            logging::start(&arguments.database.log)?;
            export::export(&arguments)
        }
        Command::Mirror(arguments) => {
            logging::start(&arguments.log)?;
            mirror::mirror(&arguments)
        }
        Command::User(arguments) => user::run(arguments),
        Command::Token(arguments) => token::run(arguments),
        Command::Verify(arguments) => {
            logging::start(&arguments.database.log)?;
            verify::verify(&arguments)
        }
        Command::Sdl(arguments) => dictionary::print_sdl(&arguments),
        Command::Refusals(arguments) => {
            refusals::print(&arguments);
            Ok(())
        }
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

/// Whoever sits at the command line, as the caller of use cases.
fn operator(svod: &Svod) -> Result<Caller> {
    svod.acts.built_in(AccountId::OPERATOR, "command line")
}

/// The service without its catalogue, and whoever sits at its command line.
fn open_as_operator(database: &DatabaseSettings) -> Result<(Svod, Caller)> {
    logging::start(&database.log)?;
    let svod = Svod::open_unloaded(svod_settings(database))?;
    let operator = operator(&svod)?;
    Ok((svod, operator))
}

/// The account of a name that was typed.
fn account_named(svod: &Svod, operator: &Caller, name: &str) -> Result<Account> {
    let found = svod.accounts.find_account_by_name(operator, name)?;
    found.ok_or_else(|| Error::not_found("there is no account of this name: `svod user list` names them all"))
}

fn svod_settings(database: &DatabaseSettings) -> SvodSettings {
    SvodSettings {
        database_url: database.database_url.clone(),
        store: database.store_limits(),
        clock: database.clock(),
        violations_max: database.violations_max,
        older_bytes_max: database.older_bytes_max,
        secrets: config::system_secrets(),
        password_cost: database.identity.password_cost(),
        session_lifetime: database.identity.session_lifetime(),
        is_demo: false,
        name_check: query::name_problems,
        import_jobs: None,
        feed: Default::default(),
        consumers: config::idle_consumers(),
    }
}
