//! The text of the typed schema (SDL), written from the newest definitions: the same definitions always give the same text.
//! Descriptions are in Russian, from the definitions and for their readers. It knows shapes; what fields do is elsewhere.

use std::fmt::Write;

use super::shape::{FilterField, ItemField, Shape};
use crate::domain::definition::{AttributeDefinition, AttributeType};

/// How many items a list gives when the query does not say.
pub const PAGE_SIZE_DEFAULT: usize = 50;

/// How many children or descendants an item gives when the query does not say.
pub const CHILDREN_DEFAULT: usize = 100;

/// How many events a page of the feed has when the query does not say.
pub const CHANGES_DEFAULT: usize = 100;

/// The types that do not depend on any dictionary.
const BUILT_IN: &str = include_str!("built_in.graphql");

const TIMES: &str = "validOn: Date, publication: Int, knownAt: DateTime";

/// The names of the types that belong to the service or to GraphQL.
pub fn built_in_types() -> impl Iterator<Item = &'static str> {
    let declared = BUILT_IN.lines().filter_map(|line| {
        let (keyword, rest) = line.split_once(' ')?;
        let is_declaration = matches!(keyword, "type" | "enum" | "scalar" | "input");
        rest.split([' ', '{']).next().filter(|_| is_declaration)
    });
    ["Query", "Mutation", "Subscription", "Int", "Float", "String", "Boolean", "ID"].into_iter().chain(declared)
}

/// The whole schema. The shapes must be linked, and their names must have been checked.
pub fn sdl(shapes: &[Shape]) -> String {
    let mut out = String::with_capacity(BUILT_IN.len() + shapes.len() * 8_000);
    query(&mut out, shapes);
    for shape in shapes {
        item(&mut out, shape, shapes);
        connection(&mut out, shape);
        filter(&mut out, shape);
        order(&mut out, shape);
        for (at, attribute) in shape.dictionary.attributes.iter().enumerate() {
            if attribute.definition.kind == AttributeType::Enum {
                enumeration(&mut out, &shape.enum_type(at), &attribute.definition);
            }
        }
    }
    out.push('\n');
    out.push_str(BUILT_IN);
    out
}

fn query(out: &mut String, shapes: &[Shape]) {
    describe(
        out,
        "",
        "Опубликованные справочники с двумя осями времени: что действует на дату (`validOn`) и что было известно при публикации \
         (`publication` или `knownAt`). Без этих аргументов – на сегодня и по последней публикации. Вложенные чтения наследуют оба времени.",
    );
    out.push_str("type Query {\n");
    describe(out, "  ", "Публикация с этим номером либо последняя к указанному моменту; без аргументов – последняя.");
    out.push_str("  publication(number: Int, knownAt: DateTime): Publication\n");
    describe(out, "  ", "Публикации, по умолчанию от последней к первой.");
    let _ = writeln!(
        out,
        "  publications(first: Int = {PAGE_SIZE_DEFAULT}, after: String, direction: Direction! = DESC): PublicationConnection!"
    );
    describe(out, "  ", "Паспорт справочника.");
    out.push_str("  dictionary(code: ID!, publication: Int, knownAt: DateTime): Dictionary\n");
    describe(out, "  ", "Паспорта всех справочников, по порядку кодов.");
    out.push_str("  dictionaries(publication: Int, knownAt: DateTime): [Dictionary!]!\n");
    changes(out);
    for shape in shapes {
        root_fields(out, shape);
    }
    out.push_str("}\n");
}

fn changes(out: &mut String) {
    describe(
        out,
        "  ",
        "Что изменилось: те же события и в том же порядке, что и в ленте `/feed`. Чтобы следить за изменениями, повторяйте запрос с \
         `endCursor` прошлого ответа в `after`.",
    );
    let _ = writeln!(
        out,
        "  changes(
    \"Курсор, после которого продолжать: `endCursor` страницы или `cursor` события, в том числе полученные из ленты. Или `start` – с \
     первой публикации (так и по умолчанию), или `now` – после последней.\"
    after: String
    \"О каких справочниках рассказывать; по умолчанию – обо всех доступных. О начале и конце каждой публикации сообщается всегда.\"
    dictionaries: [ID!]
    \"Сколько событий вернуть, не больше. Если события длинные, их может прийти меньше; есть ли ещё, говорит `hasNextPage`.\"
    first: Int = {CHANGES_DEFAULT}
  ): ChangePage!"
    );
}

fn root_fields(out: &mut String, shape: &Shape) {
    let names = &shape.names;
    let name = &shape.dictionary.definition.name.ru;
    describe(out, "  ", &format!("{name}: один элемент. null, если на эту дату он не действует или о нём ещё не было известно."));
    let _ = writeln!(out, "  {}(code: ID!, {TIMES}): {}", names.single_field, names.item);
    describe(out, "  ", &format!("{name}: список. Без `orderBy` – по коду, а с `search` – сначала лучшие совпадения."));
    let _ = writeln!(
        out,
        "  {}(
    filter: {}
    \"Слова в любой форме или их начало; допускаются небольшие опечатки, регистр и разница е/ё не важны.\"
    search: String
    \"Дата, на которую сведения действуют; по умолчанию сегодня.\"
    validOn: Date
    \"По состоянию на публикацию с этим номером; по умолчанию – на последнюю.\"
    publication: Int
    \"Что было известно к этому моменту; вместо `publication`.\"
    knownAt: DateTime
    orderBy: [{}!]
    first: Int = {PAGE_SIZE_DEFAULT}
    \"Сколько элементов пропустить: от начала списка или после `after`. Чтобы обойти список целиком, удобнее `after`.\"
    offset: Int
    \"Курсор, после которого начинается страница. Чтобы все страницы были из одной публикации, передайте её номер в `publication`.\"
    after: String
  ): {}!",
        names.list_field, names.filter, names.order, names.connection
    );
    describe(
        out,
        "  ",
        &format!("{name}: все когда-либо опубликованные версии элемента, в том числе прекращённого, по порядку публикаций."),
    );
    let _ = writeln!(out, "  {}(code: ID!, {TIMES}): [{}!]!", names.history_field, names.item);
}

fn item(out: &mut String, shape: &Shape, shapes: &[Shape]) {
    let definition = &shape.dictionary.definition;
    let mut description = definition.name.ru.clone();
    if let Some(more) = &definition.description {
        let _ = write!(description, "\n\n{}", more.ru);
    }
    let _ = write!(description, "\n\nОтветственный: {}.", definition.passport.owner.trim_end_matches('.'));
    out.push('\n');
    describe(out, "", &description);
    let _ = writeln!(out, "type {} {{", shape.names.item);
    for (name, field) in &shape.fields {
        describe(out, "  ", &field_description(shape, *field));
        let _ = writeln!(out, "  {name}{}", signature(shape, shapes, *field));
    }
    out.push_str("}\n");
}

/// The arguments and the type of a field.
fn signature(shape: &Shape, shapes: &[Shape], field: ItemField) -> String {
    let (item, order) = (&shape.names.item, &shape.names.order);
    match field {
        ItemField::Code => ": ID!".to_owned(),
        ItemField::Attribute(at) => attribute_signature(shape, shapes, at),
        ItemField::ReferenceCode(at) if shape.dictionary.attributes[at].definition.list => ": [ID!]!".to_owned(),
        ItemField::ReferenceCode(_) | ItemField::ParentCode => ": ID".to_owned(),
        ItemField::Parent => format!("({TIMES}): {item}"),
        ItemField::Children | ItemField::Descendants => {
            format!("(first: Int = {CHILDREN_DEFAULT}, orderBy: [{order}!], {TIMES}): [{item}!]!")
        }
        ItemField::Ancestors | ItemField::Successors | ItemField::History => format!("({TIMES}): [{item}!]!"),
        ItemField::ValidFrom | ItemField::ValidTo => ": Date".to_owned(),
        ItemField::Reason => ": String".to_owned(),
        ItemField::SuccessorCodes => ": [ID!]!".to_owned(),
        ItemField::Publication => ": Publication!".to_owned(),
        ItemField::SupersededIn => ": Publication".to_owned(),
    }
}

/// Single values may be null even where they are required today: an older publication may not have them.
fn attribute_signature(shape: &Shape, shapes: &[Shape], at: usize) -> String {
    let definition = &shape.dictionary.attributes[at].definition;
    let arguments = match definition.kind {
        AttributeType::Reference => format!("({TIMES})"),
        _ if definition.localized => "(lang: Language! = RU)".to_owned(),
        _ => String::new(),
    };
    let kind = match definition.kind {
        AttributeType::Enum => shape.enum_type(at),
        AttributeType::Reference => shape.targets[at].map(|target| shapes[target].names.item.clone()).unwrap_or_default(),
        kind => scalar_name(kind).to_owned(),
    };
    if definition.list { format!("{arguments}: [{kind}!]!") } else { format!("{arguments}: {kind}") }
}

fn scalar_name(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::String | AttributeType::Text => "String",
        AttributeType::Integer => "Long",
        AttributeType::Decimal => "Decimal",
        AttributeType::Boolean => "Boolean",
        AttributeType::Date => "Date",
        AttributeType::Enum | AttributeType::Reference => "ID",
    }
}

fn field_description(shape: &Shape, field: ItemField) -> String {
    let built_in = match field {
        ItemField::Code => return code_description(shape),
        ItemField::Attribute(at) => return attribute_description(&shape.dictionary.attributes[at].definition),
        ItemField::ReferenceCode(at) => {
            let definition = &shape.dictionary.attributes[at].definition;
            let what = if definition.list { "коды" } else { "код" };
            return format!("{}: {what}, как записано в версии элемента.", definition.label.ru);
        }
        ItemField::Parent => "Вышестоящий элемент.",
        ItemField::ParentCode => "Код вышестоящего элемента, как записано в версии.",
        ItemField::Children => "Элементы, стоящие непосредственно под этим.",
        ItemField::Ancestors => "Вышестоящие элементы от ближайшего к корню.",
        ItemField::Descendants => "Элементы, стоящие под этим на любой глубине.",
        ItemField::ValidFrom => "Первый день действия версии; null – начало не ограничено.",
        ItemField::ValidTo => "День, с которого версия уже не действует; null – конец не ограничен.",
        ItemField::Reason => "Причина, по которой элемент прекращён с даты `validTo`.",
        ItemField::Successors => {
            "Преемники прекращённого элемента: на день прекращения или на дату чтения, если она позже. \
             Преемники, не действующие на эту дату, не показаны."
        }
        ItemField::SuccessorCodes => "Коды преемников прекращённого элемента.",
        ItemField::Publication => "Публикация, которой эта версия стала известна.",
        ItemField::SupersededIn => "Публикация, которая заменила эту версию; бывает только в истории.",
        ItemField::History => {
            "Все версии элемента, опубликованные к этой публикации, по порядку публикаций и начал действия. \
             Вложенные поля читаются на ближайший к `validOn` день действия версии и по последней публикации, в которой она ещё не заменена."
        }
    };
    built_in.to_owned()
}

fn code_description(shape: &Shape) -> String {
    match &shape.dictionary.definition.code_rule.description {
        Some(rule) if rule.ru.starts_with("Код") => rule.ru.clone(),
        Some(rule) => format!("Код. {}", rule.ru),
        None => "Код, неизменный и неповторимый.".to_owned(),
    }
}

fn attribute_description(definition: &AttributeDefinition) -> String {
    match &definition.description {
        Some(more) => format!("{}\n\n{}", definition.label.ru, more.ru),
        None => definition.label.ru.clone(),
    }
}

fn connection(out: &mut String, shape: &Shape) {
    let names = &shape.names;
    let _ = write!(
        out,
        "\ntype {connection} {{
  nodes: [{item}!]!
  edges: [{edge}!]!
  pageInfo: PageInfo!
  \"Сколько элементов подходит на всех страницах.\"
  totalCount: Int!
  \"Публикация, по которой дан ответ; null – если читается время до первой.\"
  publication: Publication
  \"Дата, на которую дан ответ.\"
  validOn: Date!
}}

type {edge} {{
  cursor: String!
  node: {item}!
}}
",
        connection = names.connection,
        item = names.item,
        edge = names.edge
    );
}

fn filter(out: &mut String, shape: &Shape) {
    let names = &shape.names;
    out.push('\n');
    describe(out, "", "Условия отбора; должны выполняться все. null равносилен отсутствию условия.");
    let _ = writeln!(out, "input {} {{", names.filter);
    for (name, field) in &shape.filter_fields {
        let (description, kind) = match field {
            FilterField::And => ("Выполняются все.".to_owned(), format!("[{}!]", names.filter)),
            FilterField::Or => {
                ("Выполняется хотя бы одно; пустому списку не соответствует ничего.".to_owned(), format!("[{}!]", names.filter))
            }
            FilterField::Not => ("Не выполняется.".to_owned(), names.filter.clone()),
            FilterField::Code => ("Код.".to_owned(), "IDFilter".to_owned()),
            FilterField::Parent => ("Код вышестоящего элемента.".to_owned(), "IDFilter".to_owned()),
            FilterField::DescendantOf => ("Стоит на любой глубине под элементом с этим кодом.".to_owned(), "ID".to_owned()),
            FilterField::ValidFrom => ("Начало действия.".to_owned(), "DateFilter".to_owned()),
            FilterField::ValidTo => ("Конец действия.".to_owned(), "DateFilter".to_owned()),
            FilterField::Attribute(at) => {
                let definition = &shape.dictionary.attributes[*at].definition;
                let kind = match definition.kind {
                    AttributeType::Enum => shape.enum_type(*at),
                    kind => scalar_name(kind).to_owned(),
                };
                let label = &definition.label.ru;
                let description = if definition.kind == AttributeType::Reference { format!("{label}: код.") } else { label.clone() };
                (description, format!("{kind}Filter"))
            }
        };
        describe(out, "  ", &description);
        let _ = writeln!(out, "  {name}: {kind}");
    }
    out.push_str("}\n");
}

fn order(out: &mut String, shape: &Shape) {
    let names = &shape.names;
    let language = if shape.has_localized() { "\n  lang: Language! = RU" } else { "" };
    let _ = write!(
        out,
        "\ninput {} {{\n  field: {order_field}!\n  direction: Direction! = ASC{language}\n}}\n\nenum {order_field} {{\n",
        names.order,
        order_field = names.order_field
    );
    for (name, _) in &shape.order_fields {
        let _ = writeln!(out, "  {name}");
    }
    out.push_str("}\n");
}

fn enumeration(out: &mut String, name: &str, definition: &AttributeDefinition) {
    out.push('\n');
    describe(out, "", &attribute_description(definition));
    let _ = writeln!(out, "enum {name} {{");
    for value in &definition.values {
        describe(out, "  ", &value.label.ru);
        let _ = writeln!(out, "  {}", value.code);
    }
    out.push_str("}\n");
    let operand = [("eq", name.to_owned()), ("ne", name.to_owned()), ("in", format!("[{name}!]")), ("isNull", "Boolean".to_owned())];
    let _ = write!(out, "\ninput {name}Filter {{\n");
    for (operator, kind) in operand {
        let _ = writeln!(out, "  {operator}: {kind}");
    }
    out.push_str("}\n");
}

/// A description as a block string. What GraphQL does not allow in a source text is left out.
fn describe(out: &mut String, indent: &str, text: &str) {
    let _ = writeln!(out, "{indent}\"\"\"");
    for line in text.trim().lines() {
        let line: String = line.chars().filter(|letter| !letter.is_control() || *letter == '\t').collect();
        let line = line.replace("\"\"\"", "\\\"\"\"");
        let line = line.trim_end();
        if line.is_empty() {
            out.push('\n');
        } else {
            let _ = writeln!(out, "{indent}{line}");
        }
    }
    let _ = writeln!(out, "{indent}\"\"\"");
}
