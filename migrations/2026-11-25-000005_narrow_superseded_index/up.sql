-- New rows are current, and this index is asked only for closed ones: without the current rows, publishing has one index less to keep.
DROP INDEX item_version_superseded_seq;
CREATE INDEX item_version_superseded_seq ON item_version (dictionary_id, superseded_seq) WHERE superseded_seq IS NOT NULL;
