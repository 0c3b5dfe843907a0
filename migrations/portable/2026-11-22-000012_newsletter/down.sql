DROP TABLE suppressions;
DROP TABLE newsletter_mails;
DROP TABLE subscriptions;
DROP TABLE subscribers;
DROP TABLE newsletter_lists;
