DROP INDEX item_version_superseded_seq;
CREATE INDEX item_version_superseded_seq ON item_version (dictionary_id, superseded_seq);
