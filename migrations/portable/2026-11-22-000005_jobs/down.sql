DROP TABLE mail_tokens;
DROP TABLE invitations;
DROP TABLE jobs;
