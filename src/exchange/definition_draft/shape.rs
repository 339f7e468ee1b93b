//! What codes look like: runs of digits, Latin and Cyrillic letters and signs, and a pattern that admits all that were seen.
//! Deliberately unknown: what the runs mean.

use std::fmt::Write;

use indexmap::IndexMap;

/// How many kinds of codes a pattern may tell apart, and of how many runs each may consist.
const KINDS_MAX: usize = 8;
const RUNS_MAX: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Class {
    Digit,
    Upper,
    Lower,
    CyrillicUpper,
    CyrillicLower,
    Sign(char),
}

/// One run of a kind of codes.
#[derive(Debug)]
struct Run {
    /// The least and the greatest length.
    least: usize,
    greatest: usize,
    /// What it says, as long as it says the same in every code.
    constant: Option<String>,
}

/// The kinds of codes that were seen; nothing once there are too many.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    /// With how many codes were taken of each.
    kinds: IndexMap<Vec<Class>, (u64, Vec<Run>)>,
    is_manifold: bool,
}

impl Shapes {
    pub fn take(&mut self, text: &str) {
        if self.is_manifold {
            return;
        }
        let Some((classes, runs)) = runs_of(text) else {
            self.give_up();
            return;
        };
        let has_room = self.kinds.len() < KINDS_MAX;
        match self.kinds.get_mut(&classes) {
            Some((count, seen)) => {
                *count += 1;
                for (seen, run) in seen.iter_mut().zip(runs) {
                    let length = run.chars().count();
                    (seen.least, seen.greatest) = (seen.least.min(length), seen.greatest.max(length));
                    seen.constant.take_if(|constant| constant != run);
                }
            }
            None if has_room => {
                let run = |run: &str| Run { least: run.chars().count(), greatest: run.chars().count(), constant: Some(run.to_owned()) };
                self.kinds.insert(classes, (1, runs.into_iter().map(run).collect()));
            }
            None => self.give_up(),
        }
    }

    fn give_up(&mut self) {
        self.is_manifold = true;
        self.kinds.clear();
    }

    /// How many kinds there are; `None` when too many.
    pub fn count(&self) -> Option<usize> {
        (!self.is_manifold && !self.kinds.is_empty()).then_some(self.kinds.len())
    }

    /// A regular expression that admits every text that was taken.
    pub fn pattern(&self) -> Option<String> {
        self.count()?;
        let kinds: Vec<String> = self.kinds.iter().map(|(classes, (count, runs))| alternative(classes, runs, *count)).collect();
        Some(if let [only] = kinds.as_slice() { format!("^{only}$") } else { format!("^({})$", kinds.join("|")) })
    }

    /// Whether there is no small letter and no space: codes, not words.
    pub fn are_codes(&self) -> bool {
        let is_word = |class: &Class| matches!(class, Class::Lower | Class::CyrillicLower | Class::Sign(' ' | '\u{a0}'));
        self.count().is_some() && !self.kinds.keys().flatten().any(is_word)
    }
}

fn runs_of(text: &str) -> Option<(Vec<Class>, Vec<&str>)> {
    let (mut classes, mut runs): (Vec<Class>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut start = 0;
    for (at, letter) in text.char_indices() {
        let class = match letter {
            '0'..='9' => Class::Digit,
            'A'..='Z' => Class::Upper,
            'a'..='z' => Class::Lower,
            'А'..='Я' | 'Ё' => Class::CyrillicUpper,
            'а'..='я' | 'ё' => Class::CyrillicLower,
            sign if sign.is_control() => return None,
            sign => Class::Sign(sign),
        };
        if classes.last() != Some(&class) {
            if classes.len() == RUNS_MAX {
                return None;
            }
            classes.push(class);
            start = at;
            runs.push("");
        }
        if let Some(run) = runs.last_mut() {
            *run = &text[start..at + letter.len_utf8()];
        }
    }
    Some((classes, runs))
}

fn alternative(classes: &[Class], runs: &[Run], count: u64) -> String {
    // Fewer codes may agree by accident.
    const AGREEING_MIN: u64 = 10;
    let mut pattern = String::new();
    for (class, run) in classes.iter().zip(runs) {
        let is_word = matches!(class, Class::Upper | Class::Lower | Class::CyrillicUpper | Class::CyrillicLower) && run.least > 1;
        if let Some(constant) = run.constant.as_ref().filter(|_| is_word && count >= AGREEING_MIN) {
            pattern.push_str(constant);
            continue;
        }
        match class {
            Class::Digit => pattern.push_str("[0-9]"),
            Class::Upper => pattern.push_str("[A-Z]"),
            Class::Lower => pattern.push_str("[a-z]"),
            Class::CyrillicUpper => pattern.push_str("[А-ЯЁ]"),
            Class::CyrillicLower => pattern.push_str("[а-яё]"),
            // Outside of brackets these mean themselves.
            Class::Sign(sign @ ('-' | '_' | '/' | ':' | ' ')) => pattern.push(*sign),
            Class::Sign(sign) => pattern.push_str(&regex::escape(&sign.to_string())),
        }
        // Writing into a string cannot fail.
        let _ = match (run.least, run.greatest) {
            (1, 1) => Ok(()),
            (least, greatest) if least == greatest => write!(pattern, "{{{least}}}"),
            (least, greatest) => write!(pattern, "{{{least},{greatest}}}"),
        };
    }
    pattern
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    fn pattern(texts: &[&str]) -> Option<String> {
        let mut shapes = Shapes::default();
        texts.iter().for_each(|text| shapes.take(text));
        shapes.pattern()
    }

    #[test]
    fn patterns_say_what_was_seen() {
        for (texts, expected) in [
            (&["01", "17"][..], Some("^[0-9]{2}$")),
            (&["1", "117"], Some("^[0-9]{1,3}$")),
            (&["A", "01", "01.1", "01.11"], Some(r"^([A-Z]|[0-9]{2}|[0-9]{2}\.[0-9]{1,2})$")),
            (&["Р7", "105.ч2"], Some(r"^([А-ЯЁ][0-9]|[0-9]{3}\.[а-яё][0-9])$")),
            (&["RU-AD"], Some(r"^[A-Z]{2}-[A-Z]{2}$")),
            (&[], None),
            (&["a", "A", "1", "-", "a-", "A-", "1-", "-1", "-a"], None),
        ] {
            assert_eq!(pattern(texts).as_deref(), expected, "{texts:?}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_admits_all_it_was_made_of(texts in prop::collection::vec("[0-9A-Zа-я.|( +-]{1,8}", 1..6)) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            if let Some(pattern) = pattern(&texts) {
                let regex = Regex::new(&pattern).unwrap();
                for text in texts {
                    prop_assert!(regex.is_match(text), "{} by {}", text, pattern);
                }
            }
        }
    }
}
