//! What differs between two publications or dates: definitions, items, attributes, and what references were called on each side.

use svod::app::comparing::{Comparison, DictionaryDifference, Side};
use svod::app::import::ImportOptions;
use svod::domain::diff::{ItemChangeKind, StretchDifference, attribute_codes};
use svod::domain::item::Stretch;
use svod::domain::merge::{ConflictSubject, Said};
use svod::domain::text::{ItemCode, Language};
use svod::domain::validity::parse_date;
use svod::domain::value::Value;

use crate::annulment::{annul, code, published, retired, say};
use crate::harness::{Database, Instance};
use crate::publication::{OFFICES, offices, on};

on_both_engines!(
    publications_are_compared_in_both_directions,
    what_was_changed_and_changed_back_does_not_differ,
    dates_are_compared,
    references_are_called_as_they_were_on_each_side,
    differences_come_in_pages,
    comparisons_take_the_indexes,
);

fn at(publication: i64) -> Side {
    Side { publication, valid_on: None }
}

fn at_date(publication: i64, date: &str) -> Side {
    Side { publication, valid_on: parse_date(date) }
}

fn compared(instance: &Instance, from: Side, to: Side) -> DictionaryDifference {
    let asked = Comparison { dictionary: &code("offices"), from, to, after_code: None, count: 100 };
    instance.svod.comparing.compare(&asked).unwrap()
}

fn said(said: &Option<Said>) -> String {
    let value = |value: &Option<Value>| {
        let mut json = String::new();
        value.as_ref().inspect(|value| value.write_json(&mut json));
        json
    };
    match said {
        None => "–".to_owned(),
        Some(Said::Stretches(stretches)) => {
            let first = |stretch: &Stretch| stretch.content.values.iter().map(value).collect::<Vec<_>>().join(",");
            stretches.iter().map(first).collect::<Vec<_>>().join("; ")
        }
        Some(Said::Parent(parent)) => format!("{parent:?}"),
        Some(Said::Value(one)) => value(one),
        Some(Said::Retirement(retirement)) => {
            retirement.as_ref().map_or_else(|| "–".to_owned(), |retirement| format!("{} {:?}", retirement.reason, retirement.successors))
        }
    }
}

/// A line an item and a line a difference.
fn shown(difference: &DictionaryDifference) -> Vec<String> {
    let either = difference.from.as_ref().or(difference.to.as_ref()).unwrap();
    let codes = attribute_codes(difference.from.as_ref().unwrap_or(either), difference.to.as_ref().unwrap_or(either));
    let subject = |found: &StretchDifference| match found.subject {
        ConflictSubject::Attribute(position) => codes[position].to_owned(),
        other => format!("{other:?}"),
    };
    let mut lines = Vec::new();
    for item in &difference.items {
        lines.push(format!("{} {:?}", item.code, item.kind));
        let line = |found: &StretchDifference| {
            format!("  {} {}: {} → {}", found.validity, subject(found), said(&found.before), said(&found.after))
        };
        lines.extend(item.differences.iter().map(line));
    }
    lines
}

/// Publication 3: a new attribute in the first place. 4: office 2 renamed and marked. 5: office 3 annulled. 6: office 2 retired.
/// 7: office 4 added.
fn changed(database: &Database) -> Instance {
    let instance = offices(database);
    let wider = OFFICES
        .replace("attributes = [", r#"attributes = [{ code = "closed", type = "boolean", label = { ru = "Закрыт" } },"#)
        .replace("length_max = 40", "length_max = 50");
    instance.define(&wider, None).unwrap();
    instance.import("offices", "code,name,closed\n2,Районная 2,да\n", &on("2026-12-01")).unwrap();
    annul(&instance, "offices", &["3"]).unwrap();
    let timeline = retired(published(&instance, "offices", "2"), "2027-01-01", &["1"]);
    say(&instance, "offices", "2", &timeline, false).unwrap();
    instance.import("offices", "code,parent,name,number\n4,1,Новая,4\n", &on("2026-12-01")).unwrap();
    assert_eq!(instance.seq(), 7);
    instance
}

fn publications_are_compared_in_both_directions(database: Database) {
    let instance = changed(&database);
    let forward = compared(&instance, at(2), at(7));
    let paths: Vec<&str> = forward.definition.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(paths, ["attributes[closed]", "attributes[name].length_max"]);
    assert_eq!(
        shown(&forward),
        [
            "2 Retired",
            r#"  from 2026-12-01 until 2027-01-01 closed:  → true"#,
            r#"  from 2026-12-01 until 2027-01-01 name: "Районная" → "Районная 2""#,
            r#"  from 2026-12-01 until 2027-01-01 Retirement: – → слияние ["1"]"#,
            r#"  from 2027-01-01 Existence: ,"Районная","01",2 → –"#,
            "3 Annulled",
            r#"  always Existence: ,"Городская","02",3 → –"#,
            "4 Added",
            r#"  from 2026-12-01 Existence: – → ,"Новая",,4"#,
        ]
    );
    assert_eq!(forward.items[0].before[0].content.values.len(), 3, "values stand under the definition of their side");
    assert_eq!(forward.items[0].after[0].content.values.len(), 4);
    let back = compared(&instance, at(7), at(2));
    let kinds: Vec<(ItemChangeKind, usize)> = back.totals.into_iter().collect();
    assert_eq!(kinds, [(ItemChangeKind::Changed, 1), (ItemChangeKind::Restored, 1), (ItemChangeKind::Removed, 1)]);
    let first = compared(&instance, at(0), at(2));
    assert_eq!((first.from.is_none(), first.definition.len(), &first.totals[&ItemChangeKind::Added]), (true, 0, &3));
    let away = compared(&instance, at(2), at(1));
    assert_eq!((away.to.is_none(), &away.totals[&ItemChangeKind::Removed]), (true, &3));
    let same = compared(&instance, at(2), at(3));
    assert_eq!((same.items.len(), same.definition.len()), (0, 2), "another definition leaves items as they are");
    assert_eq!(instance.svod.comparing.touched_between(1, 7), [code("offices")]);
    assert_eq!(instance.svod.comparing.touched_between(7, 0), [code("offices"), code("regions")]);
}

fn what_was_changed_and_changed_back_does_not_differ(database: Database) {
    let instance = offices(&database);
    let before = published(&instance, "offices", "2");
    instance.import("offices", "code,name\n2,Другая\n", &on("2026-12-01")).unwrap();
    say(&instance, "offices", "2", &before, false).unwrap();
    assert_eq!(instance.seq(), 4);
    assert!(compared(&instance, at(2), at(4)).totals.is_empty());
    assert_eq!(compared(&instance, at(2), at(3)).totals[&ItemChangeKind::Changed], 1);
    let unknown = Comparison { dictionary: &code("offices"), from: at(2), to: at(5), after_code: None, count: 1 };
    assert_eq!(instance.svod.comparing.compare(&unknown).unwrap_err().code(), "publication_unknown");
    let ambiguous = Comparison { to: at_date(4, "2026-12-01"), ..unknown.clone() };
    assert_eq!(instance.svod.comparing.compare(&ambiguous).unwrap_err().code(), "comparison_ambiguous");
    let missing = Comparison { dictionary: &code("areas"), to: at(4), ..unknown };
    assert_eq!(instance.svod.comparing.compare(&missing).unwrap_err().code(), "not_found");
}

fn dates_are_compared(database: Database) {
    let instance = changed(&database);
    let expected = [
        "2 Changed",
        r#"  always closed:  → true"#,
        r#"  always name: "Районная" → "Районная 2""#,
        "4 Added",
        r#"  always Existence: – → ,"Новая",,4"#,
    ];
    assert_eq!(shown(&compared(&instance, at_date(7, "2026-11-01"), at_date(7, "2026-12-15"))), expected);
    let later = compared(&instance, at_date(7, "2026-12-15"), at_date(7, "2027-01-01"));
    assert_eq!(shown(&later)[0], "2 Retired");
    // An older publication is asked from the database.
    let older = compared(&instance, at_date(6, "2026-11-01"), at_date(6, "2026-12-15"));
    assert_eq!(shown(&older), expected[..3]);
    let both = compared(&instance, at_date(2, "2026-11-01"), at_date(7, "2026-11-01"));
    assert_eq!(shown(&both), ["3 Annulled", r#"  always Existence: ,"Городская","02",3 → –"#]);
}

fn references_are_called_as_they_were_on_each_side(database: Database) {
    let instance = offices(&database);
    let display = crate::publication::REGIONS.replace("passport", "display = \"name\"\npassport");
    instance.define(&display, None).unwrap();
    instance.import("regions", "code,name\n02,Республика Башкортостан\n", &on("2026-12-01")).unwrap();
    annul(&instance, "offices", &["3"]).unwrap();
    let names = |side: Side, dictionary: &str, codes: &[&str]| {
        let codes: Vec<ItemCode> = codes.iter().map(ItemCode::new).collect();
        let found = instance.svod.comparing.reference_names(side, &code(dictionary), &codes).unwrap();
        found.iter().map(|(code, name)| format!("{code} {}", name.get(Language::Ru))).collect::<Vec<_>>()
    };
    assert_eq!(names(at(2), "regions", &["02"]), Vec::<String>::new(), "the dictionary had no names to show then");
    assert_eq!(names(at(3), "regions", &["02", "01", "99"]), ["01 Алтайский край", "02 Башкортостан"]);
    assert_eq!(names(at_date(4, "2026-12-01"), "regions", &["02"]), ["02 Республика Башкортостан"]);
    assert_eq!(names(at_date(3, "2026-12-01"), "regions", &["02"]), ["02 Башкортостан"]);
    assert_eq!(names(at(4), "offices", &["3"]), ["3 Городская"]);
    assert_eq!(names(at(5), "offices", &["3"]), Vec::<String>::new());
    assert_eq!(names(at(0), "offices", &["3"]), Vec::<String>::new());
}

fn differences_come_in_pages(database: Database) {
    let instance = offices(&database);
    let rows: String = (100..2_600).map(|number| format!("{number},1,Новая {number}\n")).collect();
    instance.import("offices", &format!("code,parent,name\n{rows}"), &ImportOptions::default()).unwrap();
    let dictionary = code("offices");
    let mut codes: Vec<ItemCode> = Vec::new();
    loop {
        let after_code = codes.last().cloned();
        let asked = Comparison { dictionary: &dictionary, from: at(2), to: at(3), after_code: after_code.as_deref(), count: 700 };
        let page = instance.svod.comparing.compare(&asked).unwrap();
        assert_eq!(page.totals[&ItemChangeKind::Added], 2_500);
        codes.extend(page.items.into_iter().map(|item| item.code));
        if !page.has_more {
            break;
        }
    }
    assert_eq!(codes.len(), 2_500);
    assert!(codes.is_sorted());
}

fn comparisons_take_the_indexes(database: Database) {
    drop(offices(&database));
    for (condition, index) in [
        ("published_seq > 2 AND published_seq <= 3", "item_version_published_seq"),
        ("superseded_seq > 2 AND superseded_seq <= 3", "item_version_superseded_seq"),
        ("code IN ('1', '2')", "item_version_code"),
    ] {
        let plan = database.explain_sqlite(&format!("SELECT code, attributes FROM item_version WHERE dictionary_id = 2 AND {condition}"));
        assert!(plan.as_ref().is_none_or(|plan| plan.contains(index) && !plan.contains("SCAN")), "{condition}: {plan:?}");
    }
}
