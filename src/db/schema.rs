//! The tables as Diesel sees them; `migrations/` is where they are made.

diesel::table! {
    dictionary (id) {
        id -> BigInt,
        code -> Text,
    }
}

diesel::table! {
    publication (seq) {
        seq -> BigInt,
        published_at_ms -> BigInt,
        title -> Text,
        basis_kind -> Nullable<Text>,
        basis_number -> Nullable<Text>,
        basis_date -> Nullable<Text>,
        basis_title -> Nullable<Text>,
        basis_link -> Nullable<Text>,
        change_request_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    definition (dictionary_id, published_seq) {
        dictionary_id -> BigInt,
        published_seq -> BigInt,
        superseded_seq -> Nullable<BigInt>,
        body -> Text,
    }
}

diesel::table! {
    edition (dictionary_id, number) {
        dictionary_id -> BigInt,
        number -> BigInt,
        published_seq -> BigInt,
        definition_changed -> Bool,
        items_count -> BigInt,
        added_count -> BigInt,
        changed_count -> BigInt,
        retired_count -> BigInt,
        digest -> Text,
    }
}

diesel::table! {
    installation (id) {
        id -> BigInt,
        database_id -> Text,
        created_at_ms -> BigInt,
    }
}

diesel::table! {
    item_version (dictionary_id, code, published_seq, valid_from) {
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

diesel::table! {
    account (id) {
        id -> BigInt,
        name -> Text,
        display_name -> Text,
        kind -> Text,
        password_hash -> Nullable<Text>,
        created_at_ms -> BigInt,
        disabled_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    role_grant (account_id, role, dictionary_code) {
        account_id -> BigInt,
        role -> Text,
        dictionary_code -> Text,
        granted_at_ms -> BigInt,
    }
}

diesel::table! {
    session (secret_hash) {
        secret_hash -> Text,
        account_id -> BigInt,
        created_at_ms -> BigInt,
        last_used_at_ms -> BigInt,
        expires_at_ms -> BigInt,
        ended_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    token (id) {
        id -> BigInt,
        account_id -> BigInt,
        title -> Text,
        secret_hash -> Text,
        scopes -> Text,
        dictionaries -> Nullable<Text>,
        created_at_ms -> BigInt,
        expires_at_ms -> Nullable<BigInt>,
        last_used_at_ms -> Nullable<BigInt>,
        revoked_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    sign_in_failure (counted_for) {
        counted_for -> Text,
        failures -> BigInt,
        last_at_ms -> BigInt,
    }
}

diesel::table! {
    audit (seq) {
        seq -> BigInt,
        at_ms -> BigInt,
        account_id -> Nullable<BigInt>,
        actor -> Text,
        address -> Text,
        request_id -> Text,
        act -> Text,
        subject -> Text,
        outcome -> Text,
        detail -> Text,
        hash -> Text,
    }
}

diesel::table! {
    change_request (id) {
        id -> BigInt,
        revision -> BigInt,
        state -> Text,
        title -> Text,
        description -> Text,
        basis_kind -> Nullable<Text>,
        basis_number -> Nullable<Text>,
        basis_date -> Nullable<Text>,
        basis_title -> Nullable<Text>,
        basis_link -> Nullable<Text>,
        origin -> Text,
        undoes_seq -> Nullable<BigInt>,
        author_id -> BigInt,
        base_seq -> BigInt,
        round -> BigInt,
        created_at_ms -> BigInt,
        updated_at_ms -> BigInt,
        submitted_at_ms -> Nullable<BigInt>,
        scheduled_at_ms -> Nullable<BigInt>,
        published_seq -> Nullable<BigInt>,
    }
}

diesel::table! {
    change_request_dictionary (request_id, dictionary_code) {
        request_id -> BigInt,
        dictionary_code -> Text,
        definition_base -> Nullable<Text>,
        definition -> Nullable<Text>,
    }
}

diesel::table! {
    change_request_item (request_id, dictionary_code, code) {
        request_id -> BigInt,
        dictionary_code -> Text,
        code -> Text,
        base -> Text,
        proposed -> Text,
        is_restored -> Bool,
        comment -> Text,
        changed_by -> BigInt,
        changed_at_ms -> BigInt,
    }
}

diesel::table! {
    change_request_pack (request_id, dictionary_code, first_code) {
        request_id -> BigInt,
        dictionary_code -> Text,
        first_code -> Text,
        last_code -> Text,
        items_count -> BigInt,
        body -> Binary,
        changed_by -> BigInt,
        changed_at_ms -> BigInt,
    }
}

diesel::table! {
    import_job (id) {
        id -> BigInt,
        dictionary_code -> Text,
        account_id -> BigInt,
        token_id -> Nullable<BigInt>,
        node -> Text,
        file_name -> Text,
        file_bytes -> BigInt,
        file_digest -> Text,
        options -> Text,
        state -> Text,
        phase -> Text,
        bytes_done -> BigInt,
        rows_done -> BigInt,
        attempts -> BigInt,
        report -> Nullable<Text>,
        request_id -> Nullable<BigInt>,
        created_at_ms -> BigInt,
        started_at_ms -> Nullable<BigInt>,
        updated_at_ms -> BigInt,
        finished_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    import_mapping (dictionary_code) {
        dictionary_code -> Text,
        mapping -> Text,
        changed_by -> BigInt,
        changed_at_ms -> BigInt,
    }
}

diesel::table! {
    change_request_author (request_id, account_id) {
        request_id -> BigInt,
        account_id -> BigInt,
    }
}

diesel::table! {
    review (id) {
        id -> BigInt,
        request_id -> BigInt,
        round -> BigInt,
        revision -> BigInt,
        account_id -> BigInt,
        decision -> Text,
        counts_for -> Text,
        comment -> Text,
        at_ms -> BigInt,
    }
}

diesel::table! {
    change_request_comment (id) {
        id -> BigInt,
        request_id -> BigInt,
        account_id -> BigInt,
        dictionary_code -> Nullable<Text>,
        code -> Nullable<Text>,
        text -> Text,
        at_ms -> BigInt,
    }
}

diesel::table! {
    annulment (dictionary_id, code, published_seq) {
        dictionary_id -> BigInt,
        code -> Text,
        published_seq -> BigInt,
        superseded_seq -> Nullable<BigInt>,
    }
}

diesel::table! {
    consumer (id) {
        id -> BigInt,
        code -> Text,
        title -> Text,
        account_id -> BigInt,
        contact -> Text,
        dictionaries -> Nullable<Text>,
        item_filter -> Nullable<Text>,
        channel -> Text,
        target -> Text,
        secrets -> Text,
        state -> Text,
        state_reason -> Nullable<Text>,
        position_publication -> BigInt,
        position_place -> Text,
        position_dictionary -> Nullable<Text>,
        position_ordinal -> Nullable<BigInt>,
        confirmed_publication -> Nullable<BigInt>,
        confirmed_place -> Nullable<Text>,
        confirmed_dictionary -> Nullable<Text>,
        confirmed_ordinal -> Nullable<BigInt>,
        confirmed_at_ms -> Nullable<BigInt>,
        attempts_count -> BigInt,
        failed_count -> BigInt,
        failures -> BigInt,
        failing_since_ms -> Nullable<BigInt>,
        next_attempt_at_ms -> Nullable<BigInt>,
        delivered_at_ms -> Nullable<BigInt>,
        created_at_ms -> BigInt,
        lease_node -> Nullable<Text>,
        lease_fence -> BigInt,
        lease_until_ms -> BigInt,
        ping_asked_at_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    delivery (consumer_id, number) {
        consumer_id -> BigInt,
        number -> BigInt,
        first_event -> Text,
        last_event -> Text,
        events_count -> BigInt,
        attempted_at_ms -> BigInt,
        took_ms -> BigInt,
        status -> Nullable<BigInt>,
        message -> Text,
        outcome -> Text,
        node -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    dictionary,
    definition,
    edition,
    publication,
    item_version,
    account,
    role_grant,
    change_request,
    change_request_dictionary,
    change_request_item,
    change_request_author,
    review,
    annulment,
);
