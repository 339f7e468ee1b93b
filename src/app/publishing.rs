//! Publishing: one write transaction that validates, closes and opens item versions, writes editions and takes the next number.
//! Every path by which anything becomes known ends here; and here the catalogue learns of what others published.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::Empty;

use super::acting::{Acting, Acts};
use super::pulse::Pulse;
use crate::catalog::{Catalog, DictionarySnapshot, Head, Resident};
use crate::db::dictionary::DictionaryId;
use crate::db::{self, Engine, Store};
use crate::domain::change_request::RequestId;
use crate::domain::clock::Clock;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::item::edition_digest;
use crate::domain::publication::{
    Basis, ChangeCounts, ChangeSet, Digesting, Edition, Publication, RowChanges, State, World, apply_change, without_items,
};
use crate::domain::seal::{AnnulmentTexts, PublicationTexts};
use crate::domain::text::{DictionaryCode, ItemCode};
use crate::domain::validation::{Change, Touched, TouchedItems, validate};
use crate::domain::violation::{Violation, Violations};
use crate::traces::{self, TracedPublications};

/// How often a proposal is worked out anew because others published meanwhile.
const ATTEMPTS_MAX: usize = 5;

/// How many violations a round of leaving out looks at; what is beyond shows in the next round.
const TRIED_VIOLATIONS_MAX: usize = 100_000;

/// From how many rows on a change is judged while it is written. Fewer are judged before, and hold up no other writer when they are
/// not valid.
const JUDGED_BESIDE_MIN: usize = 20_000;

/// What is to be published, and on what basis. The change is worked out from the newest state, perhaps more than once.
pub struct Proposal<'a> {
    pub title: String,
    pub basis: Basis,
    pub change: &'a dyn Fn(&Head) -> Result<ChangeSet>,
    /// What may be left out of it when it is not valid as it is; `None`: it is published whole or not at all.
    pub leave_out: Option<LeaveOut<'a>>,
    /// What else goes into the same transaction, told what is about to be published: who may, the change request and the audit.
    /// Gives the number of the request. When it refuses, nothing is published.
    pub record: &'a dyn Fn(&mut Engine, &Upcoming<'_>) -> Result<Option<RequestId>>,
}

/// A publication that is about to be written.
pub struct Upcoming<'a> {
    publication: &'a Publication,
    dictionaries: &'a [PreparedDictionary],
}

impl Upcoming<'_> {
    pub fn seq(&self) -> i64 {
        self.publication.seq
    }

    pub fn counts(&self) -> BTreeMap<DictionaryCode, ChangeCounts> {
        counts_of(self.dictionaries)
    }

    /// Has the audit keep the number of the publication and the seals of what no edition's digest covers.
    pub fn note(&self, acting: &mut Acting<'_>, request: RequestId) {
        let publication = Publication { change_request: Some(request), ..self.publication.clone() };
        acting.note("publication", publication.seq);
        acting.note("head", PublicationTexts::of(&publication).seal());
        let annulments: serde_json::Map<_, _> = self.dictionaries.iter().filter_map(PreparedDictionary::sealed_annulments).collect();
        if !annulments.is_empty() {
            acting.note("annulments", annulments);
        }
    }
}

/// What a proposal came to.
#[derive(Debug, Default)]
pub struct Published {
    /// `None` when nothing changed, or when it was only tried.
    pub seq: Option<i64>,
    pub counts: BTreeMap<DictionaryCode, ChangeCounts>,
}

/// What stands in the way of one data API over dictionaries, in their order; where two want the same name, the later one must change.
/// Handed in, since the floor that makes that API stands above.
pub type NameCheck = fn(&[Arc<Dictionary>]) -> Vec<(DictionaryCode, String)>;

/// Publishes, and keeps the catalogue up with the database.
pub struct Publisher {
    store: Store,
    catalog: Arc<Catalog>,
    clock: Clock,
    violations_max: usize,
    name_check: NameCheck,
    pulse: Pulse,
    traced: TracedPublications,
    /// Whoever advances the catalogue holds this, so that it only ever moves forward and whole.
    advancing: Mutex<()>,
}

/// A proposal worked out against one head.
struct Prepared {
    head: Arc<Head>,
    publication: Publication,
    dictionaries: Vec<PreparedDictionary>,
    /// What is to be found valid before the transaction ends; `None` when it was before it began.
    unjudged: Option<Judgement>,
}

/// A state that a change would make, beside the one before.
struct Judgement {
    before: World,
    after: World,
    touched: Touched,
    /// The dictionaries whose definition changes.
    redefined: BTreeSet<DictionaryCode>,
}

/// The state that a change makes, and the rows that lead there.
pub struct WorkedOut {
    pub after: World,
    pub rows: BTreeMap<DictionaryCode, RowChanges>,
    /// The dictionaries whose definition changes.
    pub redefined: BTreeSet<DictionaryCode>,
}

impl WorkedOut {
    pub fn counts(&self) -> BTreeMap<DictionaryCode, ChangeCounts> {
        self.rows.iter().map(|(code, rows)| (code.clone(), rows.counts)).collect()
    }

    fn opened_count(&self) -> usize {
        self.rows.values().map(|rows| rows.opened.len()).sum()
    }

    /// Puts items back to what they were before.
    fn leave_out(&mut self, before: &World, left_out: BTreeMap<DictionaryCode, BTreeSet<ItemCode>>) {
        for (code, items) in left_out {
            let (Some(after), Some(rows)) = (self.after.remove(&code), self.rows.remove(&code)) else { continue };
            match without_items(before.get(&code), (after, rows), &items) {
                Some((after, rows)) => {
                    self.after.insert(code.clone(), after);
                    self.rows.insert(code, rows);
                }
                None => self.after.extend(before.get(&code).map(|state| (code.clone(), state.clone()))),
            }
        }
    }
}

/// Told what is wrong with items of a change, gives those that are to be left out of it; none when it cannot be mended so.
pub type LeaveOut<'a> = &'a dyn Fn(&Violations) -> Result<BTreeMap<DictionaryCode, BTreeSet<ItemCode>>>;

struct PreparedDictionary {
    state: State,
    rows: RowChanges,
    edition: Edition,
}

impl Publisher {
    pub fn new(acts: &Acts, catalog: Arc<Catalog>, violations_max: usize, name_check: NameCheck) -> Self {
        let (store, clock, pulse) = (acts.store.clone(), acts.clock.clone(), acts.pulse.clone());
        let traced = TracedPublications::default();
        Self { store, catalog, clock, violations_max, name_check, pulse, traced, advancing: Mutex::new(()) }
    }

    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// What the newest publications were part of, for whoever tells of their consequences.
    pub fn traced(&self) -> &TracedPublications {
        &self.traced
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub fn violations_max(&self) -> usize {
        self.violations_max
    }

    /// Publishes a proposal whole, or nothing of it: then the error lists every violation.
    pub(crate) fn publish(&self, proposal: &Proposal<'_>) -> Result<Published> {
        let span = tracing::info_span!(target: traces::TARGET, "publish", svod.publication = Empty, svod.title = proposal.title);
        let _entered = span.enter();
        let _advancing = self.advancing.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..ATTEMPTS_MAX {
            let Some(mut prepared) = self.prepare(proposal)? else { return Ok(Published::default()) };
            let counts = counts_of(&prepared.dictionaries);
            let writing = tracing::info_span!(target: traces::TARGET, "publication transaction");
            if writing.in_scope(|| self.store.write(|connection| self.write(connection, &mut prepared, proposal)))? {
                let seq = prepared.publication.seq;
                span.record("svod.publication", seq);
                self.traced.keep(seq, &span);
                self.catalog.advance(Arc::new(prepared.into_head()));
                self.pulse.beat();
                tracing::info!(publication = seq, title = proposal.title, "published");
                return Ok(Published { seq: Some(seq), counts });
            }
        }
        Err(Error::refused(
            "publication_contended",
            format!("others published {ATTEMPTS_MAX} times meanwhile; nothing was changed, try again"),
        ))
    }

    /// Takes up what was published since the catalogue was last advanced. Gives the latest publication's number.
    pub fn refresh(&self) -> Result<i64> {
        let _advancing = self.advancing.lock().unwrap_or_else(PoisonError::into_inner);
        self.catch_up()
    }

    fn catch_up(&self) -> Result<i64> {
        let head = self.catalog.head();
        let advanced = self.store.read(|connection| super::loading::advance_head(connection, &head))?;
        if let Some(advanced) = advanced {
            self.catalog.advance(Arc::new(advanced));
        }
        Ok(self.catalog.head().seq())
    }

    /// What a change would do to a head, by dictionary; the error lists every violation. Nothing is written, nobody waits.
    pub fn judge(&self, head: &Head, changes: ChangeSet) -> Result<BTreeMap<DictionaryCode, ChangeCounts>> {
        Ok(self.try_out(head, changes, None)?.map(|worked_out| worked_out.counts()).unwrap_or_default())
    }

    /// The state that a change would make of a head, found valid; `None` when it changes nothing. Nothing is written.
    pub fn try_out(&self, head: &Head, changes: ChangeSet, leave_out: Option<LeaveOut<'_>>) -> Result<Option<WorkedOut>> {
        self.valid(work_out(head, changes, Digesting::Tried), leave_out)
    }

    /// What was worked out, found valid. Items that `leave_out` names are left out, round by round, until the rest is.
    fn valid(&self, (before, worked_out): (World, WorkedOut), leave_out: Option<LeaveOut<'_>>) -> Result<Option<WorkedOut>> {
        let (mut before, mut worked_out) = (before, worked_out);
        while !worked_out.rows.is_empty() {
            let judgement = Judgement::new(before, &worked_out);
            let violations = match (self.judge_state(&judgement, leave_out.map(|_| TRIED_VIOLATIONS_MAX)), leave_out) {
                (Err(Error::Invalid(violations)), Some(_)) => violations,
                (outcome, _) => return outcome.map(|()| Some(worked_out)),
            };
            before = judgement.before;
            let left_out = leave_out.map(|leave_out| leave_out(&violations)).transpose()?.unwrap_or_default();
            if left_out.values().all(BTreeSet::is_empty) {
                return Err(Error::Invalid(violations));
            }
            worked_out.leave_out(&before, left_out);
        }
        Ok(None)
    }

    /// `None` when the proposal changes nothing.
    fn prepare(&self, proposal: &Proposal<'_>) -> Result<Option<Prepared>> {
        self.catch_up()?;
        let head = self.catalog.head();
        let (before, worked_out) = work_out(&head, (proposal.change)(&head)?, Digesting::Published);
        let is_judged_beside = proposal.leave_out.is_none() && worked_out.opened_count() >= JUDGED_BESIDE_MIN;
        let (unjudged, worked_out) = if is_judged_beside {
            (Some(Judgement::new(before, &worked_out)), Some(worked_out))
        } else {
            (None, self.valid((before, worked_out), proposal.leave_out)?)
        };
        let Some(WorkedOut { after, rows, redefined }) = worked_out else { return Ok(None) };
        let (seq, published_at) = (head.seq() + 1, self.clock.now());
        let (title, basis) = (proposal.title.clone(), proposal.basis.clone());
        let publication = Publication { seq, published_at, title, basis, change_request: None };
        let prepared = |(code, rows)| PreparedDictionary::new(&head, redefined.contains(&code), after[&code].clone(), rows, seq);
        let dictionaries = rows.into_iter().map(prepared).collect();
        Ok(Some(Prepared { publication, dictionaries, head: Arc::clone(&head), unjudged }))
    }

    /// `false` when others published meanwhile: then nothing was written, and the proposal is to be worked out anew.
    fn write(&self, connection: &mut Engine, prepared: &mut Prepared, proposal: &Proposal<'_>) -> Result<bool> {
        let Some(unjudged) = prepared.unjudged.take() else { return prepared.write(connection, proposal) };
        std::thread::scope(|scope| {
            let judging = scope.spawn(|| self.judge_state(&unjudged, None));
            let written = prepared.write(connection, proposal);
            // What is wrong with a change is told before what the database makes of it.
            judging.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            written
        })
    }

    /// A new or changed definition must find room beside the others in the data API.
    fn check_names(&self, judgement: &Judgement, violations: &mut Violations) {
        let Judgement { after, redefined, .. } = judgement;
        if redefined.is_empty() {
            return;
        }
        let (new, kept): (Vec<_>, Vec<_>) = after.iter().partition(|(code, _)| redefined.contains(*code));
        let dictionaries: Vec<Arc<Dictionary>> = kept.into_iter().chain(new).map(|(_, state)| Arc::clone(&state.dictionary)).collect();
        for (code, message) in (self.name_check)(&dictionaries).into_iter().filter(|(code, _)| redefined.contains(code)) {
            violations.push(Violation::new(code.as_str(), "name_taken", message));
        }
    }

    /// Refuses a state that is not valid. More violations than usual are kept where all of them are wanted.
    fn judge_state(&self, judgement: &Judgement, kept_max: Option<usize>) -> Result<()> {
        let mut violations = Violations::new(kept_max.unwrap_or(self.violations_max));
        let Judgement { before, after, touched, redefined } = judgement;
        redefined.iter().for_each(|code| check_targets(&after[code].dictionary, after, &mut violations));
        self.check_names(judgement, &mut violations);
        if violations.is_empty() {
            validate(&Change { before, after, touched }, &mut violations);
        }
        if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
    }
}

impl Judgement {
    fn new(before: World, worked_out: &WorkedOut) -> Self {
        let touches = |(code, rows): (&DictionaryCode, &RowChanges)| {
            let is_redefined = worked_out.redefined.contains(code);
            (code.clone(), if is_redefined { TouchedItems::All } else { TouchedItems::Some(rows.codes()) })
        };
        let touched = worked_out.rows.iter().map(touches).collect();
        Self { before, after: worked_out.after.clone(), touched, redefined: worked_out.redefined.clone() }
    }
}

/// The state of a head, and the state that a change would make of it: without rows when it changes nothing.
fn work_out(head: &Head, changes: ChangeSet, digesting: Digesting) -> (World, WorkedOut) {
    let seq = head.seq() + 1;
    let before = head.world();
    let mut worked_out = WorkedOut { after: before.clone(), rows: BTreeMap::new(), redefined: BTreeSet::new() };
    for (code, change) in changes {
        let is_redefined = change.dictionary.is_some();
        if let Some((state, rows)) = apply_change(before.get(&code), change, seq, digesting) {
            worked_out.redefined.extend(is_redefined.then(|| code.clone()));
            worked_out.after.insert(code.clone(), state);
            worked_out.rows.insert(code, rows);
        }
    }
    (before, worked_out)
}

/// A reference must point to a dictionary that is published, or is by this very change.
fn check_targets(dictionary: &Dictionary, after: &World, violations: &mut Violations) {
    for (_, attribute, to) in dictionary.references().filter(|(_, _, to)| !after.contains_key(*to)) {
        let message = format!("refers to the dictionary {to}, which is not published");
        violations.push(Violation::new(dictionary.code.as_str(), "dictionary_unknown", message).of_attribute(attribute.code()));
    }
}

fn counts_of(dictionaries: &[PreparedDictionary]) -> BTreeMap<DictionaryCode, ChangeCounts> {
    dictionaries.iter().map(|prepared| (prepared.state.dictionary.code.clone(), prepared.rows.counts)).collect()
}

impl PreparedDictionary {
    fn new(head: &Head, definition_changed: bool, state: State, rows: RowChanges, seq: i64) -> Self {
        let code = &state.dictionary.code;
        let last = head.dictionaries.get(code).and_then(|resident| resident.editions.last());
        let definition = state.dictionary.definition_digest();
        let edition = Edition {
            number: last.map_or(1, |edition| edition.number + 1),
            published_seq: seq,
            definition_changed,
            items_count: state.items.items_count() as i64,
            added_count: rows.counts.added,
            changed_count: rows.counts.changed,
            retired_count: rows.counts.retired,
            digest: edition_digest(last.map(|edition| &edition.digest), &definition, state.items.versions().iter()),
        };
        Self { state, rows, edition }
    }

    fn sealed_annulments(&self) -> Option<(String, serde_json::Value)> {
        let texts = |codes: &[ItemCode]| codes.iter().map(ItemCode::to_string).collect();
        let annulments = AnnulmentTexts { annulled: texts(&self.rows.annulled), restored: texts(&self.rows.restored) };
        (!annulments.is_empty()).then(|| (self.state.dictionary.code.to_string(), annulments.seal().into()))
    }

    fn write(&self, connection: &mut Engine) -> Result<()> {
        let dictionary = &self.state.dictionary;
        let id: DictionaryId = match db::dictionary::find(connection, &dictionary.code)? {
            Some(id) => id,
            None => db::dictionary::insert(connection, &dictionary.code)?,
        };
        let seq = self.edition.published_seq;
        if self.edition.definition_changed {
            db::definition::insert(connection, id, seq, &dictionary.canonical_json())?;
        }
        db::item::update_superseded(connection, id, &self.rows.closed, seq)?;
        db::item::insert_all(connection, id, dictionary, &self.rows.opened)?;
        db::annulment::insert_all(connection, id, &self.rows.annulled, seq)?;
        db::annulment::update_superseded(connection, id, &self.rows.restored, seq)?;
        db::edition::insert(connection, id, &self.edition)
    }
}

impl Prepared {
    /// `false` when others published meanwhile: then nothing was written, and the proposal is to be worked out anew.
    fn write(&mut self, connection: &mut Engine, proposal: &Proposal<'_>) -> Result<bool> {
        if db::publication::get_latest_seq(connection)? != self.head.seq() {
            return Ok(false);
        }
        let upcoming = Upcoming { publication: &self.publication, dictionaries: &self.dictionaries };
        self.publication.change_request = (proposal.record)(connection, &upcoming)?;
        db::publication::insert(connection, &self.publication)?;
        for dictionary in &self.dictionaries {
            dictionary.write(connection)?;
        }
        db::notification::announce(connection)?;
        Ok(true)
    }

    fn into_head(self) -> Head {
        let mut next = Head::clone(&self.head);
        let mut publications = Vec::clone(&next.publications);
        publications.push(Arc::new(self.publication));
        next.publications = Arc::new(publications);
        for prepared in self.dictionaries {
            let code = prepared.state.dictionary.code.clone();
            if prepared.edition.definition_changed {
                next.definitions_seq = prepared.edition.published_seq;
            }
            let resident = next.dictionaries.get(&code);
            let advanced = advance_resident(resident, prepared.edition, prepared.state, &prepared.rows);
            next.dictionaries.insert(code, advanced);
        }
        next
    }
}

/// A dictionary in memory, one edition further.
pub fn advance_resident(before: Option<&Resident>, edition: Edition, state: State, rows: &RowChanges) -> Resident {
    let mut editions = before.map(|resident| Vec::clone(&resident.editions)).unwrap_or_default();
    editions.push(edition.clone());
    let current = match before {
        Some(resident) => resident.current.next(edition, state, &rows.opened, &rows.closed),
        None => DictionarySnapshot::new(edition, state),
    };
    Resident { current: Arc::new(current), editions: Arc::new(editions) }
}
