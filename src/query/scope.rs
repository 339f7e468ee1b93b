//! One request while it runs: what it reads, and what it has cost so far. Everything it answers is of one head of the catalogue.
//! Once a limit stops it, resolvers only find their way out: the answer is the one error that says which limit.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::{Duration, Instant};

use apollo_compiler::executable::Field;
use apollo_compiler::resolvers::{FieldError, ResolvedValue};
use apollo_compiler::response::JsonValue;
use rustc_hash::FxHashMap;

use super::Caller;
use super::argument::Arguments;
use super::fault::{Fault, Outcome};
use super::item::Item;
use super::limits::QueryLimits;
use super::typed::TypedSchema;
use super::weight::object_bytes;
use crate::app::reading::{Coordinate, Reader};
use crate::catalog::selection::{Outcome as Selected, Page, Selection};
use crate::catalog::{DictionarySnapshot, Resident};
use crate::domain::text::DictionaryCode;

/// How many objects are made between two looks at the clock.
const NODES_BETWEEN_CHECKS: usize = 64;

/// What a value takes in an answer besides its text.
const VALUE_BYTES: usize = 16;

/// What an error of a field takes besides its message.
const ERROR_BYTES: usize = 256;

pub struct Scope {
    pub typed: Arc<TypedSchema>,
    pub limits: QueryLimits,
    pub reader: Reader,
    caller: Caller,
    /// When the request came: waiting counts.
    started: Instant,
    nodes_count: Cell<usize>,
    bytes_count: Cell<usize>,
    /// What an object of each field takes, by the addresses of the field's places in the query.
    weights: RefCell<FxHashMap<Box<[usize]>, usize>>,
    stopped: RefCell<Option<Fault>>,
    /// Older editions that the request has read, by shape and edition number: they stay with it, whatever the catalogue drops.
    older: RefCell<FxHashMap<(usize, i64), Arc<DictionarySnapshot>>>,
    older_items_count: Cell<i64>,
    /// Whether publications touched anything that the caller may see, by number, as far as it was asked.
    seen: RefCell<FxHashMap<i64, bool>>,
}

impl Scope {
    pub fn new(typed: Arc<TypedSchema>, limits: QueryLimits, reader: Reader, caller: Caller, started: Instant) -> Self {
        Self {
            typed,
            limits,
            reader,
            caller,
            started,
            nodes_count: Cell::new(0),
            bytes_count: Cell::new(0),
            weights: RefCell::default(),
            stopped: RefCell::default(),
            older: RefCell::default(),
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

    pub fn stop(&self, fault: Fault) -> Fault {
        self.stopped.borrow_mut().get_or_insert(fault).clone()
    }

    pub fn request_id(&self) -> Option<&str> {
        self.caller.request_id.as_deref()
    }

    pub fn has_time(&self) -> bool {
        self.started.elapsed() <= Duration::from_millis(self.limits.time_ms_max) && self.caller.waits()
    }

    pub fn check_time(&self) -> Outcome<()> {
        if self.has_time() { Ok(()) } else { Err(self.out_of_time()) }
    }

    fn out_of_time(&self) -> Fault {
        let message = format!("the query took longer than {} ms (time_ms_max): ask for less at once", self.limits.time_ms_max);
        self.stop(Fault::limit(message))
    }

    /// What each object of a field takes in the answer, whatever its values.
    pub fn weight(&self, field: Arguments<'_>) -> usize {
        let address = |field: &Field| std::ptr::from_ref(field).addr();
        if let [only] = field.fields
            && let Some(weight) = self.weights.borrow().get(&[address(only)][..])
        {
            return *weight;
        }
        let key: Box<[usize]> = field.fields.iter().map(|field| address(field)).collect();
        *self.weights.borrow_mut().entry(key).or_insert_with(|| object_bytes(field.document, field.fields))
    }

    /// Counts an object of the answer before its fields are resolved.
    pub fn count_node(&self, weight: usize) -> Outcome<()> {
        self.count_bytes(weight)?;
        let count = self.nodes_count.get() + 1;
        self.nodes_count.set(count);
        if count > self.limits.nodes_max {
            let message = format!("the answer has more than {} objects (nodes_max): ask for fewer at once", self.limits.nodes_max);
            return Err(self.stop(Fault::limit(message)));
        }
        if count.is_multiple_of(NODES_BETWEEN_CHECKS) { self.check_time() } else { Ok(()) }
    }

    /// Counts a value of the answer by the length of its text.
    pub fn count_text(&self, text: &str) -> Outcome<()> {
        self.count_bytes(text.len() + VALUE_BYTES)
    }

    /// Counts the text that a field is resolved to, where it is one.
    pub fn counted<'a>(&self, value: ResolvedValue<'a>) -> Outcome<ResolvedValue<'a>> {
        if let ResolvedValue::Leaf(JsonValue::String(text)) = &value {
            self.count_text(text.as_str())?;
        }
        Ok(value)
    }

    /// Counts an error: a field can fail in every object again.
    pub fn failed(&self, fault: Fault) -> FieldError {
        let counted = self.count_bytes(ERROR_BYTES + fault.message.len());
        FieldError::from(counted.err().unwrap_or(fault))
    }

    pub fn count_bytes(&self, bytes: usize) -> Outcome<()> {
        let count = self.bytes_count.get().saturating_add(bytes);
        self.bytes_count.set(count);
        if count <= self.limits.response_bytes_max {
            return Ok(());
        }
        let max = self.limits.response_bytes_max;
        Err(self.stop(Fault::limit(format!("the answer is longer than {max} bytes (response_bytes_max): ask for less at once"))))
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

    /// A dictionary as it was known at a publication; `None` when it was not published yet.
    pub fn snapshot(&self, shape: usize, publication: i64) -> Outcome<Option<Arc<DictionarySnapshot>>> {
        let code = &self.typed.shapes[shape].dictionary.code;
        let Some(resident) = self.reader.head.dictionaries.get(code) else { return Ok(None) };
        let Some(edition) = resident.edition_at(publication) else { return Ok(None) };
        if edition.number == resident.current.edition.number {
            return Ok(Some(Arc::clone(&resident.current)));
        }
        let key = (shape, edition.number);
        if let Some(kept) = self.older.borrow().get(&key) {
            return Ok(Some(Arc::clone(kept)));
        }
        let items_count = self.older_items_count.get() + edition.items_count;
        if items_count > self.limits.older_items_max as i64 && !self.older.borrow().is_empty() {
            let max = self.limits.older_items_max;
            let message = format!("the query reads older editions of more than {max} items together (older_items_max): ask one by one");
            return Err(self.stop(Fault::limit(message)));
        }
        self.older_items_count.set(items_count);
        self.check_time()?;
        let loaded = self.reader.dictionary(code, publication)?;
        if let Some(loaded) = &loaded {
            self.older.borrow_mut().insert(key, Arc::clone(loaded));
        }
        Ok(loaded)
    }

    /// The item that is valid and known at a point of both times.
    pub fn find_item(&self, shape: usize, code: &str, at: Coordinate) -> Outcome<Option<Item<'_>>> {
        let Some(snapshot) = self.snapshot(shape, at.publication)? else { return Ok(None) };
        let Some(position) = snapshot.position_at(code, at.valid_on) else { return Ok(None) };
        let version = Arc::clone(snapshot.version(position));
        Ok(Some(Item::new(self, shape, Arc::clone(&snapshot.dictionary), version, at)))
    }

    pub fn select(&self, snapshot: &DictionarySnapshot, selection: &Selection, page: &Page) -> Outcome<Selected> {
        selection.page(snapshot, page, &|| self.has_time()).map_err(|_| self.out_of_time())
    }

    /// A list of objects that ends early when the request is stopped: one error is enough.
    pub fn list<'a>(&'a self, objects: impl Iterator<Item = Outcome<ResolvedValue<'a>>> + 'a) -> ResolvedValue<'a> {
        let objects = objects.map(|object| object.map_err(FieldError::from));
        ResolvedValue::List(Box::new(objects.take_while(|_| !self.is_stopped())))
    }
}
