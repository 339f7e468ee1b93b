//! Full-text search over one dictionary: Russian word forms, beginnings of words and small typos, by tantivy in memory.
//! It finds item versions by their texts; when those are valid, the caller looks.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use rustc_hash::FxHashSet;
use tantivy::directory::RamDirectory;
use tantivy::query::{BooleanQuery, BoostQuery, ConstScoreQuery, FuzzyTermQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{Language, SimpleTokenizer, Stemmer, TextAnalyzer, TokenStream, TokenizerManager};
use tantivy::{Index, IndexWriter, ReloadPolicy, Searcher, SingleSegmentIndexWriter, TantivyDocument, Term};

use super::folding::fold;
use crate::domain::definition::AttributeType;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::text::Language as ContentLanguage;

/// Words of a search text that are looked at; the rest is not.
pub const SEARCH_WORDS_MAX: usize = 16;

/// The least memory that tantivy's writers take; they give it back when they are done.
const WRITER_BYTES: usize = 15_000_000;

const WORDS: &str = "words";
const STEMS: &str = "stems";

/// An immutable index. A newer one shares the segments that did not change.
pub struct TextIndex {
    fields: Fields,
    /// Absent when the index could not be made; then nothing is found, and the log says why.
    searchable: Option<(Index, Searcher)>,
    /// The writing of the shared index that this one sees.
    opstamp: u64,
    /// What a row number of the index stands for; rows of closed versions stay until the next rebuilding.
    rows: Arc<[Arc<ItemVersion>]>,
    /// The rows that came since the index was built.
    added: Vec<Arc<ItemVersion>>,
    dead_count: usize,
}

#[derive(Clone, Copy)]
struct Fields {
    row: Field,
    words: Field,
    stems: Field,
}

/// Whether words that are nearly the one that is searched for are found, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typos {
    Forgiven,
    /// Words must be begun rightly; the search takes a fraction of the time.
    Unforgiven,
}

/// A found version and how well it fits; a greater score fits better.
pub struct Hit {
    pub version: Arc<ItemVersion>,
    pub score: f32,
}

impl TextIndex {
    pub fn new(dictionary: &Dictionary, rows: Vec<Arc<ItemVersion>>) -> Self {
        let (schema, fields) = schema();
        let searchable = build(schema, fields, dictionary, &rows);
        let searchable = searchable.inspect_err(|error| tracing::error!(%error, dictionary = %dictionary.code, "no text index")).ok();
        let opstamp = searchable.as_ref().and_then(|(index, _)| index.load_metas().ok()).map(|metas| metas.opstamp).unwrap_or_default();
        Self { fields, searchable, opstamp, rows: rows.into(), added: Vec::new(), dead_count: 0 }
    }

    /// The index with some versions taken out and others put in; `None` when a new one should be built instead.
    pub fn advanced(&self, dictionary: &Dictionary, opened: &[Arc<ItemVersion>], closed: &[Arc<ItemVersion>]) -> Option<Self> {
        let dead_count = self.dead_count + closed.len();
        if (opened.len() + dead_count) * 2 > self.rows_count() {
            return None;
        }
        let (index, _) = self.searchable.as_ref()?;
        // Somebody advanced it before and did not get to the end: what was written then must not be found twice.
        if index.load_metas().ok()?.opstamp != self.opstamp {
            return None;
        }
        let mut added = self.added.clone();
        added.extend(opened.iter().cloned());
        let gone: FxHashSet<*const ItemVersion> = closed.iter().map(Arc::as_ptr).collect();
        let is_gone = |(_, version): &(usize, &Arc<ItemVersion>)| gone.contains(&Arc::as_ptr(version));
        let gone_rows = self.rows.iter().chain(&self.added).enumerate().filter(is_gone).map(|(row, _)| row);
        let write = || -> tantivy::Result<Searcher> {
            let mut writer: IndexWriter = index.writer_with_num_threads(1, WRITER_BYTES)?;
            for row in gone_rows {
                writer.delete_term(Term::from_field_u64(self.fields.row, row as u64));
            }
            for (offset, version) in opened.iter().enumerate() {
                writer.add_document(document(self.fields, dictionary, version, self.rows_count() + offset))?;
            }
            writer.commit()?;
            writer.wait_merging_threads()?;
            searcher(index)
        };
        match write() {
            Ok(searcher) => {
                let opstamp = index.load_metas().ok()?.opstamp;
                let rows = Arc::clone(&self.rows);
                Some(Self { fields: self.fields, searchable: Some((index.clone(), searcher)), opstamp, rows, added, dead_count })
            }
            Err(error) => {
                tracing::warn!(%error, dictionary = %dictionary.code, "the text index is built anew");
                None
            }
        }
    }

    fn rows_count(&self) -> usize {
        self.rows.len() + self.added.len()
    }

    fn row(&self, number: usize) -> Option<&Arc<ItemVersion>> {
        self.rows.get(number).or_else(|| self.added.get(number.checked_sub(self.rows.len())?))
    }

    /// What is not shared with the indexes that were advanced from this one or before it, roughly.
    pub fn own_bytes(&self) -> usize {
        let is_shared = Arc::strong_count(&self.rows) > 1;
        let usage = || self.searchable.as_ref().and_then(|(_, searcher)| searcher.space_usage().ok());
        let whole = || size_of_val(&*self.rows) + usage().map_or(0, |usage| usage.total().get_bytes() as usize);
        self.added.len() * size_of::<Arc<ItemVersion>>() + if is_shared { 0 } else { whole() }
    }

    /// Finds versions that have every word of a text, in any form, begun or slightly misspelt. In no particular order.
    pub fn search(&self, text: &str) -> Vec<Hit> {
        let mut found = Vec::new();
        self.each_row(text, Typos::Forgiven, |row, score| found.push((row, score)));
        found.into_iter().filter_map(|(row, score)| Some(Hit { version: Arc::clone(self.row(row)?), score })).collect()
    }

    /// The versions that fit best among those that are accepted, at most so many; best first, and among equals those that the index
    /// was given first. Whoever is shown a handful waits neither for a list of all that a common word finds nor for its sorting.
    pub fn best(&self, text: &str, typos: Typos, count_max: usize, accepts: impl Fn(&ItemVersion) -> bool) -> Vec<Hit> {
        // Scores are positive, and the bits of such numbers are in their order.
        let mut best: BinaryHeap<Reverse<(u32, Reverse<usize>)>> = BinaryHeap::with_capacity(count_max + 1);
        self.each_row(text, typos, |row, score| {
            let fits = (score.to_bits(), Reverse(row));
            let is_better = best.len() < count_max || best.peek().is_some_and(|Reverse(worst)| fits > *worst);
            if is_better && self.row(row).is_some_and(|version| accepts(version)) {
                best.push(Reverse(fits));
                if best.len() > count_max {
                    best.pop();
                }
            }
        });
        let best = best.into_sorted_vec().into_iter();
        best.filter_map(|Reverse((score, Reverse(row)))| Some(Hit { version: Arc::clone(self.row(row)?), score: f32::from_bits(score) }))
            .collect()
    }

    /// Tells every row that has the words of a text, with its score.
    fn each_row(&self, text: &str, typos: Typos, tell: impl FnMut(usize, f32)) {
        let words = words_of(text);
        // tantivy's bit sets panic where there is no document at all.
        let is_searchable = !words.is_empty() && !self.rows.is_empty();
        let Some((_, searcher)) = self.searchable.as_ref().filter(|_| is_searchable) else { return };
        let each_word = words.iter().map(|word| (Occur::Must, self.word_query(word, typos))).collect::<Vec<_>>();
        if let Err(error) = each_score(searcher, &BooleanQuery::new(each_word), tell) {
            tracing::error!(%error, "the search failed");
        }
    }

    /// The word itself fits best, then its forms, then words that it begins, then words that it nearly is.
    fn word_query(&self, word: &str, typos: Typos) -> Box<dyn Query> {
        let exact = Term::from_field_text(self.fields.words, word);
        let stem = Term::from_field_text(self.fields.stems, &stem_of(word));
        let constant = |query: Box<dyn Query>, score: f32| -> (Occur, Box<dyn Query>) {
            (Occur::Should, Box::new(ConstScoreQuery::new(query, score)))
        };
        let mut ways = vec![
            constant(Box::new(TermQuery::new(exact.clone(), IndexRecordOption::Basic)), 8.0),
            constant(Box::new(TermQuery::new(stem, IndexRecordOption::Basic)), 4.0),
            constant(Box::new(FuzzyTermQuery::new_prefix(exact.clone(), 0, true)), 2.0),
        ];
        // Numbers are codes, and a code that differs in a digit is another code.
        let is_number = word.chars().any(|letter| letter.is_ascii_digit());
        let typos_max = match word.chars().count() {
            _ if is_number => 0,
            0..=3 => 0,
            4..=8 => 1,
            _ => 2,
        };
        if typos_max > 0 && typos == Typos::Forgiven {
            ways.push(constant(Box::new(FuzzyTermQuery::new_prefix(exact, typos_max, true)), 0.5));
        }
        Box::new(BoostQuery::new(Box::new(BooleanQuery::new(ways)), 1.0))
    }
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let text = |tokenizer: &str| {
        let indexing =
            TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(IndexRecordOption::Basic).set_fieldnorms(false);
        TextOptions::default().set_indexing_options(indexing)
    };
    let row = builder.add_u64_field("row", FAST | INDEXED);
    let words = builder.add_text_field(WORDS, text(WORDS));
    let stems = builder.add_text_field(STEMS, text(STEMS));
    (builder.build(), Fields { row, words, stems })
}

fn build(schema: Schema, fields: Fields, dictionary: &Dictionary, rows: &[Arc<ItemVersion>]) -> tantivy::Result<(Index, Searcher)> {
    // The writer wants the default tokenizer even for fields that are not texts.
    let tokenizers = TokenizerManager::default();
    tokenizers.register(WORDS, TextAnalyzer::from(SimpleTokenizer::default()));
    tokenizers.register(STEMS, stemmer());
    let builder = Index::builder().schema(schema).tokenizers(tokenizers);
    let mut writer: SingleSegmentIndexWriter = builder.single_segment_index_writer(RamDirectory::create(), WRITER_BYTES)?;
    for (row, version) in rows.iter().enumerate() {
        writer.add_document(document(fields, dictionary, version, row))?;
    }
    let index = writer.finalize()?;
    let searcher = searcher(&index)?;
    Ok((index, searcher))
}

fn searcher(index: &Index) -> tantivy::Result<Searcher> {
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).num_warming_threads(1).try_into()?;
    Ok(reader.searcher())
}

/// The code and the texts of all attributes that are searched; without any, the one that names the item.
fn document(fields: Fields, dictionary: &Dictionary, version: &ItemVersion, row: usize) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    document.add_u64(fields.row, row as u64);
    let mut add = |text: &str| {
        let folded = fold(text);
        document.add_text(fields.words, &folded);
        document.add_text(fields.stems, &folded);
    };
    add(&version.code);
    let has_searched = dictionary.attributes.iter().any(|attribute| attribute.definition.search);
    for (position, attribute) in dictionary.attributes.iter().enumerate() {
        let is_searched = if has_searched { attribute.definition.search } else { dictionary.display_position() == Some(position) };
        let Some(value) = version.value(position).filter(|_| is_searched) else { continue };
        for text in value.texts() {
            add(text);
            if attribute.definition.kind == AttributeType::Enum {
                let label = attribute.definition.values.iter().find(|value| value.code == text).map(|value| &value.label);
                [ContentLanguage::Ru, ContentLanguage::En]
                    .into_iter()
                    .filter_map(|language| label.map(|label| label.get(language)))
                    .for_each(&mut add);
            }
        }
    }
    document
}

/// Scores are summed by hand, since the collector of best hits wants a limit and the caller must filter by time first.
fn each_score(searcher: &Searcher, query: &dyn Query, mut tell: impl FnMut(usize, f32)) -> tantivy::Result<()> {
    use tantivy::query::EnableScoring;
    let weight = query.weight(EnableScoring::enabled_from_searcher(searcher))?;
    for segment in searcher.segment_readers() {
        let rows = segment.fast_fields().u64("row")?;
        weight.for_each(segment, &mut |doc, score| {
            if let Some(row) = rows.first(doc).filter(|_| !segment.is_deleted(doc)) {
                tell(row as usize, score);
            }
        })?;
    }
    Ok(())
}

/// The words of a search text, folded.
pub(super) fn words_of(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut analyzer = TextAnalyzer::from(SimpleTokenizer::default());
    let mut stream = analyzer.token_stream(&folded);
    let mut words = Vec::new();
    while words.len() < SEARCH_WORDS_MAX && stream.advance() {
        words.push(stream.token().text.clone());
    }
    words
}

fn stemmer() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default()).filter(Stemmer::new(Language::Russian)).build()
}

/// What the forms of a Russian word have in common.
pub(super) fn stem_of(word: &str) -> String {
    let mut analyzer = stemmer();
    let mut stream = analyzer.token_stream(word);
    if stream.advance() { stream.token().text.clone() } else { word.to_owned() }
}

impl std::fmt::Debug for TextIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextIndex").field("rows", &self.rows_count()).field("dead_count", &self.dead_count).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::item::{Content, Stretch};
    use crate::domain::text::ItemCode;
    use crate::domain::validity::Validity;
    use crate::domain::value::Value;

    const DEFINITION: &str = r#"
        code = "offices"
        type = "Office"
        name = { ru = "Органы" }
        passport = { owner = "Управление" }
        attributes = [{ code = "name", type = "string", label = { ru = "Имя" }, search = true }, { code = "note", type = "string", label = { ru = "Примечание" } }]
    "#;

    fn dictionary() -> Dictionary {
        Dictionary::compile(toml::from_str(DEFINITION).unwrap()).unwrap()
    }

    fn version(dictionary: &Dictionary, code: &str, name: &str) -> Arc<ItemVersion> {
        let values = Box::new([Some(Value::Text(name.into())), Some(Value::Text("тайна".into()))]);
        let stretch = Stretch { validity: Validity::ALWAYS, content: Content { parent: None, values }, retirement: None };
        Arc::new(ItemVersion::new(dictionary, ItemCode::new(code), stretch, 1))
    }

    fn found(index: &TextIndex, text: &str) -> Vec<String> {
        let mut codes: Vec<(f32, String)> = index.search(text).into_iter().map(|hit| (-hit.score, hit.version.code.to_string())).collect();
        codes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        codes.into_iter().map(|(_, code)| code).collect()
    }

    #[test]
    fn russian_is_found_in_any_form_begun_or_misspelt() {
        let dictionary = dictionary();
        let names = [
            ("382737917", "Прокуратура Индустриального района г. Барнаула Алтайского края"),
            ("2", "Прокуратура Берёзовского района"),
            ("3", "Военная прокуратура"),
        ];
        let versions: Vec<_> = names.iter().map(|(code, name)| version(&dictionary, code, name)).collect();
        let index = TextIndex::new(&dictionary, versions.clone());
        let cases: [(&str, &[&str]); 14] = [
            ("барнаул", &["382737917"]),
            ("БАРНАУЛЕ", &["382737917"]),
            ("прокурат барнаул", &["382737917"]),
            ("прокуратуры районов", &["2", "382737917"]),
            ("березовский", &["2"]),
            ("берёзовского", &["2"]),
            ("барнуала", &["382737917"]),
            ("прокуротура", &["2", "3", "382737917"]),
            ("воен", &["3"]),
            ("3827", &["382737917"]),
            ("382737918", &[]),
            ("тайна", &[]),
            ("прокуратура луны", &[]),
            (" ,. ", &[]),
        ];
        for (text, expected) in cases {
            let mut codes = found(&index, text);
            codes.sort();
            assert_eq!(codes, expected, "{text}");
        }
        assert_eq!(found(&index, "военная прокуратура")[0], "3", "what fits best comes first");
    }

    #[test]
    fn the_best_are_those_that_sorting_everything_gives() {
        let dictionary = dictionary();
        let name =
            |number: usize| if number.is_multiple_of(7) { "Прокурор города" } else { "Прокуратура города" };
        let versions: Vec<_> = (100..400).map(|number| version(&dictionary, &number.to_string(), name(number))).collect();
        let index = TextIndex::new(&dictionary, versions.clone());
        let is_even = |version: &ItemVersion| version.code.parse::<u32>().unwrap().is_multiple_of(2);
        let best = |text: &str, typos, count| -> Vec<String> {
            index.best(text, typos, count, is_even).into_iter().map(|hit| hit.version.code.to_string()).collect()
        };
        for text in ["прокурор", "город", "прокурор город", "105", "луна"] {
            let mut all = found(&index, text);
            all.retain(|code| code.parse::<u32>().unwrap().is_multiple_of(2));
            for count in [0, 1, 5, 1_000] {
                let expected = &all[..all.len().min(count)];
                assert_eq!(best(text, Typos::Forgiven, count), expected, "{text}, {count} of them");
            }
        }
        assert_eq!(best("прокурарт", Typos::Unforgiven, 5), [""; 0]);
        assert_eq!(best("прокурарт", Typos::Forgiven, 2), ["100", "102"]);
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        let dictionary = dictionary();
        assert!(found(&TextIndex::new(&dictionary, Vec::new()), "прокуратура").is_empty());
    }

    #[test]
    fn an_advanced_index_finds_what_is_new_and_not_what_is_gone() {
        let dictionary = dictionary();
        let versions: Vec<_> = (0..100).map(|number| version(&dictionary, &number.to_string(), "Отдел")).collect();
        let before = TextIndex::new(&dictionary, versions.clone());
        let renamed = version(&dictionary, "7", "Переименованное управление");
        let after = before.advanced(&dictionary, &[Arc::clone(&renamed)], &versions[7..8]).expect("little changed");
        assert_eq!(found(&after, "переименованная"), ["7"]);
        assert_eq!(found(&after, "отдел").len(), 99);
        assert_eq!(found(&before, "отдел").len(), 100, "who reads the older one is not disturbed");
        let again = after.advanced(&dictionary, &[version(&dictionary, "8", "Сектор")], &versions[8..9]).expect("little changed");
        assert_eq!((found(&again, "сектор").len(), found(&again, "отдел").len()), (1, 98));
        assert!(before.advanced(&dictionary, &[], &versions[..60]).is_none(), "much changed: it is built anew");
    }
}
