-- What reviewers of a site say most often when they return a text, a line each; a site without a row says what the program says.
CREATE TABLE review_reasons (
  site_id bigint NOT NULL PRIMARY KEY,
  words text NOT NULL CHECK (trim(words) <> ''),
  set_by bigint NOT NULL CHECK (set_by > 0),
  set_at {{.Time}} NOT NULL
);
--bun:split
-- That somebody other than its author has confirmed why a text is not disclosed proactively (政府信息公开条例 第十四至十六条), as it stood
-- at that version. Such a text is never under review and never public: this is no approval.
CREATE TABLE review_grounds (
  site_id bigint NOT NULL,
  id bigint NOT NULL UNIQUE,
  object_kind text NOT NULL,
  object_id bigint NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  disclosure text NOT NULL CHECK (disclosure IN ('on_request', 'withheld')),
  ground text NOT NULL CHECK (trim(ground) <> ''),
  author bigint NOT NULL CHECK (author > 0),
  reviewer bigint NOT NULL CHECK (reviewer > 0),
  words text NOT NULL CHECK (trim(words) <> ''),
  at {{.Time}} NOT NULL,
  PRIMARY KEY (site_id, id),
  UNIQUE (site_id, object_kind, object_id, version),
  CHECK (reviewer <> author)
);
