//! Search over everything at once: what there is by a name, a number or a few words, each with what it takes to go there.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};

use super::connection::list_cost;
use super::fault::{bad_input, error};
use super::item_page::read_search;
use super::item_version::display_name;
use super::scalar::{DateTime, LanguageArgument};
use super::view::View;
use crate::app::searching::{Found, FoundItem};
use crate::domain::text::Language;

/// Hits when nobody says how many, and at most.
const HITS_DEFAULT: i32 = 20;
const HITS_MAX: i32 = 50;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum SearchHitKind {
    /// A dictionary.
    Dictionary,
    /// A change request.
    ChangeRequest,
    /// A publication.
    Publication,
    /// A person or a system; for administrators and auditors.
    Account,
    /// An item of a dictionary.
    Item,
}

/// Something that was found, with what it takes to show it and to go there.
#[derive(Debug, Clone, SimpleObject)]
pub struct SearchHit {
    /// What it is.
    kind: SearchHitKind,
    /// The code of the dictionary: of an item, and of a dictionary itself.
    dictionary: Option<ID>,
    /// The code of the item or of the dictionary, the number of the change request or of the publication, the name of the account.
    code: ID,
    /// What it is called.
    title: String,
    /// A word more: the name of the dictionary of an item, the owner of a dictionary, the state of a change request as
    /// `ChangeRequestState` names it, the instant of a publication, the kind of an account as `AccountKind` names it.
    detail: String,
}

impl SearchHit {
    fn of(found: Found, language: Language) -> Self {
        match found {
            Found::Dictionary(snapshot) => {
                let definition = &snapshot.dictionary.definition;
                let (title, detail) = (definition.name.get(language).to_owned(), definition.passport.owner.clone());
                let code = ID::from(definition.code.as_str());
                Self { kind: SearchHitKind::Dictionary, dictionary: Some(code.clone()), code, title, detail }
            }
            Found::ChangeRequest(request) => {
                let (code, detail) = (request.id.0.into(), request.state.name().to_ascii_uppercase());
                Self { kind: SearchHitKind::ChangeRequest, dictionary: None, code, title: request.title, detail }
            }
            Found::Publication(publication) => {
                let (code, detail) = (publication.seq.into(), DateTime(publication.published_at).text());
                Self { kind: SearchHitKind::Publication, dictionary: None, code, title: publication.title.clone(), detail }
            }
            Found::Account(account) => {
                let (code, detail) = (account.name.into(), account.kind.name().to_ascii_uppercase());
                Self { kind: SearchHitKind::Account, dictionary: None, code, title: account.display_name, detail }
            }
            Found::Item(FoundItem { snapshot, version, .. }) => {
                let definition = &snapshot.dictionary.definition;
                let title = display_name(&snapshot.dictionary, &version.stretch, language).unwrap_or_else(|| version.code.to_string());
                let (dictionary, code) = (Some(definition.code.as_str().into()), version.code.as_str().into());
                Self { kind: SearchHitKind::Item, dictionary, code, title, detail: definition.name.get(language).to_owned() }
            }
        }
    }
}

#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// What the caller may see and what has every word of a text, in any form or begun: first dictionaries, change requests,
    /// publications and accounts of that name or number, then items of all dictionaries as they are valid today, best first.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn search(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to look for. Blank: nothing is found.")] text: String,
        #[graphql(desc = "How many; 20 unless told, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The language of titles.", default)] language: LanguageArgument,
    ) -> Result<Vec<SearchHit>> {
        let view = View::of(context)?;
        let first = first.unwrap_or(HITS_DEFAULT);
        if first > HITS_MAX {
            return Err(error("LIMIT_EXCEEDED", format!("`first` is {first}, and at most {HITS_MAX} are given")));
        }
        let count_max = usize::try_from(first).map_err(|_| bad_input("`first` must not be negative"))?;
        let Some(text) = read_search(&view, "text", Some(&text))? else { return Ok(Vec::new()) };
        let (head, on) = (view.head().clone(), view.today());
        let found = view.work(move |svod, caller| svod.searching.search(caller, &head, &text, on, count_max)).await?;
        Ok(found.into_iter().map(|found| SearchHit::of(found, language.into())).collect())
    }
}
