//! `svod migrate`: the history of the database, run forward or only told.

use clap::Args;

use super::svod_settings;
use crate::app::svod;
use crate::config::DatabaseSettings;
use crate::domain::error::Result;

#[derive(Debug, Args)]
pub struct MigrateArguments {
    /// Only say which migrations were run and which wait
    #[arg(long)]
    status: bool,
    #[command(flatten)]
    pub database: DatabaseSettings,
}

pub fn migrate(arguments: &MigrateArguments) -> Result<()> {
    let (status, run) = svod::migrate(&svod_settings(&arguments.database), !arguments.status)?;
    for version in &run {
        say!("run      {version}");
    }
    if arguments.status {
        status.applied.iter().for_each(|version| say!("applied  {version}"));
    }
    status.pending.iter().for_each(|version| say!("pending  {version}"));
    match (run.len(), status.pending.len()) {
        (0, 0) => say!("The database {} is up to date.", arguments.database.database_url.display_name()),
        (0, pending) => say!("{pending} to run: svod migrate"),
        (run, _) => say!("{run} run; the database {} is up to date.", arguments.database.database_url.display_name()),
    }
    Ok(())
}
