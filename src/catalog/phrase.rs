//! What somebody looks for, held against short texts that are in no index: names, titles. It finds beginnings of words in whatever
//! Russian form, as the text index does, and no misspelt ones. It knows not whose names they are.

use super::folding::fold;
use super::text_index::{stem_of, words_of};

/// The words of a search.
#[derive(Debug, Clone)]
pub struct Phrase {
    stems: Vec<String>,
}

impl Phrase {
    /// `None` when there is no word in the text.
    pub fn new(text: &str) -> Option<Self> {
        let stems: Vec<String> = words_of(text).iter().map(|word| stem_of(word)).collect();
        (!stems.is_empty()).then_some(Self { stems })
    }

    /// Whether each word, in some form, begins a word of these texts.
    pub fn is_in<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> bool {
        let mut missing: Vec<&str> = self.stems.iter().map(String::as_str).collect();
        for text in texts {
            let folded = fold(text);
            for word in folded.split(|letter: char| !letter.is_alphanumeric()) {
                missing.retain(|stem| !word.starts_with(stem));
            }
            if missing.is_empty() {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_begin_some_word() {
        let cases = [
            ("приказ", &["Приказы о переименовании"][..], true),
            ("приказы", &["Приказ № 17"], true),
            ("переимен орган", &["О переименовании органов"], true),
            ("орган переимен", &["О переименовании органов"], true),
            ("переимен луны", &["О переименовании органов"], false),
            ("именование", &["О переименовании органов"], false),
            ("бере", &["Берёзовский"], true),
            ("offi орган", &["offices", "Органы прокуратуры"], true),
            ("типы", &["case_types", "Типы дел"], true),
            ("type", &["case_types"], true),
            ("17", &["Приказ № 17"], true),
        ];
        for (searched, texts, expected) in cases {
            let phrase = Phrase::new(searched).expect("it has words");
            assert_eq!(phrase.is_in(texts.iter().copied()), expected, "{searched} in {texts:?}");
        }
        assert!(Phrase::new(" ,. ").is_none());
    }
}
