-- The disclosure attribute beside the payload that holds it: what is not disclosed proactively is never under review and never public.
ALTER TABLE articles ADD COLUMN disclosure text NOT NULL DEFAULT ''
  CHECK (disclosure IN ('', 'proactive', 'on_request', 'withheld') AND (disclosure IN ('', 'proactive') OR state IN ('draft', 'withdrawn')));
