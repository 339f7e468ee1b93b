//! Who asks: signing in and out, one's own password, and what one may do. The secret of a session goes to the browser as a cookie and
//! is in no answer.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::account::{AccountObject, RoleGrant, ScopeValue};
use super::door::SetCookie;
use super::execute::Cookies;
use super::payload::{act, payload};
use super::scalar::DateTime;
use super::view::View;
use crate::domain::account::Scope;

/// The caller, and what they may do.
#[derive(SimpleObject)]
pub struct Me {
    /// Their account.
    account: AccountObject,
    /// Their roles.
    roles: Vec<RoleGrant>,
    /// What kinds of things they may do now: all of them unless they came with a token.
    scopes: Vec<ScopeValue>,
    /// The codes of the dictionaries that their token reaches; null: every one that their account reaches.
    dictionaries: Option<Vec<ID>>,
}

#[derive(Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// The caller; null for somebody without an account.
    async fn me(&self, context: &Context<'_>) -> Result<Option<Me>> {
        let view = View::of(context)?;
        let authority = &view.caller().authority;
        let Some(account) = authority.account.clone() else { return Ok(None) };
        let limit = authority.limit.as_ref().and_then(|limit| limit.dictionaries.as_ref());
        Ok(Some(Me {
            account: AccountObject { view: view.clone(), account },
            roles: authority.grants.iter().map(Into::into).collect(),
            scopes: Scope::ALL.into_iter().filter(|scope| authority.reaches(*scope)).map(Into::into).collect(),
            dictionaries: limit.map(|codes| codes.iter().map(|code| code.as_str().into()).collect()),
        }))
    }
}

/// Who wants in.
#[derive(InputObject)]
struct SignInInput {
    /// The name of the account.
    name: String,
    /// Its password.
    #[graphql(secret)]
    password: String,
}

/// A new password of one's own.
#[derive(InputObject)]
struct ChangePasswordInput {
    /// The password of now.
    #[graphql(secret)]
    current: String,
    /// At least 12 characters.
    #[graphql(secret)]
    new: String,
}

/// A session that has just begun.
#[derive(SimpleObject)]
pub struct Session {
    /// Whose it is.
    account: AccountObject,
    /// When one has to sign in again.
    expires_at: DateTime,
}

payload!(SignInPayload, "What came of `signIn`.", session: Session, "The session; its secret is in the cookie of the answer.");
payload!(SignOutPayload, "What came of `signOut`.", signed_out: bool, "Whether the session is ended.");
payload!(ChangePasswordPayload, "What came of `changePassword`.", changed: bool, "Whether the new password counts.");

#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Begins a session: the answer sets its cookie. After some failed attempts one has to wait.
    async fn sign_in(&self, context: &Context<'_>, input: SignInInput) -> Result<SignInPayload> {
        let outcome = act(context, move |svod, caller| svod.identity.sign_in(caller, &input.name, &input.password)).await?;
        let view = View::of(context)?;
        let cookies = context.data::<Cookies>()?;
        Ok(SignInPayload::of(outcome.map(|signed_in| {
            cookies.set(SetCookie::Session { secret: signed_in.secret, expires_at: signed_in.expires_at });
            Session { account: AccountObject { view, account: signed_in.account }, expires_at: DateTime(signed_in.expires_at) }
        })))
    }

    /// Ends the caller's session.
    async fn sign_out(&self, context: &Context<'_>) -> Result<SignOutPayload> {
        let outcome = act(context, |svod, caller| svod.identity.sign_out(caller)).await?;
        let cookies = context.data::<Cookies>()?;
        Ok(SignOutPayload::of(outcome.map(|()| {
            cookies.set(SetCookie::EndSession);
            true
        })))
    }

    /// Changes one's own password and ends all other sessions of one's own.
    async fn change_password(&self, context: &Context<'_>, input: ChangePasswordInput) -> Result<ChangePasswordPayload> {
        let outcome = act(context, move |svod, caller| svod.accounts.change_password(caller, &input.current, &input.new)).await?;
        Ok(ChangePasswordPayload::of(outcome.map(|()| true)))
    }
}
