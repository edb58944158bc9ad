-- The words in the files of an article's public edition, for the full text: read once, by a job.
CREATE TABLE article_files (
  site_id bigint NOT NULL,
  article_id bigint NOT NULL,
  edition_id bigint NOT NULL,
  words text NOT NULL,
  PRIMARY KEY (site_id, article_id),
  FOREIGN KEY (site_id, article_id) REFERENCES articles (site_id, id)
)
