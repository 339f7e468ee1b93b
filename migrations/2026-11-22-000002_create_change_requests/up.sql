-- A draft of changes that is reviewed, approved and published as one.
CREATE TABLE change_request (
    id BIGINT NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    basis_kind TEXT,
    basis_number TEXT,
    basis_date TEXT,
    basis_title TEXT,
    basis_link TEXT,
    origin TEXT NOT NULL,
    undoes_seq BIGINT,
    author_id BIGINT NOT NULL,
    base_seq BIGINT NOT NULL,
    round BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    submitted_at_ms BIGINT,
    scheduled_at_ms BIGINT,
    published_seq BIGINT
);
CREATE INDEX change_request_state ON change_request (state, id);
CREATE INDEX change_request_author_id ON change_request (author_id, id);
CREATE INDEX change_request_scheduled_at_ms ON change_request (scheduled_at_ms);
CREATE INDEX change_request_published_seq ON change_request (published_seq);

-- A dictionary that a request touches, with its new definition where there is one and the one that this was made from.
CREATE TABLE change_request_dictionary (
    request_id BIGINT NOT NULL,
    dictionary_code TEXT NOT NULL,
    definition_base TEXT,
    definition TEXT,
    PRIMARY KEY (request_id, dictionary_code)
);
CREATE INDEX change_request_dictionary_code ON change_request_dictionary (dictionary_code, request_id);

-- An item that a request changes: its timeline as it was published when the change was made, and as it is to be.
CREATE TABLE change_request_item (
    request_id BIGINT NOT NULL,
    dictionary_code TEXT NOT NULL,
    code TEXT NOT NULL,
    base TEXT NOT NULL,
    proposed TEXT NOT NULL,
    is_restored BOOLEAN NOT NULL,
    comment TEXT NOT NULL,
    changed_by BIGINT NOT NULL,
    changed_at_ms BIGINT NOT NULL,
    PRIMARY KEY (request_id, dictionary_code, code)
);
CREATE INDEX change_request_item_code ON change_request_item (dictionary_code, code);

-- Everybody who changed anything in a request: none of them may approve it.
CREATE TABLE change_request_author (
    request_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    PRIMARY KEY (request_id, account_id)
);
CREATE INDEX change_request_author_account_id ON change_request_author (account_id, request_id);

-- One decision by one person. An approval counts for a stage of each of some dictionaries: [["offices",0,"approver"]].
CREATE TABLE review (
    id BIGINT NOT NULL PRIMARY KEY,
    request_id BIGINT NOT NULL,
    round BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    decision TEXT NOT NULL,
    counts_for TEXT NOT NULL,
    comment TEXT NOT NULL,
    at_ms BIGINT NOT NULL
);
CREATE INDEX review_request_id ON review (request_id, id);

CREATE TABLE change_request_comment (
    id BIGINT NOT NULL PRIMARY KEY,
    request_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    dictionary_code TEXT,
    code TEXT,
    text TEXT NOT NULL,
    at_ms BIGINT NOT NULL
);
CREATE INDEX change_request_comment_request_id ON change_request_comment (request_id, id);

-- The request that a publication came from; publications before this migration have none.
ALTER TABLE publication ADD COLUMN change_request_id BIGINT;

-- Items that were published by mistake: they have no interval any more, and their codes are not free.
CREATE TABLE annulment (
    dictionary_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    published_seq BIGINT NOT NULL,
    superseded_seq BIGINT,
    PRIMARY KEY (dictionary_id, code, published_seq)
);
