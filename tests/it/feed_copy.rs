//! A consumer of the feed as anybody might write it from the documentation alone: it knows JSON and SHA-256 and nothing of the code
//! that it checks. Whatever it is given, it holds to the feed's promises and to the digests.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// What a consumer has of one dictionary.
#[derive(Default)]
pub struct CopiedDictionary {
    pub definition: Value,
    pub schema_version: i64,
    pub digest: Option<String>,
    /// The canonical lines of each item, in order of time.
    pub items: CopiedItems,
}

type CopiedItems = BTreeMap<String, Vec<String>>;

/// A publication under way.
struct Opened {
    number: i64,
    /// By dictionary: what the header announced, and how many item events came.
    dictionaries: BTreeMap<String, (Value, i64)>,
    last: Option<(String, i64)>,
}

/// A copy of what the feed told so far.
#[derive(Default)]
pub struct Copy {
    pub dictionaries: BTreeMap<String, CopiedDictionary>,
    pub publication: i64,
    pub cursor: Option<String>,
    opened: Option<Opened>,
    /// The ids of all events that were taken.
    pub ids: Vec<String>,
}

impl Copy {
    pub fn take_all(&mut self, events: &[Value]) {
        events.iter().for_each(|event| self.take(event));
    }

    /// Takes one event. Panics when a promise is broken.
    pub fn take(&mut self, event: &Value) {
        assert_eq!(event["specversion"], "1.0", "{event}");
        let (id, data) = (event["id"].as_str().unwrap(), &event["data"]);
        let publication = data["publication"].as_i64().unwrap();
        let kind = event["type"].as_str().unwrap();
        match kind {
            "svod.publication.opened" => self.open(publication, data),
            "svod.publication.closed" => self.close(publication, data),
            _ => {
                let opened = self.opened.as_mut().unwrap_or_else(|| panic!("{id} came outside of a publication"));
                assert_eq!(opened.number, publication, "{id}");
                let code = data["dictionary"].as_str().unwrap().to_owned();
                let ordinal = data["ordinal"].as_i64().unwrap_or(0);
                assert_eq!(id, format!("{publication}.{code}.{ordinal}"));
                let here = (code.clone(), ordinal);
                assert!(opened.last.as_ref() < Some(&here), "{id} came after {:?}", opened.last);
                opened.last = Some(here);
                let (announced, seen) = opened.dictionaries.get_mut(&code).unwrap_or_else(|| panic!("{id} was not announced"));
                assert_eq!(announced["edition"], data["edition"], "{id}");
                assert_eq!(announced["schemaVersion"], data["schemaVersion"], "{id}");
                let dictionary = self.dictionaries.entry(code.clone()).or_default();
                if kind == "svod.definition.changed" {
                    assert_eq!(announced["definitionChanged"], true, "{id}");
                    assert_eq!(*seen, 0, "a definition comes before its items");
                    dictionary.definition = data["definition"].clone();
                    dictionary.schema_version = data["schemaVersion"].as_i64().unwrap();
                } else {
                    *seen += 1;
                    assert_eq!(ordinal, *seen, "{id}: nothing is left out");
                    dictionary.apply(kind, data, id);
                }
            }
        }
        self.cursor = Some(event["cursor"].as_str().unwrap().to_owned());
        self.ids.push(id.to_owned());
    }

    fn open(&mut self, number: i64, data: &Value) {
        assert!(self.opened.is_none(), "publication {number} opened inside another");
        assert_eq!(number, self.publication + 1, "publications have no gap");
        let announced = data["dictionaries"].as_array().unwrap().iter();
        let dictionaries: BTreeMap<String, (Value, i64)> =
            announced.map(|told| (told["code"].as_str().unwrap().to_owned(), (told.clone(), 0))).collect();
        for (code, (told, _)) in &dictionaries {
            let known = self.dictionaries.get(code).and_then(|dictionary| dictionary.digest.clone());
            assert_eq!(told["digestBefore"].as_str().map(str::to_owned), known, "{code} follows on what is there");
        }
        self.opened = Some(Opened { number, dictionaries, last: None });
    }

    fn close(&mut self, number: i64, data: &Value) {
        let opened = self.opened.take().unwrap_or_else(|| panic!("publication {number} closed and was not open"));
        assert_eq!(opened.number, number);
        assert_eq!(data["dictionaries"].as_array().unwrap().len(), opened.dictionaries.len());
        for (code, (announced, seen)) in opened.dictionaries {
            assert_eq!(announced["itemEvents"], seen, "{code}: every change was told");
            let kinds = ["added", "changed", "retired"].map(|kind| announced[kind].as_i64().unwrap());
            assert_eq!(kinds.iter().sum::<i64>(), seen, "{code}");
            let dictionary = self.dictionaries.get_mut(&code).unwrap();
            let digest = dictionary.digest_after();
            assert_eq!(announced["digestAfter"], digest, "{code} at publication {number} is equal");
            assert_eq!(announced["items"], dictionary.items.len(), "{code}");
            dictionary.digest = Some(digest);
        }
        self.publication = number;
    }

    /// Takes a snapshot in place of all events up to its publication.
    pub fn of_snapshot(text: &str) -> Self {
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (head, end) = (&lines[0], lines.last().unwrap());
        assert_eq!((&head["kind"], &end["kind"]), (&"snapshot".into(), &"end".into()));
        let mut copy = Self { publication: head["publication"].as_i64().unwrap(), ..Self::default() };
        for line in &lines[1..lines.len() - 1] {
            match line["kind"].as_str().unwrap() {
                "dictionary" => {
                    let dictionary = copy.dictionaries.entry(line["code"].as_str().unwrap().to_owned()).or_default();
                    dictionary.definition = line["definition"].clone();
                    dictionary.schema_version = line["schemaVersion"].as_i64().unwrap();
                }
                "version" => {
                    let dictionary = copy.dictionaries.get_mut(line["dictionary"].as_str().unwrap()).unwrap();
                    let code = line["version"]["code"].as_str().unwrap().to_owned();
                    dictionary.items.entry(code).or_default().push(canonical(&line["version"]));
                }
                other => panic!("a snapshot has a line of kind {other}"),
            }
        }
        for (told, ended) in head["dictionaries"].as_array().unwrap().iter().zip(end["dictionaries"].as_array().unwrap()) {
            let dictionary = copy.dictionaries.get_mut(told["code"].as_str().unwrap()).unwrap();
            dictionary.digest = told["digestBefore"].as_str().map(str::to_owned);
            let digest = dictionary.digest_after();
            assert_eq!((&told["digest"], &ended["digest"]), (&digest.clone().into(), &digest.clone().into()), "{told}");
            assert_eq!(told["versions"], dictionary.items.values().map(Vec::len).sum::<usize>());
            dictionary.digest = Some(digest);
        }
        copy.cursor = Some(end["cursor"].as_str().unwrap().to_owned());
        copy
    }

    /// What is there, to be compared with another copy.
    pub fn state(&self) -> Vec<(&String, &Option<String>, &CopiedItems)> {
        self.dictionaries.iter().map(|(code, dictionary)| (code, &dictionary.digest, &dictionary.items)).collect()
    }
}

impl CopiedDictionary {
    fn apply(&mut self, kind: &str, data: &Value, id: &str) {
        let code = data["code"].as_str().unwrap();
        let lines = |versions: &Value| -> Vec<String> { versions.as_array().unwrap().iter().map(canonical).collect() };
        let (before, after) = (lines(&data["before"]), lines(&data["after"]));
        let known = self.items.get(code).cloned().unwrap_or_default();
        assert_eq!(before, known, "{id} tells what was there before");
        assert_ne!(before, after, "{id} changes something");
        match kind {
            "svod.item.added" | "svod.item.restored" => assert!(before.is_empty(), "{id}"),
            "svod.item.annulled" => assert!(after.is_empty(), "{id}"),
            "svod.item.changed" | "svod.item.retired" => assert!(!before.is_empty() && !after.is_empty(), "{id}"),
            other => panic!("{id} is of type {other}"),
        }
        if after.is_empty() {
            self.items.remove(code);
        } else {
            self.items.insert(code.to_owned(), after);
        }
    }

    fn digest_after(&self) -> String {
        let mut lines = Sha256::new();
        for line in self.items.values().flatten() {
            lines.update(Sha256::digest(line));
        }
        let mut chained = Sha256::new();
        chained.update(self.digest.as_deref().map_or_else(|| vec![0; 32], unhexed));
        chained.update(Sha256::digest(canonical(&self.definition)));
        chained.update(lines.finalize());
        chained.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn unhexed(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn canonical(value: &Value) -> String {
    serde_json_canonicalizer::to_string(value).unwrap()
}
