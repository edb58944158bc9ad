-- Who holds a post in an org: the list of its people, and to whom a text may be handed over.
CREATE INDEX appointments_org ON appointments (org_id, role);
