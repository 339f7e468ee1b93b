-- A dictionary is its code; what it is called and how it is built stands in its definitions.
CREATE TABLE dictionary (
    id BIGINT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE
);

-- One atomic act that makes changes known. The numbers are contiguous: they are taken under the writers' lock.
CREATE TABLE publication (
    seq BIGINT NOT NULL PRIMARY KEY,
    published_at_ms BIGINT NOT NULL,
    title TEXT NOT NULL,
    basis_kind TEXT,
    basis_number TEXT,
    basis_date TEXT,
    basis_title TEXT,
    basis_link TEXT
);

-- The structure of a dictionary as a publication made it known. Like item_version, only superseded_seq is ever set.
CREATE TABLE definition (
    dictionary_id BIGINT NOT NULL,
    published_seq BIGINT NOT NULL,
    superseded_seq BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (dictionary_id, published_seq)
);

-- What a publication made of one dictionary.
CREATE TABLE edition (
    dictionary_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    published_seq BIGINT NOT NULL,
    definition_changed BOOLEAN NOT NULL,
    items_count BIGINT NOT NULL,
    added_count BIGINT NOT NULL,
    changed_count BIGINT NOT NULL,
    retired_count BIGINT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (dictionary_id, number)
);
CREATE INDEX edition_published_seq ON edition (published_seq);

-- Two times: valid_from/valid_to in the world, published_seq/superseded_seq in what was known. A row is never changed except
-- to set superseded_seq once. No foreign keys and no unique constraint: the state is validated in memory before it is written.
CREATE TABLE item_version (
    dictionary_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    valid_from TEXT,
    valid_to TEXT,
    parent_code TEXT,
    attributes TEXT NOT NULL,
    retirement TEXT,
    published_seq BIGINT NOT NULL,
    superseded_seq BIGINT
);
-- The third column is what closing a row asks for too: without it SQLite takes the index of current rows and scans them all.
CREATE INDEX item_version_code ON item_version (dictionary_id, code, superseded_seq);
CREATE INDEX item_version_published_seq ON item_version (dictionary_id, published_seq);
CREATE INDEX item_version_superseded_seq ON item_version (dictionary_id, superseded_seq);
