//! Random worlds and random valid queries over them, from a seed.

use std::fmt::Write;

use apollo_compiler::ast::Type;
use apollo_compiler::schema::{ExtendedType, FieldDefinition, InputValueDefinition};
use apollo_compiler::{Node, Schema};
use serde_json::{Map, Value as Json, json};

use super::super::request::Caller;
use super::{Edit, Library, QueryLimits};
use crate::app::feed::FeedRequest;
use crate::domain::feed::Position;

/// A small generator of random numbers (SplitMix64): the same seed gives the same world on every machine.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..count`.
    pub fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

const TEXTS: [&str; 12] = [
    "прокуратура",
    "Прокуратура Ёлочного района",
    "ель",
    "a \\ b",
    "кавычки «и» \"эти\"",
    "ПРОКУРАТУРА г. Барнаула",
    "x",
    "Office 12",
    "ё",
    "Е",
    "tab\u{7f}",
    "Ангарск",
];
const CODES: [&str; 10] = ["1", "10", "11", "2", "20", "21", "3", "A-1", "я", "007"];
const DICTIONARIES: [&str; 3] = ["alphas", "betas", "gammas"];
const DATES: [&str; 7] = ["1999-12-31", "2010-01-01", "2020-02-29", "2021-07-01", "2023-01-01", "2024-06-15", "2030-05-05"];

/// Three dictionaries with attributes of any type, filled and changed by several publications.
pub fn world_of(dice: &mut Dice) -> Library {
    let library = Library::new(QueryLimits::default());
    let mut beginning = library.edit();
    let mut definitions: Vec<String> = DICTIONARIES.iter().enumerate().map(|(at, code)| definition(dice, code, at)).collect();
    for definition in &definitions {
        beginning = beginning.define(definition);
    }
    // Every code is there from the beginning: what names an item that is not is refused, and the whole publication with it.
    for (dictionary, code) in DICTIONARIES.iter().flat_map(|dictionary| CODES.map(|code| (dictionary, code))) {
        beginning = say_something(dice, beginning, dictionary, code, None);
    }
    let beginning = fill(dice, beginning, &DICTIONARIES);
    if !library.try_publish("2020-01-10T09:00:00Z", &beginning.changes) {
        let mut bare = library.edit();
        for definition in &definitions {
            bare = bare.define(definition);
        }
        library.publish("2020-01-10T09:00:00Z", "Пустое начало", &bare.changes);
    }
    for year in 2021..2021 + dice.below(4) {
        let edit = library.edit();
        // A definition may get more attributes; what its items have stands as it was until the next publication.
        let edit = if dice.one_in(3) {
            let added = format!("  {{ code = \"added_{year}\", type = \"string\", search = true, label = {{ ru = \"Новое\" }} }},\n]");
            definitions[1] = definitions[1].trim_end().trim_end_matches(']').to_owned() + &added;
            fill(dice, edit.define(&definitions[1]), &["alphas", "gammas"])
        } else {
            fill(dice, edit, &DICTIONARIES)
        };
        library.try_publish(&format!("{year}-03-01T09:00:00Z"), &edit.changes);
    }
    library
}

fn definition(dice: &mut Dice, code: &str, at: usize) -> String {
    let type_name = ["Alpha", "Beta", "Gamma"][at];
    let hierarchy = if dice.one_in(4) { "" } else { "hierarchy = { check = \"warn\" }" };
    let mut attributes = String::new();
    for (number, kind) in ["string", "text", "integer", "decimal", "boolean", "date", "enum", "reference", "string"].iter().enumerate() {
        if dice.one_in(4) {
            continue;
        }
        let list = if dice.one_in(4) { ", list = true" } else { "" };
        let more = match *kind {
            "string" | "text" if list.is_empty() && dice.one_in(2) => ", localized = true, search = true".to_owned(),
            "string" => ", search = true".to_owned(),
            "enum" => {
                ", values = [{ code = \"OPEN\", label = { ru = \"Открыт\" } }, { code = \"SHUT\", label = { ru = \"Закрыт\" } }]".to_owned()
            }
            "reference" => format!(", to = \"{}\", check = \"warn\"", dice.pick(&DICTIONARIES)),
            _ => String::new(),
        };
        let _ = writeln!(
            attributes,
            "  {{ code = \"{kind}_{number}\", type = \"{kind}\"{list}{more}, label = {{ ru = \"Поле {number}\", en = \"F\" }} }},"
        );
    }
    let _ = writeln!(attributes, "  {{ code = \"name\", type = \"string\", label = {{ ru = \"Имя\" }} }},");
    format!(
        "code = \"{code}\"\ntype = \"{type_name}\"\nname = {{ ru = \"Справочник {at}\" }}\n{hierarchy}\n\
         passport = {{ owner = \"Кто-то\", access = \"public\" }}\nattributes = [\n{attributes}]\n"
    )
}

fn fill(dice: &mut Dice, mut edit: Edit, dictionaries: &[&str]) -> Edit {
    for dictionary in dictionaries {
        for _ in 0..dice.below(9) {
            let code = *dice.pick(&CODES);
            if dice.one_in(8) && edit.has(dictionary, code) {
                edit = edit.retire_if_valid(dictionary, code, dice.pick::<&str>(&DATES), &[*dice.pick(&CODES)]);
                continue;
            }
            let from = if dice.one_in(2) { None } else { Some(*dice.pick(&DATES)) };
            edit = say_something(dice, edit, dictionary, code, from);
        }
    }
    edit
}

fn say_something(dice: &mut Dice, edit: Edit, dictionary: &str, code: &str, from: Option<&str>) -> Edit {
    let values = values(dice, &edit, dictionary, code);
    let values: Vec<(&str, &str)> = values.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    edit.say(dictionary, code, from, &values)
}

fn values(dice: &mut Dice, edit: &Edit, dictionary: &str, code: &str) -> Vec<(String, String)> {
    let mut values = Vec::new();
    for (name, kind, is_list, is_localized) in edit.attributes(dictionary) {
        if dice.one_in(3) {
            continue;
        }
        let one = |dice: &mut Dice| match kind {
            "integer" => (dice.below(7) as i64 - 2).to_string(),
            "decimal" => format!("{}.{}", dice.below(5), dice.below(3)),
            "boolean" => (*dice.pick(&["да", "нет"])).to_owned(),
            "date" => (*dice.pick(&DATES)).to_owned(),
            "enum" => (*dice.pick(&["OPEN", "SHUT"])).to_owned(),
            "reference" => (*dice.pick(&CODES)).to_owned(),
            // No published text has a control character; only queries do.
            _ => dice.pick(&TEXTS).replace(char::is_control, ""),
        };
        let mut text = one(dice);
        if is_localized && dice.one_in(2) {
            text = format!("{text}/{}", one(dice));
        }
        if is_list {
            let other = one(dice);
            if other != text {
                text = format!("{text}|{other}");
            }
        }
        values.push((name, text));
    }
    // Parents come before their children in the list of codes, so that there is no cycle.
    let before = CODES.iter().position(|known| *known == code).unwrap_or_default();
    if before > 0 && edit.is_hierarchical(dictionary) && !dice.one_in(3) {
        values.push(("parent".to_owned(), CODES[dice.below(before)].to_owned()));
    }
    values
}

/// A query with its variables as JSON.
pub fn query_of(dice: &mut Dice, library: &Library) -> (String, String) {
    let api = &library.api;
    let (_, typed) = api.schemas.reader(&api.reading, &Caller::default().authority).expect("the world is readable");
    let mut cursors = vec!["start".to_owned(), "now".to_owned()];
    let whole = api.feed.view(&Caller::default().authority, &FeedRequest::default()).expect("the world is readable");
    let page = api.feed.read(&whole, &Position::START, 1_000).expect("the world is readable");
    cursors.extend(page.events.iter().map(|event| event.cursor.clone()));
    let mut writer = QueryWriter {
        dice,
        cursors,
        schema: &typed.schema,
        declared: Vec::new(),
        values: Map::new(),
        fragments: Vec::new(),
        fields_left: 60,
        aliases_count: 0,
    };
    let selection = writer.selection("Query", 0);
    let QueryWriter { declared, values, fragments, .. } = writer;
    let declared = if declared.is_empty() { String::new() } else { format!("({})", declared.join(", ")) };
    (format!("query Q{declared} {selection}{}", fragments.concat()), Json::Object(values).to_string())
}

struct QueryWriter<'a> {
    dice: &'a mut Dice,
    /// Of the feed, and the words that stand for some.
    cursors: Vec<String>,
    schema: &'a Schema,
    /// Declarations of variables.
    declared: Vec<String>,
    values: Map<String, Json>,
    fragments: Vec<String>,
    fields_left: usize,
    aliases_count: usize,
}

impl QueryWriter<'_> {
    fn selection(&mut self, type_name: &str, depth: usize) -> String {
        let Some(ExtendedType::Object(object)) = self.schema.types.get(type_name) else { return String::new() };
        let fields: Vec<_> = object.fields.values().filter(|field| depth < 5 || !self.is_object(&field.ty)).cloned().collect();
        let mut out = String::from("{ ");
        let count = 1 + self.dice.below(5);
        for _ in 0..count {
            if self.dice.one_in(12) {
                let of = if self.dice.one_in(2) { format!("on {type_name} ") } else { String::new() };
                let condition = self.condition();
                let inner = self.selection(type_name, depth + 1);
                let _ = write!(out, "... {of}{condition}{inner} ");
            } else if self.dice.one_in(15) {
                let inner = self.selection(type_name, depth + 1);
                let name = format!("F{}", self.fragments.len());
                self.fragments.push(format!(" fragment {name} on {type_name} {inner}"));
                let condition = self.condition();
                let _ = write!(out, "...{name} {condition}");
            } else if self.dice.one_in(15) || fields.is_empty() {
                out.push_str("__typename ");
            } else {
                let field = self.dice.pick(&fields).clone();
                self.field(&mut out, &field, depth);
            }
        }
        out.push('}');
        out
    }

    fn is_object(&self, of: &Type) -> bool {
        matches!(self.schema.types.get(of.inner_named_type()), Some(ExtendedType::Object(_)))
    }

    fn field(&mut self, out: &mut String, field: &FieldDefinition, depth: usize) {
        if self.fields_left == 0 {
            out.push_str("__typename ");
            return;
        }
        self.fields_left -= 1;
        // Fields with arguments get names of their own: two of one name must have the same arguments.
        if !field.arguments.is_empty() || self.dice.one_in(4) {
            self.aliases_count += 1;
            let _ = write!(out, "a{}: ", self.aliases_count);
        }
        out.push_str(&field.name);
        let mut given = Vec::new();
        for argument in &field.arguments {
            if argument.is_required() || self.dice.one_in(3) {
                given.push(format!("{}: {}", argument.name, self.argument(&field.name, argument)));
            }
        }
        if !given.is_empty() {
            let _ = write!(out, "({})", given.join(", "));
        }
        out.push(' ');
        let condition = self.condition();
        out.push_str(&condition);
        if self.is_object(&field.ty) {
            let inner = self.selection(field.ty.inner_named_type(), depth + 1);
            let _ = write!(out, "{inner} ");
        }
    }

    fn condition(&mut self) -> String {
        if !self.dice.one_in(9) {
            return String::new();
        }
        let directive = *self.dice.pick(&["skip", "include"]);
        let flag = self.dice.one_in(2);
        if self.dice.one_in(2) {
            return format!("@{directive}(if: {flag}) ");
        }
        let name = self.declare("Boolean!", json!(flag));
        format!("@{directive}(if: ${name}) ")
    }

    fn declare(&mut self, of: &str, value: Json) -> String {
        let name = format!("v{}", self.declared.len());
        self.declared.push(format!("${name}: {of}"));
        self.values.insert(name.clone(), value);
        name
    }

    fn argument(&mut self, field: &str, argument: &Node<InputValueDefinition>) -> String {
        // The cursors of the feed are others than those of lists.
        let is_position = field == "changes" && argument.name == "after";
        let value = self.value(&argument.ty, if is_position { "position" } else { &argument.name }, 0);
        if !self.dice.one_in(3) {
            return literal(&value);
        }
        // A variable may be nullable where the argument has a default, and then be null.
        let has_default = argument.default_value.is_some();
        let of = if has_default && self.dice.one_in(2) {
            argument.ty.to_string().trim_end_matches('!').to_owned()
        } else {
            argument.ty.to_string()
        };
        let json = json_of(&value);
        if !of.ends_with('!') && self.dice.one_in(5) {
            let name = self.declare(&of, Json::Null);
            if self.dice.one_in(2) {
                self.values.remove(&name);
            }
            return format!("${name}");
        }
        if self.dice.one_in(4) {
            let name = format!("v{}", self.declared.len());
            self.declared.push(format!("${name}: {of} = {}", literal(&value)));
            return format!("${name}");
        }
        format!("${}", self.declare(&of, json))
    }

    fn value(&mut self, of: &Type, name: &str, depth: usize) -> Input {
        if !of.is_non_null() && self.dice.one_in(12) {
            return Input::Null;
        }
        if of.is_list() {
            let inner = of.item_type().clone();
            let count = if name == "between" { 2 } else { self.dice.below(3) };
            return Input::List((0..count).map(|_| self.value(&inner, name, depth + 1)).collect());
        }
        let type_name = of.inner_named_type();
        match (type_name.as_str(), name) {
            ("Int", "publication" | "number") => Input::Json(json!(self.dice.below(6))),
            ("Int", _) if self.dice.one_in(20) => Input::Json(json!(-1)),
            ("Int", _) => Input::Json(json!(self.dice.below(8))),
            ("Long", _) => Input::Json(json!(self.dice.below(7) as i64 - 2)),
            ("Boolean", _) => Input::Json(json!(self.dice.one_in(2))),
            ("Date", _) if self.dice.one_in(20) => Input::Json(json!("2021-02-30")),
            ("Date", _) => Input::Json(json!(self.dice.pick(&DATES))),
            ("DateTime", _) => Input::Json(json!(format!("{}T10:00:00Z", self.dice.pick(&DATES)))),
            ("Decimal", _) => Input::Json(json!(format!("{}.{}", self.dice.below(5), self.dice.below(3)))),
            ("ID", "code") if self.dice.one_in(6) => Input::Json(json!("alphas")),
            ("ID", "dictionaries") if self.dice.one_in(12) => Input::Json(json!(*self.dice.pick(&["deltas", "нет"]))),
            ("ID", "dictionaries") => Input::Json(json!(*self.dice.pick(&DICTIONARIES))),
            ("ID", _) => Input::Json(json!(self.dice.pick(&CODES))),
            (_, "position") if self.dice.one_in(20) => Input::Json(json!("нет")),
            (_, "position") => Input::Json(json!(self.dice.pick(&self.cursors))),
            (_, "after") => Input::Json(json!(*self.dice.pick(&["нет", "cHVibGljYXRpb25zOjI"]))),
            ("String", _) => {
                let text: String = self.dice.pick(&TEXTS).chars().take(1 + self.dice.below(12)).collect();
                Input::Json(json!(text))
            }
            _ => self.composite(&type_name.clone(), depth),
        }
    }

    fn composite(&mut self, type_name: &str, depth: usize) -> Input {
        match self.schema.types.get(type_name) {
            Some(ExtendedType::Enum(of)) => {
                let names: Vec<String> = of.values.keys().map(|name| name.to_string()).collect();
                Input::Enum(self.dice.pick(&names).clone())
            }
            Some(ExtendedType::InputObject(of)) => {
                let mut fields = Vec::new();
                for (name, definition) in &of.fields {
                    let is_deep = depth > 3 && matches!(name.as_str(), "and" | "or" | "not");
                    if definition.is_required() || (!is_deep && self.dice.one_in(of.fields.len() / 2 + 1)) {
                        fields.push((name.to_string(), self.value(&definition.ty, name, depth + 1)));
                    }
                }
                Input::Object(fields)
            }
            _ => Input::Null,
        }
    }
}

/// An input as a query writes it and as JSON has it.
enum Input {
    Null,
    Json(Json),
    Enum(String),
    List(Vec<Input>),
    Object(Vec<(String, Input)>),
}

fn literal(input: &Input) -> String {
    match input {
        Input::Null => "null".to_owned(),
        Input::Json(json) => json.to_string(),
        Input::Enum(name) => name.clone(),
        Input::List(elements) => format!("[{}]", elements.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Input::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}: {}", literal(value))).collect::<Vec<_>>();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

fn json_of(input: &Input) -> Json {
    match input {
        Input::Null => Json::Null,
        Input::Json(json) => json.clone(),
        Input::Enum(name) => Json::from(name.as_str()),
        Input::List(elements) => elements.iter().map(json_of).collect(),
        Input::Object(fields) => Json::Object(fields.iter().map(|(name, value)| (name.clone(), json_of(value))).collect()),
    }
}
