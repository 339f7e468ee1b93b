//! The yardstick: the same rows into a bare table with the same indexes, each engine by its fastest way.

use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use svod::app::svod::Svod;
use svod::domain::item::attributes_json;
use svod::domain::text::DictionaryCode;

use crate::Target;

diesel::table! {
    bare (code) {
        dictionary_id -> BigInt,
        code -> Text,
        valid_from -> Nullable<Text>,
        valid_to -> Nullable<Text>,
        parent_code -> Nullable<Text>,
        attributes -> Text,
        retirement -> Nullable<Text>,
        published_seq -> BigInt,
        superseded_seq -> Nullable<BigInt>,
    }
}

#[derive(Insertable, Clone)]
#[diesel(table_name = bare, treat_none_as_default_value = false)]
struct Row {
    dictionary_id: i64,
    code: String,
    valid_from: Option<String>,
    valid_to: Option<String>,
    parent_code: Option<String>,
    attributes: String,
    retirement: Option<String>,
    published_seq: i64,
    superseded_seq: Option<i64>,
}

const TABLE: &str = "DROP TABLE IF EXISTS bare; CREATE TABLE bare (dictionary_id BIGINT NOT NULL, code TEXT NOT NULL, valid_from TEXT, \
    valid_to TEXT, parent_code TEXT, attributes TEXT NOT NULL, retirement TEXT, published_seq BIGINT NOT NULL, superseded_seq BIGINT);";

const INDEXES: &str = "CREATE INDEX bare_code ON bare (dictionary_id, code, superseded_seq); \
    CREATE INDEX bare_published ON bare (dictionary_id, published_seq); \
    CREATE INDEX bare_superseded ON bare (dictionary_id, superseded_seq) WHERE superseded_seq IS NOT NULL;";

/// Which indexes the table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indexes {
    None,
    /// Those of `item_version`.
    AsReal,
}

/// Seconds for the rows that the service holds of the measured dictionary.
pub fn insert(target: &Target, svod: &Svod) -> f64 {
    insert_into(target, svod, Indexes::AsReal)
}

/// The same with the indexes of one's choice.
pub fn insert_into(target: &Target, svod: &Svod, indexes: Indexes) -> f64 {
    let table = if indexes == Indexes::AsReal { format!("{TABLE} {INDEXES}") } else { TABLE.to_owned() };
    let head = svod.publisher.catalog().head();
    let snapshot = &head.dictionaries[&DictionaryCode::parse("territories").expect("a code")].current;
    let row = |version: &std::sync::Arc<svod::domain::item::ItemVersion>| Row {
        dictionary_id: 1,
        code: version.code.to_string(),
        valid_from: version.validity().from().map(|date| date.to_string()),
        valid_to: version.validity().to().map(|date| date.to_string()),
        parent_code: version.parent().map(str::to_owned),
        attributes: attributes_json(&snapshot.dictionary, &version.stretch.content),
        retirement: None,
        published_seq: 1,
        superseded_seq: None,
    };
    let rows: Vec<Row> = snapshot.items.versions().iter().map(row).collect();
    match target.url.strip_prefix("sqlite:") {
        Some(path) => {
            let mut connection = SqliteConnection::establish(&format!("{path}.bare")).expect("a new file");
            connection
                .batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;")
                .expect("settings");
            connection.batch_execute(&table).expect("a new table");
            let started = Instant::now();
            connection
                .immediate_transaction(|connection| {
                    rows.iter().try_for_each(|row| diesel::insert_into(bare::table).values(row.clone()).execute(connection).map(|_| ()))
                })
                .expect("the rows fit");
            started.elapsed().as_secs_f64()
        }
        None => {
            let mut connection = PgConnection::establish(&target.url).expect("PostgreSQL answers");
            connection.batch_execute(&table).expect("a new table");
            let started = Instant::now();
            connection
                .transaction(|connection| diesel::copy_from(bare::table).from_insertable(rows).execute(connection))
                .expect("the rows fit");
            started.elapsed().as_secs_f64()
        }
    }
}
