-- Which unit of the register answers for a column (B3); NULL or 0: none of it, and owner says who does. It is no foreign key: where a site's archive is
-- restored, its owner's offices need not be, and the name stays.
ALTER TABLE column_changes ADD COLUMN owner_org bigint;
