package backup

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

// The SQL here names tables only as app's list gives them: to copy rows as they are is the one thing that is the same for every
// room, and a room that is forgotten fails app's schema test.

// kinds are the engines' names of the column types that rooms may use.
var kinds = map[string]string{
	"BIGINT": kindInt, "INTEGER": kindInt, "INT": kindInt, "INT8": kindInt, "INT4": kindInt,
	"TEXT": kindText, "BOOLEAN": kindBool, "BOOL": kindBool, "TIMESTAMP": kindTime, "TIMESTAMPTZ": kindTime,
}

// columns reads what columns a table has.
func columns(ctx context.Context, d *db.DB, table string) (Columns, error) {
	rows, err := d.Conn(ctx).QueryContext(ctx, "SELECT * FROM ? WHERE 1 = 0", bun.Ident(table))
	if err != nil {
		return Columns{}, fmt.Errorf("read the columns of %s: %w", table, db.Fault(err))
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return Columns{}, fmt.Errorf("read the columns of %s: %w", table, err)
	}
	c := Columns{Table: table}
	for _, t := range types {
		kind := kinds[strings.ToUpper(t.DatabaseTypeName())]
		if kind == "" {
			return Columns{}, fmt.Errorf("column %s.%s is of type %s, which a backup does not know", table, t.Name(), t.DatabaseTypeName())
		}
		c.Names, c.Kinds = append(c.Names, t.Name()), append(c.Kinds, kind)
	}
	return c, rows.Err()
}

// idents are column names as SQL.
func idents(names []string) bun.Safe {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = `"` + strings.ReplaceAll(n, `"`, `""`) + `"`
	}
	return bun.Safe(strings.Join(quoted, ", "))
}

// order is t's order as SQL: texts by their bytes on both engines.
func order(d *db.DB, t Table, c *Columns) bun.Safe {
	var by []string
	for name := range strings.SplitSeq(t.Order, ", ") {
		text := string(idents([]string{name}))
		if i := c.at(name); d.Postgres() && i >= 0 && c.Kinds[i] == kindText {
			text += ` COLLATE "C"`
		}
		by = append(by, text)
	}
	return bun.Safe(strings.Join(by, ", "))
}

// scan gives every row of a table, or those of one site, in the table's order.
func scan(ctx context.Context, d *db.DB, t Table, c *Columns, site int64, yield func(row) error) error {
	query, args := "SELECT ? FROM ?", []any{idents(c.Names), bun.Ident(t.Name)}
	if site != 0 {
		query, args = query+" WHERE "+t.Tenant, append(args, site)
	}
	rows, err := d.Conn(ctx).QueryContext(ctx, query+" ORDER BY ?", append(args, order(d, t, c))...)
	if err != nil {
		return db.Fault(fmt.Errorf("read %s: %w", t.Name, err))
	}
	defer rows.Close()
	for rows.Next() {
		r := make(row, len(c.Names))
		if err := rows.Scan(pointers(r)...); err != nil {
			return db.Fault(fmt.Errorf("read %s: %w", t.Name, err))
		}
		if err := yield(r); err != nil {
			return err
		}
	}
	return db.Fault(rows.Err())
}

func pointers(r row) []any {
	p := make([]any, len(r))
	for i := range r {
		p[i] = &r[i]
	}
	return p
}

// applied lists the migrations that have made the schema, ascending.
func applied(ctx context.Context, d *db.DB) ([]string, error) {
	var names []string
	if err := d.Conn(ctx).NewRaw("SELECT name FROM bun_migrations ORDER BY name").Scan(ctx, &names); err != nil {
		return nil, db.Fault(fmt.Errorf("read the schema's version: %w", err))
	}
	slices.Sort(names)
	return names, nil
}

// revision is the platform's.
func revision(ctx context.Context, d *db.DB) (int64, error) {
	var rev []int64
	if err := d.Conn(ctx).NewRaw("SELECT rev FROM site_revisions WHERE site_id = 0").Scan(ctx, &rev); err != nil {
		return 0, db.Fault(fmt.Errorf("read the platform's revision: %w", err))
	}
	if len(rev) == 0 {
		return 0, nil
	}
	return rev[0], nil
}

// insert writes rows into a table; the caller is in a transaction.
func insert(ctx context.Context, d *db.DB, c *Columns, rows []row) error {
	const atOnce = 200
	for some := range slices.Chunk(rows, atOnce) {
		places := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(c.Names)), ", ") + ")"
		query := "INSERT INTO ? (?) VALUES " + strings.TrimSuffix(strings.Repeat(places+", ", len(some)), ", ")
		args := []any{bun.Ident(c.Table), idents(c.Names)}
		for _, r := range some {
			args = append(args, r...)
		}
		if _, err := d.Conn(ctx).NewRaw(query, args...).Exec(ctx); err != nil {
			return fmt.Errorf("write %s: %w", c.Table, err)
		}
	}
	return nil
}

// empty reports whether the store holds no table at all.
func empty(ctx context.Context, d *db.DB) (bool, error) {
	query := "SELECT count(*) FROM sqlite_master"
	if d.Postgres() {
		query = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()"
	}
	var n int64
	if err := d.Conn(ctx).NewRaw(query).Scan(ctx, &n); err != nil {
		return false, db.Fault(fmt.Errorf("look for tables: %w", err))
	}
	return n == 0, nil
}

// share writes the rows that are not there yet. One that is there must be the same thing: the same value in the table's Shared column.
func share(ctx context.Context, d *db.DB, t Table, c *Columns, rows []row) error {
	for _, r := range rows {
		key, mark := c.at(t.Order), c.at(t.Shared)
		var have []string
		err := d.Conn(ctx).NewRaw("SELECT ? FROM ? WHERE ? = ?", bun.Ident(t.Shared), bun.Ident(t.Name), bun.Ident(t.Order), r[key]).Scan(ctx, &have)
		if err != nil {
			return fmt.Errorf("look for a row of %s: %w", t.Name, err)
		}
		switch {
		case len(have) == 0:
			err = insert(ctx, d, c, []row{r})
		case have[0] != r[mark]:
			err = fault.New(fault.Conflict, "备份里的“%v”在这里的编号是另一项“%s”的（%s），这不是同一个平台的备份，没有恢复。", r[mark], have[0], t.Name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
