//! Which column of a dictionary's files is what, kept from one import to the next.

use std::collections::BTreeMap;

use crate::app::acting::{Act, Caller};
use crate::app::change_request::ChangeRequests;
use crate::db;
use crate::domain::account::Scope;
use crate::domain::error::{Error, Result};
use crate::domain::text::DictionaryCode;
use crate::exchange::item_columns::MappedColumn;

impl ChangeRequests {
    /// What was kept: the target of each column by its name.
    pub fn find_mapping(&self, dictionary: &DictionaryCode) -> Result<Option<BTreeMap<String, String>>> {
        let kept = self.acts().store.read(|connection| db::import_mapping::find(connection, dictionary))?;
        kept.map(|json| serde_json::from_str(&json).map_err(Error::internal)).transpose()
    }

    /// Keeps what the caller, or an earlier mapping, said of the columns of a file.
    pub fn keep_mapping(&self, caller: &Caller, dictionary: &DictionaryCode, columns: &[MappedColumn]) -> Result<()> {
        let is_said = |column: &&MappedColumn| !column.name.is_empty() && ["given", "saved"].contains(&column.because.as_str());
        let said = columns.iter().filter(is_said).map(|column| (column.name.clone(), column.target.clone()));
        let mut mapping = self.find_mapping(dictionary)?.unwrap_or_default();
        mapping.extend(said);
        let json = serde_json::to_string(&mapping).map_err(Error::internal)?;
        let head = self.fresh_head()?;
        let act = Act::new("keepImportMapping", Scope::Propose, format!("dictionary/{dictionary}"));
        self.acts().act(caller, &act, |acting| {
            self.check_steward(&acting.authority, &head, dictionary)?;
            let by = acting.account_id()?;
            db::import_mapping::put(acting.connection, dictionary, &json, by, acting.now)
        })
    }
}
