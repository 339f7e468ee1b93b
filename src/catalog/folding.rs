//! The form in which texts are searched and compared: small letters, and ё as е. Comparing makes no copies.

use std::cmp::Ordering;

/// Small letters, and ё as е, since people write both.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

/// Appends the folded form of a text.
pub fn fold_into(text: &str, folded: &mut String) {
    for letter in text.chars() {
        match fold_letter(letter) {
            Some(letter) => folded.push(letter),
            None => folded.extend(letter.to_lowercase()),
        }
    }
}

/// The one letter that a letter folds to; `None` for the few that fold to several or need the general rule.
fn fold_letter(letter: char) -> Option<char> {
    match letter {
        'ё' | 'Ё' => Some('е'),
        // Nearly all letters are these, and the general rule is ten times slower.
        'а'..='я' => Some(letter),
        'А'..='Я' => char::from_u32(letter as u32 + 32),
        _ if letter.is_ascii() => Some(letter.to_ascii_lowercase()),
        _ => None,
    }
}

/// Letters of the folded form.
fn folded_letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(|letter| {
        let one = fold_letter(letter);
        one.into_iter().chain(one.is_none().then(|| letter.to_lowercase()).into_iter().flatten())
    })
}

/// How the folded forms stand to each other.
pub fn compare_folded(a: &str, b: &str) -> Ordering {
    let (mut rest_a, mut rest_b) = (a.chars(), b.chars());
    loop {
        let (left_a, left_b) = (rest_a.as_str(), rest_b.as_str());
        match (rest_a.next(), rest_b.next()) {
            // Equal letters fold alike.
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => match (fold_letter(a), fold_letter(b)) {
                (Some(a), Some(b)) if a == b => {}
                (Some(a), Some(b)) => return a.cmp(&b),
                _ => return folded_letters(left_a).cmp(folded_letters(left_b)),
            },
            (a, b) => return a.is_some().cmp(&b.is_some()),
        }
    }
}

/// How the folded form of a text stands to one that is folded already.
pub fn compare_folded_to(text: &str, folded: &str) -> Ordering {
    folded_letters(text).cmp(folded.chars())
}

/// How the beginning of the folded form stands to a folded text; equal when it begins with it.
pub fn compare_beginning(text: &str, folded: &str) -> Ordering {
    let mut letters = folded_letters(text);
    for wanted in folded.chars() {
        match letters.next() {
            Some(letter) if letter == wanted => {}
            Some(letter) => return letter.cmp(&wanted),
            None => return Ordering::Less,
        }
    }
    Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text() -> impl Strategy<Value = String> {
        let letter = prop::sample::select("aAbБбёЁеЕйЙİißẞΣς中 №1\u{307}".chars().collect::<Vec<_>>());
        prop::collection::vec(letter, 0..6).prop_map(|letters| letters.into_iter().collect())
    }

    proptest! {
        #[test]
        fn comparing_agrees_with_folding(a in text(), b in text()) {
            prop_assert_eq!(compare_folded(&a, &b), fold(&a).cmp(&fold(&b)));
            prop_assert_eq!(compare_folded_to(&a, &fold(&b)), fold(&a).cmp(&fold(&b)));
            let begins = compare_beginning(&a, &fold(&b));
            prop_assert_eq!(begins.is_eq(), fold(&a).starts_with(&fold(&b)));
            if begins.is_ne() {
                prop_assert_eq!(begins, fold(&a).cmp(&fold(&b)));
            }
        }
    }

    #[test]
    fn folding_is_lower_case_without_yo() {
        let texts = ["Ёлка И ЁЖ", "АБВЯ абвя", "Office №5-К", "ЀЁЂЊЏ", "Straße İSTANBUL", "Ґ́ Ҡ 中"];
        for text in texts {
            assert_eq!(fold(text), text.chars().flat_map(char::to_lowercase).collect::<String>().replace('ё', "е"), "{text}");
        }
    }
}
