DROP TABLE import_mapping;
DROP TABLE import_job;
DROP TABLE change_request_pack;
