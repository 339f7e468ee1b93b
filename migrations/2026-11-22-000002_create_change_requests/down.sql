DROP TABLE annulment;
ALTER TABLE publication DROP COLUMN change_request_id;
DROP TABLE change_request_comment;
DROP TABLE review;
DROP TABLE change_request_author;
DROP TABLE change_request_item;
DROP TABLE change_request_dictionary;
DROP TABLE change_request;
