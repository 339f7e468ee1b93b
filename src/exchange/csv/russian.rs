//! Judges text that is not UTF-8 by its pairs of neighbouring bytes: is it Russian, and in which of the five encodings of one byte
//! a letter that Russian text is found in? Deliberately unknown: lines, UTF-8, and other languages.

use super::Encoding;

/// How many kinds of bytes are told apart: two kinds of ASCII, and each byte beyond it.
const KINDS: usize = 2 + 128;
const BEYOND_ASCII: usize = 2;

/// How often each byte stands behind each other one. Pairs within ASCII are the same in every encoding and are not counted.
pub(super) struct Counts {
    pairs: Box<[u64]>,
    beyond_ascii: u64,
    last_kind: usize,
}

/// The encodings that are compared, in the order of preference.
const CANDIDATES: [Encoding; 5] = [Encoding::Windows1251, Encoding::Koi8R, Encoding::Cp866, Encoding::MacCyrillic, Encoding::Iso8859_5];

/// The alphabet as the table below has it: the gap between words, then the letters. Ё counts as е.
const ALPHABET: &str = "_абвгдежзийклмнопрстуфхцчшщъыьэюя";
const SYMBOLS: usize = 33;
const GAP: usize = 0;

/// For each letter, in rows, how rarely each other one follows it, in columns: the negative natural logarithm of the share, rounded, and
/// nine at most. Counted over the shipped dictionaries, the classifiers of activities and of products and a part of that of municipalities:
/// 1.6 million pairs.
#[rustfmt::skip]
const RARITY: [&[u8; SYMBOLS]; SYMBOLS] = [
    b"944333654393433323233556469999466",
    b"294344444634332853235644556999863",
    b"429896266396174263483967884437965",
    b"229867296392384295345948878936994",
    b"229796499296585192664999899989999",
    b"228466265395343253383998679647873",
    b"275343544744232553337654465999985",
    b"424772179294662683493999799796999",
    b"315252389294442284684998699746984",
    b"145455353433343443348644366999943",
    b"096766798994554287369887879999999",
    b"327599467297376193432995869879989",
    b"328956269295565389852989899942933",
    b"225788297296644247492798689936995",
    b"426754376294892289345596788826995",
    b"273233454433333543337656466999886",
    b"439969299396496131543998789966997",
    b"416635257395644166343658669845974",
    b"346497389492344335414678779867985",
    b"327396299294673283483879799932965",
    b"353523644764243932248658445999857",
    b"339979295199576193633599899956958",
    b"039669599498563294555999799999999",
    b"439599299093969499896978999949999",
    b"219899199295672684654989979997999",
    b"326598199292343465444989899897969",
    b"639999199199994799996999999995999",
    b"777777077777777777777777777777732",
    b"295466275945525955549919548999998",
    b"196766484395941979249776648999943",
    b"597577977992253964417479979999799",
    b"184554855975445973539866152999999",
    b"194565453854533974538946653999956",
];

/// Signs and letters that tables in Russia have besides the Russian alphabet: rarer than letters, but no surprise.
const EXPECTED_BESIDES: &str = "«»№–—…“”„§°±\u{a0}іїєґў";
const RARITY_OF_EXPECTED: f64 = 4.5;
const RARITY_OF_UNEXPECTED: f64 = 9.;
/// Control characters beyond ASCII, which no file has on purpose.
const RARITY_OF_CONTROL: f64 = 14.;
/// A Cyrillic letter right beside a Latin one.
const RARITY_OF_MIXED: f64 = 8.;

/// A word that begins with a capital, a capital after a small letter, and whatever else.
const RARITY_OF_INITIAL_CAPITAL: f64 = 1.2;
const RARITY_OF_MISPLACED_CAPITAL: f64 = 7.;
const RARITY_OF_FURTHER_CAPITAL: f64 = 1.;
const RARITY_OF_ALL_CAPITALS: f64 = 4.;

/// Pairs less rare than this count as common when people are told of them: nine tenths of all in Russian text.
const COMMON_RARITY_MAX: f64 = 5.1;

/// No pair makes up more of a text than this share. Without a cap, a column of numbers grouped by no-break spaces would outvote all the words.
const PAIR_SHARE_MAX: f64 = 0.05;
const PAIR_COUNT_MIN: f64 = 3.;

/// Per character, Russian comes to about 3 in its own encoding and to 6 and more in a wrong one.
const PLAUSIBLE_MEAN_MAX: f64 = 4.5;
const SLACK_OF_FEW: f64 = 8.;
const PLAUSIBLE_MEAN_OF_FEW_MAX: f64 = 6.;

/// How much likelier windows-1251 is before a byte is looked at, and by how much an encoding must beat the next one: twenty to one.
const PREFERENCE: f64 = 3.;
const MARGIN: f64 = 3.;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    Russian(Evidence),
    /// Plausible in each of these, the likeliest first, and in none much more than in another.
    Ambiguous(Vec<Encoding>),
    NotRussian,
}

/// What a person can check: how many of the pairs of letters are common in Russian, in the encoding found and in the next best.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Evidence {
    pub(super) encoding: Encoding,
    pub(super) common: u64,
    pub(super) pairs: u64,
    pub(super) next: Encoding,
    pub(super) next_common: u64,
}

impl Counts {
    pub(super) fn new() -> Counts {
        Counts { pairs: vec![0; KINDS * KINDS].into(), beyond_ascii: 0, last_kind: 0 }
    }

    pub(super) fn take(&mut self, chunk: &[u8]) {
        for byte in chunk {
            let kind = match byte {
                0x80.. => usize::from(*byte) - 0x80 + BEYOND_ASCII,
                letter => usize::from(letter.is_ascii_alphabetic()),
            };
            if kind >= BEYOND_ASCII || self.last_kind >= BEYOND_ASCII {
                self.pairs[self.last_kind * KINDS + kind] += 1;
                self.beyond_ascii += u64::from(kind >= BEYOND_ASCII);
            }
            self.last_kind = kind;
        }
    }

    pub(super) fn beyond_ascii(&self) -> u64 {
        self.beyond_ascii
    }

    /// The pairs that occur, each with its count.
    fn occurring(&self) -> impl Iterator<Item = (usize, usize, u64)> {
        let places = self.pairs.iter().enumerate();
        places.filter(|(_, count)| **count > 0).map(|(place, count)| (place / KINDS, place % KINDS, *count))
    }
}

/// What a byte is in an encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// By its number in the alphabet.
    Letter {
        number: usize,
        is_capital: bool,
    },
    Latin,
    Gap,
    Expected,
    Unexpected,
    Control,
}

impl Sign {
    fn of_kinds(encoding: Encoding) -> Vec<Sign> {
        let mut signs = vec![Sign::Gap, Sign::Latin];
        for byte in 0x80..=0xFF {
            let (text, _) = encoding.decoder().decode_without_bom_handling(std::slice::from_ref(&byte));
            signs.push(text.chars().next().map_or(Sign::Unexpected, Sign::of));
        }
        signs
    }

    fn of(character: char) -> Sign {
        let lower = character.to_lowercase().next().unwrap_or(character);
        let plain = if lower == 'ё' { 'е' } else { lower };
        match ALPHABET.chars().position(|letter| letter == plain) {
            Some(number) if number != GAP => Sign::Letter { number, is_capital: character != lower },
            _ if EXPECTED_BESIDES.contains(lower) => Sign::Expected,
            _ if character.is_control() => Sign::Control,
            _ => Sign::Unexpected,
        }
    }

    fn number(self) -> usize {
        if let Sign::Letter { number, .. } = self { number } else { GAP }
    }
}

/// How rarely the second of a pair follows the first.
fn rarity(before: Sign, sign: Sign) -> f64 {
    let letters = f64::from(RARITY[before.number()][sign.number()] - b'0');
    match (before, sign) {
        (Sign::Letter { .. }, Sign::Latin) | (Sign::Latin, Sign::Letter { .. }) => RARITY_OF_MIXED,
        (Sign::Letter { is_capital: false, .. }, Sign::Letter { is_capital: true, .. }) => letters + RARITY_OF_MISPLACED_CAPITAL,
        (Sign::Letter { is_capital: true, .. }, Sign::Letter { is_capital: true, .. }) => letters + RARITY_OF_FURTHER_CAPITAL,
        (_, Sign::Letter { is_capital: true, .. }) => letters + RARITY_OF_INITIAL_CAPITAL,
        (_, Sign::Letter { .. }) | (Sign::Letter { .. }, Sign::Gap) => letters,
        (_, Sign::Expected) => RARITY_OF_EXPECTED,
        (_, Sign::Unexpected) => RARITY_OF_UNEXPECTED,
        (_, Sign::Control) => RARITY_OF_CONTROL,
        (_, Sign::Gap | Sign::Latin) => 0.,
    }
}

/// How rare the text would be in one encoding, altogether and for each character.
struct Fit {
    encoding: Encoding,
    signs: Vec<Sign>,
    total: f64,
    mean: f64,
}

impl Fit {
    fn of(encoding: Encoding, counts: &Counts) -> Fit {
        let signs = Sign::of_kinds(encoding);
        let all: u64 = counts.occurring().map(|(_, _, count)| count).sum();
        let count_max = (all as f64 * PAIR_SHARE_MAX).max(PAIR_COUNT_MIN);
        let mut total = 0.;
        let mut characters = 0.;
        // A table in capitals throughout is no rarity, and its capitals are no surprise beyond the first.
        let mut further_capitals = 0.;
        for (before, kind, count) in counts.occurring() {
            let weight = (count as f64).min(count_max);
            total += weight * rarity(signs[before], signs[kind]);
            characters += if kind >= BEYOND_ASCII { weight } else { 0. };
            if let (Sign::Letter { is_capital: true, .. }, Sign::Letter { is_capital: true, .. }) = (signs[before], signs[kind]) {
                further_capitals += weight * RARITY_OF_FURTHER_CAPITAL;
            }
        }
        total -= further_capitals - further_capitals.min(RARITY_OF_ALL_CAPITALS);
        let mean = if characters > 0. { total / characters } else { f64::INFINITY };
        Fit { encoding, signs, total: total + if encoding == Encoding::Windows1251 { 0. } else { PREFERENCE }, mean }
    }

    /// Whether every byte that occurs is the same character in both.
    fn reads_as(&self, other: &Fit, counts: &Counts) -> bool {
        counts.occurring().all(|(_, kind, _)| {
            let character = |fit: &Fit| {
                let byte = (kind + 0x80).wrapping_sub(BEYOND_ASCII) as u8;
                fit.encoding.decoder().decode_without_bom_handling(&[byte]).0.into_owned()
            };
            kind < BEYOND_ASCII || character(self) == character(other)
        })
    }

    /// How many pairs of letters are common, and how many pairs there are.
    fn common(&self, counts: &Counts) -> (u64, u64) {
        let (mut common, mut pairs) = (0, 0);
        for (before, kind, count) in counts.occurring() {
            if let (before @ Sign::Letter { .. }, letter @ Sign::Letter { .. }) = (self.signs[before], self.signs[kind]) {
                pairs += count;
                common += if rarity(before, letter) < COMMON_RARITY_MAX { count } else { 0 };
            }
        }
        (common, pairs)
    }

    /// Whether the text can be Russian at all. A few words may be unusual ones.
    fn is_plausible(&self, counts: &Counts) -> bool {
        let has_letters = counts.occurring().any(|(_, kind, _)| matches!(self.signs[kind], Sign::Letter { .. }));
        has_letters && self.mean <= (PLAUSIBLE_MEAN_MAX + SLACK_OF_FEW / counts.beyond_ascii as f64).min(PLAUSIBLE_MEAN_OF_FEW_MAX)
    }
}

/// Compares the pairs of bytes with those of Russian in each encoding.
pub(super) fn judge(counts: &Counts) -> Verdict {
    let mut fits = CANDIDATES.map(|encoding| Fit::of(encoding, counts));
    fits.sort_by(|a, b| a.total.total_cmp(&b.total));
    let [best, others @ ..] = &fits;
    if !best.is_plausible(counts) {
        return Verdict::NotRussian;
    }
    let is_rival = |fit: &&Fit| fit.total - best.total < MARGIN && !fit.reads_as(best, counts);
    let mut candidates = vec![best.encoding];
    candidates.extend(others.iter().filter(is_rival).map(|fit| fit.encoding));
    if candidates.len() > 1 {
        return Verdict::Ambiguous(candidates);
    }
    let next = others.iter().find(|fit| !fit.reads_as(best, counts)).unwrap_or(&fits[1]);
    let ((common, pairs), (next_common, _)) = (best.common(counts), next.common(counts));
    Verdict::Russian(Evidence { encoding: best.encoding, common, pairs, next: next.encoding, next_common })
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1252;

    use super::*;

    const PROSE: &str = "Прокуратура Российской Федерации — единая федеральная централизованная система органов, осуществляющих \
                         надзор за соблюдением Конституции и исполнением законов. № 2202-1, «Я — закон»";

    fn verdict(text: &str, encoding: &'static encoding_rs::Encoding) -> Verdict {
        let mut counts = Counts::new();
        // A file never ends within a word for good: its line end may be missing.
        counts.take(&encoding.encode(&format!("{text}\n")).0);
        judge(&counts)
    }

    fn found(text: &str, encoding: Encoding) -> Option<Encoding> {
        match verdict(text, encoding.decoder()) {
            Verdict::Russian(evidence) => Some(evidence.encoding),
            _ => None,
        }
    }

    #[test]
    fn russian_is_told_by_its_pairs_of_letters() {
        for encoding in CANDIDATES {
            assert_eq!(found(PROSE, encoding), Some(encoding));
            assert_eq!(found(&PROSE.to_uppercase(), encoding), Some(encoding), "capitals");
            assert_eq!(found(&PROSE.to_lowercase(), encoding), Some(encoding), "small letters");
        }
        let expected = Evidence { encoding: Encoding::Windows1251, common: 127, pairs: 128, next: Encoding::MacCyrillic, next_common: 118 };
        assert_eq!(verdict(PROSE, encoding_rs::WINDOWS_1251), Verdict::Russian(expected));
    }

    #[test]
    fn short_texts_are_told_or_said_to_be_uncertain() {
        for text in ["Да", "нет", "код;имя", "Москва", "Адыгея;1", "ИМЯ", "Город\tСело", "1;Прокуратура"]
        {
            for encoding in CANDIDATES {
                let verdict = verdict(text, encoding.decoder());
                let is_right = match &verdict {
                    Verdict::Russian(evidence) => {
                        evidence.encoding == encoding || encoding.decoder().encode(text).0 == evidence.encoding.decoder().encode(text).0
                    }
                    Verdict::Ambiguous(candidates) => candidates.contains(&encoding),
                    Verdict::NotRussian => text.len() < 8,
                };
                assert!(is_right, "{text} in {}: {verdict:?}", encoding.name());
            }
        }
    }

    #[test]
    fn small_letters_in_mac_cyrillic_differ_by_the_last_of_the_alphabet() {
        assert_eq!(found("наименование показателя, единица", Encoding::Windows1251), Some(Encoding::Windows1251));
        assert_eq!(found("наименование показателя, единица измерения", Encoding::MacCyrillic), Some(Encoding::MacCyrillic));
        assert_eq!(found("наименование органа", Encoding::MacCyrillic), Some(Encoding::Windows1251), "the same bytes");
    }

    #[test]
    fn a_column_of_no_break_spaces_does_not_outvote_the_letters() {
        let text = format!("{PROSE}{}", "1\u{a0}234\u{a0}567;".repeat(5_000));
        for encoding in CANDIDATES {
            assert_eq!(found(&text, encoding), Some(encoding));
        }
        assert_eq!(found("1\u{a0}234\u{a0}567", Encoding::Windows1251), None);
    }

    #[test]
    fn other_languages_are_not_russian() {
        let german = "Münchner Straße über größere Häuser für Ärzte, schön, süß, müßig";
        assert_eq!(verdict(german, WINDOWS_1252), Verdict::NotRussian);
        assert_eq!(verdict("", WINDOWS_1252), Verdict::NotRussian);
        assert_eq!(verdict("café", WINDOWS_1252), Verdict::NotRussian);
    }

    #[test]
    fn the_neighbours_languages_pass() {
        for text in ["Львівська область, Київ, Запоріжжя; її", "Магілёў, Віцебск, беларуская мова ў свеце"]
        {
            assert_eq!(found(text, Encoding::Windows1251), Some(Encoding::Windows1251), "{text}");
        }
    }
}
