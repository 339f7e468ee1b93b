//! "Did you mean": the known name that a mistyped one comes nearest to.

/// The nearest of the known names, where one is near enough to be meant.
pub(super) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = plain(name);
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        let distance = distance(&wanted, candidate);
        let is_near = distance <= allowed(&wanted, candidate) || (wanted.len() >= 3 && candidate.starts_with(&wanted));
        if is_near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `maxLength` and `Max-Length` as a definition would write it: `max_length`.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len() + 2);
    let mut after_small = false;
    for letter in name.chars() {
        if letter.is_uppercase() && after_small {
            plain.push('_');
        }
        after_small = letter.is_lowercase();
        plain.extend(if letter == '-' { '_' } else { letter }.to_lowercase());
    }
    plain
}

/// The words of a name may have changed places: `max_length` is meant for `length_max`.
fn distance(wanted: &str, candidate: &str) -> usize {
    let in_order = strsim::damerau_levenshtein(wanted, candidate);
    in_order.min(1 + strsim::damerau_levenshtein(&sorted_words(wanted), &sorted_words(candidate)))
}

fn sorted_words(name: &str) -> String {
    let mut words: Vec<&str> = name.split('_').collect();
    words.sort_unstable();
    words.join("_")
}

/// One slip in three letters, and never more than three.
fn allowed(wanted: &str, candidate: &str) -> usize {
    (wanted.chars().count().max(candidate.chars().count()) / 3).clamp(1, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_another_word_is_not() {
        let known = ["code", "type", "label", "length_min", "length_max", "required", "unique", "description", "search"];
        let cases = [
            ("lenght_max", Some("length_max")),
            ("max_length", Some("length_max")),
            ("maxLength", Some("length_max")),
            ("lable", Some("label")),
            ("Type", Some("type")),
            ("desc", Some("description")),
            ("requierd", Some("required")),
            ("unit", None),
            ("title", None),
            ("колонка", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
    }
}
