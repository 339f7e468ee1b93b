//! Who is let in and who is not: sessions, tokens, passwords, roles, and what the audit says of it all.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use svod::app::accounts::NewAccount;
use svod::app::acting::{Act, Caller};
use svod::app::auditing::AuditFilter;
use svod::app::identity::{Presented, SignedIn};
use svod::app::tokens::{NewToken, Token};
use svod::domain::account::{Account, AccountId, AccountKind, Grant, Role, Scope};
use svod::domain::audit::AuditRecord;
use svod::domain::error::Result;
use svod::domain::text::DictionaryCode;

use crate::harness::{Database, Instance};
use crate::publication::offices;

on_both_engines!(
    a_person_signs_in_and_out,
    sessions_expire_and_tampered_ones_are_unknown,
    every_wrong_sign_in_is_answered_alike,
    signing_in_is_slowed_by_name_and_by_address,
    many_attempts_at_once_gain_nothing,
    signing_in_is_forgiven_by_success_and_by_time,
    tokens_are_refused_each_for_its_reason,
    a_token_reaches_no_further_than_it_says_and_issues_none,
    tokens_are_checked_before_they_are_issued,
    a_role_that_was_taken_away_counts_no_more,
    a_disabled_account_is_out_at_once,
    the_last_administrator_stays,
    accounts_are_added_by_the_rules,
    only_administrators_manage_accounts,
    roles_are_granted_where_they_belong,
    passwords_change_and_end_sessions,
    built_in_accounts_stay_as_they_are,
    people_of_the_demo_are_let_in_by_a_demo_only,
    the_audit_says_who_did_and_who_was_refused,
    refusals_of_strangers_fill_no_disk,
    a_use_is_noted_once_a_minute_and_never_waits,
);

pub const PASSWORD: &str = "правильный пароль";
const ADDRESS: &str = "192.0.2.7";

pub fn operator(instance: &Instance) -> Caller {
    instance.svod.acts.built_in(AccountId::OPERATOR, "command line").unwrap()
}

/// Adds a person with roles, as the operator.
pub fn person(instance: &Instance, name: &str, roles: &[&str]) -> Account {
    let new = NewAccount {
        name: name.to_owned(),
        display_name: format!("Имя {name}"),
        kind: AccountKind::Person,
        password: Some(PASSWORD.to_owned()),
    };
    let account = instance.svod.accounts.add_account(&operator(instance), new).unwrap();
    for role in roles {
        instance.svod.accounts.grant_role(&operator(instance), account.id, &Grant::parse(role).unwrap()).unwrap();
    }
    account
}

fn sign_in_from(instance: &Instance, address: &str, name: &str, password: &str) -> Result<SignedIn> {
    instance.svod.identity.sign_in(&Caller::anonymous(address, "request-1"), name, password)
}

pub fn sign_in(instance: &Instance, name: &str, password: &str) -> Result<SignedIn> {
    sign_in_from(instance, ADDRESS, name, password)
}

fn by_session(instance: &Instance, secret: &str) -> Result<Caller> {
    let presented = Presented { session: Some(secret.to_owned()), bearer: None };
    instance.svod.identity.identify(&presented, ADDRESS, "request-2")
}

fn by_token(instance: &Instance, secret: &str) -> Result<Caller> {
    let presented = Presented { session: None, bearer: Some(secret.to_owned()) };
    instance.svod.identity.identify(&presented, ADDRESS, "request-3")
}

/// A person's caller, signed in.
pub fn signed_in(instance: &Instance, name: &str) -> Caller {
    by_session(instance, &sign_in(instance, name, PASSWORD).unwrap().secret).unwrap()
}

fn code<T>(outcome: Result<T>) -> &'static str {
    outcome.err().map_or("done", |error| error.code())
}

pub fn new_token(account: &Account, scopes: &[Scope]) -> NewToken {
    let scopes = scopes.iter().copied().collect();
    NewToken { account: account.id, title: "выгрузка".to_owned(), scopes, dictionaries: None, expires_at: None }
}

pub fn token(instance: &Instance, account: &Account, scopes: &[Scope]) -> (Token, String) {
    instance.svod.accounts.issue_token(&operator(instance), new_token(account, scopes)).unwrap()
}

fn audit(instance: &Instance, filter: AuditFilter) -> Vec<AuditRecord> {
    instance.svod.auditing.list_audit(&operator(instance), &filter, None, 1000).unwrap()
}

fn refusals(instance: &Instance, act: &str) -> Vec<AuditRecord> {
    audit(instance, AuditFilter { act: Some(act.to_owned()), is_refused: true, ..AuditFilter::default() })
}

/// Adds an account by these words; gives what came of it.
fn added(instance: &Instance, caller: &Caller, name: &str, display_name: &str, password: Option<&str>) -> Result<Account> {
    let new = NewAccount {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        kind: AccountKind::Person,
        password: password.map(str::to_owned),
    };
    instance.svod.accounts.add_account(caller, new)
}

fn a_person_signs_in_and_out(database: Database) {
    let instance = database.open();
    let maria = person(&instance, "maria", &["steward"]);
    let nobody = instance.svod.identity.identify(&Presented::default(), ADDRESS, "r").unwrap();
    assert!(nobody.authority.account.is_none());
    let signed_in = sign_in(&instance, "maria", PASSWORD).unwrap();
    assert_eq!(signed_in.account, maria);
    let caller = by_session(&instance, &signed_in.secret).unwrap();
    assert_eq!(caller.authority.account, Some(maria));
    assert!(caller.authority.holds_everywhere(Role::Steward) && caller.authority.limit.is_none());
    let both = Presented { session: Some(signed_in.secret.clone()), bearer: Some("svod_x".to_owned()) };
    assert_eq!(code(instance.svod.identity.identify(&both, ADDRESS, "r")), "credentials_ambiguous");
    instance.svod.identity.sign_out(&caller).unwrap();
    assert_eq!(code(by_session(&instance, &signed_in.secret)), "session_ended");
    assert_eq!(code(instance.svod.identity.sign_out(&caller)), "session_ended", "an act asks anew");
}

fn sessions_expire_and_tampered_ones_are_unknown(database: Database) {
    let instance = database.open();
    person(&instance, "maria", &[]);
    let secret = sign_in(&instance, "maria", PASSWORD).unwrap().secret;
    let mut tampered = secret.clone();
    tampered.replace_range(..1, if secret.starts_with('A') { "B" } else { "A" });
    for wrong in [tampered.as_str(), "", "x", &format!("{secret} "), &"a".repeat(10 << 20)] {
        assert_eq!(code(by_session(&instance, wrong)), "session_unknown", "{:.50}", wrong);
    }
    instance.wait(SignedDuration::from_hours(12) - SignedDuration::from_millis(1));
    assert!(by_session(&instance, &secret).is_ok());
    instance.wait(SignedDuration::from_millis(1));
    assert_eq!(code(by_session(&instance, &secret)), "session_expired");
    assert_eq!(code(by_token(&instance, &secret)), "token_unknown");
}

fn every_wrong_sign_in_is_answered_alike(database: Database) {
    let instance = database.open();
    person(&instance, "maria", &[]);
    let anna = person(&instance, "anna", &[]);
    let system = NewAccount { name: "system-1".into(), display_name: "Система".into(), kind: AccountKind::System, password: None };
    instance.svod.accounts.add_account(&operator(&instance), system).unwrap();
    instance.svod.accounts.disable_account(&operator(&instance), anna.id).unwrap();
    let long = "a".repeat(10 << 20);
    let tried = [
        ("maria", "неправильный пароль"),
        ("nobody", PASSWORD),
        ("anna", PASSWORD),
        ("system-1", ""),
        ("operator", ""),
        ("Maria\n\0", PASSWORD),
        (&long, &long),
    ];
    let mut told = BTreeSet::new();
    for (at, (name, password)) in tried.into_iter().enumerate() {
        let refusal = sign_in_from(&instance, &format!("192.0.2.{at}"), name, password).err().unwrap();
        told.insert((refusal.code(), refusal.to_string()));
    }
    assert_eq!(Vec::from_iter(told), [("sign_in_failed", "the name or the password is wrong".to_owned())]);
    let recorded = refusals(&instance, "signIn");
    let subjects: Vec<&str> = recorded.iter().rev().map(|record| record.subject.as_str()).collect();
    assert_eq!(subjects, ["account/maria", "", "account/anna", "account/system-1", "account/operator", "", ""]);
}

fn signing_in_is_slowed_by_name_and_by_address(database: Database) {
    let instance = database.open();
    person(&instance, "maria", &[]);
    person(&instance, "anna", &[]);
    for at in 0..5 {
        assert_eq!(code(sign_in_from(&instance, &format!("198.51.100.{at}"), "maria", "не тот пароль")), "sign_in_failed");
    }
    let slowed = sign_in_from(&instance, "198.51.100.9", "maria", PASSWORD).err().unwrap();
    assert_eq!((slowed.code(), slowed.to_string().contains("wait 1 second and")), ("sign_in_slowed", true), "{slowed}");
    assert!(sign_in_from(&instance, "198.51.100.9", "anna", PASSWORD).is_ok(), "others are not slowed");
    for name in 0..51 {
        assert_eq!(code(sign_in(&instance, &format!("name-{name}"), PASSWORD)), "sign_in_failed");
    }
    assert_eq!(code(sign_in(&instance, "anna", PASSWORD)), "sign_in_slowed", "nor is it another name from the same address");
    instance.wait(SignedDuration::from_secs(1));
    assert!(sign_in(&instance, "anna", PASSWORD).is_ok());
    assert!(sign_in(&instance, "anna", PASSWORD).is_ok(), "whoever gets in makes nobody wait");
    assert_eq!(code(sign_in(&instance, "maria", "не тот пароль")), "sign_in_failed");
    assert_eq!(code(sign_in_from(&instance, "198.51.100.10", "maria", PASSWORD)), "sign_in_slowed", "the next wait is longer");
    instance.wait(SignedDuration::from_secs(2));
    assert!(sign_in_from(&instance, "198.51.100.10", "maria", PASSWORD).is_ok());
}

fn many_attempts_at_once_gain_nothing(database: Database) {
    let instance = database.open();
    person(&instance, "maria", &[]);
    let codes: Vec<&str> = std::thread::scope(|scope| {
        let attempt = |at: usize| {
            let instance = &instance;
            scope.spawn(move || code(sign_in_from(instance, &format!("198.51.100.{at}"), "maria", "не тот пароль")))
        };
        let attempts: Vec<_> = (0..16).map(attempt).collect();
        attempts.into_iter().map(|attempt| attempt.join().unwrap()).collect()
    });
    let count = |wanted: &str| codes.iter().filter(|code| **code == wanted).count();
    assert_eq!((count("sign_in_failed"), count("sign_in_slowed")), (5, 11), "{codes:?}");
}

fn signing_in_is_forgiven_by_success_and_by_time(database: Database) {
    let instance = database.open();
    person(&instance, "maria", &[]);
    for at in 0..4 {
        let failed = sign_in_from(&instance, &format!("198.51.100.{at}"), "maria", "не тот пароль");
        assert_eq!(code(failed), "sign_in_failed");
    }
    assert!(sign_in(&instance, "maria", PASSWORD).is_ok());
    for at in 0..20 {
        let failed = sign_in_from(&instance, &format!("203.0.113.{at}"), "maria", "не тот пароль");
        assert_eq!(code(failed), if at < 5 { "sign_in_failed" } else { "sign_in_slowed" }, "{at}");
    }
    instance.wait(SignedDuration::from_hours(24));
    for at in 0..5 {
        let failed = sign_in_from(&instance, &format!("203.0.113.{at}"), "maria", "не тот пароль");
        assert_eq!(code(failed), "sign_in_failed", "{at}");
    }
}

fn tokens_are_refused_each_for_its_reason(database: Database) {
    let instance = database.open();
    let maria = person(&instance, "maria", &[]);
    let (good, secret) = token(&instance, &maria, &[Scope::Read]);
    assert!(secret.starts_with("svod_") && secret.len() == 48, "{secret}");
    assert_eq!(by_token(&instance, &secret).unwrap().authority.account, Some(maria.clone()));
    for wrong in [&secret[5..], "", "svod_", &format!("{secret}="), &secret.replace("svod_", "svod-"), &"a".repeat(10 << 20)] {
        assert_eq!(code(by_token(&instance, wrong)), "token_unknown", "{:.60}", wrong);
    }
    let caller = by_token(&instance, &secret).unwrap();
    instance.svod.accounts.revoke_token(&operator(&instance), good.id).unwrap();
    assert_eq!(code(by_token(&instance, &secret)), "token_revoked");
    let act = instance.svod.acts.act(&caller, &Act::new("test", Scope::Read, ""), |_| Ok(()));
    assert_eq!(code(act), "token_revoked", "an act asks anew");
    assert_eq!(code(instance.svod.accounts.revoke_token(&operator(&instance), good.id)), "token_revoked_already");
    let expires_at: Timestamp = "2026-11-23T00:00:00+03:00".parse().unwrap();
    let new = NewToken { expires_at: Some(expires_at), ..new_token(&maria, &[Scope::Read]) };
    let (_, secret) = instance.svod.accounts.issue_token(&operator(&instance), new).unwrap();
    assert!(by_token(&instance, &secret).is_ok());
    instance.set_today("2026-11-23");
    assert_eq!(code(by_token(&instance, &secret)), "token_expired");
    let subjects: Vec<String> = refusals(&instance, "identify").into_iter().map(|record| record.subject).collect();
    assert_eq!(subjects, ["token/2", "token/1", "", "", "", "", "", ""], "a known one is named");
}

fn a_token_reaches_no_further_than_it_says_and_issues_none(database: Database) {
    let instance = offices(&database);
    let petr = person(&instance, "petr", &["administrator", "steward"]);
    let anna = person(&instance, "anna", &[]).id;
    let only = BTreeSet::from([DictionaryCode::parse("regions").unwrap()]);
    let limited = NewToken { dictionaries: Some(only), ..new_token(&petr, &[Scope::Read]) };
    let (_, secret) = instance.svod.accounts.issue_token(&operator(&instance), limited).unwrap();
    let caller = by_token(&instance, &secret).unwrap();
    let holds = |code: &str| caller.authority.holds(Role::Steward, &DictionaryCode::parse(code).unwrap());
    assert!(holds("regions") && !holds("offices"));
    assert_eq!(code(added(&instance, &caller, "x1", "X", None)), "forbidden");
    let reading = by_token(&instance, &token(&instance, &petr, &[Scope::Read]).1).unwrap();
    assert_eq!(code(instance.svod.accounts.disable_account(&reading, anna)), "scope_missing");
    let administering = by_token(&instance, &token(&instance, &petr, &[Scope::Administer]).1).unwrap();
    assert_eq!(code(added(&instance, &administering, "x3", "X", None)), "session_needed", "a token lets nobody in");
    assert!(instance.svod.accounts.disable_account(&administering, anna).is_ok());
    assert_eq!(code(instance.svod.accounts.issue_token(&administering, new_token(&petr, &[Scope::Read]))), "session_needed");
    assert_eq!(code(instance.svod.accounts.change_password(&administering, PASSWORD, "совсем новый пароль")), "session_needed");
    assert_eq!(code(instance.svod.accounts.list_accounts(&administering, None, 10)), "scope_missing");
    let own = signed_in(&instance, "petr");
    assert!(instance.svod.accounts.issue_token(&own, new_token(&petr, &[Scope::Read])).is_ok());
}

fn tokens_are_checked_before_they_are_issued(database: Database) {
    let instance = offices(&database);
    let maria = person(&instance, "maria", &[]);
    let anna = person(&instance, "anna", &[]);
    let own = signed_in(&instance, "maria");
    let accounts = &instance.svod.accounts;
    let good = new_token(&maria, &[Scope::Read]);
    let past: Timestamp = "2026-11-22T00:00:00+03:00".parse().unwrap();
    let unknown = BTreeSet::from([DictionaryCode::parse("unknown").unwrap()]);
    let cases = [
        ("scopes_missing", NewToken { scopes: BTreeSet::new(), ..good.clone() }),
        ("title_malformed", NewToken { title: "a\nb".to_owned(), ..good.clone() }),
        ("title_malformed", NewToken { title: "a".repeat(10 << 20), ..good.clone() }),
        ("expiry_past", NewToken { expires_at: Some(past), ..good.clone() }),
        ("dictionary_unknown", NewToken { dictionaries: Some(unknown), ..good.clone() }),
        ("dictionaries_out_of_range", NewToken { dictionaries: Some(BTreeSet::new()), ..good.clone() }),
        ("forbidden", NewToken { account: anna.id, ..good.clone() }),
        ("done", good),
    ];
    for (expected, new) in cases {
        assert_eq!(code(accounts.issue_token(&own, new)), expected);
    }
    assert_eq!(accounts.list_tokens(&own, maria.id).unwrap().len(), 1);
    assert_eq!(code(accounts.list_tokens(&own, anna.id)), "not_found");
    let (of_anna, _) = token(&instance, &anna, &[Scope::Read]);
    assert_eq!(code(accounts.revoke_token(&own, of_anna.id)), "not_found", "what others have is not there");
    accounts.disable_account(&operator(&instance), anna.id).unwrap();
    assert_eq!(code(accounts.issue_token(&operator(&instance), new_token(&anna, &[Scope::Read]))), "account_disabled");
}

fn a_role_that_was_taken_away_counts_no_more(database: Database) {
    let instance = database.open();
    person(&instance, "petr", &["administrator"]);
    let anna = person(&instance, "anna", &["administrator"]);
    let caller = signed_in(&instance, "anna");
    assert!(added(&instance, &caller, "x1", "X", None).is_ok());
    let administrator = Grant::parse("administrator").unwrap();
    instance.svod.accounts.revoke_role(&operator(&instance), anna.id, &administrator).unwrap();
    assert!(caller.authority.holds_everywhere(Role::Administrator), "the caller came while it still counted");
    assert_eq!(code(added(&instance, &caller, "x2", "X", None)), "forbidden");
    assert_eq!(code(instance.svod.accounts.revoke_role(&operator(&instance), anna.id, &administrator)), "role_not_granted");
}

fn a_disabled_account_is_out_at_once(database: Database) {
    let instance = database.open();
    let maria = person(&instance, "maria", &[]);
    let session = sign_in(&instance, "maria", PASSWORD).unwrap().secret;
    let (_, secret) = token(&instance, &maria, &[Scope::Read]);
    let accounts = &instance.svod.accounts;
    accounts.disable_account(&operator(&instance), maria.id).unwrap();
    assert_eq!(code(by_session(&instance, &session)), "session_ended");
    assert_eq!(code(by_token(&instance, &secret)), "account_disabled");
    assert_eq!(code(accounts.disable_account(&operator(&instance), maria.id)), "account_disabled_already");
    accounts.enable_account(&operator(&instance), maria.id).unwrap();
    assert_eq!(code(by_session(&instance, &session)), "session_ended", "what ended stays so");
    assert!(by_token(&instance, &secret).is_ok());
    assert!(sign_in(&instance, "maria", PASSWORD).is_ok());
    assert_eq!(code(accounts.enable_account(&operator(&instance), maria.id)), "account_enabled_already");
}

fn the_last_administrator_stays(database: Database) {
    let instance = database.open();
    let petr = person(&instance, "petr", &["administrator"]);
    let anna = person(&instance, "anna", &["administrator"]);
    let caller = signed_in(&instance, "petr");
    let accounts = &instance.svod.accounts;
    let administrator = Grant::parse("administrator").unwrap();
    accounts.disable_account(&caller, anna.id).unwrap();
    assert_eq!(code(accounts.disable_account(&caller, petr.id)), "last_administrator");
    assert_eq!(code(accounts.revoke_role(&caller, petr.id, &administrator)), "last_administrator");
    accounts.enable_account(&caller, anna.id).unwrap();
    accounts.revoke_role(&caller, petr.id, &administrator).unwrap();
    accounts.disable_account(&operator(&instance), anna.id).unwrap();
    assert!(!instance.svod.accounts.list_grants(&operator(&instance), petr.id).unwrap().contains(&administrator));
}

fn accounts_are_added_by_the_rules(database: Database) {
    let instance = database.open();
    let caller = operator(&instance);
    person(&instance, "maria", &[]);
    let cases = [
        ("name_taken", "maria", "Мария", None),
        ("name_taken", "operator", "Оператор", None),
        ("name_malformed", "Maria", "Мария", None),
        ("name_malformed", "m\u{7}", "Мария", None),
        ("name_malformed", "m\nx", "Мария", None),
        ("name_malformed", "anna", "Анна\u{202e}", None),
        ("name_malformed", "anna", "", None),
        ("password_too_short", "anna", "Анна", Some("одиннадцать")),
        ("password_too_long", "anna", "Анна", Some(&*"x".repeat(1001))),
        ("done", "anna", "Анна", Some("одиннадцать 1")),
    ];
    for (expected, name, display_name, password) in cases {
        assert_eq!(code(added(&instance, &caller, name, display_name, password)), expected, "{name:?} {display_name:?}");
    }
    let big = "я".repeat(5 << 20);
    assert_eq!(code(added(&instance, &caller, &big, "Анна", None)), "name_malformed");
    assert_eq!(code(added(&instance, &caller, "olga", &big, None)), "name_malformed");
    assert_eq!(code(added(&instance, &caller, "olga", "Ольга", Some(&big))), "password_too_long");
    for (kind, password, expected) in [
        (AccountKind::System, Some(PASSWORD), "password_not_allowed"),
        (AccountKind::Demo, None, "kind_not_allowed"),
        (AccountKind::BuiltIn, None, "kind_not_allowed"),
        (AccountKind::System, None, "done"),
    ] {
        let new = NewAccount { name: "sys".into(), display_name: "С".into(), kind, password: password.map(str::to_owned) };
        assert_eq!(code(instance.svod.accounts.add_account(&caller, new)), expected);
    }
    let records = refusals(&instance, "addAccount");
    assert_eq!(records.len(), 15);
    assert!(records.iter().all(|record| record.subject.len() < 80 && record.detail.to_string().len() < 600), "{records:?}");
}

fn only_administrators_manage_accounts(database: Database) {
    let instance = database.open();
    let maria = person(&instance, "maria", &["owner", "auditor"]);
    let accounts = &instance.svod.accounts;
    let grant = Grant::parse("administrator").unwrap();
    let anybody = Caller::anonymous(ADDRESS, "r");
    for (caller, expected) in [(signed_in(&instance, "maria"), "forbidden"), (anybody, "unauthenticated")] {
        assert_eq!(code(added(&instance, &caller, "x", "X", Some(PASSWORD))), expected);
        assert_eq!(code(accounts.set_password(&caller, maria.id, PASSWORD)), expected);
        assert_eq!(code(accounts.disable_account(&caller, maria.id)), expected);
        assert_eq!(code(accounts.enable_account(&caller, maria.id)), expected);
        assert_eq!(code(accounts.grant_role(&caller, maria.id, &grant)), expected);
        assert_eq!(code(accounts.revoke_role(&caller, maria.id, &grant)), expected);
    }
    let plain = person(&instance, "plain", &[]);
    let plain_caller = signed_in(&instance, "plain");
    assert_eq!(code(accounts.list_accounts(&plain_caller, None, 10)), "forbidden");
    assert_eq!(code(accounts.list_grants(&plain_caller, maria.id)), "not_found");
    assert!(accounts.list_grants(&plain_caller, plain.id).is_ok());
    assert_eq!(code(instance.svod.auditing.list_audit(&plain_caller, &AuditFilter::default(), None, 10)), "forbidden");
    let maria_caller = signed_in(&instance, "maria");
    let names: Vec<String> = accounts.list_accounts(&maria_caller, Some(AccountId(2)), 10).unwrap().into_iter().map(|a| a.name).collect();
    assert_eq!(names, ["maria", "plain"]);
}

fn roles_are_granted_where_they_belong(database: Database) {
    let instance = offices(&database);
    let maria = person(&instance, "maria", &[]);
    let accounts = &instance.svod.accounts;
    let caller = operator(&instance);
    let granted = |text: &str| {
        let (role, dictionary) = text.split_once(':').unwrap_or((text, ""));
        let grant = Grant { role: Role::parse(role).unwrap(), dictionary: DictionaryCode::parse(dictionary) };
        code(accounts.grant_role(&caller, maria.id, &grant))
    };
    assert_eq!(granted("steward:offices"), "done");
    assert_eq!(granted("steward:offices"), "done", "the same again changes nothing");
    assert_eq!(granted("steward:unknown"), "dictionary_unknown");
    assert_eq!(granted("administrator:offices"), "role_over_service");
    assert_eq!(granted("reader"), "done");
    assert_eq!(code(accounts.grant_role(&caller, AccountId(77), &Grant::parse("reader").unwrap())), "not_found");
    let roles: Vec<String> = accounts.grants_by_account(&[maria.id]).unwrap().iter().map(|(_, grant)| grant.text()).collect();
    assert_eq!(roles, ["reader", "steward:offices"]);
}

fn passwords_change_and_end_sessions(database: Database) {
    let instance = database.open();
    let maria = person(&instance, "maria", &[]);
    let accounts = &instance.svod.accounts;
    let other = sign_in(&instance, "maria", PASSWORD).unwrap().secret;
    let mine = sign_in(&instance, "maria", PASSWORD).unwrap().secret;
    let caller = by_session(&instance, &mine).unwrap();
    let new = "совсем новый пароль";
    assert_eq!(code(accounts.change_password(&caller, "не тот пароль", new)), "sign_in_failed");
    assert_eq!(code(accounts.change_password(&caller, PASSWORD, "короткий")), "password_too_short");
    accounts.change_password(&caller, PASSWORD, new).unwrap();
    assert!(by_session(&instance, &mine).is_ok(), "the session that changed it goes on");
    assert_eq!(code(by_session(&instance, &other)), "session_ended");
    assert_eq!(code(sign_in(&instance, "maria", PASSWORD)), "sign_in_failed");
    assert!(sign_in(&instance, "maria", new).is_ok());
    accounts.set_password(&operator(&instance), maria.id, PASSWORD).unwrap();
    assert_eq!(code(by_session(&instance, &mine)), "session_ended");
    assert!(sign_in(&instance, "maria", PASSWORD).is_ok());
}

fn built_in_accounts_stay_as_they_are(database: Database) {
    let instance = database.open();
    let (accounts, caller) = (&instance.svod.accounts, operator(&instance));
    let grant = Grant::parse("owner").unwrap();
    for id in [AccountId::SVOD, AccountId::OPERATOR] {
        assert_eq!(code(accounts.set_password(&caller, id, PASSWORD)), "account_built_in");
        assert_eq!(code(accounts.disable_account(&caller, id)), "account_built_in");
        assert_eq!(code(accounts.grant_role(&caller, id, &grant)), "account_built_in");
        assert_eq!(code(accounts.revoke_role(&caller, id, &grant)), "account_built_in");
        let new =
            NewToken { account: id, title: "x".to_owned(), scopes: BTreeSet::from([Scope::Read]), dictionaries: None, expires_at: None };
        assert_eq!(code(accounts.issue_token(&caller, new)), "account_built_in");
    }
}

fn people_of_the_demo_are_let_in_by_a_demo_only(database: Database) {
    let demo = Instance::open_demo(&database);
    let service = demo.svod.acts.built_in(AccountId::SVOD, "service").unwrap();
    let first = demo.svod.accounts.prepare_demo(&service).unwrap();
    let people = demo.svod.accounts.prepare_demo(&service).unwrap();
    let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(names, ["steward", "approver", "administrator"]);
    assert_eq!(code(sign_in(&demo, "steward", &first[0].password)), "sign_in_failed", "each start has its own");
    let administrator = sign_in(&demo, "administrator", &people[2].password).unwrap();
    let caller = by_session(&demo, &administrator.secret).unwrap();
    assert!(caller.authority.holds_everywhere(Role::Administrator) && caller.authority.holds_everywhere(Role::Owner));
    assert_eq!(code(demo.svod.accounts.disable_account(&caller, administrator.account.id)), "last_administrator");
    assert_eq!(code(demo.svod.accounts.prepare_demo(&caller)), "not_a_demo");
    let (_, secret) = token(&demo, &administrator.account, &[Scope::Read]);
    let normal = database.open();
    assert_eq!(code(by_session(&normal, &administrator.secret)), "account_of_demo");
    assert_eq!(code(by_token(&normal, &secret)), "account_of_demo");
    assert_eq!(code(sign_in(&normal, "steward", &people[0].password)), "sign_in_failed");
    let service = normal.svod.acts.built_in(AccountId::SVOD, "service").unwrap();
    assert_eq!(code(normal.svod.accounts.prepare_demo(&service)), "not_a_demo");
}

fn the_audit_says_who_did_and_who_was_refused(database: Database) {
    let instance = database.open();
    let maria = person(&instance, "maria", &["auditor"]);
    let caller = signed_in(&instance, "maria");
    assert_eq!(code(instance.svod.accounts.disable_account(&caller, maria.id)), "forbidden");
    assert_eq!(code(by_session(&instance, "tampered")), "session_unknown");
    let all = audit(&instance, AuditFilter::default());
    let told: Vec<String> = all
        .iter()
        .rev()
        .map(|record| {
            [&record.actor, &record.address, &record.request_id, &record.act, &record.subject, &record.outcome]
                .map(String::as_str)
                .join(" ")
        })
        .collect();
    assert_eq!(
        told,
        [
            "operator command line  addAccount account/maria done",
            "operator command line  grantRole account/maria done",
            "maria 192.0.2.7 request-1 signIn account/maria done",
            "maria 192.0.2.7 request-2 disableAccount account/maria forbidden",
            " 192.0.2.7 request-2 identify  session_unknown",
        ]
    );
    let by = |filter: AuditFilter| audit(&instance, filter).iter().map(|record| record.seq).collect::<Vec<_>>();
    assert_eq!(by(AuditFilter { actor: Some("maria".to_owned()), ..AuditFilter::default() }), [4, 3]);
    assert_eq!(by(AuditFilter { outcome: Some("forbidden".to_owned()), ..AuditFilter::default() }), [4]);
    assert_eq!(by(AuditFilter { is_refused: true, ..AuditFilter::default() }), [5, 4]);
    assert_eq!(
        by(AuditFilter { subject: Some("account/maria".to_owned()), to: Some(all[0].at), ..AuditFilter::default() }),
        [] as [i64; 0]
    );
    let page = instance.svod.auditing.list_audit(&caller, &AuditFilter::default(), Some(4), 2).unwrap();
    assert_eq!(page.iter().map(|record| record.seq).collect::<Vec<_>>(), [3, 2]);
    assert!(all.iter().all(|record| !record.detail.to_string().contains(PASSWORD)));
}

fn refusals_of_strangers_fill_no_disk(database: Database) {
    let instance = database.open();
    for _ in 0..200 {
        assert_eq!(code(by_token(&instance, "svod_guess")), "token_unknown");
    }
    assert_eq!(refusals(&instance, "identify").len(), 30);
    instance.wait(SignedDuration::from_mins(1));
    assert_eq!(code(by_token(&instance, "svod_guess")), "token_unknown");
    let recorded = refusals(&instance, "identify");
    assert_eq!((recorded.len(), recorded[0].detail["omittedBefore"].as_i64()), (31, Some(170)));
}

fn a_use_is_noted_once_a_minute_and_never_waits(database: Database) {
    let instance = database.open();
    let maria = person(&instance, "maria", &[]);
    let (issued, secret) = token(&instance, &maria, &[Scope::Read]);
    let used = || instance.svod.accounts.list_tokens(&operator(&instance), maria.id).unwrap()[0].last_used_at;
    assert_eq!((issued.last_used_at, used()), (None, None));
    let another = crate::harness::Instance::open(&database);
    another
        .svod
        .acts
        .store
        .write(|_| {
            let started = std::time::Instant::now();
            assert!(by_token(&instance, &secret).is_ok());
            assert!(started.elapsed() < std::time::Duration::from_secs(3), "it waited for another writer");
            Ok(())
        })
        .unwrap();
    assert_eq!(used(), None, "it was busy, so the next use is noted");
    by_token(&instance, &secret).unwrap();
    let first = used().unwrap();
    instance.wait(SignedDuration::from_secs(59));
    by_token(&instance, &secret).unwrap();
    assert_eq!(used(), Some(first));
    instance.wait(SignedDuration::from_secs(1));
    by_token(&instance, &secret).unwrap();
    assert_eq!(used().unwrap().duration_since(first), SignedDuration::from_mins(1));
}
