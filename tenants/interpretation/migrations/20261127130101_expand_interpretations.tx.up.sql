-- Which texts of a site explain which of its policies (政策解读, d10), and in which form (d12). A row is beside the words: both texts keep their
-- own review. A text that is removed for good takes its rows along.
CREATE TABLE interpretations (
  site_id bigint NOT NULL,
  policy_id bigint NOT NULL,
  article_id bigint NOT NULL,
  form text NOT NULL CHECK (form IN ('text', 'infographic', 'qa', 'audio', 'video', 'data')),
  by_account bigint NOT NULL CHECK (by_account > 0),
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, policy_id, article_id),
  CHECK (policy_id <> article_id),
  FOREIGN KEY (site_id, policy_id) REFERENCES articles (site_id, id) ON DELETE CASCADE,
  FOREIGN KEY (site_id, article_id) REFERENCES articles (site_id, id) ON DELETE CASCADE
);
--bun:split
CREATE INDEX interpretations_article ON interpretations (site_id, article_id);
