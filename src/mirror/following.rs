//! The life of a mirror: its first snapshot or the check of what is there, then one long poll after the other for as long as it runs.
//!
//! It pulls, and does not hold a stream open: every answer ends, so a proxy that collects answers, a connection that died without a word
//! and a service that was restarted are all one case, the next request; and the next request is sent when this one's work is done.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::applying::Pending;
use super::fault::{Fault, Outcome};
use super::synchronising::read_head;
use super::table::Table;
use super::{MirrorSettings, Mirrored, MirroredDictionary};
use crate::db::mirror::MirrorDatabase;
use crate::db::mirror::bookkeeping::Progress;
use crate::domain::clock::Clock;
use crate::domain::error::Result;
use crate::domain::text::DictionaryCode;
use crate::outbound::feed_client::FeedClient;

/// The pause after the first try that failed; each later one is twice as long.
const RETRY_MS_FIRST: u64 = 500;

/// Mirrors until somebody must act; with `is_once` or `is_verifying` until the tables are equal to the newest publication.
pub fn run(settings: &MirrorSettings, clock: &Clock) -> Result<Mirrored> {
    let client = FeedClient::new(&settings.from, settings.wait_ms)?;
    let is_ending = settings.is_once || settings.is_verifying;
    let mut patience = Patience { failing: None, pause_ms: RETRY_MS_FIRST, settings };
    // A database that cannot be opened at the start is a wrong setting; later it is one that is restarted.
    let mut opened = Some(MirrorDatabase::open(&settings.into, settings.busy_timeout_ms)?);
    loop {
        let database = opened.take().map_or_else(|| MirrorDatabase::open(&settings.into, settings.busy_timeout_ms), Ok);
        let lived = database.map_err(Fault::from).and_then(|database| {
            let mut session = Session::new(settings, &client, clock, database)?;
            session.prepare()?;
            session.follow(&mut patience)
        });
        match lived {
            Ok(mirrored) => return Ok(mirrored),
            Err(Fault::Ended(error)) => return Err(error),
            Err(fault) if is_ending => return Err(fault.into_error()),
            Err(fault) => patience.wait(fault),
        }
    }
}

/// Says once that something does not answer, and once that it does again.
struct Patience<'a> {
    /// What does not answer.
    failing: Option<&'static str>,
    pause_ms: u64,
    settings: &'a MirrorSettings,
}

impl Patience<'_> {
    fn wait(&mut self, fault: Fault) {
        let what = if matches!(fault, Fault::Database(_)) { "database" } else { "service" };
        if self.failing != Some(what) {
            let reason = fault.into_error();
            tracing::warn!("{reason}; trying again until it works, with pauses up to {} ms", self.settings.retry_ms_max);
        }
        self.failing = Some(what);
        std::thread::sleep(Duration::from_millis(self.pause_ms));
        self.pause_ms = self.pause_ms.saturating_mul(2).min(self.settings.retry_ms_max);
    }

    fn succeeded(&mut self) {
        if self.failing.take().is_some() {
            tracing::info!("it works again");
        }
        self.pause_ms = RETRY_MS_FIRST;
    }
}

/// A mirror at work on an open database. Whoever gets a fault from it while it is stale throws it away.
pub struct Session<'a> {
    pub(super) settings: &'a MirrorSettings,
    pub(super) client: &'a FeedClient,
    pub(super) clock: &'a Clock,
    pub(super) database: MirrorDatabase,
    /// The dictionaries that are asked for, as addresses write them.
    pub(super) asked: Option<String>,
    pub(super) progress: Option<Progress>,
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) pending: Option<Pending>,
    /// Whether what is in memory may be another than what is in the database.
    pub(super) is_stale: bool,
    pub(super) verified_at: Instant,
    pub(super) healed: u64,
    bootstrap: Option<Duration>,
}

impl<'a> Session<'a> {
    fn new(settings: &'a MirrorSettings, client: &'a FeedClient, clock: &'a Clock, mut database: MirrorDatabase) -> Outcome<Self> {
        let codes = |codes: &Vec<DictionaryCode>| codes.iter().map(DictionaryCode::as_str).collect::<Vec<_>>().join(",");
        // In turn, so that the last word of a mirror that was killed just now is waited for.
        database.begin()?;
        let found = database.find_progress().and_then(|progress| Ok((progress, database.list_dictionaries()?)));
        database.roll_back();
        let (progress, kept) = found?;
        let tables: BTreeMap<String, Table> =
            kept.into_iter().map(|kept| Ok((kept.code.clone(), Table::of_kept(kept)?))).collect::<Outcome<_>>()?;
        Ok(Self {
            settings,
            client,
            clock,
            database,
            asked: settings.dictionaries.as_ref().map(codes),
            progress,
            tables,
            pending: None,
            is_stale: false,
            verified_at: Instant::now(),
            healed: 0,
            bootstrap: None,
        })
    }

    /// Begins a transaction, unless another mirror moved the cursor meanwhile.
    pub(super) fn begin(&mut self) -> Outcome<()> {
        self.database.begin()?;
        self.is_stale = true;
        let cursor = |progress: &Option<Progress>| progress.as_ref().map(|progress| progress.cursor.clone());
        let found = self.database.find_progress()?;
        if cursor(&found) != cursor(&self.progress) {
            self.database.roll_back();
            let message = format!("another mirror writes into the database {}: let one run, or give each a database", self.database.name());
            return Err(Fault::ended(message));
        }
        Ok(())
    }

    /// Ends a transaction: what went well is kept.
    pub(super) fn end<T>(&mut self, outcome: Outcome<T>) -> Outcome<T> {
        match outcome {
            Ok(value) => {
                self.database.commit()?;
                self.is_stale = false;
                Ok(value)
            }
            Err(fault) => {
                self.database.roll_back();
                Err(fault)
            }
        }
    }

    /// Tables of one source are never filled from another.
    pub(super) fn check_source(&self, source: &str) -> Outcome<()> {
        match &self.progress {
            Some(progress) if progress.source != source => Err(Fault::ended(format!(
                "the database {} mirrors {}, and {} is {source}: give another database with --into",
                self.database.name(),
                progress.source,
                self.client.base()
            ))),
            _ => Ok(()),
        }
    }

    /// A dictionary is not followed any more: its table stays.
    pub(super) fn leave(&mut self, code: &str) -> Outcome<()> {
        let Some(table) = self.tables.get_mut(code).filter(|table| table.kept.is_followed) else { return Ok(()) };
        table.kept.is_followed = false;
        tracing::warn!("{code} is not mirrored any more; its table {} stays as it is", table.kept.table_name);
        Ok(self.database.save_dictionary(&table.kept)?)
    }

    /// Fills the tables for the first time, or finds out whether they are what they were.
    fn prepare(&mut self) -> Outcome<()> {
        match self.resume() {
            Err(Fault::AnotherHistory(reason)) => self.start_over(&reason),
            other => other,
        }
    }

    fn resume(&mut self) -> Outcome<()> {
        if self.progress.is_none() { self.bootstrap() } else { self.check() }
    }

    /// Looks what there is to be mirrored now, and whether all rows are what they have to be.
    fn check(&mut self) -> Outcome<()> {
        let head = {
            let mut lines = self.client.snapshot(self.asked.as_deref(), None)?;
            read_head(&mut lines)?
        };
        self.check_source(&head.source)?;
        let publication = self.progress.as_ref().map_or(0, |progress| progress.publication);
        if head.publication < publication {
            let message = format!("the service is at publication {} and this mirror at {publication}", head.publication);
            return Err(Fault::AnotherHistory(message));
        }
        self.begin()?;
        let shaped = self.shape_tables(&head.dictionaries.iter().map(|described| described.code.as_str()).collect());
        self.end(shaped)?;
        let is_followed = |code: &String| self.tables.get(code).is_some_and(|table| table.kept.is_followed);
        let new: Vec<String> = head.dictionaries.iter().map(|described| described.code.clone()).filter(|code| !is_followed(code)).collect();
        // Before the first publication there is no snapshot, and everything comes by the feed.
        if !new.is_empty() && publication > 0 {
            self.synchronise(Some(&new), Some(publication))?;
        }
        self.verify()?;
        self.tell();
        Ok(())
    }

    /// Gives tables back what somebody took away from them, and leaves those that are not asked for or not seen any more.
    fn shape_tables(&mut self, seen: &BTreeSet<&str>) -> Outcome<()> {
        let codes: Vec<String> = self.tables.keys().cloned().collect();
        for code in codes {
            if !seen.contains(code.as_str()) {
                self.leave(&code)?;
                continue;
            }
            let Some(table) = self.tables.get_mut(&code) else { continue };
            let definition = table.kept.definition.clone();
            table.shape(&mut self.database, &definition)?;
            table.make_index(&mut self.database)?;
            self.database.save_dictionary(&table.kept)?;
        }
        Ok(())
    }

    fn bootstrap(&mut self) -> Outcome<()> {
        let started = Instant::now();
        self.synchronise(None, None)?;
        let took = started.elapsed();
        self.bootstrap = Some(took);
        let publication = self.progress.as_ref().map_or(0, |progress| progress.publication);
        tracing::info!("took the snapshot of publication {publication}: {} dictionaries in {} ms", self.tables.len(), took.as_millis());
        self.verify()?;
        self.tell();
        Ok(())
    }

    /// The cursor is of another history than the service has now: everything is compared with what it has.
    fn start_over(&mut self, reason: &str) -> Outcome<()> {
        tracing::warn!("beginning anew with a snapshot: {reason}");
        let differences = self.synchronise(None, None)?;
        for difference in &differences {
            tracing::info!("{}: items that were another: {}", difference.code, difference.items);
        }
        self.verify()?;
        self.tell();
        Ok(())
    }

    fn follow(&mut self, patience: &mut Patience<'_>) -> Outcome<Mirrored> {
        let is_ending = self.settings.is_once || self.settings.is_verifying;
        loop {
            match self.pull(if is_ending { 0 } else { self.settings.wait_ms }) {
                Ok(has_events) => {
                    patience.succeeded();
                    if is_ending && !has_events {
                        break;
                    }
                }
                Err(Fault::AnotherHistory(reason)) => self.start_over(&reason)?,
                Err(Fault::Lost(reason)) if !is_ending && !self.is_stale => patience.wait(Fault::Lost(reason)),
                Err(fault) => return Err(fault),
            }
            if self.verified_at.elapsed() >= self.settings.verify_every && !is_ending {
                self.check()?;
            }
        }
        if self.settings.is_verifying {
            self.verify()?;
            self.tell();
        }
        match self.unequal() {
            Some(fault) => Err(fault),
            None => Ok(self.mirrored()),
        }
    }

    /// Asks for what comes after the cursor and takes it. Gives whether there was anything.
    fn pull(&mut self, wait_ms: u64) -> Outcome<bool> {
        let Some(progress) = &self.progress else { return Ok(false) };
        let mut lines = self.client.events(&progress.cursor, self.asked.as_deref(), wait_ms)?;
        let mut has_events = false;
        let outcome = loop {
            match lines.next_line().map_err(Fault::from) {
                Ok(Some(line)) => {
                    has_events = true;
                    if let Err(fault) = self.take(line) {
                        break Err(fault);
                    }
                }
                Ok(None) => break Ok(has_events),
                Err(fault) => break Err(fault),
            }
        };
        self.drop_pending();
        outcome
    }

    fn mirrored(&self) -> Mirrored {
        let followed = self.tables.values().filter(|table| table.kept.is_followed);
        let told = |table: &Table| MirroredDictionary {
            code: table.kept.code.clone(),
            table: table.kept.table_name.clone(),
            rows: table.kept.versions,
        };
        Mirrored {
            publication: self.progress.as_ref().map_or(0, |progress| progress.publication),
            dictionaries: followed.map(told).collect(),
            healed: self.healed,
            bootstrap: self.bootstrap,
        }
    }
}
