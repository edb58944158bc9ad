-- Theme packages beside the built-in ones: every node shows sites in them. zip is base64.
CREATE TABLE platform_themes (
  name text NOT NULL PRIMARY KEY,
  title text NOT NULL,
  digest text NOT NULL,
  zip text NOT NULL,
  by_name text NOT NULL,
  installed_at {{.Time}} NOT NULL
)
