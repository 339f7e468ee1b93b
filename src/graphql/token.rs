//! Bearer tokens of systems. A secret is told once, when the token is issued, and never again.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::account::{AccountObject, ScopeValue, account_named};
use super::connection::list_cost;
use super::loader::Reads;
use super::payload::{act, payload, refused};
use super::scalar::DateTime;
use super::view::View;
use crate::app::acting::Act;
use crate::app::svod::Svod;
use crate::app::tokens::NewToken;
use crate::catalog::Head;
use crate::domain::account::{AccountId, Scope, Token, TokenId};
use crate::domain::error::Error;
use crate::domain::text::DictionaryCode;

/// A token, as far as it may be known.
#[derive(Clone)]
pub struct TokenObject {
    view: View,
    token: Token,
}

impl TokenObject {
    /// The tokens of an account. Whoever asks has decided that the caller may know them.
    pub async fn list_of(view: &View, account: AccountId) -> Result<Vec<Self>> {
        let tokens = view.loader().load_one(TokensOf(account)).await.map_err(|error| view.told(&error))?;
        Ok(tokens.unwrap_or_default().into_iter().map(|token| Self { view: view.clone(), token }).collect())
    }
}

/// A bearer token, without its secret.
#[Object(name = "Token")]
impl TokenObject {
    /// Its number.
    async fn id(&self) -> ID {
        self.token.id.0.to_string().into()
    }

    /// Whose rights it has at most.
    async fn account(&self) -> Result<Option<AccountObject>> {
        AccountObject::load(&self.view, self.token.account).await
    }

    /// What it is for, in its maker's words.
    async fn title(&self) -> &str {
        &self.token.title
    }

    /// What kinds of things it allows.
    async fn scopes(&self) -> Vec<ScopeValue> {
        self.token.limit.scopes.iter().map(|scope| (*scope).into()).collect()
    }

    /// The codes of the dictionaries that it reaches; null: every one that its account reaches.
    async fn dictionaries(&self) -> Option<Vec<ID>> {
        self.token.limit.dictionaries.as_ref().map(|codes| codes.iter().map(|code| code.as_str().into()).collect())
    }

    /// When it was issued.
    async fn created_at(&self) -> DateTime {
        DateTime(self.token.created_at)
    }

    /// From when on it is good no more; null: it does not expire.
    async fn expires_at(&self) -> Option<DateTime> {
        self.token.expires_at.map(DateTime)
    }

    /// When it was used last, within a minute.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.token.last_used_at.map(DateTime)
    }

    /// When it was revoked; null while it is not.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.token.revoked_at.map(DateTime)
    }
}

/// The key of the tokens of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokensOf(AccountId);

impl Loader<TokensOf> for Reads {
    type Value = Vec<Token>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TokensOf]) -> std::result::Result<HashMap<TokensOf, Vec<Token>>, Self::Error> {
        let read = |svod: &Svod, _: &Arc<Head>, keys: Vec<TokensOf>| {
            let ids: Vec<AccountId> = keys.iter().map(|key| key.0).collect();
            let mut found: HashMap<TokensOf, Vec<Token>> = HashMap::new();
            for token in svod.accounts.tokens_by_account(&ids)? {
                found.entry(TokensOf(token.account)).or_default().push(token);
            }
            Ok(found)
        };
        self.batch(keys, read).await
    }
}

#[derive(Default)]
pub struct TokenQuery;

#[Object]
impl TokenQuery {
    /// The tokens of an account: one's own unless told. Those of others are for administrators and auditors.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn tokens(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The name of the account; one's own unless told.")] account: Option<ID>,
    ) -> Result<Option<Vec<TokenObject>>> {
        let view = View::of(context)?;
        let tokens = view.work(move |svod, caller| {
            let id = match &account {
                None => caller.authority.account_id(),
                Some(name) => svod.accounts.find_account_by_name(caller, name)?.map(|account| account.id),
            };
            id.map(|id| svod.accounts.list_tokens(caller, id)).transpose()
        });
        let tokens = tokens.await?;
        Ok(tokens.map(|tokens| tokens.into_iter().map(|token| TokenObject { view: view.clone(), token }).collect()))
    }
}

/// A token to be issued.
#[derive(InputObject)]
struct IssueTokenInput {
    /// The name of the account whose rights it has at most; one's own unless told.
    account: Option<ID>,
    /// What it is for.
    title: String,
    /// What kinds of things it allows.
    scopes: Vec<ScopeValue>,
    /// The codes of the dictionaries that it reaches; left out: every one that its account reaches.
    dictionaries: Option<Vec<ID>>,
    /// From when on it is good no more; left out: it does not expire.
    expires_at: Option<DateTime>,
}

/// Which token.
#[derive(InputObject)]
struct RevokeTokenInput {
    /// Its number.
    id: ID,
}

/// A token with its secret, which is told only here.
#[derive(SimpleObject)]
pub struct IssuedToken {
    /// The token.
    token: TokenObject,
    /// What the system sends as `Authorization: Bearer …`. It is told once: nobody can look it up later.
    secret: String,
}

payload!(IssueTokenPayload, "What came of `issueToken`.", issued: IssuedToken, "The new token with its secret.");
payload!(RevokeTokenPayload, "What came of `revokeToken`.", id: ID, "The number of the token that is good no more.");

#[derive(Default)]
pub struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Issues a token: administrators for any account, a person for themselves; not with a token.
    async fn issue_token(&self, context: &Context<'_>, input: IssueTokenInput) -> Result<IssueTokenPayload> {
        let codes = input.dictionaries.as_ref().map(|codes| codes.iter().map(|code| DictionaryCode::parse(code)).collect());
        let dictionaries: Option<BTreeSet<DictionaryCode>> = match codes {
            Some(None) => return Ok(IssueTokenPayload::of(refused("dictionaries", "NOT_FOUND", "there is no such dictionary"))),
            Some(parsed) => parsed,
            None => None,
        };
        let scopes: BTreeSet<Scope> = input.scopes.into_iter().map(Into::into).collect();
        let (account, title, expires_at) = (input.account, input.title, input.expires_at.map(|at| at.0));
        let outcome = act(context, move |svod, caller| {
            let found = match &account {
                None => caller.authority.account_id().ok_or_else(|| Error::unauthenticated("sign in first: a token is somebody's")),
                Some(name) => account_named(svod, caller, name).map(|account| account.id),
            };
            let account = svod.acts.audited(caller, &Act::new("issueToken", Scope::Administer, ""), found)?;
            svod.accounts.issue_token(caller, NewToken { account, title, scopes, dictionaries, expires_at })
        });
        let outcome = outcome.await?;
        let view = View::of(context)?;
        Ok(IssueTokenPayload::of(outcome.map(|(token, secret)| IssuedToken { token: TokenObject { view, token }, secret })))
    }

    /// Makes a token good for nothing. For administrators, and for whose token it is.
    async fn revoke_token(&self, context: &Context<'_>, input: RevokeTokenInput) -> Result<RevokeTokenPayload> {
        // No token has the number 0, so what is no number is refused there as unknown.
        let id = TokenId(input.id.parse().unwrap_or(0));
        let outcome = act(context, move |svod, caller| svod.accounts.revoke_token(caller, id)).await?;
        Ok(RevokeTokenPayload::of(outcome.map(|()| input.id)))
    }
}
