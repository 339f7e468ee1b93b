//! Every code by which Svod refuses something, with what it means. Whoever writes a program or a page that tells refusals reads this
//! table: `docs/refusals.md` and `graphql/refusals.json` are made of it. Rules of definitions have codes of their own, which are not here.

/// Refusals that are met in one kind of work.
pub struct Topic {
    pub name: &'static str,
    /// Codes and what they mean, in the order of the codes. The APIs write codes in capital letters.
    pub codes: &'static [(&'static str, &'static str)],
}

/// Whether a code stands in the table, as the core writes it or as the APIs do.
pub fn is_known(code: &str) -> bool {
    TOPICS.iter().flat_map(|topic| topic.codes).any(|(known, _)| known.eq_ignore_ascii_case(code))
}

pub const TOPICS: &[Topic] = &[
    Topic { name: "Everywhere", codes: EVERYWHERE },
    Topic { name: "Doors: how a request is carried", codes: DOORS },
    Topic { name: "Who asks", codes: WHO },
    Topic { name: "Values of items", codes: VALUES },
    Topic { name: "Items, validity and hierarchy", codes: ITEMS },
    Topic { name: "Definitions of dictionaries", codes: DEFINITIONS },
    Topic { name: "Change requests, approval and publication", codes: REQUESTS },
    Topic { name: "Files that are imported", codes: IMPORTS },
    Topic { name: "Reading, comparing and exporting", codes: READING },
    Topic { name: "The feed and its consumers", codes: FEED },
    Topic { name: "Accounts, roles and tokens", codes: ACCOUNTS },
];

const EVERYWHERE: &[(&str, &str)] = &[
    ("bad_user_input", "An argument is not what its field takes; the message says which and why."),
    ("internal", "A fault of the service: its log has the reason by the request id."),
    ("invalid", "The input breaks rules; each of them is told with a code of its own where there is room."),
    ("limit_exceeded", "More was asked for than one request may: the message names the limit."),
    ("not_found", "There is no such thing, or the caller may not see it."),
    ("omitted", "How many more violations there are than are listed."),
    ("unavailable", "The service cannot do this now; its operator finds the reason in the log by the request id."),
    ("violations_left_out", "How many more violations there are than are listed."),
];

const DOORS: &[(&str, &str)] = &[
    ("bad_request", "The request is malformed: the message says where."),
    ("cross_site", "A page of another site sent the request with somebody's cookie."),
    ("graphql_parse_failed", "The document is not GraphQL."),
    ("graphql_validation_failed", "The document does not fit the schema."),
    ("method_not_allowed", "The address answers other methods only: see the header Allow."),
    ("mutation_needs_post", "A mutation was sent by GET, which changes nothing."),
    ("not_acceptable", "None of the media types that the client accepts is offered."),
    ("not_ready", "The service is starting: its data is being loaded."),
    ("operation_not_registered", "Only registered operations are answered here, and this is none of them."),
    ("outcome_unknown", "The time was up while something was being changed: look whether it was done before sending it again."),
    ("overloaded", "As much is being worked on, or connected, as the service allows: ask again in a moment."),
    ("persisted_query_not_found", "The hash is of no document that is kept: send the document with it."),
    ("persisted_query_not_supported", "This API keeps no documents: send the document itself."),
    ("range_not_satisfiable", "The range begins behind the end of the snapshot."),
    ("rate_limited", "The client asks faster than it may: wait as long as Retry-After says."),
    ("request_timeout", "The body did not come in time."),
    ("subprotocol_unknown", "The WebSocket speaks another protocol than graphql-transport-ws."),
    ("subscription_needs_websocket", "A subscription was sent by GET or POST."),
    ("time_limit", "The request took longer than it may and was given up."),
    ("too_large", "The body is longer than is read."),
    ("too_slow", "The client of a stream took nothing for long and was cut: connect again with the id of the last event."),
    ("unsupported_media_type", "The body is of another media type, charset or encoding than is read."),
];

const WHO: &[(&str, &str)] = &[
    ("account_disabled", "The account is disabled: an administrator can enable it."),
    ("account_of_demo", "The account is of the demo, and this service is none."),
    ("credentials_ambiguous", "Both a cookie and a token were sent, and it is not clear who asks."),
    ("credentials_malformed", "The cookie or the header Authorization is not of the right form."),
    ("forbidden", "Whoever asks is known, and may not do this."),
    ("scope_missing", "The token lacks the scope that this takes."),
    ("session_ended", "The session was ended: sign in again."),
    ("session_expired", "The session has expired: sign in again."),
    ("session_needed", "This takes a person who signed in with a password, and no token."),
    ("session_unknown", "The session is not known: sign in again."),
    ("sign_in_failed", "The name or the password is wrong."),
    ("sign_in_slowed", "Too many sign-ins failed: wait as long as the message says."),
    ("token_expired", "The token has expired: ask an administrator for another."),
    ("token_revoked", "The token was revoked: ask an administrator for another."),
    ("token_unknown", "The token is not known."),
    ("unauthenticated", "This is not for everybody: sign in, or send a token."),
];

const VALUES: &[(&str, &str)] = &[
    ("attribute_unknown", "The dictionary has no attribute of this code."),
    ("attributes_malformed", "The attributes are no JSON object of values by codes."),
    ("control_character", "The text has a control character, or a line break where one line is wanted."),
    ("enum", "The value is none of those that the definition lists."),
    ("length", "The text is shorter or longer than it may be."),
    ("pattern", "The text is not of the form that the definition asks for."),
    ("range", "The value is less or greater than it may be."),
    ("required", "What must be filled is blank."),
    ("rule_failed", "A rule of the definition could not be asked, for instance because it reads a value that is absent."),
    ("type", "The value is of another type than the attribute: the message says what is wanted."),
    ("unique", "Another item has the same value at the same time, and it must be unique."),
];

const ITEMS: &[(&str, &str)] = &[
    ("code_disappears", "A published item would vanish: it is to be retired on a date instead."),
    ("code_malformed", "The code is blank, too long, or has signs that no code has."),
    ("code_pattern", "The code is not of the form that the definition asks for."),
    ("code_reused", "The code is of an annulled item, which is to be restored instead."),
    ("hierarchy_cycle", "The item would stand under itself."),
    ("hierarchy_depth", "The item would stand deeper than a hierarchy goes."),
    ("hierarchy_roots", "More items would stand at the top at one time than the definition allows."),
    ("item_ends", "The item ends anyway: what is to be changed lies behind its end."),
    ("item_exists", "There is an item of this code already."),
    ("item_incomplete", "An item is named by its dictionary and its code, and one of them is missing."),
    ("item_not_valid", "The item is not valid on the date that the change is about."),
    ("item_valid", "The item is valid, so there is nothing to restore."),
    ("item_vanishes", "The item would have no version left: it is to be annulled instead."),
    ("item_versions", "The item would have more versions than are allowed."),
    ("not_hierarchical", "The item has a parent, and its dictionary has no hierarchy."),
    ("reference_dangling", "The reference names an item that is not there."),
    ("reference_gap", "The item that is referred to is not valid for as long as the reference stands."),
    ("successor_needed", "The item is retired while others refer to it: it needs a successor that is valid then."),
    ("successors_too_many", "More successors are named than an item may have."),
    ("validity_empty", "The interval ends before it begins."),
    ("validity_overlap", "Two versions of the item overlap in time."),
];

const DEFINITIONS: &[(&str, &str)] = &[
    ("definition_changed", "The definition was changed since: what was read under the old one does not fit."),
    ("definition_incompatible", "The change of the definition does not fit values that are published."),
    ("definition_malformed", "The definition cannot be read or contradicts itself; the path says where."),
    ("definition_needed", "The definition cannot be taken out while the request has items that stand under it."),
    ("dictionary_exists", "Another request has defined this dictionary meanwhile."),
    ("dictionary_unknown", "There is no published dictionary of this code."),
    ("projection_invalid", "The projection does not fit what is exported."),
];

const REQUESTS: &[(&str, &str)] = &[
    ("already_approved", "The caller has approved this already, and another person must too."),
    ("approval_complete", "Every stage is approved: nothing is left to approve."),
    ("approval_incomplete", "The approval policy asks for more approvals than there are."),
    ("approval_needed", "This cannot be published without approval: it is to be sent to review."),
    ("basis_kind_unknown", "There is no such kind of basis."),
    ("basis_link_malformed", "The link of the basis is no whole address of the web."),
    ("change_request_empty", "The request would change nothing."),
    ("choices_missing", "No choice is named by which conflicts are settled."),
    ("comments_too_many", "The request has as many comments as it takes."),
    ("conflict", "Others published another value of what the request changes: somebody must choose."),
    ("conflict_unknown", "There is no such conflict any more: read the conflicts anew."),
    ("edits_too_many", "One edit changes more items than it may: import a file instead."),
    ("four_eyes", "Whoever changed something in a request does not approve it."),
    ("instant_past", "The instant of the publication is not in the future."),
    ("not_due", "The request is not scheduled any more, or another node published it."),
    ("publication_contended", "Others keep publishing meanwhile; nothing was changed: try again."),
    ("stale_revision", "Somebody changed the request since the caller read it: read it anew."),
    ("wrong_state", "The request is in a state in which this cannot be done."),
];

const IMPORTS: &[(&str, &str)] = &[
    ("code_blank", "The row has no code."),
    ("code_exists", "The item is there already, and the mode only adds."),
    ("code_twice", "Several rows of the file are about one item at one time."),
    ("code_unknown", "There is no such item, and the row removes it or the mode only changes."),
    ("column_missing", "A column that is needed or named is not in the file."),
    ("column_nameless", "A value stands in a column without a name."),
    ("column_twice", "Two columns of the file are for the same."),
    ("column_unknown", "It is not known what a column is for."),
    ("file_changed", "The file changed while it was read."),
    ("file_damaged", "The file is damaged, or is not what it seems to be."),
    ("file_empty", "The file is empty, or has no items where that would retire everything."),
    ("file_too_large", "The file is longer than is taken."),
    ("file_truncated", "The file ends in the middle of a row: it was cut off."),
    ("file_unreadable", "The file cannot be read as the format that it is or is said to be."),
    ("header_missing", "The first row names nothing that the dictionary has."),
    ("import_cancelled", "Somebody cancelled the import."),
    ("import_given_up", "The service was ended each time it worked on the file."),
    ("import_over", "The import is over already."),
    ("import_too_long", "More rows say something new than are held in memory."),
    ("imports_elsewhere", "This process of the service takes no files."),
    ("item_rejected", "Another row of the item was rejected, and its rows go together."),
    ("item_retired", "The item was retired, and the row would bring it back."),
    ("other_node", "Another node of the service keeps the file of rejected rows."),
    ("parameter_unknown", "There is no such parameter, or not with this value."),
    ("reference_unknown", "What the file calls the item by names none, or several."),
    ("rejected_too_many", "So many rows are wrong that the file does not fit the dictionary as it is read."),
    ("row_ragged", "The row has another number of fields than there are columns."),
    ("sync_unsure", "Some rows do not say which item they are about, and to sync would retire it."),
];

const READING: &[(&str, &str)] = &[
    ("comparison_ambiguous", "One side of a comparison has a date and the other has none."),
    ("export_refused", "What is exported does not fit the format or what the receiver takes."),
    ("filter_invalid", "The filter of an export is not of the form that is read."),
    ("format_unknown", "There is no such format."),
    ("format_unsupported", "The format is read and not written."),
    ("option_invalid", "An option of the export is wrong, given twice, or means nothing here."),
    ("publication_ambiguous", "The publication is named in two ways at once."),
    ("publication_unknown", "There is no such publication."),
];

const FEED: &[(&str, &str)] = &[
    ("account_unknown", "There is no such account."),
    ("batch_events_out_of_range", "A batch has fewer or more events than it may."),
    ("channel_fixed", "A consumer keeps the way it is reached by: register another."),
    ("code_taken", "There is a consumer of this code already."),
    ("consumer_active", "The consumer is active and nothing of it failed: there is nothing to resume."),
    ("consumer_ended", "The consumer answered that it wants nothing more: resume it first."),
    ("consumer_not_active", "The consumer is paused or ended already."),
    ("consumer_pulls", "The consumer fetches its events itself and has no address."),
    ("consumer_unsigned", "Nothing that is sent to the consumer is signed: it is no webhook."),
    ("consumer_unverified", "The webhook has not answered its challenge, and is sent nothing before."),
    ("consumers_too_many", "There are as many consumers as are allowed, of this account or of all."),
    ("contact_malformed", "The contact of a consumer is blank, too long, or of several lines."),
    ("cursor_malformed", "This is no cursor of the feed, or it was changed on its way."),
    ("cursor_of_another_database", "The cursor is of another database: begin anew with a snapshot."),
    ("cursor_of_another_history", "The database was restored and went on otherwise: begin anew with a snapshot."),
    ("cursor_of_the_future", "The cursor is ahead of the newest publication: begin anew if a backup was restored."),
    ("dictionaries_out_of_range", "Fewer or more dictionaries are named than may be."),
    ("filter_malformed", "The filter of the feed is no condition on items of the dictionaries."),
    ("replay_ahead", "A replay goes back, and this is ahead of where the consumer is."),
    ("secrets_too_many", "The consumer has as many secrets as are allowed: revoke the others."),
    ("stream_malformed", "The name of the NATS stream is not of the right form."),
    ("subject_prefix_malformed", "The prefix of the NATS subjects is not of the right form."),
    ("title_malformed", "The title is blank, too long, or of several lines."),
    ("url_malformed", "The address is not whole, or has parts that it must not have."),
];

const ACCOUNTS: &[(&str, &str)] = &[
    ("account_built_in", "The account is a part of the service: this cannot be done with it."),
    ("account_disabled_already", "The account is disabled already."),
    ("account_enabled_already", "The account is not disabled."),
    ("demo_name_taken", "A name of the demo's people is taken by another account."),
    ("expiry_out_of_range", "The date on which the token expires is too far away."),
    ("expiry_past", "The token would have expired before it is issued."),
    ("kind_not_allowed", "An account that is added is a person or a system."),
    ("last_administrator", "Nobody would be left who can let others in."),
    ("name_malformed", "The name has signs that it must not have, or is too short or too long."),
    ("name_taken", "Another account, or another dictionary in the data API, has this name."),
    ("not_a_demo", "The people of the demo are made by a service that is started as one."),
    ("password_not_allowed", "A system has no password: it needs a token."),
    ("password_too_long", "The password is longer than is taken."),
    ("password_too_short", "The password is shorter than is allowed."),
    ("role_not_granted", "The account does not have this role."),
    ("role_over_service", "The role is over the whole service, and not for one dictionary."),
    ("scopes_missing", "A token needs at least one scope."),
    ("token_revoked_already", "The token was revoked already."),
    ("tokens_too_many", "The account has as many tokens that work as are allowed."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_there_once_and_in_order() {
        let mut seen = BTreeSet::new();
        for topic in TOPICS {
            assert!(topic.codes.is_sorted(), "{}", topic.name);
            for (code, meaning) in topic.codes {
                assert!(seen.insert(code), "{code} is there twice");
                assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{code}");
                assert!(meaning.ends_with('.'), "{code} is told in a whole sentence");
            }
        }
        assert!(is_known("FOUR_EYES") && is_known("four_eyes") && !is_known("six_eyes"));
    }
}
