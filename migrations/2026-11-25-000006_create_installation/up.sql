-- Which database this is: cursors of the feed name it, so that a cursor of another database is known for one. There is one row.
CREATE TABLE installation (
    id BIGINT NOT NULL PRIMARY KEY,
    database_id TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL
);
