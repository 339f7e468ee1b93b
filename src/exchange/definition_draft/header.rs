//! Whether the first row of a table names its columns. What speaks for it and against it is weighed, and said.
//! Deliberately unknown: what the columns mean.

use super::naming;
use super::rows::PeekedRow;
use crate::domain::validity::parse_date;

pub(super) struct Header {
    pub is_there: bool,
    pub because: String,
}

/// Codes that headers have so often that one of them nearly decides.
const TELLING: [&str; 16] = [
    "code",
    "name",
    "id",
    "parent",
    "full_name",
    "short_name",
    "kind",
    "region",
    "okato",
    "oktmo",
    "address",
    "phone",
    "email",
    "note",
    "description",
    "section",
];

pub(super) fn judge(rows: &[PeekedRow]) -> Header {
    let Some((first, below)) = rows.split_first() else {
        return Header { is_there: false, because: "the file has no rows".to_owned() };
    };
    let names: Vec<&str> = first.cells.iter().map(|cell| cell.trim()).collect();
    if let Some(because) = against(&names, below) {
        return Header { is_there: false, because };
    }
    match in_favour(&names, below) {
        Some(because) => Header { is_there: true, because },
        None => Header { is_there: false, because: "nothing tells the first row from those below it".to_owned() },
    }
}

/// What no header would be like.
fn against(names: &[&str], below: &[PeekedRow]) -> Option<String> {
    for (at, name) in names.iter().enumerate() {
        let number = at + 1;
        let is_number = name.starts_with(|first: char| first.is_ascii_digit())
            && name.chars().all(|letter| letter.is_ascii_digit() || " .,-".contains(letter));
        if is_number || parse_date(name).is_some() {
            return Some(format!("column {number} of the first row is `{}`, which is a value and no name", super::rendering::shown(name)));
        }
        let is_value = |row: &&PeekedRow| !name.is_empty() && row.cells.get(at).is_some_and(|cell| cell.trim() == *name);
        if let Some(again) = below.iter().find(is_value) {
            return Some(format!(
                "`{}` in column {number} of the first row is there again on line {}",
                super::rendering::shown(name),
                again.line
            ));
        }
    }
    None
}

fn in_favour(names: &[&str], below: &[PeekedRow]) -> Option<String> {
    let known: Vec<&str> =
        names.iter().copied().filter(|name| naming::proposed_code(name).is_some_and(|code| TELLING.contains(&code.as_str()))).collect();
    if !known.is_empty() {
        let shown: Vec<String> = known.iter().take(3).map(|name| format!("`{}`", super::rendering::shown(name))).collect();
        return Some(format!(
            "{} in the first row {} the usual name of a column",
            shown.join(", "),
            if known.len() == 1 { "is" } else { "are each" }
        ));
    }
    let differs = |at: &usize| {
        let cells: Vec<&str> =
            below.iter().filter_map(|row| row.cells.get(*at)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
        !cells.is_empty() && cells.iter().all(|cell| cell.starts_with(|first: char| first.is_ascii_digit() || first == '-'))
    };
    if let Some(at) =
        (0..names.len()).find(|at| !names[*at].starts_with(|first: char| first.is_ascii_digit()) && !names[*at].is_empty() && differs(at))
    {
        return Some(format!("column {} has numbers below `{}`", at + 1, super::rendering::shown(names[at])));
    }
    let are_identifiers = names.len() > 1 && names.iter().all(|name| is_identifier(name));
    (are_identifiers && !below.is_empty()).then(|| "all cells of the first row are words as programs name columns".to_owned())
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.chars().all(|letter| matches!(letter, 'a'..='z' | '0'..='9' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(rows: &[&[&str]]) -> (bool, String) {
        let row = |(at, cells): (usize, &&[&str])| PeekedRow {
            line: at as u64 + 1,
            cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
        };
        let rows: Vec<PeekedRow> = rows.iter().enumerate().map(row).collect();
        let header = judge(&rows);
        (header.is_there, header.because)
    }

    #[test]
    fn a_header_is_told_from_a_row() {
        for (rows, is_there, because) in [
            (
                &[&["id", "Название"][..], &["1", "Москва"]][..],
                true,
                "`id`, `Название` in the first row are each the usual name of a column",
            ),
            (
                &[&["A", " ", "СЕЛЬСКОЕ"], &["A", "01", "Растениеводство"]],
                false,
                "`A` in column 1 of the first row is there again on line 2",
            ),
            (
                &[&["80 000 000", "8"], &["80 600 000", "4"]],
                false,
                "column 1 of the first row is `80 000 000`, which is a value and no name",
            ),
            (&[&["Агинский округ", "76"], &["Амурская", "0008"]], false, "column 2 of the first row is `76`, which is a value and no name"),
            (&[&["Показатель", "Год"], &["Рост", "2012"]], true, "column 2 has numbers below `Год`"),
            (&[&["old_value", "new_value"], &["a", "b"]], true, "all cells of the first row are words as programs name columns"),
            (&[&["Белый", "Снег"], &["Чёрный", "Уголь"]], false, "nothing tells the first row from those below it"),
            (&[], false, "the file has no rows"),
        ] {
            assert_eq!(judged(rows), (is_there, because.to_owned()));
        }
    }
}
