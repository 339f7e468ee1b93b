DROP TABLE item_version;
DROP TABLE edition;
DROP TABLE definition;
DROP TABLE publication;
DROP TABLE dictionary;
