DROP TABLE delivery;
DROP TABLE consumer;
