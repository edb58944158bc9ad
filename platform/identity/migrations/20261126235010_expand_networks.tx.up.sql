CREATE TABLE console_networks (
  network text NOT NULL PRIMARY KEY CHECK (network <> '')
);
