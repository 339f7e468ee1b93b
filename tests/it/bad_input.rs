//! Bad input, by accident or by malice: each is refused with a code of its own, stands in the audit, and changes nothing.
//! Who may approve what is `four_eyes`'s.

use serde_json::{Value, json};
use std::io::Cursor;
use svod::app::acting::Caller;
use svod::app::auditing::AuditFilter;
use svod::app::change_request::{Destination, RequestFilter, RequestedEdit, RequestedItem, SettledConflict, Side};
use svod::app::identity::Presented;
use svod::app::import::{ImportOptions, Source, Surroundings};
use svod::app::tokens::NewToken;
use svod::domain::account::{AccountId, Grant, Scope};
use svod::domain::audit::AuditRecord;
use svod::domain::change_request::{ChangeRequest, NewRequest};
use svod::domain::definition::{AttributeType, Bound, Definition};
use svod::domain::error::{Error, Result};
use svod::domain::item_edit::Patch;
use svod::domain::publication::Basis;
use svod::domain::text::DictionaryCode;
use svod::domain::validity::Validity;
use svod::exchange::table::Input;

use crate::account;
use crate::binary::{Server, defined};
use crate::change_request::{Office, add, code, edit, office, person, retire, titled, update};
use crate::harness::{Database, IMPORT_LIMITS, Instance};
use crate::publication::REGIONS;

on_both_engines!(
    nobody_approves_their_own,
    a_revision_that_is_stale_is_refused_everywhere,
    a_role_that_was_taken_away_a_second_ago_counts_no_more,
    one_request_is_published_once_by_two_nodes,
    two_requests_at_the_same_instant_are_two_publications,
    a_basis_links_to_pages_only,
    a_stranger_learns_nothing_by_importing,
    texts_are_short_and_plain,
    codes_are_short_and_plain,
    accounts_are_named_plainly,
    expired_and_tampered_credentials_are_refused_over_http,
    a_definition_that_orphans_values_names_them_all,
);

const LONG: usize = 10 << 20;

fn operator(instance: &Instance) -> Caller {
    instance.operator()
}

/// Everything that a refused act must leave as it was.
fn state(instance: &Instance) -> (i64, Vec<ChangeRequest>, usize) {
    instance.svod.publisher.refresh().unwrap();
    let requests = instance.svod.change_requests.list_change_requests(&operator(instance), RequestFilter::default(), None, 1000);
    let accounts = instance.svod.accounts.list_accounts(&operator(instance), None, 1000).unwrap().len();
    (instance.seq(), requests.unwrap(), accounts)
}

/// What an act is refused with: its code, and for an invalid input each place with the code of what is wrong there.
fn told(error: &Error) -> String {
    match error {
        Error::Invalid(violations) => {
            let told: Vec<String> = violations.kept().iter().map(|one| format!("{} {}", short(&one.path()), one.code)).collect();
            told.join(", ")
        }
        other => other.code().to_owned(),
    }
}

fn short(text: &str) -> &str {
    text.char_indices().nth(60).map_or(text, |(at, _)| &text[..at])
}

fn newest_record(instance: &Instance) -> AuditRecord {
    instance.svod.auditing.list_audit(&operator(instance), &AuditFilter::default(), None, 1).unwrap().remove(0)
}

/// Expects an act to be refused with this, to stand in the audit as this verb, and to change nothing.
#[track_caller]
fn refused<T>(instance: &Instance, verb: &str, expected: &str, act: impl FnOnce() -> Result<T>) {
    let before = state(instance);
    let error = act().err().unwrap_or_else(|| panic!("{verb} was not refused; expected: {expected}"));
    assert_eq!(told(&error), expected, "{verb}");
    assert!(error.to_string().len() < 4000, "{verb}: what was sent is repeated: {} bytes", error.to_string().len());
    let record = newest_record(instance);
    assert_eq!((record.act.as_str(), record.outcome.as_str()), (verb, error.code()), "{record:?}");
    assert!(record.detail.to_string().len() < 1000 && record.subject.len() < 200, "{record:?}");
    if let Error::Invalid(violations) = &error {
        let codes = record.detail["codes"].as_array().unwrap();
        assert!(violations.kept().iter().all(|one| codes.contains(&json!(one.code))), "{record:?}");
    }
    assert_eq!(state(instance), before, "{verb} was refused and changed something");
}

fn nobody_approves_their_own(database: Database) {
    let office = office(&database);
    let chief = person(&database, &office.instance, 20, "chief", &[("owner", ""), ("administrator", "")]);
    let own = office.submit(&chief, &office.draft(&chief, vec![retire("3", "2026-12-01", &[])])).unwrap();
    refused(&office.instance, "approveChangeRequest", "four_eyes", || office.approve(&chief, &own));
    let record = newest_record(&office.instance);
    assert_eq!((record.actor.as_str(), record.subject.clone()), ("chief", format!("changeRequest/{}", own.id.0)));
    assert!(record.detail["reason"].as_str().unwrap().contains("somebody else must approve it"), "{record:?}");
    refused(&office.instance, "publishChangeRequest", "wrong_state", || office.publish(&chief, &own));
}

/// The acts on a request that its revision guards.
fn revise(office: &Office, caller: &Caller, verb: &str, request: &ChangeRequest) -> Result<ChangeRequest> {
    let requests = &office.instance.svod.change_requests;
    let (id, revision) = (request.id, request.revision);
    let choice = SettledConflict {
        dictionary: code("offices"),
        item: Some("2".into()),
        subject: "name".to_owned(),
        valid_from: None,
        side: Side::Mine,
    };
    match verb {
        "updateChangeRequest" => requests.update_change_request(caller, id, revision, titled("Другое")),
        "editItems" => office.edit(caller, request, vec![update("2", "2027-01-01", json!({ "number": 9 }))]),
        "discardItemChange" => requests.discard_item_change(caller, id, revision, &code("offices"), "3"),
        "settleConflicts" => requests.settle_conflicts(caller, id, revision, &[choice]),
        "submitChangeRequest" => office.submit(caller, request),
        "withdrawChangeRequest" => requests.withdraw_change_request(caller, id, revision),
        "approveChangeRequest" => office.approve(caller, request),
        "returnChangeRequest" => requests.return_change_request(caller, id, revision, "Нет"),
        "rejectChangeRequest" => requests.reject_change_request(caller, id, revision, "Нет"),
        "reopenChangeRequest" => requests.reopen_change_request(caller, id, revision),
        "publishChangeRequest" => office.publish(caller, request),
        "scheduleChangeRequest" => requests.schedule_change_request(caller, id, revision, "2026-11-23T06:00:00Z".parse().unwrap()),
        "unscheduleChangeRequest" => requests.unschedule_change_request(caller, id, revision),
        unknown => panic!("{unknown}"),
    }
}

const OF_DRAFTS: [&str; 6] =
    ["updateChangeRequest", "editItems", "discardItemChange", "settleConflicts", "submitChangeRequest", "withdrawChangeRequest"];
const OF_REVIEWERS: [&str; 3] = ["approveChangeRequest", "returnChangeRequest", "rejectChangeRequest"];
const OF_RELEASERS: [&str; 4] = ["reopenChangeRequest", "publishChangeRequest", "scheduleChangeRequest", "unscheduleChangeRequest"];

fn a_revision_that_is_stale_is_refused_everywhere(database: Database) {
    let office = office(&database);
    let verbs = |who: &Caller, verbs: &[&str], seen: &ChangeRequest| {
        for revision in [seen.revision - 1, seen.revision + 1, 0, -1, i64::MAX, i64::MIN] {
            let stale = ChangeRequest { revision, ..seen.clone() };
            verbs.iter().for_each(|verb| refused(&office.instance, verb, "stale_revision", || revise(&office, who, verb, &stale)));
        }
    };
    let draft = office.draft(&office.maria, vec![retire("3", "2026-12-01", &[])]);
    verbs(&office.maria, &OF_DRAFTS, &draft);
    let submitted = office.submit(&office.maria, &draft).unwrap();
    verbs(&office.anna, &OF_REVIEWERS, &submitted);
    let approved = office.approve(&office.anna, &submitted).unwrap();
    verbs(&office.maria, &OF_RELEASERS, &approved);
    assert_eq!(office.publish(&office.maria, &approved).unwrap().published_seq, Some(4));
}

/// The caller came while the role counted; another process takes it away before the act.
fn a_role_that_was_taken_away_a_second_ago_counts_no_more(database: Database) {
    let office = office(&database);
    let elsewhere = database.open();
    let id = |caller: &Caller| -> AccountId { caller.authority.account_id().unwrap() };
    let draft = office.draft(&office.maria, vec![retire("3", "2026-12-01", &[])]);
    let submitted = office.submit(&office.maria, &office.draft(&office.maria, vec![retire("2", "2026-12-01", &[])])).unwrap();
    let approved = office.approved(&office.maria, &office.draft(&office.maria, vec![update("2", "2027-01-01", json!({ "number": 7 }))]));
    let take = |caller: &Caller, role: &str| {
        let grant = Grant::parse(role).unwrap();
        elsewhere.svod.accounts.revoke_role(&operator(&elsewhere), id(caller), &grant).unwrap();
        // A reader's role leaves requests unseen; an auditor still sees them, so that the role is what is missing.
        elsewhere.svod.accounts.grant_role(&operator(&elsewhere), id(caller), &Grant::parse("auditor").unwrap()).unwrap();
    };
    let new = NewToken {
        account: id(&office.anna),
        title: "сценарий".to_owned(),
        scopes: Scope::ALL.into_iter().collect(),
        dictionaries: None,
        expires_at: None,
    };
    let (token, secret) = office.instance.svod.accounts.issue_token(&operator(&office.instance), new).unwrap();
    let by_token = office.instance.svod.identity.identify(&Presented { session: None, bearer: Some(secret) }, "::1", "r").unwrap();
    elsewhere.svod.accounts.revoke_token(&operator(&elsewhere), token.id).unwrap();
    refused(&office.instance, "approveChangeRequest", "token_revoked", || office.approve(&by_token, &submitted));
    take(&office.anna, "approver");
    for verb in OF_REVIEWERS {
        refused(&office.instance, verb, "forbidden", || revise(&office, &office.anna, verb, &submitted));
    }
    take(&office.ivan, "steward");
    for verb in ["updateChangeRequest", "editItems", "discardItemChange", "submitChangeRequest", "withdrawChangeRequest"] {
        refused(&office.instance, verb, "forbidden", || revise(&office, &office.ivan, verb, &draft));
    }
    take(&office.maria, "steward");
    for verb in OF_RELEASERS {
        refused(&office.instance, verb, "forbidden", || revise(&office, &office.maria, verb, &approved));
    }
    let create = || office.instance.svod.change_requests.create_change_request(&office.maria, titled("Ещё"));
    refused(&office.instance, "createChangeRequest", "forbidden", create);
    elsewhere.svod.accounts.disable_account(&operator(&elsewhere), id(&office.maria)).unwrap();
    refused(&office.instance, "publishChangeRequest", "account_disabled", || office.publish(&office.maria, &approved));
}

/// Carries out two acts in two processes at once.
fn at_once<T: Send>(here: impl FnOnce() -> T + Send, there: impl FnOnce() -> T + Send) -> [T; 2] {
    let gate = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        let [here, there] = [scope.spawn(|| (gate.wait(), here()).1), scope.spawn(|| (gate.wait(), there()).1)];
        [here.join().unwrap(), there.join().unwrap()]
    })
}

fn one_request_is_published_once_by_two_nodes(database: Database) {
    let office = office(&database);
    let other = database.open();
    for number in 10..15 {
        let approved =
            office.approved(&office.maria, &office.draft(&office.maria, vec![update("2", "2026-12-01", json!({ "number": number }))]));
        let seq = office.instance.seq();
        let there =
            || other.svod.change_requests.publish_change_request(&office.ivan, approved.id, approved.revision).map(|(request, _)| request);
        let outcomes = at_once(|| office.publish(&office.maria, &approved), there);
        let refusals: Vec<&str> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).map(Error::code).collect();
        assert!(refusals == ["stale_revision"] || refusals == ["wrong_state"], "{outcomes:?}");
        office.instance.svod.publisher.refresh().unwrap();
        assert_eq!(office.instance.seq(), seq + 1);
        let filter = AuditFilter {
            act: Some("publishChangeRequest".to_owned()),
            subject: Some(format!("changeRequest/{}", approved.id.0)),
            ..AuditFilter::default()
        };
        let records = office.instance.svod.auditing.list_audit(&operator(&office.instance), &filter, None, 10).unwrap();
        let mut recorded: Vec<&str> = records.iter().map(|record| record.outcome.as_str()).collect();
        recorded.sort_unstable();
        assert_eq!(recorded, ["done", refusals[0]]);
    }
}

fn two_requests_at_the_same_instant_are_two_publications(database: Database) {
    let office = office(&database);
    let other = database.open();
    let approved = |attribute: &str, value: Value| {
        let edits = vec![update("2", "2026-12-01", json!({ attribute: value }))];
        office.approved(&office.maria, &office.draft(&office.maria, edits))
    };
    let publish = |first: &ChangeRequest, second: &ChangeRequest| {
        let there =
            || other.svod.change_requests.publish_change_request(&office.ivan, second.id, second.revision).map(|(request, _)| request);
        at_once(|| office.publish(&office.maria, first), there)
    };
    let (name, number) = (approved("name", json!("Районная новая")), approved("number", json!(77)));
    let mut numbers = publish(&name, &number).map(|outcome| outcome.unwrap().published_seq.unwrap());
    numbers.sort_unstable();
    assert_eq!(numbers, [4, 5]);
    let merged = r#"2026-12-01.. ^1 {"name":"Районная новая","number":77,"region":"01"}"#;
    assert_eq!(database.open().timeline("offices", "2")[1], merged, "neither overwrote the other");
    let (first, second) = (approved("name", json!("Районная первая")), approved("name", json!("Районная вторая")));
    let outcomes = publish(&first, &second);
    let refusals: Vec<String> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).map(told).collect();
    assert_eq!(refusals, ["offices/2/name conflict"], "{outcomes:?}");
    assert_eq!(database.open().seq(), 6);
    let verified = svod::app::svod::verify(&database.settings(), &|_| {}).unwrap();
    assert_eq!(verified.problems, [] as [&str; 0]);
}

fn a_basis_links_to_pages_only(database: Database) {
    let office = office(&database);
    let requests = &office.instance.svod.change_requests;
    let draft = office.draft(&office.maria, Vec::new());
    let malformed = "basis.link basis_link_malformed";
    let controlled = "basis.link control_character, basis.link basis_link_malformed";
    for (link, expected) in [
        ("javascript:alert(1)", malformed),
        ("  JaVaScRiPt:alert(1)", malformed),
        ("javascript://pravo.gov.ru/%0aalert(1)", malformed),
        ("java\nscript:alert(1)", controlled),
        ("\u{1}javascript:alert(1)", controlled),
        ("vbscript:msgbox(1)", malformed),
        ("data:text/html;base64,PHNjcmlwdD4=", malformed),
        ("file:///etc/passwd", malformed),
        ("//pravo.gov.ru", malformed),
        ("https://", malformed),
        ("https:///doc", malformed),
        ("https://pravo.gov.ru@evil.example/", malformed),
        ("https://user:password@pravo.gov.ru/", malformed),
        ("https://pravo.gov.ru/\u{0}", controlled),
        ("https://pravo.gov.ru/\r\nSet-Cookie: x", controlled),
        ("https://pravo.gov.ru/\" onclick=\"alert(1)", malformed),
        ("https://pravo.gov.ru\\@evil.example/", malformed),
        (&format!("https://pravo.gov.ru/{}", "a".repeat(LONG)), "basis.link length"),
    ] {
        let new = || NewRequest { basis: Basis { link: Some(link.to_owned()), ..Basis::default() }, ..titled("Приказ") };
        refused(&office.instance, "createChangeRequest", expected, || requests.create_change_request(&office.maria, new()));
        let update = || requests.update_change_request(&office.maria, draft.id, draft.revision, new());
        refused(&office.instance, "updateChangeRequest", expected, update);
    }
}

/// What is wrong with a file would tell what is in a dictionary, and a list of dictionaries which there are.
fn a_stranger_learns_nothing_by_importing(database: Database) {
    let office = office(&database);
    let instance = &office.instance;
    let restricted = REGIONS.replace(r#"code = "regions""#, r#"code = "secrets""#).replace("Region", "Secret");
    instance.define(&restricted.replace(r#"access = "public""#, r#"access = "restricted""#), Some("code,name\n1,Тайна\n")).unwrap();
    let reader = person(&database, instance, 20, "reader", &[("reader", "regions")]);
    let steward = person(&database, instance, 21, "olga", &[("steward", "offices")]);
    let nobody = Caller::anonymous("192.0.2.7", "request");
    let wrong = || -> std::io::Result<Box<dyn Input>> { Ok(Box::new(Cursor::new(&b"code,nmae\n1,x\n"[..]))) };
    for destination in [Destination::DryRun, Destination::Draft, Destination::Review, Destination::Publish] {
        let import = |caller: &Caller, dictionary: &str| {
            let source = Source { name: "items.csv", open: &wrong };
            let options = ImportOptions { destination, ..ImportOptions::default() };
            let requests = &instance.svod.change_requests;
            requests.import(caller, &code(dictionary), &source, &options, &Surroundings::unwatched(IMPORT_LIMITS))
        };
        for dictionary in ["regions", "secrets", "absent"] {
            refused(instance, "importItems", "unauthenticated", || import(&nobody, dictionary));
        }
        for caller in [&reader, &steward] {
            refused(instance, "importItems", "forbidden", || import(caller, "regions"));
            refused(instance, "importItems", "not_found", || import(caller, "secrets"));
            let absent = import(caller, "absent").unwrap_err().to_string();
            assert!(absent.contains("offices") && !absent.contains("secrets"), "{absent}");
        }
        let known = import(&steward, "offices").unwrap_err();
        assert_eq!(known.code(), "invalid", "who may, is told what is wrong");
    }
}

fn texts_are_short_and_plain(database: Database) {
    let office = office(&database);
    let (instance, maria) = (&office.instance, &office.maria);
    let requests = &instance.svod.change_requests;
    let draft = office.draft(maria, Vec::new());
    let long = "я".repeat(LONG / 2);
    for (text, wrong) in
        [("а\u{0}б", "control_character"), ("а\u{1b}[31mб", "control_character"), ("а\u{202e}б", "control_character"), (&long, "length")]
    {
        let create = |new: NewRequest| requests.create_change_request(maria, new);
        refused(instance, "createChangeRequest", &format!("title {wrong}"), || create(titled(text)));
        let description = NewRequest { description: text.to_owned(), ..titled("Приказ") };
        refused(instance, "createChangeRequest", &format!("description {wrong}"), || create(description));
        let basis = Basis { number: Some(text.to_owned()), ..Basis::default() };
        refused(instance, "createChangeRequest", &format!("basis.number {wrong}"), || {
            create(NewRequest { basis, ..titled("Приказ") })
        });
        let comment = || requests.comment_change_request(maria, draft.id, None, text);
        refused(instance, "commentChangeRequest", &format!("comment {wrong}"), comment);
        let commented = RequestedItem { comment: Some(text.to_owned()), ..retire("3", "2026-12-01", &[]) };
        refused(instance, "editItems", &format!("comment {wrong}"), || office.edit(maria, &draft, vec![commented]));
        let reason = RequestedEdit::Annul { reason: text.to_owned() };
        refused(instance, "editItems", &format!("reason {wrong}"), || office.edit(maria, &draft, vec![edit("offices", "3", reason)]));
    }
    // What a rule of the definition says about a value is said of a draft too, at the latest when it is submitted.
    let value = |text: &str| vec![update("3", "2026-12-01", json!({ "name": text }))];
    refused(instance, "editItems", "offices/3/name length", || office.edit(maria, &draft, value(&long)));
    for (text, wrong) in [("а\u{0}б", "control_character"), (&"я".repeat(41), "length")] {
        let drafted = office.draft(maria, value(text));
        refused(instance, "submitChangeRequest", &format!("offices/3/name {wrong}"), || office.submit(maria, &drafted));
    }
}

fn codes_are_short_and_plain(database: Database) {
    let office = office(&database);
    let (instance, maria) = (&office.instance, &office.maria);
    let owner = person(&database, instance, 20, "olga", &[("owner", "")]);
    let draft = office.draft(maria, Vec::new());
    let edit_refused =
        |expected: &str, item: RequestedItem| refused(instance, "editItems", expected, || office.edit(maria, &draft, vec![item]));
    let long = "x".repeat(LONG);
    for wrong in ["", "а\u{0}б", "а\nб", &long] {
        let named = short(wrong);
        let place = format!("offices/{named}/code").replace("//", "/");
        edit_refused(&format!("{} code_malformed", short(&place)), add("offices", wrong, Some("1"), json!({ "name": "Новая" })));
        if !wrong.is_empty() {
            edit_refused("offices/4/parent code_malformed", add("offices", "4", Some(wrong), json!({ "name": "Новая" })));
            edit_refused("offices/3/successors code_malformed", retire("3", "2026-12-01", &[wrong]));
            let parent = Patch::Set(Some(wrong.to_owned()));
            let update = RequestedEdit::Update { validity: Validity::ALWAYS, parent, attributes: serde_json::Map::new() };
            edit_refused("offices/3/parent code_malformed", edit("offices", "3", update));
        }
        assert!(DictionaryCode::parse(wrong).is_none(), "{named:?}");
        let requests = &instance.svod.change_requests;
        let own = requests.create_change_request(&owner, titled("Определение")).unwrap();
        let define = |definition: Definition| requests.define_dictionary(&owner, own.id, own.revision, definition);
        refused(instance, "defineDictionary", "code definition_malformed", || {
            define(Definition { code: wrong.to_owned(), ..published(&office) })
        });
        if !wrong.is_empty() && !wrong.contains('\n') {
            let mut definition = published(&office);
            definition.passport.owner = wrong.to_owned();
            refused(instance, "defineDictionary", "passport.owner definition_malformed", || define(definition));
        }
    }
}

fn published(office: &Office) -> Definition {
    office.instance.svod.publisher.catalog().head().dictionaries[&code("offices")].current.dictionary.definition.clone()
}

fn accounts_are_named_plainly(database: Database) {
    use svod::app::accounts::NewAccount;
    use svod::domain::account::AccountKind;
    let instance = database.open();
    let maria = account::person(&instance, "maria", &[]);
    let long = "я".repeat(LONG / 2);
    for wrong in ["а\u{0}б", "а\nб", "а\u{202e}б", "", &long] {
        let add = |name: &str, display_name: &str| {
            let new =
                NewAccount { name: name.to_owned(), display_name: display_name.to_owned(), kind: AccountKind::Person, password: None };
            instance.svod.accounts.add_account(&operator(&instance), new)
        };
        refused(&instance, "addAccount", "name_malformed", || add(wrong, "Анна"));
        refused(&instance, "addAccount", "name_malformed", || add("anna", wrong));
        let scopes = [Scope::Read].into_iter().collect();
        let new = NewToken { account: maria.id, title: wrong.to_owned(), scopes, dictionaries: None, expires_at: None };
        refused(&instance, "issueToken", "title_malformed", || instance.svod.accounts.issue_token(&operator(&instance), new));
    }
}

/// Asks as a browser or a program would; gives the status, the code of the error and whether the cookie is taken back.
fn ask(server: &Server, door: &str, header: (&str, &str)) -> (u16, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let request = agent.post(format!("http://{}{door}", server.address)).header(header.0, header.1);
    let mut response = request.send_json(json!({ "query": "{ __typename }" })).unwrap();
    let body: Value = response.body_mut().read_json().unwrap();
    (response.status().as_u16(), body["errors"][0]["extensions"]["code"].as_str().unwrap_or("done").to_owned())
}

fn expired_and_tampered_credentials_are_refused_over_http(database: Database) {
    defined(&database);
    let instance = database.open();
    let maria = account::person(&instance, "maria", &["steward"]);
    let sign_in = || instance.svod.identity.sign_in(&Caller::anonymous("192.0.2.7", "r"), "maria", account::PASSWORD).unwrap().secret;
    let issue = || {
        let scopes = [Scope::Read].into_iter().collect();
        let new = NewToken { account: maria.id, title: "выгрузка".to_owned(), scopes, dictionaries: None, expires_at: None };
        instance.svod.accounts.issue_token(&operator(&instance), new).unwrap().1
    };
    let (expired, expired_token) = (sign_in(), issue());
    instance.wait(jiff::SignedDuration::from_secs(1));
    let (good, good_token) = (sign_in(), issue());
    // The clock of the test is not that of the server, so what is over is long over, and what is not is not for long.
    database.execute("UPDATE session SET expires_at_ms = 99999999999999");
    for table in ["session", "token"] {
        let first = format!("created_at_ms = (SELECT min(created_at_ms) FROM {table})");
        database.execute(&format!("UPDATE {table} SET expires_at_ms = 1 WHERE {first}"));
    }
    let tampered = |secret: &str| {
        let (rest, last) = secret.split_at(secret.len() - 8);
        format!("{rest}{}", last.chars().map(|letter| if letter == 'A' { 'B' } else { 'A' }).collect::<String>())
    };
    let server = Server::start(&database);
    let before = state(&instance);
    let cookie = |secret: &str| ("Cookie", format!("svod_session={secret}"));
    let bearer = |secret: &str| ("Authorization", format!("Bearer {secret}"));
    let cases = [
        (cookie(&good), 200, "done"),
        (bearer(&good_token), 200, "done"),
        (cookie(&expired), 401, "SESSION_EXPIRED"),
        (cookie(&tampered(&good)), 401, "SESSION_UNKNOWN"),
        (cookie(&good_token), 401, "SESSION_UNKNOWN"),
        (bearer(&expired_token), 401, "TOKEN_EXPIRED"),
        (bearer(&tampered(&good_token)), 401, "TOKEN_UNKNOWN"),
        (bearer(&good), 401, "TOKEN_UNKNOWN"),
        (("Authorization", "Basic bWFyaWE6eA==".to_owned()), 401, "CREDENTIALS_MALFORMED"),
    ];
    for door in ["/graphql", "/graphql/data"] {
        for ((name, value), status, code) in &cases {
            assert_eq!(ask(&server, door, (name, value)), (*status, (*code).to_owned()), "{door} {name}: {}", short(value));
        }
    }
    let filter = AuditFilter { act: Some("identify".to_owned()), is_refused: true, ..AuditFilter::default() };
    let records = instance.svod.auditing.list_audit(&operator(&instance), &filter, None, 100).unwrap();
    let mut recorded: Vec<(&str, &str)> = records.iter().map(|record| (record.outcome.as_str(), record.address.as_str())).collect();
    recorded.sort_unstable();
    let twice = |code| [(code, "127.0.0.1"); 2];
    let expected: Vec<(&str, &str)> =
        ["session_expired", "session_unknown", "session_unknown", "token_expired", "token_unknown", "token_unknown"]
            .into_iter()
            .flat_map(twice)
            .collect();
    assert_eq!(recorded, expected);
    assert!(records.iter().all(|record| !record.detail.to_string().contains(&good_token[..12])), "no secret is written down");
    assert_eq!(state(&instance), before);
}

fn a_definition_that_orphans_values_names_them_all(database: Database) {
    let office = office(&database);
    let owner = person(&database, &office.instance, 20, "olga", &[("owner", "")]);
    let requests = &office.instance.svod.change_requests;
    let changed = |expected: &str, change: &dyn Fn(&mut Definition)| {
        let mut definition = published(&office);
        change(&mut definition);
        let draft = requests.create_change_request(&owner, titled("Определение")).unwrap();
        let defined = requests.define_dictionary(&owner, draft.id, draft.revision, definition).unwrap();
        refused(&office.instance, "submitChangeRequest", expected, || office.submit(&owner, &defined));
    };
    let shorter = |definition: &mut Definition| definition.attributes[0].length_max = Some(5);
    changed("offices/1/name length, offices/2/name length, offices/3/name length", &shorter);
    let removed = |definition: &mut Definition| drop(definition.attributes.remove(2));
    let orphaned = |attribute: &str, items: &[&str]| {
        items.iter().map(|item| format!("offices/{item}/{attribute} definition_incompatible")).collect::<Vec<_>>().join(", ")
    };
    changed(&orphaned("number", &["1", "2", "3"]), &removed);
    let retyped = |definition: &mut Definition| definition.attributes[2].kind = AttributeType::String;
    changed(&orphaned("number", &["1", "2", "3"]), &retyped);
    let elsewhere = |definition: &mut Definition| definition.attributes[1].to = Some("offices".to_owned());
    let dangling = "offices/1/region reference_dangling, offices/2/region reference_dangling, offices/3/region reference_dangling";
    changed(&format!("{}, {dangling}", orphaned("region", &["1", "2", "3"])), &elsewhere);
    let flat = |definition: &mut Definition| definition.hierarchy = None;
    let rootless = "offices/2/parent not_hierarchical, offices/3/parent not_hierarchical";
    changed(&format!("{}, {rootless}", orphaned("parent", &["2", "3"])), &flat);
    let narrow = |definition: &mut Definition| definition.attributes[2].max = Some(Bound::Integer(1));
    changed("offices/2/number range, offices/3/number range", &narrow);
}
