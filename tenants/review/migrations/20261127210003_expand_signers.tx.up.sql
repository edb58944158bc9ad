-- Who alone takes a step of a column's chain, as long as he can: beyond that the step is again everybody's who may take it.
CREATE TABLE review_signers (
  site_id bigint NOT NULL,
  column_id bigint NOT NULL,
  step text NOT NULL CHECK (step IN ('review', 'second', 'third', 'secrecy', 'final')),
  account bigint NOT NULL CHECK (account > 0),
  PRIMARY KEY (site_id, column_id, step),
  FOREIGN KEY (site_id, column_id) REFERENCES review_chains (site_id, column_id)
);
