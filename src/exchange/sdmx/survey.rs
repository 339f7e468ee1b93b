//! What a message holds: its codelists, what their codes have, and which list makes the table.
//! Deliberately unknown: rows.

use indexmap::IndexSet;
use rustc_hash::FxHashMap;

use super::super::table::{FileError, FileLimits};
use super::super::xml::XmlReader;
use super::code::{Annotation, Code, Field, FieldKind};
use super::{COLUMNS_ANNOTATION, Found, NAME_ANNOTATION, Walk, next_child};

/// How many codelists a message may have before it is no file of one.
const LISTS_MAX: usize = 1_000;

#[derive(Default)]
pub(super) struct Codelist {
    pub id: String,
    pub version: Option<String>,
    line: u64,
    agency: String,
    is_external: bool,
    is_partial: bool,
    names: Vec<(String, String)>,
    fields: IndexSet<Field>,
    extensions: Vec<Extension>,
    /// What this service wrote into it: all columns, and which of them names a code.
    columns: Option<Vec<String>>,
    name_column: Option<String>,
}

/// The codes that a list takes over from another.
#[derive(Default)]
struct Extension {
    line: u64,
    /// `agency:id(version)`.
    base: String,
    selection: Selection,
    cascades: bool,
}

/// Which codes of a list go into the table, and how they are called there.
#[derive(Debug, Clone, Default)]
pub(super) struct Selection {
    /// `None`: all of them. Otherwise whether those named are the ones that are taken, and their names.
    named: Option<(bool, Vec<String>)>,
    prefix: String,
}

/// How the table is made of the message.
#[derive(Debug)]
pub(super) struct Plan {
    /// For each codelist; `None` for one that is passed over.
    pub lists: Vec<Option<Selection>>,
    pub columns: Vec<String>,
    pub by_field: FxHashMap<Field, usize>,
    pub evidence: Vec<(String, String)>,
}

pub(super) struct Survey {
    lists: Vec<Codelist>,
}

impl Survey {
    pub(super) fn of(reader: &mut XmlReader, limits: &FileLimits) -> Result<Survey, FileError> {
        let mut walk = Walk::start(reader)?;
        let mut lists: Vec<Codelist> = Vec::new();
        let mut code = Code::default();
        while let Some(found) = walk.next(reader, |_| true)? {
            if matches!(found, Found::Codelist) {
                if lists.len() == LISTS_MAX {
                    return Err(reader
                        .refused(format!("the message has more than {LISTS_MAX} codelists: save the one you mean in a file of its own")));
                }
                lists.push(Codelist::start(reader));
                continue;
            }
            // A codelist was come by, or there would be neither codes nor parts.
            let Some(list) = lists.last_mut() else { continue };
            match found {
                Found::Code => {
                    code.read(reader, limits.row.record_bytes_max)?;
                    for (field, _) in &code.fields {
                        if !list.fields.contains(field) {
                            list.fields.insert(field.clone());
                        }
                    }
                    if list.fields.len() > limits.row.columns_max {
                        return Err(
                            reader.refused(format!("the codes have more than {} fields, and no more are read", limits.row.columns_max))
                        );
                    }
                }
                _ => list.take_part(reader)?,
            }
        }
        Ok(Survey { lists })
    }

    /// Chooses the list that makes the table. Of several, one is chosen only where the others are there for its sake: it takes over their codes.
    pub(super) fn plan(&self, columns_max: usize) -> Result<(Plan, &Codelist), FileError> {
        let names = || self.lists.iter().map(Codelist::full_name).collect::<Vec<_>>().join(", ");
        let is_extended =
            |list: &Codelist| self.lists.iter().flat_map(|other| &other.extensions).any(|extension| extension.base == list.full_name());
        let mut chosen = self.lists.iter().filter(|list| self.lists.len() == 1 || !is_extended(list));
        let (Some(main), None) = (chosen.next(), chosen.next()) else {
            let message = match self.lists.len() {
                0 => "the message holds no codelist".to_owned(),
                count => {
                    format!("the message holds {count} codelists ({}), and a table can hold one: save each in a file of its own", names())
                }
            };
            return Err(FileError::of_file(message));
        };
        if main.is_external {
            let message = format!("the codelist {} is only referred to (isExternalReference), its codes are elsewhere", main.full_name());
            return Err(FileError::at_line(main.line, message));
        }
        let mut plan = Plan { lists: Vec::new(), columns: Vec::new(), by_field: FxHashMap::default(), evidence: Vec::new() };
        for list in &self.lists {
            let by = |extension: &&Extension| extension.base == list.full_name();
            plan.lists.push(match std::ptr::eq(list, main) {
                true => Some(Selection::default()),
                false => main.extensions.iter().find(by).map(|extension| extension.selection.clone()),
            });
        }
        self.check_extensions(main)?;
        plan.name_columns(
            main,
            self.lists.iter().zip(plan.lists.clone()).filter(|(_, selection)| selection.is_some()).map(|(list, _)| list),
        );
        if plan.columns.len() > columns_max {
            return Err(FileError::at_line(main.line, format!("the codes have more than {columns_max} fields, and no more are read")));
        }
        plan.evidence.push(("agency".to_owned(), main.agency.clone()));
        if main.is_partial {
            plan.evidence.push(("isPartial".to_owned(), "the file says that it has only some of the codes".to_owned()));
        }
        for extension in &main.extensions {
            plan.evidence.push(("extends".to_owned(), extension.base.clone()));
        }
        Ok((plan, main))
    }

    fn check_extensions(&self, main: &Codelist) -> Result<(), FileError> {
        for extension in &main.extensions {
            let base = self.lists.iter().find(|list| list.full_name() == extension.base);
            let problem = match base {
                None => "and it is not in the file: put it there",
                Some(base) if base.is_external => "and that is only referred to, its codes are elsewhere: put them into the file",
                Some(base) if !base.extensions.is_empty() => "and that takes over codes itself: put all codes into one list",
                Some(_) if extension.cascades => "with all that is below some of its codes (cascadeValues): name each code",
                Some(_) if main.extensions.iter().filter(|other| other.base == extension.base).count() > 1 => "twice: name it once",
                Some(_) => continue,
            };
            let message = format!("the codelist {} takes over codes of {}, {problem}", main.full_name(), extension.base);
            return Err(FileError::at_line(extension.line, message));
        }
        // Whatever is left over was not taken by the chosen list.
        let is_used =
            |list: &Codelist| std::ptr::eq(list, main) || main.extensions.iter().any(|extension| extension.base == list.full_name());
        match self.lists.iter().find(|list| !is_used(list)) {
            None => Ok(()),
            Some(list) => Err(FileError::at_line(
                list.line,
                format!(
                    "beside {} the message holds {}, and a table can hold one: save each in a file of its own",
                    main.full_name(),
                    list.full_name()
                ),
            )),
        }
    }
}

impl Codelist {
    fn start(reader: &XmlReader) -> Codelist {
        let element = reader.element();
        let text = |name: &str| element.attribute(name).map(|value| value.trim().to_owned());
        let is_true = |name: &str| text(name).is_some_and(|value| value == "true" || value == "1");
        Codelist {
            id: text("id").unwrap_or_default(),
            agency: text("agencyID").unwrap_or_default(),
            version: text("version"),
            line: reader.line(),
            is_external: is_true("isExternalReference"),
            is_partial: is_true("isPartial"),
            ..Codelist::default()
        }
    }

    /// As references name it: `SDMX:CL_AGE(1.0)`.
    fn full_name(&self) -> String {
        format!("{}:{}({})", self.agency, self.id, self.version.as_deref().unwrap_or("1.0"))
    }

    /// The name in Russian, or the first.
    pub(super) fn title(&self) -> Option<String> {
        let russian = self.names.iter().find(|(language, _)| language == "ru");
        russian.or(self.names.first()).map(|(_, name)| name.clone())
    }

    fn take_part(&mut self, reader: &mut XmlReader) -> Result<(), FileError> {
        match reader.element().name() {
            "Name" => {
                let language = reader.element().attribute("xml:lang").unwrap_or("en").to_owned();
                self.names.push((language, reader.read_text()?.to_owned()));
            }
            "Annotations" => {
                while next_child(reader)? {
                    let annotation = Annotation::read(reader)?;
                    let title = annotation.title.unwrap_or_default();
                    match annotation.kind.as_str() {
                        COLUMNS_ANNOTATION => self.columns = Some(title.split_whitespace().map(str::to_owned).collect()),
                        NAME_ANNOTATION => self.name_column = Some(title),
                        _ => {}
                    }
                }
            }
            "CodelistExtension" => self.extensions.push(Extension::read(reader)?),
            _ => reader.skip()?,
        }
        Ok(())
    }
}

impl Extension {
    fn read(reader: &mut XmlReader) -> Result<Extension, FileError> {
        let mut extension = Extension { line: reader.line(), ..Extension::default() };
        extension.selection.prefix = reader.element().attribute("prefix").unwrap_or_default().to_owned();
        while next_child(reader)? {
            match reader.element().name() {
                "Codelist" => {
                    let urn = reader.read_text()?.trim();
                    extension.base = urn.rsplit('=').next().unwrap_or_default().to_owned();
                }
                name @ ("InclusiveCodeSelection" | "ExclusiveCodeSelection") => {
                    let is_inclusive = name.starts_with("Inclusive");
                    let mut members = Vec::new();
                    while next_child(reader)? {
                        extension.cascades |= reader.element().attribute("cascadeValues").is_some_and(|value| value != "false");
                        members.push(reader.read_text()?.trim().to_owned());
                    }
                    extension.selection.named = Some((is_inclusive, members));
                }
                _ => reader.skip()?,
            }
        }
        Ok(extension)
    }
}

impl Selection {
    /// Whether a code goes into the table; it gets its prefix then.
    pub(super) fn take(&self, code: &mut Code) -> bool {
        let is_named = |members: &[String]| members.iter().any(|member| matches(member, code.id()));
        let is_taken = match &self.named {
            None => true,
            Some((is_inclusive, members)) => is_named(members) == *is_inclusive,
        };
        if is_taken && !self.prefix.is_empty() {
            code.put_before_ids(&self.prefix);
        }
        is_taken
    }
}

/// Whether an id is the one named; `%` stands for anything.
fn matches(pattern: &str, id: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('%') else { return pattern == id };
    let Some(left) = id.strip_prefix(start) else { return false };
    (0..=left.len()).filter(|at| left.is_char_boundary(*at)).any(|at| matches(rest, &left[at..]))
}

impl Plan {
    /// Code, parent, names, descriptions, annotations; or as the list itself says, where this service wrote it.
    fn name_columns<'s>(&mut self, main: &Codelist, lists: impl Iterator<Item = &'s Codelist>) {
        let mut fields: IndexSet<Field> = IndexSet::new();
        fields.insert(Field { kind: FieldKind::Id, language: None });
        fields.extend(lists.flat_map(|list| list.fields.iter().cloned()));
        let place = |field: &Field| match field.kind {
            FieldKind::Id => 0,
            FieldKind::Parent => 1,
            FieldKind::Name => 2,
            FieldKind::Description => 3,
            FieldKind::Annotation(_) => 4,
        };
        fields.sort_by_key(place);
        self.columns = main.columns.clone().unwrap_or_default();
        for field in &fields {
            let name = match &main.columns {
                Some(_) => written_name(field, main.name_column.as_deref()),
                None => self.free_name(field, &fields),
            };
            let at = self.columns.iter().position(|column| *column == name).unwrap_or_else(|| {
                self.columns.push(name);
                self.columns.len() - 1
            });
            self.by_field.insert(field.clone(), at);
        }
    }

    /// Russian names the column, or the only language that there is.
    fn free_name(&self, field: &Field, fields: &IndexSet<Field>) -> String {
        let base = base_name(field, "name");
        let languages = || fields.iter().filter(|other| other.kind == field.kind).map(|other| other.language.as_deref());
        let is_plain = match field.language.as_deref() {
            None | Some("ru") => true,
            Some(_) => languages().count() == 1,
        };
        let with_language = field.language.as_deref().map(|language| format!("{base}_{language}"));
        let plain = is_plain.then(|| base.to_owned());
        let mut wanted = plain.into_iter().chain(with_language).chain([format!("annotation_{base}")]);
        let free = wanted.find(|name| !self.columns.contains(name));
        free.unwrap_or_else(|| format!("{base} ({})", self.columns.len() + 1))
    }
}

/// As the writer wrote it.
fn written_name(field: &Field, name_column: Option<&str>) -> String {
    let base = base_name(field, name_column.unwrap_or("name"));
    match field.language.as_deref() {
        Some("en") => format!("{base}_en"),
        _ => base.to_owned(),
    }
}

fn base_name<'f>(field: &'f Field, name_column: &'f str) -> &'f str {
    match &field.kind {
        FieldKind::Id => "code",
        FieldKind::Parent => "parent",
        FieldKind::Name => name_column,
        FieldKind::Description => "description",
        FieldKind::Annotation(kind) => kind,
    }
}
