//! A draft as TOML: what is proposed, and in comments why. Comments are in English, labels are the file's own.
//! Deliberately unknown: how the proposals were found.

use std::fmt::Write;

use super::attributes::{AttributeDraft, Drafted};
use super::hierarchy::{HierarchyDraft, Source};
use super::key::Key;
use super::mapping::Mapping;
use super::naming;
use super::survey::Survey;
use super::{ColumnRole, DraftRequest};
use crate::domain::attribute::type_name;
use crate::domain::definition::ParentFrom;
use crate::exchange::csv::grouped;

pub(super) struct Parts<'a> {
    pub request: &'a DraftRequest<'a>,
    pub survey: &'a Survey,
    pub key: &'a Key,
    pub hierarchy: &'a HierarchyDraft,
    pub drafted: &'a Drafted,
    pub mapping: &'a Mapping,
    pub warnings: &'a [String],
}

/// A definition that stands as it is.
pub(super) fn toml(parts: &Parts<'_>) -> String {
    let mut out = String::new();
    write_top(&mut out, parts);
    write_code_rule(&mut out, parts);
    write_hierarchy(&mut out, parts);
    for attribute in &parts.drafted.attributes {
        write_attribute(&mut out, attribute);
    }
    out.push_str("\n[approval]\nfour_eyes = true\nstages = [ { name = { ru = \"Методолог\", en = \"Methodologist\" }, role = \"approver\", quorum = 1 } ]\n");
    out
}

fn write_top(out: &mut String, parts: &Parts<'_>) {
    let Parts { request, survey, drafted, .. } = parts;
    out.push_str("#:schema ../dictionary.schema.json\n");
    comment(
        out,
        &format!(
            "Drafted from a file of {}. Every proposal below is to be judged by somebody who knows the data.",
            counted(survey.rows, "row")
        ),
    );
    comment(out, &format!("The same file is imported by: svod import {} FILE {}", request.code, parts.mapping.shown()));
    for warning in parts.warnings {
        comment(out, &format!("Mind: {warning}."));
    }
    for column in drafted.columns.iter().filter(|column| column.role == ColumnRole::LeftOut) {
        let name = survey.shown(column.number - 1);
        comment(out, &format!("Left out: {name}, {}.", column.evidence.first().map_or("for which there is no room", String::as_str)));
    }
    let type_name = request.type_name.map_or_else(|| naming::type_name(request.code), str::to_owned);
    let name = request.name.or(survey.title.as_deref()).unwrap_or(request.code);
    line(out, "code", &text(request.code));
    line(out, "type", &text(&type_name));
    line(out, "name", &format!("{{ ru = {} }}", text(name)));
    if let Some(display) = &drafted.display {
        line(out, "display", &text(display));
    }
    out.push_str("\n[passport]\nowner = \"Не указан\" # say who answers for the content\n");
    let source = [survey.title.as_deref(), survey.version.as_deref()];
    let source: Vec<&str> = source.into_iter().flatten().collect();
    if !source.is_empty() {
        line(out, "source", &text(&source.join(", ")));
    }
    out.push_str("access = \"internal\"\n");
}

fn write_code_rule(out: &mut String, parts: &Parts<'_>) {
    out.push_str("\n[code_rule]\n");
    comment(out, &format!("{}.", parts.key.because));
    // Of a code in one column the shapes are known; a joined one is left to the reader.
    let pattern = parts.key.first_column().filter(|_| !parts.key.removes_spaces).and_then(|column| {
        let shapes = &parts.survey.columns[column].shapes;
        // Fewer codes than these may look alike by accident.
        const CODES_MIN: u64 = 10;
        let is_telling = parts.key.ways.len() == 1 && parts.survey.rows >= CODES_MIN;
        (shapes.are_codes() && is_telling).then(|| shapes.pattern()).flatten()
    });
    if let Some(pattern) = pattern {
        line(out, "pattern", &literal(&pattern));
    }
    if parts.key.removes_spaces {
        line(out, "remove", "\" \"");
    }
}

fn write_hierarchy(out: &mut String, parts: &Parts<'_>) {
    let hierarchy = parts.hierarchy;
    if hierarchy.source == Source::Nothing {
        return;
    }
    out.push_str("\n[hierarchy]\n");
    comment(out, &format!("{}.", hierarchy.because));
    line(out, "check", if hierarchy.has_gaps { "\"warn\"" } else { "\"strict\"" });
    // A few roots are a promise that new editions keep; many are only a number.
    const ITEMS_PER_ROOT_MIN: u64 = 10;
    if hierarchy.roots > 0 && hierarchy.roots * ITEMS_PER_ROOT_MIN <= hierarchy.items {
        line(out, "roots_max", &hierarchy.roots.to_string());
    }
    if let Source::Codes { levels, root_column } = &hierarchy.source {
        line(out, "parent_from", if levels.parent_from == ParentFrom::ZeroPaddedPrefix { "\"zero_padded_prefix\"" } else { "\"prefix\"" });
        if !levels.lengths.is_empty() {
            let lengths: Vec<String> = levels.lengths.iter().map(usize::to_string).collect();
            line(out, "prefix_lengths", &format!("[{}]", lengths.join(", ")));
        }
        if let Some(ColumnRole::Attribute { code, .. }) = root_column.map(|column| &parts.drafted.columns[column].role) {
            line(out, "root_attribute", &text(code));
        }
    }
}

fn write_attribute(out: &mut String, attribute: &AttributeDraft) {
    let typed = &attribute.typed;
    out.push_str("\n[[attributes]]\n");
    comment(out, &format!("{}.", typed.evidence.join("; ")));
    line(out, "code", &text(&attribute.code));
    line(out, "type", &text(type_name(typed.kind)));
    if let Some((to, _)) = &typed.to {
        line(out, "to", &text(to));
    }
    line(out, "label", &format!("{{ ru = {} }}", text(&attribute.label)));
    for (key, holds) in [
        ("required", typed.is_required),
        ("unique", typed.is_unique),
        ("localized", attribute.is_localized),
        ("search", attribute.is_searched),
    ] {
        if holds {
            line(out, key, "true");
        }
    }
    if let Some(length_max) = typed.length_max {
        line(out, "length_max", &length_max.to_string());
    }
    if let Some(pattern) = &typed.pattern {
        line(out, "pattern", &literal(pattern));
    }
    if !typed.values.is_empty() {
        out.push_str("values = [\n");
        for (code, label) in &typed.values {
            let _ = writeln!(out, "  {{ code = {}, label = {{ ru = {} }} }},", text(code), text(label));
        }
        out.push_str("]\n");
    }
}

fn line(out: &mut String, key: &str, value: &str) {
    // Writing into a string cannot fail.
    let _ = writeln!(out, "{key} = {value}");
}

/// A comment of one line: what a file brings into it breaks no line and controls nothing.
fn comment(out: &mut String, words: &str) {
    let words: String = words.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let _ = writeln!(out, "# {}", words.trim_end());
}

/// A text of TOML in double quotes. Control characters have no place in a definition, and none is written.
fn text(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted.push(' '),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// A pattern, in which backslashes are many.
fn literal(pattern: &str) -> String {
    if pattern.contains('\'') || pattern.contains(char::is_control) { text(pattern) } else { format!("'{pattern}'") }
}

/// A value or name of the file in a sentence: short, and of one line.
pub(super) fn shown(name: &str) -> String {
    const LENGTH_MAX: usize = 60;
    let short: String = name.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(LENGTH_MAX).collect();
    if name.chars().nth(LENGTH_MAX).is_some() { format!("{short}…") } else { short }
}

/// `1 row`, `2,916 rows`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}
