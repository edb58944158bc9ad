-- What waits for somebody to confirm why it is not disclosed, without a look at all the rest.
CREATE INDEX articles_undisclosed ON articles (site_id, updated_at) WHERE disclosure IN ('on_request', 'withheld');
