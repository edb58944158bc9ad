package app

import "github.com/zhanqun/zhanqun/platform/backup"

// What a backup does with every table; schema_test.go fails when one is in neither list.

const bySite = "site_id = ?"

// upwards are the orgs that a site's row leads to, with all above them.
const upwards = `id IN (WITH RECURSIVE up(id, parent_id) AS (
	SELECT o.id, o.parent_id FROM orgs o JOIN sites s ON o.id = s.org_id OR o.id = s.host_org_id
		OR EXISTS (SELECT 1 FROM site_delegations d WHERE d.site_id = s.id AND d.org_id = o.id) WHERE s.id = ?
	UNION SELECT o.id, o.parent_id FROM orgs o JOIN up ON o.id = up.parent_id) SELECT id FROM up)`

// kept are the tables that a backup holds, parents first.
var kept = []backup.Table{
	{Name: "installation", Order: "id"},
	{Name: "orgs", Order: "id", Parent: "parent_id", Tenant: upwards, Shared: "code"},
	{Name: "accounts", Order: "id"},
	{Name: "appointments", Order: "id"},
	{Name: "passwords", Order: "account_id"},
	{Name: "signins", Order: "id"},
	{Name: "console_networks", Order: "network"},
	{Name: "refusals", Order: "day, account, about, action, client, why"},
	{Name: "second_factors", Order: "account_id"},
	{Name: "recovery_codes", Order: "account_id, digest"},
	{Name: "passkeys", Order: "account_id, id"},
	{Name: "foreign_subjects", Order: "issuer, subject"},
	{Name: "sites", Order: "id", Parent: "parent_id", Tenant: "id = ?"},
	{Name: "site_domains", Order: "site_id, host", Tenant: bySite},
	{Name: "site_delegations", Order: "site_id, id", Tenant: bySite},
	{Name: "site_openings", Order: "site_id", Tenant: bySite},
	{Name: "site_pauses", Order: "site_id", Tenant: bySite},
	{Name: "site_rechecks", Order: "site_id, due_on", Tenant: bySite},
	{Name: "opening_drafts", Order: "id"},
	{Name: "site_revisions", Order: "site_id", Tenant: bySite},
	{Name: "import_batches", Order: "id", Tenant: "id IN (SELECT batch FROM import_batch_sites WHERE site_id = ?)", Shared: "source"},
	{Name: "import_batch_sites", Order: "site_id, batch", Tenant: bySite},
	{Name: "editions", Order: "site_id, kind, object_id, frozen_at", Tenant: bySite},
	{Name: "approvals", Order: "site_id, kind, object_id, frozen_at, step", Tenant: bySite},
	{Name: "debts", Order: "site_id, kind, object_id, frozen_at", Tenant: bySite},
	{Name: "publication_history", Order: "site_id, kind, object_id, frozen_at", Tenant: bySite},
	{Name: "publications", Order: "site_id, kind, object_id", Tenant: bySite},
	{Name: "tombstones", Order: "site_id, kind, object_id, edition_id", Tenant: bySite},
	{Name: "departures", Order: "site_id, edition_id", Tenant: bySite},
	{Name: "settlements", Order: "site_id, edition_id", Tenant: bySite},
	{Name: "erasures", Order: "site_id, edition_id", Tenant: bySite},
	{Name: "column_changes", Order: "site_id, column_id", Tenant: bySite},
	{Name: "column_redirects", Order: "site_id, path", Tenant: bySite},
	{Name: "column_trees", Order: "site_id", Tenant: bySite},
	{Name: "column_fields", Order: "site_id, column_id", Tenant: bySite},
	{Name: "column_requests", Order: "site_id, id", Tenant: bySite},
	{Name: "articles", Order: "site_id, id", Tenant: bySite},
	{Name: "article_autosaves", Order: "site_id, id", Tenant: bySite},
	{Name: "article_versions", Order: "site_id, article_id, version", Tenant: bySite},
	{Name: "article_views", Order: "site_id, id", Tenant: bySite},
	{Name: "article_schedules", Order: "site_id, article_id", Tenant: bySite},
	{Name: "article_previews", Order: "site_id, id", Tenant: bySite},
	{Name: "article_validities", Order: "site_id, article_id", Tenant: bySite},
	{Name: "article_imports", Order: "site_id, article_id", Tenant: bySite},
	{Name: "review_chains", Order: "site_id, column_id", Tenant: bySite},
	{Name: "review_notes", Order: "site_id, id", Tenant: bySite},
	{Name: "word_packs", Order: "site_id, name", Tenant: bySite},
	{Name: "check_hits", Order: "site_id, article_id, n", Tenant: bySite},
	{Name: "check_reasons", Order: "site_id, edition_id", Tenant: bySite},
	{Name: "article_prints", Order: "site_id, article_id", Tenant: bySite},
	{Name: "clocks", Order: "site_id, id", Tenant: bySite},
	{Name: "clock_reminders", Order: "site_id, id", Tenant: bySite},
	{Name: "work_calendars", Order: "id"},
	{Name: "media", Order: "site_id, id", Tenant: bySite},
	{Name: "media_cards", Order: "site_id, media_id", Tenant: bySite},
	{Name: "media_origins", Order: "site_id, media_id", Tenant: bySite},
	{Name: "media_grants", Order: "site_id, id", Tenant: bySite},
	{Name: "media_uses", Order: "site_id, edition_id, media_id", Tenant: bySite},
	{Name: "media_scans", Order: "site_id, note_id", Tenant: bySite},
	{Name: "notices", Order: "site_id, id"},
	{Name: "mail_addresses", Order: "account_id"},
	{Name: "site_webhooks", Order: "site_id"},
	{Name: "jobs", Order: "id", Tenant: bySite},
	{Name: "audit_heads", Order: "chain", Tenant: "chain = ?"},
	{Name: "audit_entries", Order: "chain, seq", Tenant: "chain = ?"},
}

// leftOut are the tables that a backup does not hold, each with its reason.
var leftOut = map[string]string{
	"bun_migrations":      "made by migrating; the archive's header names them",
	"bun_migration_locks": "made by migrating",
	"migrating":           "a lock without rows",
	"schema_floor":        "made by migrating",
	"review_steps":        "made by migrating, never changed",
	"review_policies":     "made by migrating, never changed",
	"sessions":            "whoever was signed in signs in again",
	"links":               "whoever has not used one asks for another",
	"ceremonies":          "ten minutes old at most",
	"second_steps":        "whoever was signing in begins again",
	"setups":              "a lock: the account that it names is kept",
	"signin_failures":     "a quarter of an hour old at most",
	"search_docs":         "derived from what is public",
	"search_text":         "derived from what is public",
	"search_text_data":    "search_text's own",
	"search_text_idx":     "search_text's own",
	"search_text_docsize": "search_text's own",
	"search_text_config":  "search_text's own",
	"search_text_content": "search_text's own",
}
