//! Credentials that are kept for readers: what they allow ends with them, at once where this process took them back, and within the
//! time of keeping where another did. On both engines.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use svod::app::identity::{Identity, Presented};
use svod::app::tokens::NewToken;
use svod::domain::account::{Role, Scope};
use svod::domain::text::DictionaryCode;

use crate::account::{PASSWORD, new_token, person, sign_in, token};
use crate::binary::{Server, complained, defined, run};
use crate::harness::{Database, Instance};

on_both_engines!(
    what_this_process_takes_back_is_refused_at_once,
    what_another_process_takes_back_is_refused_within_the_time,
    a_credential_is_kept_no_longer_than_it_lives,
    a_token_revoked_by_the_command_line_soon_reads_nothing,
);

const KEPT_MS: u32 = 1000;

fn bearer(secret: &str) -> Presented {
    Presented { session: None, bearer: Some(secret.to_owned()) }
}

fn keeping(instance: &Instance) -> Identity {
    instance.svod.identity.clone().keeping(KEPT_MS)
}

fn identified(identity: &Identity, presented: &Presented) -> &'static str {
    identity.identify(presented, "10.0.0.7", "request-1").map_or_else(|error| error.code(), |_| "good")
}

fn what_this_process_takes_back_is_refused_at_once(database: Database) {
    let instance = database.open();
    let (identity, accounts, operator) = (keeping(&instance), &instance.svod.accounts, instance.operator());
    let maria = person(&instance, "maria", &[]);
    let (token, secret) = token(&instance, &maria, &[Scope::Read]);
    let presented = bearer(&secret);
    assert!(identity.known(&presented).is_none(), "nobody has asked yet");
    assert_eq!(identified(&identity, &presented), "good");
    assert_eq!(identity.known(&presented).and_then(|authority| authority.account_id()), Some(maria.id));
    assert!(identity.known(&Presented { session: Some(secret.clone()), bearer: None }).is_none(), "a token is no cookie");
    assert!(instance.svod.identity.known(&presented).is_none(), "nothing is kept where nothing is to be kept");

    let regions = DictionaryCode::parse("regions").unwrap();
    assert!(!identity.known(&presented).unwrap().holds(Role::Steward, &regions));
    person(&instance, "anna", &[]);
    assert!(identity.known(&presented).is_none(), "whatever was changed, it is asked anew");
    assert_eq!(identified(&identity, &presented), "good");

    accounts.revoke_token(&operator, token.id).unwrap();
    assert!(identity.known(&presented).is_none());
    assert_eq!(identified(&identity, &presented), "token_revoked");
    assert!(identity.known(&presented).is_none(), "what is refused is not kept");

    let session = Presented { session: Some(sign_in(&instance, "maria", PASSWORD).unwrap().secret), bearer: None };
    assert_eq!(identified(&identity, &session), "good");
    assert!(identity.known(&session).is_some());
    accounts.disable_account(&operator, maria.id).unwrap();
    assert!(identity.known(&session).is_none());
}

fn what_another_process_takes_back_is_refused_within_the_time(database: Database) {
    let (here, there) = (database.open(), database.open());
    let identity = keeping(&here);
    let maria = person(&here, "maria", &[]);
    let (token, secret) = token(&here, &maria, &[Scope::Read]);
    assert_eq!(identified(&identity, &bearer(&secret)), "good");
    there.svod.accounts.revoke_token(&there.operator(), token.id).unwrap();
    // Nobody follows the other one here, as when its word is lost.
    here.wait(SignedDuration::from_millis(i64::from(KEPT_MS) - 1));
    assert!(identity.known(&bearer(&secret)).is_some());
    here.wait(SignedDuration::from_millis(1));
    assert!(identity.known(&bearer(&secret)).is_none());
    assert_eq!(identified(&identity, &bearer(&secret)), "token_revoked");
}

fn a_credential_is_kept_no_longer_than_it_lives(database: Database) {
    let instance = database.open();
    let identity = keeping(&instance);
    let maria = person(&instance, "maria", &[]);
    let expires_at: Timestamp = "2026-11-22T12:00:00.5+03:00".parse().unwrap();
    let new = NewToken { expires_at: Some(expires_at), ..new_token(&maria, &[Scope::Read]) };
    let (_, secret) = instance.svod.accounts.issue_token(&instance.operator(), new).unwrap();
    assert_eq!(identified(&identity, &bearer(&secret)), "good");
    instance.wait(SignedDuration::from_millis(499));
    assert!(identity.known(&bearer(&secret)).is_some());
    instance.wait(SignedDuration::from_millis(1));
    assert!(identity.known(&bearer(&secret)).is_none(), "it expired half a second after it was looked up");
    assert_eq!(identified(&identity, &bearer(&secret)), "token_expired");
}

/// The real thing: the server follows what the other process does, or looks it up anew at the latest when its time is over.
fn a_token_revoked_by_the_command_line_soon_reads_nothing(database: Database) {
    defined(&database);
    let added = run(&database, &["user", "add", "register", "--display-name", "Реестр", "--system"]);
    assert!(added.status.success(), "{}", complained(&added));
    let issued = run(&database, &["token", "add", "register", "--title", "Выгрузка"]);
    let secret = String::from_utf8(issued.stdout).unwrap().split_whitespace().find(|word| word.starts_with("svod_")).unwrap().to_owned();
    let server = Server::start_with(&database, &["--credential-cache-ms", "1000"]);
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let status = || {
        let request = agent.post(format!("http://{}/graphql/data", server.address)).header("authorization", format!("Bearer {secret}"));
        request.send_json(serde_json::json!({ "query": "{ publication { number } }" })).unwrap().status().as_u16()
    };
    assert_eq!([status(), status(), status()], [200; 3]);
    let metrics = server.get("/metrics").1;
    let cached = metrics.lines().find_map(|line| line.strip_prefix("svod_credentials_cached_total ")).unwrap();
    assert_ne!(cached, "0", "it was looked up every time");
    let revoked = run(&database, &["token", "revoke", "1"]);
    assert!(revoked.status.success(), "{}", complained(&revoked));
    let revoked_at = Instant::now();
    while status() != 401 {
        assert!(revoked_at.elapsed() < Duration::from_secs(2), "it still reads");
    }
}
