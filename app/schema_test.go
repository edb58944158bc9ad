package app

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// platformTables are the tables that belong to no site, each with its reason. Every other table is a
// tenant's: its primary key begins with site_id and its foreign keys carry it (design.md section 2; I4).
var platformTables = map[string]string{
	"bun_migrations":      "the timeline",
	"bun_migration_locks": "the timeline",
	"schema_floor":        "the timeline",
	"installation":        "one row: the key's fingerprint",
	"orgs":                "the administrative tree is not the site tree",
	"accounts":            "people are not sites",
	"appointments":        "a term belongs to a person",
	"passwords":           "a person's",
	"sessions":            "a person's",
	"links":               "a person's",
	"second_factors":      "a person's",
	"recovery_codes":      "a person's",
	"foreign_subjects":    "a person's",
	"passkeys":            "a person's",
	"ceremonies":          "a person's",
	"second_steps":        "a person's",
	"setups":              "the first administrator is the platform's",
	"signin_failures":     "of clients that are nobody yet",
	"console_networks":    "from where technical posts act, on the whole platform",
	"console_sessions":    "how many sessions a person may have, on the whole platform",
	"session_ends":        "a person's",
	"work_calendars":      "working days are the same for all sites",
	"refusals":            "what a person did on one day, on whatever site",
	"signins":             "people sign in to the platform",
	"sites":               "the row is the site",
	"opening_drafts":      "there is no site yet",
	"platform_themes":     "the same for all sites",
	"review_policies":     "the same for all sites",
	"review_steps":        "the same for all sites",
	"import_batches":      "one batch is spread over many sites",
	"audit_heads":         "one row a chain; chain is the site or 0 for the platform",
	"audit_entries":       "as audit_heads",
	"mail_addresses":      "a person's",
	"jobs":                "a queue over all sites, with site_id in the row",
}

// The schema is read back from SQLite: the text of the migrations is the same on both engines.
func TestEveryTenantTableBeginsWithItsSite(t *testing.T) {
	ctx := context.Background()
	d := dbtest.SQLite(t, Migrations()...)
	var tables []string
	if err := d.Conn(ctx).NewRaw(`SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE 'sqlite_%' ORDER BY name`).Scan(ctx, &tables); err != nil {
		t.Fatal(err)
	}
	tenants := 0
	for _, table := range tables {
		if _, ok := platformTables[table]; ok || strings.HasPrefix(table, "search_") {
			continue // search_*: FTS5's own shadow tables
		}
		tenants++
		var cols []struct {
			Name string
			Pk   int
		}
		if err := d.Conn(ctx).NewRaw("SELECT name, pk FROM pragma_table_info(?)", table).Scan(ctx, &cols); err != nil {
			t.Fatal(err)
		}
		first := ""
		for _, c := range cols {
			if c.Pk == 1 {
				first = c.Name
			}
		}
		if first != "site_id" {
			t.Errorf("%s: the primary key begins with %q, want site_id", table, first)
		}
		var keys []struct {
			ID   int
			From string
			To   string
			Ref  string
		}
		if err := d.Conn(ctx).NewRaw(`SELECT id, "from", coalesce("to", '') AS "to", "table" AS ref FROM pragma_foreign_key_list(?)`, table).Scan(ctx, &keys); err != nil {
			t.Fatal(err)
		}
		carries := map[int]bool{}
		refs := map[int]string{}
		for _, k := range keys {
			refs[k.ID] = k.Ref
			carries[k.ID] = carries[k.ID] || k.From == "site_id"
		}
		for id, ref := range refs {
			if _, platform := platformTables[ref]; !platform && !carries[id] {
				t.Errorf("%s: a foreign key to %s does not carry site_id", table, ref)
			}
		}
	}
	if tenants < 6 {
		t.Errorf("only %d tenant tables were looked at: %v", tenants, tables)
	}
	for name := range platformTables {
		if !slices.Contains(tables, name) {
			t.Errorf("platformTables names %s, which no migration makes", name)
		}
	}
}

// A migration is sorted by its name over all rooms; two with one number would race.
func TestMigrationsHaveNumbersOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, source := range Migrations() {
		for _, name := range sqlFiles(t, source) {
			number, _, _ := strings.Cut(name, "_")
			if len(number) != 14 || seen[number] {
				t.Errorf("%s: number taken or malformed", name)
			}
			seen[number] = true
		}
	}
	if len(seen) < 8 {
		t.Errorf("only %d migrations found", len(seen))
	}
}

func sqlFiles(t *testing.T, source fs.FS) []string {
	t.Helper()
	names, err := fs.Glob(source, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("a room's migrations: %v, %v", names, err)
	}
	return names
}

// Every table is in a backup, or stands in leftOut with the reason why not; parents come before their children; the columns that
// order a table are its own and tell any two rows apart.
func TestEveryTableIsBackedUpOrSaysWhyNot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
		if d.Postgres() {
			query = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`
		}
		var tables []string
		if err := d.Conn(ctx).NewRaw(query).Scan(ctx, &tables); err != nil {
			t.Fatal(err)
		}
		at := map[string]int{}
		for i, k := range kept {
			at[k.Name] = i + 1
			if leftOut[k.Name] != "" || !slices.Contains(tables, k.Name) {
				t.Errorf("%s is kept and left out, or no table", k.Name)
			}
		}
		for _, table := range tables {
			if at[table] == 0 && leftOut[table] == "" {
				t.Errorf("%s: say in kept how a backup keeps it, or in leftOut why it does not", table)
			}
		}
		if d.Postgres() {
			return // the text of the migrations is the same on both engines
		}
		for _, k := range kept {
			var refs []string
			if err := d.Conn(ctx).NewRaw(`SELECT "table" FROM pragma_foreign_key_list(?)`, k.Name).Scan(ctx, &refs); err != nil {
				t.Fatal(err)
			}
			for _, ref := range refs {
				if ref != k.Name && at[ref] > at[k.Name] {
					t.Errorf("%s is restored before %s, which it refers to", k.Name, ref)
				}
			}
			if distinguishes := keysOf(t, d, k.Name); !slices.ContainsFunc(distinguishes, func(key []string) bool { return within(key, k.Order) }) {
				t.Errorf("%s: %q does not tell any two rows apart, as one of %v does", k.Name, k.Order, distinguishes)
			}
		}
	}, Migrations()...)
}

// keysOf are the columns of each unique index of a table.
func keysOf(t *testing.T, d *db.DB, table string) (keys [][]string) {
	t.Helper()
	ctx := context.Background()
	var rows []struct{ Index, Column string }
	err := d.Conn(ctx).NewRaw(`SELECT l.name AS "index", i.name AS "column" FROM pragma_index_list(?) l, pragma_index_info(l.name) i
		WHERE l."unique" = 1 AND l.partial = 0 UNION ALL SELECT 'pk', name FROM pragma_table_info(?) WHERE pk > 0`, table, table).Scan(ctx, &rows)
	if err != nil {
		t.Fatal(err)
	}
	last := ""
	for _, r := range rows {
		if r.Index != last {
			keys, last = append(keys, nil), r.Index
		}
		keys[len(keys)-1] = append(keys[len(keys)-1], r.Column)
	}
	return keys
}

// within reports whether order names every column of key. An edition's frozen_at tells it apart within its object.
func within(key []string, order string) bool {
	names := strings.Split(order, ", ")
	for _, c := range key {
		if !slices.Contains(names, c) && (c != "edition_id" || !slices.Contains(names, "frozen_at")) {
			return false
		}
	}
	return len(key) > 0
}
