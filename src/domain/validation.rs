//! What must hold in every edition, whatever path a change took. All violations are collected.
//! It judges the state that a change would make; it changes nothing and reads no database.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::thread;

use rustc_hash::{FxHashMap, FxHashSet};

use super::attribute::{Fault, quoted, type_name};
use super::definition::{Check, OnRetire};
use super::dictionary::Dictionary;
use super::hierarchy;
use super::in_order::in_order;
use super::item::{ITEM_VERSIONS_MAX, ItemVersion};
use super::publication::{State, World};
use super::rule::Verdict;
use super::text::{DictionaryCode, ITEM_CODE_LENGTH_MAX, ItemCode};
use super::usage;
use super::validity::{Date, Validity};
use super::value::Value;
use super::violation::{Violation, Violations};

/// From how many items on several threads judge them: fewer are done before a thread has begun.
const SHARED_ITEMS_MIN: usize = 20_000;

/// How many items a thread judges at once.
const ITEMS_AT_ONCE: usize = 8_192;

/// Which items of each changed dictionary are to be judged.
pub type Touched = BTreeMap<DictionaryCode, TouchedItems>;

pub enum TouchedItems {
    Some(Vec<ItemCode>),
    /// All of them, because the definition changed.
    All,
}

/// The state before and the state that a change would make.
pub struct Change<'a> {
    pub before: &'a World,
    pub after: &'a World,
    pub touched: &'a Touched,
}

/// Judges a change and reports everything that is wrong with the state it would make.
pub fn validate(change: &Change<'_>, violations: &mut Violations) {
    for (code, touched) in change.touched {
        let Some(after) = change.after.get(code) else { continue };
        let before = change.before.get(code);
        if let Some(before) = before {
            check_definition_change(before, &after.dictionary, violations);
        }
        let check = StateCheck { world: change.after, state: after };
        let codes = touched.codes(after);
        let together = |violations: &mut Violations| {
            if let Some(before) = before {
                check_not_vanished(before, after, &touched.codes(before), violations);
            }
            check.unique_attributes(&codes, violations);
            hierarchy::check_cycles(before, after, &codes, violations);
            hierarchy::check_roots(after, violations);
        };
        if codes.len() < SHARED_ITEMS_MIN {
            check.items(&codes, violations);
            together(violations);
            continue;
        }
        let mut found = violations.another();
        thread::scope(|scope| {
            scope.spawn(|| together(&mut found));
            check.very_many_items(&codes, violations);
        });
        violations.append(found);
    }
    check_referrers(change, violations);
}

impl TouchedItems {
    fn codes(&self, after: &State) -> Cow<'_, [ItemCode]> {
        match self {
            Self::Some(codes) => Cow::Borrowed(codes),
            Self::All => Cow::Owned(after.items.codes().cloned().collect()),
        }
    }
}

/// What was published stays, unless it is said to have been a mistake.
fn check_not_vanished(before: &State, after: &State, items: &[ItemCode], violations: &mut Violations) {
    let (mut items_before, mut items_after) = (before.items.cursor(), after.items.cursor());
    let has_vanished = |item: &&ItemCode| {
        let is_gone = !items_before.versions_of(item).is_empty() && items_after.versions_of(item).is_empty();
        is_gone && !after.annulled.contains(*item)
    };
    for item in items.iter().filter(has_vanished) {
        let message = "was published and would disappear: retire it on a date instead";
        violations.push(Violation::new(after.dictionary.code.as_str(), "code_disappears", message).of_item(item));
    }
}

fn check_code_is_free(after: &State, item: &ItemCode, violations: &mut Violations) {
    if after.annulled.contains(item) && !after.items.versions_of(item).is_empty() {
        let message = "the code was annulled: restore the item instead of adding it";
        violations.push(Violation::new(after.dictionary.code.as_str(), "code_reused", message).of_item(item));
    }
}

/// A changed definition keeps what is published: a type may change, and an attribute go, only while it has no value.
fn check_definition_change(before: &State, after: &Arc<Dictionary>, violations: &mut Violations) {
    if Arc::ptr_eq(&before.dictionary, after) {
        return;
    }
    let dictionary = after.code.as_str();
    for (at, old) in before.dictionary.attributes.iter().enumerate() {
        let new = after.position(old.code()).map(|position| &after.attributes[position]);
        let shape = |a: &super::definition::AttributeDefinition| (a.kind, a.list, a.localized, a.to.clone());
        let message = match new {
            Some(new) if shape(&new.definition) == shape(&old.definition) => continue,
            Some(new) => format!("cannot become {}: it was {}", shape_text(new), shape_text(old)),
            None => "cannot be removed".to_owned(),
        };
        for item in items_with(before, |version| version.value(at).is_some()) {
            let message = format!("{message} while published items have a value, and this one has");
            let violation = Violation::new(dictionary, "definition_incompatible", message).of_attribute(old.code());
            violations.push(violation.of_item(item));
        }
    }
    if before.dictionary.is_hierarchical() && !after.is_hierarchical() {
        for item in items_with(before, |version| version.parent().is_some()) {
            let message = "the hierarchy cannot be removed while published items have parents, and this one has";
            violations.push(Violation::new(dictionary, "definition_incompatible", message).of_attribute("parent").of_item(item));
        }
    }
}

/// The items of which some version is so, each once: versions stand in the order of their items.
fn items_with<'a>(state: &'a State, is_so: impl Fn(&ItemVersion) -> bool + 'a) -> impl Iterator<Item = &'a ItemCode> {
    let mut last: Option<&ItemCode> = None;
    let is_new = move |item: &&'a ItemCode| last.replace(item) != Some(*item);
    state.items.versions().iter().filter(move |version| is_so(version)).map(|version| &version.code).filter(is_new)
}

fn shape_text(attribute: &super::attribute::Attribute) -> String {
    let definition = &attribute.definition;
    let list = if definition.list { "a list of " } else { "" };
    let localized = if definition.localized { " (localized)" } else { "" };
    let target = definition.to.as_ref().map(|to| format!(" to {to}")).unwrap_or_default();
    format!("{list}{}{localized}{target}", type_name(definition.kind))
}

/// Items that nobody touched, but that lean on an item whose interval shrank.
fn check_referrers(change: &Change<'_>, violations: &mut Violations) {
    let shrunk = shrunk_items(change);
    if shrunk.is_empty() {
        return;
    }
    for (code, state) in change.after {
        let touched: FxHashSet<ItemCode> = match change.touched.get(code) {
            Some(TouchedItems::All) => continue,
            Some(TouchedItems::Some(codes)) => codes.iter().cloned().collect(),
            None => FxHashSet::default(),
        };
        let check = StateCheck { world: change.after, state };
        let leans = |version: &ItemVersion| {
            let on_parent = version.parent().is_some_and(|parent| shrunk.get(code).is_some_and(|items| items.contains(parent)));
            on_parent
                || state.dictionary.references().any(|(at, _, to)| {
                    let Some(items) = shrunk.get(to) else { return false };
                    version.value(at).is_some_and(|value| value.texts().iter().any(|target| items.contains(*target)))
                })
        };
        let gone = |successor: &ItemCode| shrunk.get(code).is_some_and(|items| items.contains(successor));
        for version in state.items.versions().iter().filter(|version| !touched.contains(&version.code)) {
            if leans(version) {
                check.references(version, violations);
            }
            if version.stretch.retirement.as_ref().is_some_and(|retirement| retirement.successors.iter().any(gone)) {
                check.successors(version, violations);
            }
        }
    }
}

/// The touched items that are no longer valid on some date on which they were, or are replaced by others than before; and the retired
/// items that those replace.
fn shrunk_items(change: &Change<'_>) -> FxHashMap<DictionaryCode, FxHashSet<ItemCode>> {
    let mut shrunk: FxHashMap<DictionaryCode, FxHashSet<ItemCode>> = FxHashMap::default();
    for (code, touched) in change.touched {
        let (Some(before), Some(after)) = (change.before.get(code), change.after.get(code)) else { continue };
        for item in touched.codes(before).iter() {
            let is_covered = |version: &Arc<ItemVersion>| {
                let covers = after.items.versions_of(item).iter().map(|version| version.validity());
                version.validity().uncovered_by(covers).is_none()
            };
            let is_ended_as_before = |version: &Arc<ItemVersion>| {
                let ends_so = |after: &Arc<ItemVersion>| {
                    after.validity().end_key() == version.validity().end_key() && after.stretch.retirement == version.stretch.retirement
                };
                version.stretch.retirement.is_none() || after.items.versions_of(item).iter().any(ends_so)
            };
            if !before.items.versions_of(item).iter().all(|version| is_covered(version) && is_ended_as_before(version)) {
                shrunk.entry(code.clone()).or_default().insert(item.clone());
            }
        }
    }
    for (code, items) in &mut shrunk {
        if let Some(after) = change.after.get(code) {
            add_replaced(after, items);
        }
    }
    shrunk
}

/// Adds the retired items whose successors are among the given ones, since references to those may lean on the successors.
fn add_replaced(state: &State, items: &mut FxHashSet<ItemCode>) {
    let replaced =
        |version: &&Arc<ItemVersion>| version.stretch.retirement.as_ref().is_some_and(|retirement| !retirement.successors.is_empty());
    let replaced: Vec<&Arc<ItemVersion>> = state.items.versions().iter().filter(replaced).collect();
    loop {
        let count = items.len();
        for version in &replaced {
            if version.stretch.retirement.as_ref().is_some_and(|retirement| retirement.successors.iter().any(|code| items.contains(code))) {
                items.insert(version.code.clone());
            }
        }
        if items.len() == count {
            return;
        }
    }
}

/// The checks on the items of one dictionary.
struct StateCheck<'a> {
    world: &'a World,
    state: &'a State,
}

impl StateCheck<'_> {
    fn violation(&self, item: &str, attribute: &str, code: &str, message: impl Into<String>) -> Violation {
        Violation::new(self.state.dictionary.code.as_str(), code, message).of_item(item).of_attribute(attribute)
    }

    fn item(&self, code: &str, versions: &[Arc<ItemVersion>], violations: &mut Violations) {
        if !versions.is_empty() {
            self.code(code, violations);
        }
        if versions.len() > ITEM_VERSIONS_MAX {
            let message = format!("has {} versions, and at most {ITEM_VERSIONS_MAX} are allowed", versions.len());
            violations.push(self.violation(code, "", "item_versions", message));
        }
        for pair in versions.windows(2) {
            if pair[0].validity().overlaps(pair[1].validity()) {
                let message = format!("two versions overlap: {} and {}", pair[0].validity(), pair[1].validity());
                violations.push(self.violation(code, "", "validity_overlap", message));
            }
        }
        for version in versions {
            // A rule about a value that is missing anyway would only say the same again, worse.
            if self.values(version, violations) {
                self.rules(version, violations);
            }
            self.references(version, violations);
            self.successors(version, violations);
        }
    }

    /// Judges items one by one.
    fn items(&self, codes: &[ItemCode], violations: &mut Violations) {
        let mut items = self.state.items.cursor();
        for item in codes {
            self.item(item, items.versions_of(item), violations);
            check_code_is_free(self.state, item, violations);
        }
    }

    /// The same on several threads.
    fn very_many_items(&self, codes: &[ItemCode], violations: &mut Violations) {
        let nothing = violations.another();
        let judge = |codes: &[ItemCode]| {
            let mut found = nothing.another();
            self.items(codes, &mut found);
            found
        };
        let mut chunks = codes.chunks(ITEMS_AT_ONCE);
        let Ok(()) = in_order(
            || chunks.next(),
            judge,
            |found| {
                violations.append(found);
                Ok::<(), Infallible>(())
            },
        );
    }

    fn code(&self, code: &str, violations: &mut Violations) {
        let is_plain = !code.is_empty() && code.trim() == code && !code.contains(char::is_control);
        if !is_plain || code.chars().count() > ITEM_CODE_LENGTH_MAX {
            let message = format!("a code has 1 to {ITEM_CODE_LENGTH_MAX} printable characters and no space at its ends");
            violations.push(self.violation(code, "code", "code_malformed", message));
        }
        if let Some(pattern) = &self.state.dictionary.code_pattern
            && !pattern.is_match(code)
        {
            violations.push(self.violation(code, "code", "code_pattern", format!("{} does not match {pattern}", quoted(code))));
        }
    }

    /// Whether everything that is required is there.
    fn values(&self, version: &ItemVersion, violations: &mut Violations) -> bool {
        let mut is_complete = true;
        for (at, attribute) in self.state.dictionary.attributes.iter().enumerate() {
            match version.value(at) {
                None if attribute.definition.required => {
                    is_complete = false;
                    violations.push(self.violation(&version.code, attribute.code(), "required", "is required and blank"));
                }
                None => {}
                Some(value) => attribute.check(value, &mut |fault: Fault| {
                    violations.push(self.violation(&version.code, attribute.code(), fault.code, fault.message));
                }),
            }
        }
        is_complete
    }

    fn rules(&self, version: &ItemVersion, violations: &mut Violations) {
        if self.state.dictionary.rules.is_empty() {
            return;
        }
        let dictionary = &self.state.dictionary;
        let code = Value::Text(version.code.clone());
        let parent = version.parent().map(|parent| Value::Text(parent.into()));
        for rule in &dictionary.rules {
            let verdict = rule.verdict(|name| match name {
                "code" => Some(&code),
                "parent" => parent.as_ref(),
                name => dictionary.position(name).and_then(|at| version.value(at)),
            });
            match verdict {
                Verdict::Holds => {}
                Verdict::Broken => {
                    let dictionary = dictionary.code.as_str();
                    violations.push(Violation::of_rule(dictionary, &rule.code, &rule.message).of_item(&version.code));
                }
                Verdict::Failed(error) => {
                    let message = format!("the rule `{}` could not be asked: {error}", rule.code);
                    violations.push(self.violation(&version.code, "", "rule_failed", message));
                }
            }
        }
    }

    fn references(&self, version: &ItemVersion, violations: &mut Violations) {
        for (at, attribute, to) in self.state.dictionary.references() {
            let Some(value) = version.value(at) else { continue };
            for target in value.texts() {
                let strictness = (attribute.check_mode(), attribute.definition.on_retire.unwrap_or_default());
                self.reference(version, attribute.code(), target, to, strictness, violations);
            }
        }
        let Some(parent) = version.parent() else { return };
        match &self.state.dictionary.definition.hierarchy {
            Some(hierarchy) => {
                let strictness = (hierarchy.check, hierarchy.on_retire.unwrap_or_default());
                self.reference(version, "parent", parent, &self.state.dictionary.code, strictness, violations);
            }
            None => violations.push(self.violation(
                &version.code,
                "parent",
                "not_hierarchical",
                "has a parent, and the dictionary has no hierarchy",
            )),
        }
    }

    fn reference(
        &self,
        version: &ItemVersion,
        attribute: &str,
        target: &str,
        to: &DictionaryCode,
        (check, on_retire): (Check, OnRetire),
        violations: &mut Violations,
    ) {
        let state = self.world.get(to);
        let versions = state.map(|state| state.items.versions_of(target)).unwrap_or_default();
        if versions.is_empty() {
            let is_annulled = state.is_some_and(|state| state.annulled.contains(target));
            let why = if is_annulled { "was annulled in" } else { "is not an item of" };
            violations.push(self.violation(&version.code, attribute, "reference_dangling", format!("{} {why} {to}", quoted(target))));
            return;
        }
        let (Check::Strict, Some(state)) = (check, state) else { return };
        let Some(gap) = version.validity().uncovered_by(versions.iter().map(|target| target.validity())) else { return };
        match ended_before(versions, gap).filter(|_| on_retire == OnRetire::Successor) {
            None => {
                let message = format!("{} of {to} is not valid {gap}, and this version is valid {}", quoted(target), version.validity());
                violations.push(self.violation(&version.code, attribute, "reference_gap", message));
            }
            Some(end) => {
                if let Some(gap) = version.validity().uncovered_by(usage::validities_with_successors(state, target)) {
                    let message = format!(
                        "{} of {to} is retired on {end}, and {} refers to it {gap}: name a successor that is valid then",
                        quoted(target),
                        quoted(&version.code)
                    );
                    violations.push(self.violation(&version.code, attribute, "successor_needed", message));
                }
            }
        }
    }

    fn successors(&self, version: &ItemVersion, violations: &mut Violations) {
        let Some(retirement) = &version.stretch.retirement else { return };
        for successor in &retirement.successors {
            if self.state.items.versions_of(successor).is_empty() {
                let message = format!("the successor {} is not an item of this dictionary", quoted(successor));
                violations.push(self.violation(&version.code, "successors", "reference_dangling", message));
            }
        }
    }

    /// No two items have the same value of a unique attribute on any one date.
    fn unique_attributes(&self, touched: &[ItemCode], violations: &mut Violations) {
        let attributes = self.state.dictionary.attributes.iter().enumerate();
        for (at, attribute) in attributes.filter(|(_, attribute)| attribute.definition.unique) {
            let touched: FxHashSet<&str> = touched.iter().map(ItemCode::as_str).collect();
            let mut holders: FxHashMap<&Value, Vec<&Arc<ItemVersion>>> = FxHashMap::default();
            for code in &touched {
                for version in self.state.items.versions_of(code) {
                    if let Some(value) = version.value(at) {
                        holders.entry(value).or_default();
                    }
                }
            }
            if holders.is_empty() {
                continue;
            }
            for version in self.state.items.versions() {
                if let Some(found) = version.value(at).and_then(|value| holders.get_mut(value)) {
                    found.push(version);
                }
            }
            let mut clashes: Vec<(&ItemVersion, &ItemVersion)> = holders.into_values().flat_map(clashes_of).collect();
            clashes.sort_by(|a, b| a.0.code.cmp(&b.0.code));
            for (version, other) in clashes {
                let (version, other) = if touched.contains(version.code.as_str()) { (version, other) } else { (other, version) };
                let message = format!("the value is not unique: {} has it too ({})", other.code, other.validity());
                violations.push(self.violation(&version.code, attribute.code(), "unique", message));
            }
        }
    }
}

/// The last day on which one of the versions ends before something that none of them covers begins.
fn ended_before(versions: &[Arc<ItemVersion>], gap: Validity) -> Option<Date> {
    versions.iter().map(|version| version.validity()).filter(|validity| validity.is_before(gap)).filter_map(Validity::to).max()
}

/// Versions of different items that hold the same value at the same time, each with one that it clashes with.
/// One pass over them in the order of their starts: whoever ends last so far is whom the next one can meet.
fn clashes_of(mut holders: Vec<&Arc<ItemVersion>>) -> Vec<(&ItemVersion, &ItemVersion)> {
    holders.sort_by_key(|version| version.validity().start_key());
    let mut clashes = Vec::new();
    let mut last: Option<&ItemVersion> = None;
    for version in holders {
        if let Some(last) = last.filter(|last| last.code != version.code && last.validity().overlaps(version.validity())) {
            clashes.push((version.as_ref(), last));
        }
        if last.is_none_or(|last| last.validity().end_key() < version.validity().end_key()) {
            last = Some(version);
        }
    }
    clashes
}
