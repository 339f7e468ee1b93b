-- Items of a request that changes very many, some thousands to a row: compressed JSON lines [code, base, proposed, is_restored],
-- in the order of codes. An item stands here or in change_request_item, never in both.
CREATE TABLE change_request_pack (
    request_id BIGINT NOT NULL,
    dictionary_code TEXT NOT NULL,
    first_code TEXT NOT NULL,
    last_code TEXT NOT NULL,
    items_count BIGINT NOT NULL,
    body BYTEA NOT NULL,
    changed_by BIGINT NOT NULL,
    changed_at_ms BIGINT NOT NULL,
    PRIMARY KEY (request_id, dictionary_code, first_code)
);

-- A file that is to become a change request. The node that took it keeps it until the job has ended.
CREATE TABLE import_job (
    id BIGINT NOT NULL PRIMARY KEY,
    dictionary_code TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    token_id BIGINT,
    node TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_bytes BIGINT NOT NULL,
    file_digest TEXT NOT NULL,
    options TEXT NOT NULL,
    state TEXT NOT NULL,
    phase TEXT NOT NULL,
    bytes_done BIGINT NOT NULL,
    rows_done BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    report TEXT,
    request_id BIGINT,
    created_at_ms BIGINT NOT NULL,
    started_at_ms BIGINT,
    updated_at_ms BIGINT NOT NULL,
    finished_at_ms BIGINT
);
CREATE INDEX import_job_dictionary_code ON import_job (dictionary_code, id);
CREATE INDEX import_job_file_digest ON import_job (file_digest, dictionary_code);
CREATE INDEX import_job_state ON import_job (state, id);

-- Which column of a dictionary's files is what, as somebody who imported one kept it.
CREATE TABLE import_mapping (
    dictionary_code TEXT NOT NULL PRIMARY KEY,
    mapping TEXT NOT NULL,
    changed_by BIGINT NOT NULL,
    changed_at_ms BIGINT NOT NULL
);
