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

diesel::allow_tables_to_appear_in_same_query!(dictionary, definition, edition, publication, item_version);
