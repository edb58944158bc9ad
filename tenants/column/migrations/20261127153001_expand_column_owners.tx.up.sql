-- Who answers for a column (责任单位), and how many days before its cycle runs out it is spoken of (B3, d07). NULL: nobody by name; a fifth of the cycle.
ALTER TABLE column_changes ADD COLUMN owner text;
--bun:split
ALTER TABLE column_changes ADD COLUMN warn_days bigint;
