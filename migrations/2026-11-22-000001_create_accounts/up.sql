-- Who may act: a person, a system, a person of the demo, or the service itself.
CREATE TABLE account (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    password_hash TEXT,
    created_at_ms BIGINT NOT NULL,
    disabled_at_ms BIGINT
);
-- The service itself (loading, the scheduler), and whoever sits at its command line.
INSERT INTO account (id, name, display_name, kind, password_hash, created_at_ms, disabled_at_ms) VALUES
    (1, 'svod', 'Свод', 'built_in', NULL, 0, NULL),
    (2, 'operator', 'Оператор (командная строка)', 'built_in', NULL, 0, NULL);

-- A role on one dictionary; a blank code stands for all dictionaries, and for the roles over the service.
CREATE TABLE role_grant (
    account_id BIGINT NOT NULL,
    role TEXT NOT NULL,
    dictionary_code TEXT NOT NULL,
    granted_at_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, role, dictionary_code)
);
INSERT INTO role_grant (account_id, role, dictionary_code, granted_at_ms) VALUES
    (1, 'owner', '', 0),
    (2, 'owner', '', 0),
    (2, 'administrator', '', 0),
    (2, 'auditor', '', 0);

-- Secrets are kept as their SHA-256: they are long and random, so nothing slower is needed.
CREATE TABLE session (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    last_used_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    ended_at_ms BIGINT
);
CREATE INDEX session_account_id ON session (account_id);

CREATE TABLE token (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    dictionaries TEXT,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT,
    last_used_at_ms BIGINT,
    revoked_at_ms BIGINT
);
CREATE INDEX token_account_id ON token (account_id);

-- Failed sign-ins by what they are counted for: a name, an address, or both together.
CREATE TABLE sign_in_failure (
    counted_for TEXT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at_ms BIGINT NOT NULL
);

-- Every act that changes anything, and every refused one. Each hash covers the record and the hash before it.
CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    account_id BIGINT,
    actor TEXT NOT NULL,
    address TEXT NOT NULL,
    request_id TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX audit_subject ON audit (subject, seq);
CREATE INDEX audit_outcome ON audit (outcome, seq);
