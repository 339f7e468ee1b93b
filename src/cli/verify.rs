//! `svod verify`: what it worked out anew, and the first bad record of each kind. It decides nothing and changes nothing.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::ProgressBar;

use super::svod_settings;
use crate::app::svod;
use crate::app::verifying::Stage;
use crate::config::DatabaseSettings;
use crate::db::DatabaseUrl;
use crate::domain::error::{Error, Result};

const LINE_EVERY: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
pub struct VerifyArguments {
    #[command(flatten)]
    pub database: DatabaseSettings,
}

pub fn verify(arguments: &VerifyArguments) -> Result<()> {
    let url = &arguments.database.database_url;
    let name = url.display_name();
    // Opening it would make it.
    if matches!(url, DatabaseUrl::Sqlite(path) if !path.exists()) {
        return Err(Error::Operator(format!("there is no database {name}: name one with --database-url")));
    }
    let progress = VerifyProgress::new();
    let verified = svod::verify(&svod_settings(&arguments.database), &|stage| progress.show(stage));
    progress.finish();
    let verified = verified?;
    say!("audit      {} records, last hash {}", verified.records, shown_hash(&verified.last_hash));
    say!("published  {} publications, {} editions of {} dictionaries", verified.publications, verified.editions, verified.dictionaries);
    say!("items      {} item versions", verified.item_versions);
    if verified.problems.is_empty() {
        say!("The database {name} verifies.");
        return Ok(());
    }
    verified.problems.iter().for_each(|problem| complain!("{problem}"));
    let problems = verified.problems.len();
    let noun = if problems == 1 { "problem" } else { "problems" };
    Err(Error::Operator(format!(
        "the database {name} does not verify, {problems} {noun}: it was changed by something else than Svod; compare it with a backup"
    )))
}

fn shown_hash(hash: &str) -> &str {
    if hash.is_empty() { "none" } else { hash }
}

/// A spinner on a terminal, a plain line every few seconds in a pipe.
struct VerifyProgress {
    bar: Option<ProgressBar>,
    line_at: Cell<Instant>,
}

impl VerifyProgress {
    fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(ProgressBar::new_spinner);
        Self { bar, line_at: Cell::new(Instant::now() + LINE_EVERY) }
    }

    fn show(&self, stage: &Stage<'_>) {
        let told = || match stage {
            Stage::Audit { records } => format!("audit: {records} records"),
            Stage::Items { dictionary, rows } => format!("{dictionary}: {rows} item versions read"),
            Stage::Editions { dictionary, done, total } => format!("{dictionary}: {done} of {total} editions"),
        };
        match &self.bar {
            Some(bar) => {
                bar.set_message(told());
                bar.tick();
            }
            None if Instant::now() >= self.line_at.get() => {
                self.line_at.set(Instant::now() + LINE_EVERY);
                complain!("{}", told());
            }
            None => {}
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
