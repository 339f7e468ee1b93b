//! What becomes of each column: the code, the parent, a date of validity, an attribute or nothing; two columns of one text in two
//! languages become one attribute. Deliberately unknown: how it is written down.

use super::facts::ColumnFacts;
use super::hierarchy::{HierarchyDraft, Source};
use super::key::Key;
use super::naming::{self, GivenCodes};
use super::survey::Survey;
use super::typing::{self, Typed, Usage};
use super::{ColumnDraft, ColumnRole, KnownDictionary};
use crate::domain::definition::AttributeType;
use crate::domain::dictionary::ATTRIBUTES_MAX;
use crate::domain::text::Language;

/// What names an item, the likeliest first.
const NAMES: [&str; 7] = ["name", "title", "full_name", "label", "short_name", "region_name", "description"];

#[derive(Debug)]
pub(super) struct AttributeDraft {
    pub code: String,
    pub label: String,
    pub typed: Typed,
    pub is_localized: bool,
    pub is_searched: bool,
}

#[derive(Debug)]
pub(super) struct Drafted {
    pub attributes: Vec<AttributeDraft>,
    pub columns: Vec<ColumnDraft>,
    /// The attribute that names an item.
    pub display: Option<String>,
    pub warnings: Vec<String>,
}

pub(super) fn draft(survey: &Survey, key: &Key, hierarchy: &HierarchyDraft, known: &[KnownDictionary<'_>]) -> Drafted {
    let mut drafting = Drafting {
        survey,
        known,
        key_columns: key.columns().collect(),
        stand_in: (key.ways.len() > 1).then(|| key.columns().last()).flatten(),
        name_column: name_column(survey, key),
        given: GivenCodes::default(),
        roles: roles(survey, key, hierarchy),
        evidence: vec![Vec::new(); survey.columns.len()],
        attributes: Vec::new(),
        warnings: Vec::new(),
    };
    for column in 0..survey.columns.len() {
        drafting.draft_column(column);
    }
    drafting.finish()
}

struct Drafting<'a> {
    survey: &'a Survey,
    known: &'a [KnownDictionary<'a>],
    key_columns: Vec<usize>,
    /// The column whose value is the code where that is blank.
    stand_in: Option<usize>,
    name_column: Option<usize>,
    given: GivenCodes,
    /// `None` where nothing is decided yet.
    roles: Vec<Option<ColumnRole>>,
    evidence: Vec<Vec<String>>,
    attributes: Vec<(usize, AttributeDraft)>,
    warnings: Vec<String>,
}

/// What the key and the hierarchy have made of columns.
fn roles(survey: &Survey, key: &Key, hierarchy: &HierarchyDraft) -> Vec<Option<ColumnRole>> {
    let mut roles = vec![None; survey.columns.len()];
    if let Some(column) = key.first_column() {
        roles[column] = Some(ColumnRole::Code);
    }
    for (number, column) in key.parts_only.iter().enumerate() {
        roles[*column] = Some(ColumnRole::PartOfKey(format!("code_part_{}", number + 1)));
    }
    if let Source::Column(column) = hierarchy.source {
        roles[column] = Some(ColumnRole::Parent);
    }
    for (column, role) in [(hierarchy.valid_from, ColumnRole::ValidFrom), (hierarchy.valid_to, ColumnRole::ValidTo)] {
        if let Some(column) = column {
            roles[column] = Some(role);
        }
    }
    for (column, facts) in survey.columns.iter().enumerate() {
        if survey.names[column].eq_ignore_ascii_case("action") && is_action(facts) {
            roles[column] = Some(ColumnRole::Action);
        }
    }
    roles
}

/// What updates say of items; a file of a whole dictionary has such a column and leaves it blank.
fn is_action(facts: &ColumnFacts) -> bool {
    facts.values.iter().all(|(value, _)| matches!(value.as_str(), "add" | "update" | "remove" | "delete"))
}

/// The column that names an item: by its header, or the one with the longest texts where headers say nothing.
fn name_column(survey: &Survey, key: &Key) -> Option<usize> {
    let is_free = |column: &usize| !key.columns().any(|part| part == *column) && survey.columns[*column].filled > 0;
    let code = |column: usize| naming::proposed_code(&survey.names[column]).unwrap_or_default();
    let named = |wanted: &&str| -> Option<usize> {
        let base = |column: &usize| code(*column) == *wanted || code(*column) == format!("{wanted}_ru");
        (0..survey.columns.len()).find(|column| base(column) && is_free(column))
    };
    let longest = || {
        let is_nameless = survey.names.iter().all(String::is_empty);
        let is_text = |column: &usize| is_free(column) && is_words(&survey.columns[*column]);
        (0..survey.columns.len()).filter(|column| is_nameless && is_text(column)).max_by_key(|column| {
            let facts = &survey.columns[*column];
            (facts.filled, facts.length_max)
        })
    };
    NAMES.iter().find_map(named).or_else(longest)
}

fn is_words(facts: &ColumnFacts) -> bool {
    facts.filled > 0 && facts.kinds.digits == 0 && facts.length_max > 3 && facts.kinds.dates == 0
}

impl Drafting<'_> {
    fn draft_column(&mut self, column: usize) {
        if self.roles[column].is_some() {
            return;
        }
        if self.survey.columns[column].filled == 0 {
            self.roles[column] = Some(ColumnRole::LeftOut);
            self.evidence[column].push("blank in all rows".to_owned());
            return;
        }
        if self.attributes.len() == ATTRIBUTES_MAX {
            self.roles[column] = Some(ColumnRole::LeftOut);
            self.warnings.push(format!("{} is left out: a dictionary has at most {ATTRIBUTES_MAX} attributes", self.survey.shown(column)));
            return;
        }
        let wanted = self.wanted_code(column);
        let typed = self.type_of(column);
        match self.other_language(column, &wanted, &typed) {
            Some((base, russian, english)) => self.draft_pair(&base, russian, english),
            None => self.draft_one(column, &wanted, typed),
        }
    }

    fn type_of(&self, column: usize) -> Typed {
        let usage = match column {
            _ if self.key_columns.contains(&column) => Usage::PartOfKey,
            _ if self.name_column == Some(column) => Usage::Name,
            _ => Usage::Other,
        };
        typing::type_of(self.survey, column, usage, self.known)
    }

    fn wanted_code(&self, column: usize) -> String {
        let of_header = naming::proposed_code(&self.survey.names[column]);
        match of_header {
            Some(code) => code,
            None if self.name_column == Some(column) => "name".to_owned(),
            None if self.stand_in == Some(column) => "section".to_owned(),
            None => format!("column_{}", column + 1),
        }
    }

    fn draft_one(&mut self, column: usize, wanted: &str, mut typed: Typed) {
        let code = self.given.give(wanted);
        self.warnings.append(&mut typed.warnings);
        self.evidence[column].clone_from(&typed.evidence);
        self.roles[column] = Some(ColumnRole::Attribute { code: code.clone(), language: None });
        let is_searched = is_searchable(&code, typed.kind);
        self.attributes.push((column, AttributeDraft { label: self.label(column), code, typed, is_localized: false, is_searched }));
    }

    /// The two columns of a text in two languages: `name_ru` or `name`, and `name_en`.
    fn other_language(&self, column: usize, wanted: &str, typed: &Typed) -> Option<(String, usize, usize)> {
        if !is_text(typed.kind) {
            return None;
        }
        let is_free = |other: &usize| self.roles[*other].is_none() && self.survey.columns[*other].filled > 0;
        let find = |code: String| {
            (0..self.survey.columns.len()).find(|other| *other != column && is_free(other) && self.wanted_code(*other) == code)
        };
        let pair = if let Some(base) = wanted.strip_suffix("_en") {
            find(format!("{base}_ru")).or_else(|| find(base.to_owned())).map(|russian| (base.to_owned(), russian, column))
        } else {
            let base = wanted.strip_suffix("_ru").unwrap_or(wanted);
            let is_second_choice = base == wanted && find(format!("{base}_ru")).is_some();
            find(format!("{base}_en")).filter(|_| !is_second_choice).map(|english| (base.to_owned(), column, english))
        };
        let (base, russian, english) = pair?;
        let other = if russian == column { english } else { russian };
        is_text(self.type_of(other).kind).then_some((base, russian, english))
    }

    fn draft_pair(&mut self, base: &str, russian: usize, english: usize) {
        let (mut typed, other) = (self.type_of(russian), self.type_of(english));
        typed.kind = if [typed.kind, other.kind].contains(&AttributeType::Text) { AttributeType::Text } else { AttributeType::String };
        typed.values.clear();
        (typed.pattern, typed.is_unique) = (None, false);
        let longest = self.survey.columns[russian].length_max.max(self.survey.columns[english].length_max);
        typed.length_max = Some(typing::rounded_length(longest));
        self.warnings.append(&mut typed.warnings);
        self.warnings.extend(other.warnings);
        let code = self.given.give(base);
        for (column, language, evidence) in [(russian, Language::Ru, &typed.evidence), (english, Language::En, &other.evidence)] {
            self.roles[column] = Some(ColumnRole::Attribute { code: code.clone(), language: Some(language) });
            self.evidence[column].clone_from(evidence);
        }
        typed.evidence.insert(0, format!("in Russian from {}, in English from {}", self.survey.shown(russian), self.survey.shown(english)));
        let is_searched = is_searchable(&code, typed.kind);
        let label = self.label(russian);
        self.attributes.push((russian.min(english), AttributeDraft { label, code, typed, is_localized: true, is_searched }));
    }

    /// What the file calls a column, for people.
    fn label(&self, column: usize) -> String {
        const LABEL_LENGTH_MAX: usize = 200;
        let name = self.survey.hints[column].label.as_deref().unwrap_or(&self.survey.names[column]);
        let words: Vec<&str> =
            name.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|word| !word.is_empty()).collect();
        match words.join(" ") {
            blank if blank.is_empty() && self.name_column == Some(column) => "Наименование".to_owned(),
            blank if blank.is_empty() => format!("Столбец {}", column + 1),
            label => label.chars().take(LABEL_LENGTH_MAX).collect(),
        }
    }

    fn finish(mut self) -> Drafted {
        self.attributes.sort_by_key(|(column, _)| *column);
        let display = self.display();
        let column = |(at, (role, evidence)): (usize, (Option<ColumnRole>, Vec<String>))| {
            let role = role.unwrap_or(ColumnRole::LeftOut);
            let code = if let ColumnRole::Attribute { code, .. } = &role { Some(code) } else { None };
            let attribute = self.attributes.iter().find(|(_, attribute)| Some(&attribute.code) == code);
            let header = Some(self.survey.names[at].clone()).filter(|name| !name.is_empty());
            ColumnDraft { number: at + 1, header, role, kind: attribute.map(|(_, attribute)| attribute.typed.kind), evidence }
        };
        let columns = self.roles.into_iter().zip(self.evidence).enumerate().map(column).collect();
        let attributes = self.attributes.into_iter().map(|(_, attribute)| attribute).collect();
        Drafted { attributes, columns, display, warnings: self.warnings }
    }

    fn display(&self) -> Option<String> {
        let can_be = |attribute: &&(usize, AttributeDraft)| matches!(attribute.1.typed.kind, AttributeType::String | AttributeType::Text);
        let by_column = self.attributes.iter().filter(can_be).find(|(column, _)| Some(*column) == self.name_column);
        let by_name = || NAMES.iter().find_map(|name| self.attributes.iter().filter(can_be).find(|(_, attribute)| attribute.code == *name));
        by_column.or_else(by_name).map(|(_, attribute)| attribute.code.clone())
    }
}

fn is_text(kind: AttributeType) -> bool {
    matches!(kind, AttributeType::String | AttributeType::Text | AttributeType::Enum)
}

fn is_searchable(code: &str, kind: AttributeType) -> bool {
    matches!(kind, AttributeType::String | AttributeType::Text) && code.split('_').any(|word| matches!(word, "name" | "title" | "label"))
}
