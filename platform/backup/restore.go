package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
)

// rowsAtOnce is how many rows, objectsAtOnce how many objects with all their history, are in memory and in one transaction.
const (
	rowsAtOnce    = 1000
	objectsAtOnce = 100
)

// Empty refuses a store that holds anything: a restore never mixes two installations.
func (s *Store) Empty(ctx context.Context) error {
	ok, err := empty(ctx, s.DB)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Conflict, "目标数据库里已经有表，没有恢复。请新建一个空的数据库再试。")
	}
	return s.emptyMedia(ctx, "")
}

func (s *Store) emptyMedia(ctx context.Context, prefix string) error {
	for _, err := range s.Media.List(ctx, prefix) {
		if err != nil {
			return err
		}
		return fault.New(fault.Conflict, "目标媒体存储里已经有文件，没有恢复。请换一个空的目录、桶或前缀再试。")
	}
	return nil
}

// Load writes the rows and blobs of a whole archive into an empty store of the archive's schema, and compares what then stands
// there with what the archive counts. The guards of the schema stay in force: rows go in by the ways by which they came to be.
func (s *Store) Load(ctx context.Context, a *Archive, progress Progress) error {
	if a.Header.Site != 0 {
		return fault.New(fault.Invalid, "这是单个站点（%s）的备份，请用 restore --site 恢复到已有的平台中。", a.Header.Host)
	}
	l := &loader{Store: s, a: a, progress: progress}
	if err := l.tables(ctx); err != nil {
		return err
	}
	if err := l.compare(ctx); err != nil {
		return err
	}
	return l.blobs(ctx)
}

// LoadTenant writes the archive of one site into a store where that site is not, whole or not at all.
func (s *Store) LoadTenant(ctx context.Context, a *Archive, progress Progress) error {
	site := kernel.SiteID(a.Header.Site)
	if site == 0 {
		return fault.New(fault.Invalid, "这是整个平台的备份，请用 restore --into 恢复到空的地方。")
	}
	if err := s.absent(ctx, site); err != nil {
		return err
	}
	if err := s.emptyMedia(ctx, MediaOf(site)); err != nil {
		return err
	}
	l := &loader{Store: s, a: a, progress: progress}
	if err := l.blobs(ctx); err != nil { // before the rows that name them
		return err
	}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		l.rows = 0
		if err := s.absent(ctx, site); err != nil {
			return err
		}
		if err := l.tables(ctx); err != nil {
			return err
		}
		return l.compare(ctx)
	})
	if db.Refused(err) {
		return fault.Because(err, fault.Conflict, "站点没有恢复：它所依赖的上级站点在这里不存在，或者它的编号、域名在这里已被占用。")
	}
	return err
}

// absent refuses to restore a site beside itself.
func (s *Store) absent(ctx context.Context, site kernel.SiteID) error {
	for _, t := range s.Tables {
		if t.Tenant == "" || t.Shared != "" {
			continue
		}
		c, err := columns(ctx, s.DB, t.Name)
		if err != nil {
			return err
		}
		err = scan(ctx, s.DB, t, &c, int64(site), func(row) error {
			return fault.New(fault.Conflict, "站点 %d 在这里已经有数据（%s），没有恢复。", site, t.Name)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

type loader struct {
	*Store
	a        *Archive
	progress Progress
	rows     int64
}

func (l *loader) tables(ctx context.Context) error {
	history := false
	for _, t := range l.Tables {
		if l.a.tableColumns[t.Name] == nil {
			continue
		}
		var err error
		switch {
		case isHistory(t.Name):
			if !history {
				history, err = true, l.history(ctx)
			}
		case t.Name == "audit_heads":
		case t.Name == "audit_entries":
			err = l.chains(ctx, t)
		default:
			err = l.table(ctx, t)
		}
		if err != nil {
			return fmt.Errorf("restore %s: %w", t.Name, err)
		}
	}
	return nil
}

// table writes the rows of an ordinary table. A row that names another of the same table waits until that one is there.
func (l *loader) table(ctx context.Context, t Table) error {
	c := l.a.tableColumns[t.Name]
	there, waiting := map[int64]bool{}, map[int64][]row{}
	var ready []row
	var take func(r row)
	take = func(r row) {
		ready = append(ready, r)
		if t.Parent != "" {
			id := c.number(r, "id")
			there[id] = true
			children := waiting[id]
			delete(waiting, id)
			for _, child := range children {
				take(child)
			}
		}
	}
	for r, err := range l.a.table(ctx, t.Name) {
		if err != nil {
			return err
		}
		if parent := c.number(r.row, t.Parent); parent != 0 && !there[parent] && l.a.Header.Site == 0 {
			waiting[parent] = append(waiting[parent], r.row)
			continue
		}
		if take(r.row); len(ready) >= rowsAtOnce {
			if err := l.write(ctx, t, c, ready); err != nil {
				return err
			}
			ready = nil
		}
	}
	for _, rows := range waiting {
		ready = append(ready, rows...) // the foreign key says what is wrong with them
	}
	return l.write(ctx, t, c, ready)
}

func (l *loader) write(ctx context.Context, t Table, c *Columns, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	l.count(t.Name, len(rows))
	return l.DB.InTx(ctx, func(ctx context.Context) error {
		if t.Shared == "" {
			return insert(ctx, l.DB, c, rows)
		}
		return share(ctx, l.DB, t, c, rows)
	})
}

func (l *loader) count(doing string, n int) {
	if l.rows += int64(n); l.progress != nil {
		l.progress(doing, l.rows, 0, 0)
	}
}

// chains writes every audit chain from its beginning, entry by entry, and then moves its head.
func (l *loader) chains(ctx context.Context, t Table) error {
	heads, err := l.a.heads(ctx)
	if err != nil {
		return err
	}
	if err := l.eachHead(ctx, heads, func(ctx context.Context, chain kernel.SiteID) error { return l.Audit.Begin(ctx, chain) }); err != nil {
		return err
	}
	if err := l.table(ctx, t); err != nil {
		return err
	}
	return l.eachHead(ctx, heads, func(ctx context.Context, chain kernel.SiteID) error { return l.Audit.Advance(ctx, heads[chain]) })
}

func (l *loader) eachHead(ctx context.Context, heads map[kernel.SiteID]audit.Link, f func(context.Context, kernel.SiteID) error) error {
	var chains []kernel.SiteID
	for chain := range heads {
		chains = append(chains, chain)
	}
	slices.Sort(chains)
	for some := range slices.Chunk(chains, rowsAtOnce) {
		err := l.DB.InTx(ctx, func(ctx context.Context) error {
			for _, chain := range some {
				if err := f(ctx, chain); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// history replays how objects became public, many objects at a time: those of one batch take the same kind of turn together.
func (l *loader) history(ctx context.Context) error {
	var batch []*object
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := l.DB.InTx(ctx, func(ctx context.Context) error { return l.replay(ctx, batch) })
		batch = nil
		return err
	}
	err := l.a.objects(ctx, func(o *object) error {
		if batch = append(batch, o); len(batch) >= objectsAtOnce {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

func (l *loader) replay(ctx context.Context, batch []*object) error {
	left := make([][]publication.Turn, len(batch))
	for i, o := range batch {
		left[i] = o.turns
	}
	for open := true; open; {
		open = false
		for _, table := range []string{"editions", "approvals", "debts", "publication_history", "tombstones", "", "settlements", "erasures"} {
			var rows []row
			for i, o := range batch {
				for len(left[i]) > 0 && left[i][0].Table == table {
					t := left[i][0]
					if table != "" {
						rows = append(rows, o.rows[table][t.Edition]...)
					} else if err := l.Published.Apply(ctx, o.site, t, o.place); err != nil {
						return err
					}
					if left[i] = left[i][1:]; table == "editions" {
						break // its approvals come first
					}
				}
				open = open || len(left[i]) > 0
			}
			if len(rows) == 0 {
				continue
			}
			l.count(table, len(rows))
			if err := insert(ctx, l.DB, l.a.tableColumns[table], rows); err != nil {
				return err
			}
		}
	}
	return nil
}

// compare reads the restored rows back: they are the archive's, each of them and no other.
func (l *loader) compare(ctx context.Context) error {
	for _, want := range l.a.Totals.Tables {
		t := l.tableOf(want.Table)
		if t.Shared != "" && l.a.Header.Site != 0 {
			continue
		}
		got, err := l.Total(ctx, t, l.a.tableColumns[want.Table], kernel.SiteID(l.a.Header.Site))
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("restore: table %s holds %d rows with digest %.16s, and the archive %d with %.16s",
				want.Table, got.Rows, got.Digest, want.Rows, want.Digest)
		}
	}
	return nil
}

// Total counts and digests the rows of a table, or those of one site, as an archive does. c nil reads the columns first.
func (s *Store) Total(ctx context.Context, t Table, c *Columns, site kernel.SiteID) (Total, error) {
	if c == nil {
		own, err := columns(ctx, s.DB, t.Name)
		if err != nil {
			return Total{}, err
		}
		c = &own
	}
	h, total := sha256.New(), Total{Table: t.Name}
	var line []byte
	err := scan(ctx, s.DB, t, c, int64(site), func(r row) (err error) {
		if line, err = appendRow(line[:0], c, r); err != nil {
			return err
		}
		h.Write(line)
		total.Rows++
		return nil
	})
	total.Digest = hex.EncodeToString(h.Sum(nil))
	return total, err
}

// blobs writes every blob and compares its digest.
func (l *loader) blobs(ctx context.Context) error {
	done := int64(0)
	return l.a.parts(ctx, func(p Part) error {
		if p.Key == "" {
			return nil
		}
		r, _, err := l.a.content(p.Name, p.At, p.Size)
		if err != nil {
			return err
		}
		info, err := l.Media.Put(ctx, p.Key, r, p.Type)
		if err != nil {
			return fmt.Errorf("restore blob %s: %w", p.Key, err)
		}
		if info.SHA256 != p.Blob {
			return damaged(p.Name, p.At, "内容与它的摘要不符")
		}
		if done++; l.progress != nil {
			l.progress(p.Key, l.rows, done, p.At)
		}
		return nil
	})
}
