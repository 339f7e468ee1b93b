//! Definitions compared and merged as JSON: objects key by key, attributes, rules and enum values by their code.
//! It does not know what a definition means: whether a merged one makes sense, `dictionary.rs` says when it compiles it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::merge::Choice;

/// One difference between two definitions. `None`: it is not there.
#[derive(Debug, Clone, PartialEq)]
pub struct DefinitionChange {
    /// `attributes[name].length_max`. A path that ends with a list alone is about the order of its codes.
    pub path: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// Both sides changed the same thing, and not to the same.
#[derive(Debug, Clone, PartialEq)]
pub struct DefinitionConflict {
    pub path: String,
    pub base: Option<Value>,
    pub theirs: Option<Value>,
    pub mine: Option<Value>,
}

/// Everything that differs, in the order of the definitions.
pub fn diff_definitions(before: &Value, after: &Value) -> Vec<DefinitionChange> {
    let mut changes = Vec::new();
    diff("", Some(before), Some(after), &mut changes);
    changes
}

/// Merges what two sides made of `base`. Where they are in conflict, the merged definition says what mine says.
pub fn merge_definitions(base: &Value, theirs: &Value, mine: &Value) -> (Value, Vec<DefinitionConflict>) {
    let mut conflicts = Vec::new();
    let merged = merge("", Some(base), Some(theirs), Some(mine), &mut conflicts);
    (merged.unwrap_or_else(|| mine.clone()), conflicts)
}

/// The definitions of a request as a steward's choice makes them, so that this conflict does not arise again: after MINE the base says
/// what theirs says there; after THEIRS mine says it too.
pub fn settle_definition(base: Value, mine: Value, conflict: &DefinitionConflict, choice: Choice) -> (Value, Value) {
    let steps = steps(&conflict.path);
    let adopt = |definition: Value| adopted(Some(definition), &steps, conflict.theirs.as_ref()).unwrap_or(Value::Null);
    match choice {
        Choice::Mine => (adopt(base), mine),
        Choice::Theirs => (adopt(base), adopt(mine)),
    }
}

fn diff(path: &str, before: Option<&Value>, after: Option<&Value>, changes: &mut Vec<DefinitionChange>) {
    if before == after {
        return;
    }
    if let (Some(Value::Object(before)), Some(Value::Object(after))) = (before, after) {
        for key in union(before.keys(), after.keys()) {
            diff(&under(path, key), before.get(key), after.get(key), changes);
        }
    } else if let Some([before, after]) = keyed([before, after]) {
        let (old, new) = (codes(&before), codes(&after));
        for code in union(new.iter().copied(), old.iter().copied()) {
            diff(&format!("{path}[{code}]"), by_code(&before, code), by_code(&after, code), changes);
        }
        if is_reordered(&old, &new) {
            let list = |codes: Vec<&str>| Some(Value::from(codes));
            changes.push(DefinitionChange { path: path.to_owned(), before: list(old), after: list(new) });
        }
    } else {
        changes.push(DefinitionChange { path: path.to_owned(), before: before.cloned(), after: after.cloned() });
    }
}

fn merge(
    path: &str,
    base: Option<&Value>,
    theirs: Option<&Value>,
    mine: Option<&Value>,
    conflicts: &mut Vec<DefinitionConflict>,
) -> Option<Value> {
    if theirs == base || theirs == mine {
        return mine.cloned();
    }
    if mine == base {
        return theirs.cloned();
    }
    if let (Some(Value::Object(theirs)), Some(Value::Object(mine))) = (theirs, mine) {
        let nothing = Map::new();
        let base = base.and_then(Value::as_object).unwrap_or(&nothing);
        let merge_key = |key: &String| {
            let merged = merge(&under(path, key), base.get(key), theirs.get(key), mine.get(key), conflicts)?;
            Some((key.clone(), merged))
        };
        return Some(Value::Object(union(theirs.keys(), mine.keys()).into_iter().filter_map(merge_key).collect()));
    }
    if let Some(lists) = keyed([base, theirs, mine]) {
        return Some(Value::Array(merge_keyed(path, lists, conflicts)));
    }
    let [base, theirs] = [base, theirs].map(|side| side.cloned());
    conflicts.push(DefinitionConflict { path: path.to_owned(), base, theirs, mine: mine.cloned() });
    mine.cloned()
}

fn merge_keyed(path: &str, [base, theirs, mine]: [Vec<&Value>; 3], conflicts: &mut Vec<DefinitionConflict>) -> Vec<Value> {
    let [before, their_codes, my_codes] = [&base, &theirs, &mine].map(|list| codes(list));
    // The order is that of theirs, unless only mine changed it.
    let is_mine = is_reordered(&before, &my_codes) && !is_reordered(&before, &their_codes);
    let (first, second) = if is_mine { (my_codes, their_codes) } else { (their_codes, my_codes) };
    let merge_one = |code: &&str| {
        let [base, theirs, mine] = [&base, &theirs, &mine].map(|list| by_code(list, code));
        merge(&format!("{path}[{code}]"), base, theirs, mine, conflicts)
    };
    interleaved(first, &second).iter().filter_map(merge_one).collect()
}

/// The codes of the first list, and those that only the second has, each after the one that it follows there.
fn interleaved<'a>(first: Vec<&'a str>, second: &[&'a str]) -> Vec<&'a str> {
    let mut order = first;
    let mut next = 0;
    for code in second {
        match order.iter().position(|known| known == code) {
            Some(at) => next = at + 1,
            None => {
                order.insert(next, code);
                next += 1;
            }
        }
    }
    order
}

/// Lists whose elements are objects that are known by their codes; a list that is absent is an empty one.
fn keyed<const N: usize>(values: [Option<&Value>; N]) -> Option<[Vec<&Value>; N]> {
    let mut lists: [Vec<&Value>; N] = std::array::from_fn(|_| Vec::new());
    for (list, value) in lists.iter_mut().zip(values) {
        match value {
            None => {}
            Some(Value::Array(elements)) => list.extend(elements),
            Some(_) => return None,
        }
    }
    let has_codes = |list: &Vec<&Value>| {
        let found: BTreeSet<&str> = list.iter().filter_map(|element| code_of(element)).collect();
        found.len() == list.len()
    };
    (lists.iter().all(has_codes) && lists.iter().any(|list| !list.is_empty())).then_some(lists)
}

fn code_of(element: &Value) -> Option<&str> {
    element.as_object()?.get("code")?.as_str()
}

fn codes<'a>(list: &[&'a Value]) -> Vec<&'a str> {
    list.iter().filter_map(|element| code_of(element)).collect()
}

fn by_code<'a>(list: &[&'a Value], code: &str) -> Option<&'a Value> {
    list.iter().find(|element| code_of(element) == Some(code)).copied()
}

/// Whether what both have stands in another order.
fn is_reordered(before: &[&str], after: &[&str]) -> bool {
    let kept = before.iter().filter(|code| after.contains(code));
    !kept.eq(after.iter().filter(|code| before.contains(code)))
}

/// Everything of the first, then what only the second has.
fn union<T: PartialEq>(first: impl Iterator<Item = T>, second: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = first.collect();
    for one in second {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

fn under(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// One step into a definition.
enum Step<'a> {
    Key(&'a str),
    Code(&'a str),
}

/// The steps of a path. Keys and codes hold neither points nor brackets.
fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        match part.strip_suffix(']').and_then(|part| part.split_once('[')) {
            Some((key, code)) => steps.extend([Step::Key(key), Step::Code(code)]),
            None => steps.push(Step::Key(part)),
        }
    }
    steps
}

/// The value with another one at the end of a path; what is not on the way is made.
fn adopted(value: Option<Value>, steps: &[Step<'_>], new: Option<&Value>) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else { return new.cloned() };
    match (step, value) {
        (Step::Key(key), value) => {
            let mut object = match value {
                Some(Value::Object(object)) => object,
                _ => Map::new(),
            };
            let inner = object.remove(*key);
            if let Some(inner) = adopted(inner, rest, new) {
                object.insert((*key).to_owned(), inner);
            }
            Some(Value::Object(object))
        }
        (Step::Code(code), value) => {
            let mut list = match value {
                Some(Value::Array(list)) => list,
                _ => Vec::new(),
            };
            let at = list.iter().position(|element| code_of(element) == Some(code));
            let inner = at.map(|at| list.remove(at));
            let blank = || Value::Object(Map::from_iter([("code".to_owned(), Value::from(*code))]));
            let inner = if rest.is_empty() { inner } else { inner.or_else(|| Some(blank())) };
            if let Some(inner) = adopted(inner, rest, new) {
                list.insert(at.unwrap_or(list.len()), inner);
            }
            Some(Value::Array(list))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn attribute(code: &str, length_max: u32) -> Value {
        json!({ "code": code, "type": "string", "label": { "ru": code }, "length_max": length_max })
    }

    fn definition(attributes: &[Value]) -> Value {
        json!({ "code": "offices", "name": { "ru": "Органы" }, "attributes": attributes, "prefix_lengths": [1, 2] })
    }

    fn texts(changes: &[DefinitionChange]) -> Vec<String> {
        let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "–".to_owned(), Value::to_string);
        changes.iter().map(|change| format!("{}: {} → {}", change.path, text(&change.before), text(&change.after))).collect()
    }

    #[test]
    fn differences_are_named_by_path() {
        let before = definition(&[attribute("name", 10), attribute("number", 5)]);
        let mut after = definition(&[attribute("number", 5), attribute("name", 20)]);
        after["name"]["en"] = json!("Offices");
        after["prefix_lengths"] = json!([1]);
        assert_eq!(
            texts(&diff_definitions(&before, &after)),
            [
                "attributes[name].length_max: 10 → 20",
                r#"attributes: ["name","number"] → ["number","name"]"#,
                r#"name.en: – → "Offices""#,
                "prefix_lengths: [1,2] → [1]",
            ]
        );
        assert!(diff_definitions(&before, &before).is_empty());
        let shorter = definition(&[attribute("name", 10)]);
        let removed = diff_definitions(&before, &shorter);
        assert_eq!((removed[0].path.as_str(), &removed[0].after), ("attributes[number]", &None));
    }

    #[test]
    fn different_attributes_merge_and_additions_keep_their_place() {
        let base = definition(&[attribute("name", 10), attribute("number", 5)]);
        let theirs = definition(&[attribute("name", 20), attribute("number", 5), attribute("phone", 7)]);
        let mine = definition(&[attribute("name", 10), attribute("note", 9), attribute("number", 6)]);
        let (merged, conflicts) = merge_definitions(&base, &theirs, &mine);
        assert_eq!(conflicts, []);
        assert_eq!(merged, definition(&[attribute("name", 20), attribute("note", 9), attribute("number", 6), attribute("phone", 7)]));
        assert_eq!(merge_definitions(&base, &base, &mine), (mine.clone(), Vec::new()));
        assert_eq!(merge_definitions(&base, &theirs, &base), (theirs, Vec::new()));
        let reordered = definition(&[attribute("number", 5), attribute("name", 10)]);
        let longer = definition(&[attribute("name", 11), attribute("number", 5)]);
        let (merged, _) = merge_definitions(&base, &longer, &reordered);
        assert_eq!(merged, definition(&[attribute("number", 5), attribute("name", 11)]), "an order that one side changed stays changed");
    }

    #[test]
    fn conflicts_are_named_and_settled() {
        let base = definition(&[attribute("name", 10), attribute("number", 5)]);
        let theirs = definition(&[attribute("name", 20)]);
        let mine = definition(&[attribute("name", 30), attribute("number", 6)]);
        let (merged, conflicts) = merge_definitions(&base, &theirs, &mine);
        assert_eq!(merged, mine);
        let paths: Vec<&str> = conflicts.iter().map(|conflict| conflict.path.as_str()).collect();
        assert_eq!(paths, ["attributes[name].length_max", "attributes[number]"]);
        assert_eq!(conflicts[1].theirs, None);
        for conflict in &conflicts {
            for (choice, side) in [(Choice::Mine, &mine), (Choice::Theirs, &theirs)] {
                let (base, mine) = settle_definition(base.clone(), mine.clone(), conflict, choice);
                let (merged, left) = merge_definitions(&base, &theirs, &mine);
                assert!(!left.contains(conflict) && left.len() == 1);
                let [merged, side] = [&merged, side].map(|definition| diff_definitions(&base, definition));
                let at = |changes: &[DefinitionChange]| changes.iter().find(|change| change.path == conflict.path).cloned();
                assert_eq!(at(&merged), at(&side), "{}", conflict.path);
            }
        }
    }
}
