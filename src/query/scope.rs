//! One request while it runs: what it reads, and what it has cost so far. Everything it answers is of one head of the catalogue.
//! Once a limit stops it, whoever resolves fields only finds the way out: the answer is the one error that says which limit.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;

use super::fault::{Fault, Outcome};
use super::limits::QueryLimits;
use super::request::Caller;
use super::typed::TypedSchema;
use crate::app::feed::Feed;
use crate::app::reading::{Coordinate, Reader};
use crate::catalog::selection::{Outcome as Selected, Page, Selection};
use crate::catalog::{DictionarySnapshot, Resident};
use crate::domain::account::Authority;
use crate::domain::text::DictionaryCode;

/// How many objects are made between two looks at the clock.
const NODES_BETWEEN_CHECKS: usize = 64;

/// Where a request runs, and so what it may do there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On a thread that carries connections, until a moment: it must not wait for the database nor hold the others up.
    Inline { until: Instant },
    /// On a thread that may block.
    Blocking,
}

pub struct Scope {
    pub typed: Arc<TypedSchema>,
    pub limits: QueryLimits,
    pub reader: Reader,
    pub feed: Feed,
    caller: Caller,
    /// When the request came: waiting counts.
    started: Instant,
    place: Place,
    /// Whether it has met what it may not do at its place: then it is run anew at another.
    is_misplaced: Cell<bool>,
    nodes_count: Cell<usize>,
    stopped: RefCell<Option<Fault>>,
    /// Older editions that the request has read: they stay with it, whatever the catalogue drops.
    older: OlderList,
    older_items_count: Cell<i64>,
    /// Whether publications touched anything that the caller may see, by number, as far as it was asked.
    seen: RefCell<FxHashMap<i64, bool>>,
}

/// A list that only grows, so that what is in it can be lent for as long as the list lives.
#[derive(Default)]
struct OlderList(OnceCell<Box<OlderRead>>);

struct OlderRead {
    shape: usize,
    number: i64,
    snapshot: Arc<DictionarySnapshot>,
    next: OlderList,
}

impl OlderList {
    fn find(&self, shape: usize, number: i64) -> Option<&DictionarySnapshot> {
        let mut list = self;
        while let Some(read) = list.0.get() {
            if (read.shape, read.number) == (shape, number) {
                return Some(&read.snapshot);
            }
            list = &read.next;
        }
        None
    }

    fn push(&self, shape: usize, number: i64, snapshot: Arc<DictionarySnapshot>) -> &DictionarySnapshot {
        let mut list = self;
        while let Some(read) = list.0.get() {
            list = &read.next;
        }
        &list.0.get_or_init(|| Box::new(OlderRead { shape, number, snapshot, next: Self::default() })).snapshot
    }

    fn is_empty(&self) -> bool {
        self.0.get().is_none()
    }
}

impl Scope {
    pub fn new(
        typed: Arc<TypedSchema>,
        limits: QueryLimits,
        (reader, feed): (Reader, Feed),
        caller: Caller,
        started: Instant,
        place: Place,
    ) -> Self {
        Self {
            typed,
            limits,
            reader,
            feed,
            caller,
            started,
            place,
            is_misplaced: Cell::new(false),
            nodes_count: Cell::new(0),
            stopped: RefCell::default(),
            older: OlderList::default(),
            older_items_count: Cell::new(0),
            seen: RefCell::default(),
        }
    }

    /// Today and the latest publication: what a query reads when it does not say.
    pub fn now(&self) -> Coordinate {
        Coordinate { valid_on: self.reader.today(), publication: self.reader.head.seq() }
    }

    /// Refuses every field once a limit has stopped the request.
    pub fn check_going(&self) -> Outcome<()> {
        self.stopped.borrow().as_ref().map_or(Ok(()), |fault| Err(fault.clone()))
    }

    /// The limit that stopped the request.
    pub fn stopped(&self) -> Option<Fault> {
        self.stopped.borrow().clone()
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.borrow().is_some()
    }

    pub fn is_misplaced(&self) -> bool {
        self.is_misplaced.get()
    }

    pub fn stop(&self, fault: Fault) -> Fault {
        self.stopped.borrow_mut().get_or_insert(fault).clone()
    }

    pub fn request_id(&self) -> Option<&str> {
        self.caller.request_id.as_deref()
    }

    /// Whose rights decide what is told.
    pub fn authority(&self) -> &Authority {
        &self.caller.authority
    }

    pub fn has_time(&self) -> bool {
        match self.place {
            Place::Inline { until } => Instant::now() < until,
            Place::Blocking => self.started.elapsed() <= Duration::from_millis(self.limits.time_ms_max) && self.caller.waits(),
        }
    }

    pub fn check_time(&self) -> Outcome<()> {
        if self.has_time() { Ok(()) } else { Err(self.out_of_time()) }
    }

    fn out_of_time(&self) -> Fault {
        if let Place::Inline { .. } = self.place {
            return self.misplaced();
        }
        let message = format!("the query took longer than {} ms (time_ms_max): ask for less at once", self.limits.time_ms_max);
        self.stop(Fault::limit(message))
    }

    /// Stops what may block, or goes on too long, where others wait for the thread.
    fn misplaced(&self) -> Fault {
        self.is_misplaced.set(true);
        self.stop(Fault::limit("the query is to be run elsewhere"))
    }

    /// To be asked before the database is.
    pub fn check_blocking(&self) -> Outcome<()> {
        if self.place == Place::Blocking { self.check_time() } else { Err(self.misplaced()) }
    }

    /// Counts an object of the answer before its fields are resolved.
    #[inline]
    pub fn count_node(&self) -> Outcome<()> {
        let count = self.nodes_count.get() + 1;
        self.nodes_count.set(count);
        if count > self.limits.nodes_max {
            return Err(self.too_many());
        }
        if count.is_multiple_of(NODES_BETWEEN_CHECKS) { self.check_time() } else { Ok(()) }
    }

    #[cold]
    fn too_many(&self) -> Fault {
        let message = format!("the answer has more than {} objects (nodes_max): ask for fewer at once", self.limits.nodes_max);
        self.stop(Fault::limit(message))
    }

    /// Holds the length of the answer, as far as it is written, to its limit.
    #[inline]
    pub fn check_bytes(&self, bytes: usize) -> Outcome<()> {
        if bytes <= self.limits.response_bytes_max { Ok(()) } else { Err(self.too_long()) }
    }

    #[cold]
    fn too_long(&self) -> Fault {
        let max = self.limits.response_bytes_max;
        self.stop(Fault::limit(format!("the answer is longer than {max} bytes (response_bytes_max): ask for less at once")))
    }

    /// Whether a dictionary may be named to the caller.
    pub fn is_there(&self, dictionary: &str) -> bool {
        !self.typed.hides_anything() || DictionaryCode::parse(dictionary).is_some_and(|code| !self.typed.hides(&code))
    }

    /// Whether a publication touched anything that the caller may see.
    pub fn is_seen(&self, seq: i64) -> bool {
        let touched = |resident: &Resident| resident.edition_at(seq).is_some_and(|edition| edition.published_seq == seq);
        let look = || self.reader.head.dictionaries.iter().any(|(code, resident)| !self.typed.hides(code) && touched(resident));
        !self.typed.hides_anything() || *self.seen.borrow_mut().entry(seq).or_insert_with(look)
    }

    pub fn resident(&self, shape: usize) -> Option<&Resident> {
        self.reader.head.dictionaries.get(&self.typed.shapes[shape].dictionary.code)
    }

    /// A dictionary as it was known at a publication; `None` when it was not published yet.
    pub fn snapshot_of<'q>(&'q self, resident: &'q Resident, shape: usize, publication: i64) -> Outcome<Option<&'q DictionarySnapshot>> {
        if publication >= resident.current.edition.published_seq {
            return Ok(Some(&resident.current));
        }
        let Some(edition) = resident.edition_at(publication) else { return Ok(None) };
        if let Some(kept) = self.older.find(shape, edition.number) {
            return Ok(Some(kept));
        }
        let items_count = self.older_items_count.get() + edition.items_count;
        if items_count > self.limits.older_items_max as i64 && !self.older.is_empty() {
            let max = self.limits.older_items_max;
            let message = format!("the query reads older editions of more than {max} items together (older_items_max): ask one by one");
            return Err(self.stop(Fault::limit(message)));
        }
        self.older_items_count.set(items_count);
        let code = &resident.current.dictionary.code;
        let loaded = match self.reader.find_kept(code, edition) {
            Some(kept) => kept,
            None => {
                self.check_blocking()?;
                match self.reader.dictionary(code, publication)? {
                    Some(loaded) => loaded,
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(self.older.push(shape, edition.number, loaded)))
    }

    pub fn select(&self, snapshot: &DictionarySnapshot, selection: &Selection, page: &Page) -> Outcome<Selected> {
        selection.page(snapshot, page, &|| self.has_time()).map_err(|_| self.out_of_time())
    }
}
