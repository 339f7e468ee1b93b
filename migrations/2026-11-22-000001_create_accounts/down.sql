DROP TABLE audit;
DROP TABLE sign_in_failure;
DROP TABLE token;
DROP TABLE session;
DROP TABLE role_grant;
DROP TABLE account;
