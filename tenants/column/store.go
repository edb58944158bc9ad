package column

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the room's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

type changeRow struct {
	bun.BaseModel `bun:"table:column_changes"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	ColumnID      int64         `bun:"column_id,pk"`
	Own           bool          `bun:"own"`
	ParentID      *int64        `bun:"parent_id"`
	Kind          *string       `bun:"kind"`
	Name          *string       `bun:"name"`
	Path          *string       `bun:"path"`
	Description   *string       `bun:"description"`
	Keywords      *string       `bun:"keywords"`
	Hidden        *bool         `bun:"hidden"`
	Nav           *bool         `bun:"nav"`
	Position      *int          `bun:"position"`
	CycleDays     *int          `bun:"cycle_days"`
	Owner         *string       `bun:"owner"`
	OwnerOrg      *kernel.OrgID `bun:"owner_org"`
	WarnDays      *int          `bun:"warn_days"`
	Settings      *string       `bun:"settings"`
	State         string        `bun:"state"`
	SuccessorID   *int64        `bun:"successor_id"`
	Version       int64         `bun:"version"`
	ChangedAt     time.Time     `bun:"changed_at"`
}

func (r *changeRow) change() (change, error) {
	form, err := readForm(r.Settings)
	return change{Form: form, ID: r.ColumnID, Own: r.Own, Parent: r.ParentID, Successor: r.SuccessorID, Kind: r.Kind, Name: r.Name,
		Path: r.Path, Description: r.Description, Keys: r.Keywords, Hidden: r.Hidden, Nav: r.Nav, Position: r.Position,
		CycleDays: r.CycleDays, Owner: r.Owner, OwnerOrg: r.OwnerOrg, WarnDays: r.WarnDays, State: r.State, Version: r.Version}, err
}

// changes reads the site's differences, in the order of ids.
func (c *Columns) changes(ctx context.Context, id kernel.SiteID) ([]change, error) {
	all, err := c.changesOf(ctx, []kernel.SiteID{id})
	return all[id], err
}

// changesOf reads the differences of many sites, each in the order of ids.
func (c *Columns) changesOf(ctx context.Context, ids []kernel.SiteID) (map[kernel.SiteID][]change, error) {
	all := map[kernel.SiteID][]change{}
	if len(ids) == 0 {
		return all, nil
	}
	var rows []changeRow
	err := c.db.Conn(ctx).NewSelect().Model(&rows).Where("site_id IN (?)", bun.List(ids)).Order("site_id", "column_id").Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load columns of %d sites: %w", len(ids), err))
	}
	for i := range rows {
		d, err := rows[i].change()
		if err != nil {
			return nil, err
		}
		all[rows[i].SiteID] = append(all[rows[i].SiteID], d)
	}
	return all, nil
}

// redirects reads the site's former addresses.
func (c *Columns) redirects(ctx context.Context, id kernel.SiteID) (map[string]int64, error) {
	var rows []struct {
		Path     string
		ColumnID int64
	}
	err := c.db.Conn(ctx).NewSelect().Table("column_redirects").Column("path", "column_id").
		Where("site_id = ?", id).Scan(ctx, &rows)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load column redirects of site %d: %w", id, err))
	}
	old := make(map[string]int64, len(rows))
	for _, r := range rows {
		old[r.Path] = r.ColumnID
	}
	return old, nil
}

// save writes the site's difference in one column over the one it had.
func (c *Columns) save(ctx context.Context, id kernel.SiteID, d change) error {
	row := changeRow{SiteID: id, ColumnID: d.ID, Own: d.Own, ParentID: d.Parent, Kind: d.Kind, Name: d.Name, Path: d.Path,
		Description: d.Description, Keywords: d.Keys, Hidden: d.Hidden, Nav: d.Nav, Position: d.Position,
		CycleDays: d.CycleDays, Owner: d.Owner, OwnerOrg: d.OwnerOrg, WarnDays: d.WarnDays, State: d.State, SuccessorID: d.Successor, Version: d.Version + 1, ChangedAt: c.now()}
	if d.Form != nil {
		words := d.Form.words()
		row.Settings = &words
	}
	q := c.db.Conn(ctx).NewInsert().Model(&row).On("CONFLICT (site_id, column_id) DO UPDATE")
	for _, f := range []string{"parent_id", "kind", "name", "path", "description", "keywords", "hidden", "nav", "position",
		"cycle_days", "owner", "owner_org", "warn_days", "settings", "state", "successor_id", "version", "changed_at"} {
		q = q.Set("? = EXCLUDED.?", bun.Ident(f), bun.Ident(f))
	}
	if _, err := q.Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("save column %d of site %d: %w", d.ID, id, err))
	}
	return nil
}

// leave keeps a former address; forget frees one that the same column takes again.
func (c *Columns) leave(ctx context.Context, id kernel.SiteID, path string, column int64) error {
	_, err := c.db.Conn(ctx).NewRaw(
		"INSERT INTO column_redirects (site_id, path, column_id, moved_at) VALUES (?, ?, ?, ?)"+
			" ON CONFLICT (site_id, path) DO UPDATE SET column_id = EXCLUDED.column_id, moved_at = EXCLUDED.moved_at",
		id, path, column, c.now()).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("leave redirect of column %d of site %d: %w", column, id, err))
	}
	return nil
}

func (c *Columns) forget(ctx context.Context, id kernel.SiteID, path string) error {
	_, err := c.db.Conn(ctx).NewRaw("DELETE FROM column_redirects WHERE site_id = ? AND path = ?", id, path).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("take back address of site %d: %w", id, err))
	}
	return nil
}

// take makes the rest of the transaction wait for whoever is changing the site's tree.
func (c *Columns) take(ctx context.Context, id kernel.SiteID) error {
	_, err := c.db.Conn(ctx).NewRaw("INSERT INTO column_trees (site_id, changes) VALUES (?, 1)"+
		" ON CONFLICT (site_id) DO UPDATE SET changes = column_trees.changes + 1", id).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("take the tree of site %d: %w", id, err))
	}
	return nil
}
