//! Judges text that is not UTF-8 by how often each byte occurs: is it Russian, and in which of the five encodings that
//! Russian text is found in? Deliberately unknown: lines, UTF-8, and other languages.

use encoding_rs::{Encoding, IBM866, ISO_8859_5, KOI8_R, WINDOWS_1251, X_MAC_CYRILLIC};

/// What is counted in the text.
pub(super) struct Counts {
    /// How often each byte occurs. Only those above ASCII are looked at.
    bytes: [u64; 256],
    /// Read as windows-1251: how often a capital Я follows a small letter.
    misplaced_capitals: u64,
    last_byte: u8,
}

/// The letters of Russian, the most frequent first, with their number per ten thousand letters, rounded.
/// Source: frequency of letters in the Russian National Corpus.
#[rustfmt::skip]
const LETTERS: &[(char, f64)] = &[
    ('о', 1097.), ('е', 845.), ('а', 801.), ('и', 735.), ('н', 670.), ('т', 626.), ('с', 547.), ('р', 473.), ('в', 454.),
    ('л', 440.), ('к', 349.), ('м', 321.), ('д', 298.), ('п', 281.), ('у', 262.), ('я', 201.), ('ы', 190.), ('ь', 174.),
    ('г', 170.), ('з', 165.), ('б', 159.), ('ч', 144.), ('й', 121.), ('х', 97.), ('ж', 94.), ('ш', 73.), ('ю', 64.),
    ('ц', 48.), ('щ', 36.), ('э', 32.), ('ф', 26.), ('ъ', 4.), ('ё', 4.),
];

/// Two thirds of the letters in Russian text are of these ten.
const COMMON_LETTERS: &str = "оеаинтсрвл";

/// Signs and letters that tables in Russia have besides the Russian alphabet: rarer than most letters, but no surprise.
const EXPECTED_BESIDES: &str = "«»№–—…“”„§°±\u{a0}іїєґў";
const EXPECTED_BESIDES_PER_10_000: f64 = 20.;
const UNEXPECTED_PER_10_000: f64 = 1.;

/// How much rarer a letter is in the case that a text is not mainly written in.
const OTHER_CASE_FACTOR: f64 = 0.3;

/// No byte of Russian text makes up more than about an eighth of it. Without a cap, a column of numbers grouped by
/// no-break spaces would outvote all the letters.
const BYTE_SHARE_MAX: f64 = 0.15;

/// Per byte, Russian comes to about -3.1 in its own encoding and to -4.4 or less in a wrong one.
const PLAUSIBLE_MEAN: f64 = -4.0;

/// By how much another encoding must beat windows-1251, which is by far the most frequent: fifty to one.
const PREFERENCE: f64 = 4.0;

/// A text wholly in capitals is less frequent than another, by as much.
const CAPITALS_PENALTY: f64 = 4.0;

/// The only letter that differs between windows-1251 and x-mac-cyrillic in small letters is the last one of the alphabet,
/// and a capital there is out of the question: one such place is nearly enough to tell.
const MISPLACED_CAPITAL_PENALTY: f64 = 3.0;

const OTHERS: [(&Encoding, &str); 4] =
    [(X_MAC_CYRILLIC, "x-mac-cyrillic (MacCyrillic)"), (KOI8_R, "KOI8-R"), (IBM866, "IBM866 (CP866)"), (ISO_8859_5, "ISO-8859-5")];

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Verdict {
    /// Plausible Russian in windows-1251: how many letters, and the percentages that make it plausible.
    Windows1251 {
        letters: u64,
        common_percent: u64,
        unexpected_percent: u64,
    },
    Other(&'static str),
    NotRussian,
}

impl Counts {
    pub(super) fn new() -> Counts {
        Counts { bytes: [0; 256], misplaced_capitals: 0, last_byte: 0 }
    }

    pub(super) fn take(&mut self, chunk: &[u8]) {
        for byte in chunk {
            self.bytes[usize::from(*byte)] += 1;
            self.misplaced_capitals += u64::from(*byte == 0xDF && self.last_byte >= 0xE0);
            self.last_byte = *byte;
        }
    }

    pub(super) fn above_ascii(&self) -> u64 {
        self.bytes[0x80..].iter().sum()
    }

    /// The characters that the bytes above ASCII stand for, with their counts.
    fn decoded(&self, encoding: &'static Encoding) -> impl Iterator<Item = (char, u64)> {
        (0x80..=0xFF).filter(|byte| self.bytes[usize::from(*byte)] > 0).filter_map(move |byte: u8| {
            let (text, _) = encoding.decode_without_bom_handling(std::slice::from_ref(&byte));
            text.chars().next().map(|character| (character, self.bytes[usize::from(byte)]))
        })
    }
}

/// Compares the bytes with the frequencies of Russian under each encoding.
pub(super) fn judge(counts: &Counts) -> Verdict {
    let mut own = Fit::of(WINDOWS_1251, counts);
    own.total -= counts.misplaced_capitals as f64 * MISPLACED_CAPITAL_PENALTY;
    let mut best = (own.total + PREFERENCE, own.mean(), None);
    for (encoding, name) in OTHERS {
        let fit = Fit::of(encoding, counts);
        if fit.total > best.0 {
            best = (fit.total, fit.mean(), Some(name));
        }
    }
    match best {
        (_, mean, _) if mean < PLAUSIBLE_MEAN => Verdict::NotRussian,
        (_, _, Some(name)) => Verdict::Other(name),
        (_, _, None) => describe(counts),
    }
}

/// The log-likelihood of the bytes above ASCII, and the number of bytes it is the sum for.
struct Fit {
    total: f64,
    bytes: f64,
}

impl Fit {
    /// In windows-1251 capitals stand where KOI8-R has small letters, so a table in capitals throughout, which is no
    /// rarity, must be compared with such a table.
    fn of(encoding: &'static Encoding, counts: &Counts) -> Fit {
        let usual = Fit::in_case(encoding, counts, char::is_lowercase);
        let mut capitals = Fit::in_case(encoding, counts, char::is_uppercase);
        capitals.total -= CAPITALS_PENALTY;
        if capitals.total > usual.total { capitals } else { usual }
    }

    fn in_case(encoding: &'static Encoding, counts: &Counts, is_main_case: fn(char) -> bool) -> Fit {
        let above_ascii: u64 = counts.above_ascii();
        let mut fit = Fit { total: 0., bytes: 0. };
        for (character, count) in counts.decoded(encoding) {
            let capped = (count as f64).min((above_ascii - count) as f64 * BYTE_SHARE_MAX);
            let is_other_case = character.is_alphabetic() && !is_main_case(character);
            let case_factor = if is_other_case { OTHER_CASE_FACTOR } else { 1. };
            fit.total += capped * (case_factor * per_10_000(character) / 10_000.).ln();
            fit.bytes += capped;
        }
        fit
    }

    /// Without any bytes to judge, nothing is plausible.
    fn mean(&self) -> f64 {
        if self.bytes > 0. { self.total / self.bytes } else { f64::NEG_INFINITY }
    }
}

/// How often a character is expected, whatever its case.
fn per_10_000(character: char) -> f64 {
    let lower = lowercase(character);
    match LETTERS.iter().find(|(letter, _)| *letter == lower) {
        Some((_, frequency)) => *frequency,
        None if EXPECTED_BESIDES.contains(lower) => EXPECTED_BESIDES_PER_10_000,
        None => UNEXPECTED_PER_10_000,
    }
}

/// The evidence in terms that a person can check.
fn describe(counts: &Counts) -> Verdict {
    let (mut letters, mut common, mut unexpected, mut total) = (0, 0, 0, 0);
    for (character, count) in counts.decoded(WINDOWS_1251) {
        total += count;
        if character.is_alphabetic() {
            letters += count;
        }
        if COMMON_LETTERS.contains(lowercase(character)) {
            common += count;
        }
        if per_10_000(character) == UNEXPECTED_PER_10_000 {
            unexpected += count;
        }
    }
    let common_percent = (common * 100).checked_div(letters).unwrap_or(0);
    let unexpected_percent = (unexpected * 100).checked_div(total).unwrap_or(0);
    Verdict::Windows1251 { letters, common_percent, unexpected_percent }
}

fn lowercase(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1252;

    use super::*;

    const PROSE: &str = "Прокуратура Российской Федерации — единая федеральная централизованная система органов, осуществляющих \
                         надзор за соблюдением Конституции и исполнением законов. № 2202-1, «Я — закон»";

    fn verdict(text: &str, encoding: &'static Encoding) -> Verdict {
        let mut counts = Counts::new();
        counts.take(&encoding.encode(text).0);
        judge(&counts)
    }

    #[test]
    fn russian_is_told_by_its_letters() {
        let expected = Verdict::Windows1251 { letters: 146, common_percent: 69, unexpected_percent: 0 };
        assert_eq!(verdict(PROSE, WINDOWS_1251), expected);
        for (encoding, name) in OTHERS {
            assert_eq!(verdict(PROSE, encoding), Verdict::Other(name));
        }
    }

    #[test]
    fn russian_in_capitals_is_still_russian() {
        let capitals = PROSE.to_uppercase();
        assert!(matches!(verdict(&capitals, WINDOWS_1251), Verdict::Windows1251 { .. }));
        assert_eq!(verdict(&capitals, KOI8_R), Verdict::Other("KOI8-R"));
        assert_eq!(verdict(&capitals, ISO_8859_5), Verdict::Other("ISO-8859-5"));
    }

    #[test]
    fn small_letters_in_mac_cyrillic_differ_by_the_last_of_the_alphabet() {
        assert!(matches!(verdict("наименование показателя, единица", WINDOWS_1251), Verdict::Windows1251 { .. }));
        assert_eq!(verdict("наименование показателя, единица измерения", X_MAC_CYRILLIC), Verdict::Other("x-mac-cyrillic (MacCyrillic)"));
    }

    #[test]
    fn a_column_of_no_break_spaces_does_not_outvote_the_letters() {
        let text = format!("{PROSE}{}", "1\u{a0}234\u{a0}567;".repeat(5_000));
        assert!(matches!(verdict(&text, WINDOWS_1251), Verdict::Windows1251 { .. }));
        assert_eq!(verdict("1\u{a0}234\u{a0}567", WINDOWS_1251), Verdict::NotRussian);
    }

    #[test]
    fn other_languages_are_not_russian() {
        let german = "Münchner Straße über größere Häuser für Ärzte, schön, süß, müßig";
        assert_eq!(verdict(german, WINDOWS_1252), Verdict::NotRussian);
        assert_eq!(verdict("", WINDOWS_1251), Verdict::NotRussian);
    }

    #[test]
    fn the_neighbours_languages_pass() {
        for text in ["Львівська область, Київ, Запоріжжя; її", "Магілёў, Віцебск, беларуская мова ў свеце"]
        {
            assert!(matches!(verdict(text, WINDOWS_1251), Verdict::Windows1251 { .. }), "{text}");
        }
    }
}
