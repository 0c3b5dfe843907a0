DROP TABLE article_plans;
