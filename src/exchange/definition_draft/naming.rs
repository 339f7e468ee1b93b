//! What a column is called as an attribute: the usual words of the field have their usual codes, other Russian is transliterated,
//! and English is written in snake_case. Deliberately unknown: what stands in the column.

use std::collections::BTreeSet;

use crate::domain::dictionary::RESERVED_CODES;
use crate::domain::text::camel_case;

/// The longest code of an attribute.
const CODE_LENGTH_MAX: usize = 63;

/// Headers, or the beginnings of headers, and the codes that shipped dictionaries have for such columns.
const USUAL: [(&str, &str); 54] = [
    ("полное наименование", "full_name"),
    ("полное название", "full_name"),
    ("краткое наименование", "short_name"),
    ("краткое название", "short_name"),
    ("сокращенное наименование", "short_name"),
    ("сокращение", "abbreviation"),
    ("наименование", "name"),
    ("название", "name"),
    ("имя", "name"),
    ("код родителя", "parent"),
    ("код вышестоящего", "parent"),
    ("вышестоящий", "parent"),
    ("родительский элемент", "parent"),
    ("родитель", "parent"),
    ("код окато", "okato"),
    ("код октмо", "oktmo"),
    ("код", "code"),
    ("окато", "okato"),
    ("октмо", "oktmo"),
    ("оквэд", "okved"),
    ("инн", "inn"),
    ("кпп", "kpp"),
    ("огрн", "ogrn"),
    ("адрес электронной почты", "email"),
    ("электронный адрес", "email"),
    ("электронная почта", "email"),
    ("адрес", "address"),
    ("телефон", "phone"),
    ("факс", "fax"),
    ("почтовый индекс", "postal_code"),
    ("индекс", "postal_code"),
    ("описание", "description"),
    ("пояснение", "note"),
    ("примечание", "note"),
    ("раздел", "section"),
    ("подраздел", "subsection"),
    ("глава", "chapter"),
    ("статья", "article"),
    ("класс", "class"),
    ("группа", "group"),
    ("уровень", "level"),
    ("статус", "status"),
    ("состояние", "status"),
    ("тип", "kind"),
    ("вид", "kind"),
    ("субъект", "region"),
    ("регион", "region"),
    ("район", "district"),
    ("город", "city"),
    ("страна", "country"),
    ("год", "year"),
    ("месяц", "month"),
    ("дата", "date"),
    ("номер", "number"),
];

/// Headers that were transliterated by somebody before.
const TRANSLITERATED: [(&str, &str); 8] = [
    ("kod", "code"),
    ("naimenovanie", "name"),
    ("nazvanie", "name"),
    ("razdel", "section"),
    ("nomdescr", "note"),
    ("primechanie", "note"),
    ("okato", "okato"),
    ("oktmo", "oktmo"),
];

const VALID_FROM: [&str; 14] = [
    "valid_from",
    "date_from",
    "start_date",
    "date_start",
    "begin_date",
    "effective_from",
    "date_start_version",
    "действует с",
    "дата начала",
    "дата начала действия",
    "начало действия",
    "дата введения",
    "дата введения в действие",
    "дата вступления в силу",
];

const VALID_TO: [&str; 14] = [
    "valid_to",
    "date_to",
    "end_date",
    "date_end",
    "finish_date",
    "effective_to",
    "date_close_proc",
    "действует до",
    "действует по",
    "дата окончания",
    "дата окончания действия",
    "окончание действия",
    "дата прекращения действия",
    "дата закрытия",
];

/// How headers say in which language a column is, at their ends.
const LANGUAGES: [(&str, &str); 12] = [
    ("_en", "_en"),
    (" en", "_en"),
    ("(en)", "_en"),
    ("(eng)", "_en"),
    ("(англ.)", "_en"),
    ("на английском языке", "_en"),
    ("на английском", "_en"),
    ("_ru", "_ru"),
    ("(ru)", "_ru"),
    ("(рус.)", "_ru"),
    ("на русском языке", "_ru"),
    ("на русском", "_ru"),
];

/// What a header says before anything is known of its column. Blank headers say nothing.
pub(super) fn proposed_code(header: &str) -> Option<String> {
    let lower = header.trim().to_lowercase();
    let said = LANGUAGES.iter().find_map(|(end, suffix)| Some((lower.strip_suffix(end)?.trim_end(), suffix)));
    match said {
        // The base is in small letters, so that English in capitals within words is left to `code_of`.
        Some((base, suffix)) if !base.is_empty() && !base.is_ascii() => {
            let mut code = code_of(base)?;
            code.truncate(CODE_LENGTH_MAX - suffix.len());
            Some(code + suffix)
        }
        _ => code_of(header),
    }
}

fn code_of(header: &str) -> Option<String> {
    let plain = plain(header);
    if plain.is_empty() {
        return None;
    }
    if let Some((_, code)) = USUAL.iter().find(|(words, _)| is_or_begins_with(&plain, words)) {
        return Some((*code).to_owned());
    }
    let snake = snake_case(&without_brackets(header));
    if let Some((_, code)) = TRANSLITERATED.iter().find(|(word, _)| *word == snake) {
        return Some((*code).to_owned());
    }
    Some(snake).filter(|code| !code.is_empty())
}

/// Longer headers say something of their own: a usual word leads at most two others.
fn is_or_begins_with(plain: &str, words: &str) -> bool {
    const MORE_WORDS_MAX: usize = 2;
    match plain.strip_prefix(words) {
        Some("") => true,
        Some(rest) => rest.starts_with(' ') && rest.split_whitespace().count() <= MORE_WORDS_MAX,
        None => false,
    }
}

pub(super) fn is_valid_from(header: &str) -> bool {
    VALID_FROM.contains(&plain(header).as_str()) || VALID_FROM.contains(&snake_case(header).as_str())
}

pub(super) fn is_valid_to(header: &str) -> bool {
    VALID_TO.contains(&plain(header).as_str()) || VALID_TO.contains(&snake_case(header).as_str())
}

/// Whether a header promises the code of an item above.
pub(super) fn is_parent(header: &str) -> bool {
    let code = proposed_code(header).unwrap_or_default();
    code.split('_').any(|word| word == "parent") || plain(header).contains("родител") || plain(header).contains("вышестоящ")
}

/// Whether a header promises codes or numbers of things, which are no quantities.
pub(super) fn is_of_codes(header: &str) -> bool {
    const WORDS: [&str; 30] = [
        "code", "kod", "kod1", "kod2", "id", "ids", "no", "number", "numeric", "key", "okato", "oktmo", "okved", "okpd", "okpd2", "inn",
        "kpp", "ogrn", "snils", "phone", "fax", "postal", "index", "zip", "kladr", "fias", "iso", "alpha", "uid", "uuid",
    ];
    let code = proposed_code(header).unwrap_or_default();
    let lower = plain(header);
    code.split('_').any(|word| WORDS.contains(&word))
        || lower.split_whitespace().any(|word| word.starts_with("код") || word.starts_with('№'))
}

/// How likely a header is that of the key, from 0 to 100.
pub(super) fn key_likelihood(header: &str) -> i32 {
    let code = proposed_code(header).unwrap_or_default();
    let words: Vec<&str> = code.split('_').collect();
    match code.as_str() {
        "code" => 100,
        "autokey" | "uuid" | "guid" | "uid" | "global_id" => 15,
        "alpha_2" | "alpha_3" | "alpha_4" | "alpha2" | "alpha3" => 75,
        "numeric" | "okato" | "oktmo" | "okved" | "inn" | "ogrn" => 60,
        "id" | "no" | "number" | "n" => 50,
        "key" => 40,
        _ if words.contains(&"parent") => 0,
        _ if words.contains(&"code") => 70,
        _ if words.last() == Some(&"id") => 45,
        _ => 0,
    }
}

/// In small letters, with one space between words, without what stands in brackets.
fn plain(header: &str) -> String {
    let lower = without_brackets(header).to_lowercase().replace('ё', "е");
    lower
        .split(|letter: char| letter.is_whitespace() || matches!(letter, '.' | ',' | ':' | '*'))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// «Наименование прокуратуры (SV-0001)» without what only its maker understands.
fn without_brackets(header: &str) -> String {
    let mut depth = 0_u32;
    let mut kept = String::with_capacity(header.len());
    for letter in header.chars() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(letter),
            _ => {}
        }
    }
    if kept.trim().is_empty() { header.to_owned() } else { kept }
}

/// `SymbolRu`, «Вид права» and `HTTP Support` as `symbol_ru`, `vid_prava` and `http_support`.
pub(super) fn snake_case(text: &str) -> String {
    let mut code = String::new();
    let mut before: Option<char> = None;
    for letter in text.trim().chars() {
        let starts_word = letter.is_uppercase() && before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit());
        if starts_word && !code.ends_with('_') {
            code.push('_');
        }
        match letter {
            'A'..='Z' | 'a'..='z' | '0'..='9' => code.push(letter.to_ascii_lowercase()),
            _ => match transliterated(letter) {
                Some(latin) => code.push_str(latin),
                None if !code.is_empty() && !code.ends_with('_') => code.push('_'),
                None => {}
            },
        }
        before = Some(letter);
    }
    let mut code = code.trim_matches('_').to_owned();
    if code.starts_with(|first: char| first.is_ascii_digit()) {
        code.insert_str(0, "n_");
    }
    // The code is ASCII, so that any length is a boundary.
    code.truncate(CODE_LENGTH_MAX);
    code.trim_end_matches('_').to_owned()
}

/// A Russian letter in Latin, by the table of ГОСТ Р 52535.1 without signs that no code may have.
fn transliterated(letter: char) -> Option<&'static str> {
    const TABLE: [(&str, &str); 33] = [
        ("а", "a"),
        ("б", "b"),
        ("в", "v"),
        ("г", "g"),
        ("д", "d"),
        ("е", "e"),
        ("ё", "e"),
        ("ж", "zh"),
        ("з", "z"),
        ("и", "i"),
        ("й", "i"),
        ("к", "k"),
        ("л", "l"),
        ("м", "m"),
        ("н", "n"),
        ("о", "o"),
        ("п", "p"),
        ("р", "r"),
        ("с", "s"),
        ("т", "t"),
        ("у", "u"),
        ("ф", "f"),
        ("х", "kh"),
        ("ц", "tc"),
        ("ч", "ch"),
        ("ш", "sh"),
        ("щ", "shch"),
        ("ъ", ""),
        ("ы", "y"),
        ("ь", ""),
        ("э", "e"),
        ("ю", "iu"),
        ("я", "ia"),
    ];
    let lower = letter.to_lowercase().next()?;
    TABLE.iter().find(|(russian, _)| russian.starts_with(lower)).map(|(_, latin)| *latin)
}

/// A value as the code of an enum: `IN_FORCE`. `None` where no Latin letter leads it.
pub(super) fn enum_code(value: &str) -> Option<String> {
    let code = snake_case(value).to_ascii_uppercase();
    let is_plain = !value.starts_with(|first: char| first.is_ascii_digit()) && code.starts_with(|first: char| first.is_ascii_uppercase());
    is_plain.then_some(code)
}

/// `criminal_code` as the name of a type that differs from the list of it: `CriminalCodeItem`, and `Office` for `offices`.
pub(super) fn type_name(dictionary: &str) -> String {
    const SUFFIX: &str = "Item";
    let mut camel = camel_case(dictionary);
    camel.truncate(CODE_LENGTH_MAX - SUFFIX.len());
    let singular = match camel.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => match camel.strip_suffix('s').filter(|stem| !stem.is_empty() && !stem.ends_with(['s', 'u', 'i'])) {
            Some(stem) => stem.to_owned(),
            None => format!("{camel}{SUFFIX}"),
        },
    };
    let mut name = singular;
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

/// Codes that were given, so that none is given twice: two that differ in underscores only meet in GraphQL.
#[derive(Debug, Default)]
pub(super) struct GivenCodes(BTreeSet<String>);

impl GivenCodes {
    /// The code itself, or one like it that is free and is not reserved.
    pub fn give(&mut self, wanted: &str) -> String {
        let mut base = if RESERVED_CODES.contains(&wanted) { format!("source_{wanted}") } else { wanted.to_owned() };
        base.truncate(CODE_LENGTH_MAX);
        let mut code = base.clone();
        let mut number = 1;
        while !self.0.insert(camel_case(&code)) {
            number += 1;
            let suffix = format!("_{number}");
            code = format!("{}{suffix}", &base[..base.len().min(CODE_LENGTH_MAX - suffix.len())]);
        }
        code
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::text::DictionaryCode;

    #[test]
    fn headers_become_codes() {
        for (header, code) in [
            ("Наименование прокуратуры (SV-0001)", Some("name")),
            ("Полное наименование", Some("full_name")),
            ("Электронный адрес канцелярии(SV-0005)", Some("email")),
            ("Наименование (англ.)", Some("name_en")),
            ("Краткое наименование на английском языке", Some("short_name_en")),
            ("name_en", Some("name_en")),
            ("REGION", Some("region")),
            ("OKATO", Some("okato")),
            ("Razdel", Some("section")),
            ("SymbolRu", Some("symbol_ru")),
            ("HTTP Support", Some("http_support")),
            ("Primary domain", Some("primary_domain")),
            ("IPs", Some("ips")),
            ("alpha_2", Some("alpha_2")),
            ("Вид права на объект недвижимости", Some("vid_prava_na_obieekt_nedvizhimosti")),
            ("1-е полугодие", Some("n_1_e_polugodie")),
            ("(SV-0001)", Some("sv_0001")),
            ("  ", None),
            ("№", None),
        ] {
            let expected = code.map(|code| code.replace("obieekt", "obekt"));
            assert_eq!(proposed_code(header), expected, "{header}");
        }
        assert!(is_parent("parent_id") && is_parent("Родительский элемент") && !is_parent("Код"));
        assert!(is_valid_from("Дата начала действия") && is_valid_to("dateCloseProc") && !is_valid_to("date"));
        assert!(is_of_codes("Код города") && is_of_codes("tax_id") && !is_of_codes("population"));
        assert!(key_likelihood("Код") > key_likelihood("id") && key_likelihood("id") > key_likelihood("name"));
    }

    #[test]
    fn values_and_dictionaries_have_names_too() {
        assert_eq!(enum_code("in force").as_deref(), Some("IN_FORCE"));
        assert_eq!(enum_code("Городская").as_deref(), Some("GORODSKAIA"));
        assert_eq!((enum_code("1"), enum_code("—")), (None, None));
        for (code, name) in [
            ("offices", "Office"),
            ("countries", "Country"),
            ("okved2", "Okved2Item"),
            ("case_types", "CaseType"),
            ("status", "StatusItem"),
        ] {
            assert_eq!(type_name(code), name);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_given_is_a_code_and_given_once(headers in prop::collection::vec("[a-zA-Zа-яЁ0-9 _.№-]{0,80}", 0..12)) {
            let mut given = GivenCodes::default();
            let mut seen = BTreeSet::new();
            for header in headers.iter().chain(&headers) {
                let code = given.give(&proposed_code(header).unwrap_or_else(|| "column_1".to_owned()));
                prop_assert!(DictionaryCode::parse(&code).is_some(), "{}", code);
                prop_assert!(!RESERVED_CODES.contains(&code.as_str()));
                prop_assert!(seen.insert(camel_case(&code)), "{} twice", code);
            }
        }
    }
}
