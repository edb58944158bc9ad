package article

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the room's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

type articleRow struct {
	bun.BaseModel `bun:"table:articles"`
	SiteID        kernel.SiteID          `bun:"site_id,pk"`
	ID            ID                     `bun:"id,pk"`
	ColumnID      int64                  `bun:"column_id"`
	State         string                 `bun:"state"`
	AuthorID      kernel.AccountID       `bun:"author_id"`
	Version       int64                  `bun:"version"`
	Policy        string                 `bun:"policy"`
	EditionID     *publication.EditionID `bun:"edition_id"`
	Title         string                 `bun:"title"`
	Payload       *string                `bun:"payload"`
	CreatedAt     time.Time              `bun:"created_at"`
	UpdatedAt     time.Time              `bun:"updated_at"`
	BinnedAt      *time.Time             `bun:"binned_at"`
	Disclosure    string                 `bun:"disclosure"`
}

func (r *articleRow) draft() (*Draft, error) {
	d := &Draft{Site: r.SiteID, ID: r.ID, Column: r.ColumnID, State: r.State, Author: r.AuthorID, Version: r.Version,
		Policy: r.Policy, Payload: Payload{Title: r.Title}, UpdatedAt: r.UpdatedAt.UTC()}
	if r.EditionID != nil {
		d.Edition = *r.EditionID
	}
	if r.BinnedAt != nil {
		d.BinnedAt = r.BinnedAt.UTC()
	}
	if r.Payload == nil {
		return d, nil
	}
	p, err := decode([]byte(*r.Payload))
	if err != nil {
		return nil, fmt.Errorf("read draft %d of site %d: %w", r.ID, r.SiteID, err)
	}
	d.Payload = *p
	return d, nil
}

func (a *Articles) insert(ctx context.Context, rows ...*articleRow) error {
	if _, err := a.DB.Conn(ctx).NewInsert().Model(&rows).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("insert articles: %w", err))
	}
	return nil
}

// load reads one row; noPayload is true when its text stands in the published edition.
func (a *Articles) load(ctx context.Context, site kernel.SiteID, id ID) (d *Draft, noPayload bool, err error) {
	var r articleRow
	err = a.DB.Conn(ctx).NewSelect().Model(&r).Where("site_id = ?", site).Where("id = ?", id).Scan(ctx)
	if err = db.Fault(err); fault.Is(err, fault.NotFound) {
		return nil, false, fault.Because(err, fault.NotFound, "没有这篇稿件。")
	} else if err != nil {
		return nil, false, fmt.Errorf("load article %d of site %d: %w", id, site, err)
	}
	d, err = r.draft()
	return d, r.Payload == nil, err
}

// update writes a draft that the caller has read at version d.Version-1; somebody faster makes it a Conflict.
func (a *Articles) update(ctx context.Context, d *Draft) error {
	raw, err := d.Payload.encode()
	if err != nil {
		return fmt.Errorf("write draft %d: %w", d.ID, err)
	}
	q := a.DB.Conn(ctx).NewUpdate().Table("articles").
		Set("column_id = ?", d.Column).Set("state = ?", d.State).Set("author_id = ?", d.Author).Set("version = ?", d.Version).
		Set("policy = ?", d.Policy).Set("title = ?", d.Payload.Title).Set("disclosure = ?", d.Payload.Disclosure).Set("payload = ?", string(raw)).Set("updated_at = ?", a.Now())
	if d.Edition != 0 {
		q = q.Set("edition_id = ?", d.Edition)
	}
	if d.BinnedAt.IsZero() {
		q = q.Set("binned_at = NULL")
	} else {
		q = q.Set("binned_at = ?", d.BinnedAt)
	}
	res, err := q.Where("site_id = ?", d.Site).Where("id = ?", d.ID).Where("version = ?", d.Version-1).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("save article %d of site %d: %w", d.ID, d.Site, err))
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fault.New(fault.Conflict, "这篇稿件刚被别人改过，请刷新后再改。")
}

// settle notes what became of an article's edition. A draft that was edited since keeps its state; an import's
// edition is not known before (0).
func (a *Articles) settle(ctx context.Context, o publication.Object, edition publication.EditionID, state string) error {
	_, err := a.DB.Conn(ctx).NewUpdate().Table("articles").Set("state = ?", state).Set("edition_id = ?", edition).
		Set("updated_at = ?", a.Now()).Where("site_id = ?", o.Site).Where("id = ?", o.ID).
		Where("edition_id IN (?, 0)", edition).Where("state <> 'draft'").Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("settle article %d of site %d: %w", o.ID, o.Site, err))
	}
	return nil
}

// forgotten stands for the title of an article that was lawfully erased.
const forgotten = "（内容已依法删除）"

// forget takes the words out of a draft whose editions were erased.
func (a *Articles) forget(ctx context.Context, o publication.Object, _ publication.EditionID, state string) error {
	_, err := a.DB.Conn(ctx).NewUpdate().Table("articles").Set("state = ?", state).Set("edition_id = coalesce(edition_id, 0)").
		Set("title = ?", forgotten).Set("payload = NULL").Set("version = version + 1").Set("updated_at = ?", a.Now()).
		Where("site_id = ?", o.Site).Where("id = ?", o.ID).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("forget article %d of site %d: %w", o.ID, o.Site, err))
	}
	return a.forgetKept(ctx, o.Site, o.ID)
}

func (a *Articles) place(ctx context.Context, o publication.Object, column int64) error {
	_, err := a.DB.Conn(ctx).NewUpdate().Table("articles").Set("column_id = ?", column).
		Where("site_id = ?", o.Site).Where("id = ?", o.ID).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("move article %d of site %d: %w", o.ID, o.Site, err))
	}
	return nil
}
