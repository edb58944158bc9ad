-- In which paragraph of the text the quoted words stood when they were remarked on, from 1; 0: nobody said.
ALTER TABLE review_notes ADD COLUMN block bigint NOT NULL DEFAULT 0 CHECK (block >= 0);
