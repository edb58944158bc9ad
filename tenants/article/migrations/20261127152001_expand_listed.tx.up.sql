-- A list of the desk chooses its page in one of these, with all that it may ask for, and reads no article that it does not show: by the
-- day; by author; what is not public, of which an old site has little.
CREATE INDEX articles_listed ON articles (site_id, updated_at DESC, id DESC, state, column_id, author_id, binned_at, title);
--bun:split
CREATE INDEX articles_authors ON articles (site_id, author_id, updated_at DESC, id DESC, state, column_id, binned_at, title);
--bun:split
CREATE INDEX articles_unpublished ON articles (site_id, updated_at DESC, id DESC, state, column_id, author_id, binned_at, title) WHERE state <> 'published';
