package review

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

type chainRow struct {
	bun.BaseModel `bun:"table:review_chains"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	ColumnID      int64            `bun:"column_id,pk"`
	Policy        string           `bun:"policy"`
	LastOrg       kernel.OrgID     `bun:"last_org"`
	SetBy         kernel.AccountID `bun:"set_by"`
	SetAt         time.Time        `bun:"set_at"`
}

type signerRow struct {
	bun.BaseModel `bun:"table:review_signers"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	ColumnID      int64            `bun:"column_id,pk"`
	Step          string           `bun:"step,pk"`
	Account       kernel.AccountID `bun:"account"`
}

// Chains are the site's own chains, by column.
func (d *Desk) Chains(ctx context.Context, site kernel.SiteID) (map[int64]Chain, error) {
	return kernel.Remember(ctx, chainsOf{site}, func() (map[int64]Chain, error) { return d.chains(ctx, site) })
}

type chainsOf struct{ site kernel.SiteID }

func (d *Desk) chains(ctx context.Context, site kernel.SiteID) (map[int64]Chain, error) {
	var rows []chainRow
	if err := d.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load review chains of site %d: %w", site, err))
	}
	all := make(map[int64]Chain, len(rows))
	for _, r := range rows {
		all[r.ColumnID] = Chain{r.ColumnID, r.Policy, r.LastOrg, map[string]kernel.AccountID{}}
	}
	var named []signerRow
	if err := d.DB.Conn(ctx).NewSelect().Model(&named).Where("site_id = ?", site).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load who is named for steps of site %d: %w", site, err))
	}
	for _, r := range named {
		all[r.ColumnID].Signers[r.Step] = r.Account // their foreign key says that there is a chain
	}
	return all, nil
}

func (d *Desk) putChain(ctx context.Context, site kernel.SiteID, c Chain, who kernel.AccountID) error {
	_, err := d.DB.Conn(ctx).NewDelete().Model((*signerRow)(nil)).Where("site_id = ?", site).Where("column_id = ?", c.Column).Exec(ctx)
	if err == nil {
		_, err = d.DB.Conn(ctx).NewDelete().Model((*chainRow)(nil)).Where("site_id = ?", site).Where("column_id = ?", c.Column).Exec(ctx)
	}
	if err == nil && c.Policy != "" {
		row := chainRow{SiteID: site, ColumnID: c.Column, Policy: c.Policy, LastOrg: c.Last, SetBy: who, SetAt: d.Now()}
		_, err = d.DB.Conn(ctx).NewInsert().Model(&row).Exec(ctx)
	}
	for step, who := range c.Signers {
		if err == nil {
			_, err = d.DB.Conn(ctx).NewInsert().Model(&signerRow{SiteID: site, ColumnID: c.Column, Step: step, Account: who}).Exec(ctx)
		}
	}
	if err != nil {
		return db.Fault(fmt.Errorf("set the review chain of column %d of site %d: %w", c.Column, site, err))
	}
	return nil
}

type noteRow struct {
	bun.BaseModel `bun:"table:review_notes"`
	SiteID        kernel.SiteID         `bun:"site_id,pk"`
	ID            int64                 `bun:"id,pk"`
	Kind          string                `bun:"kind"`
	ObjectKind    publication.Kind      `bun:"object_kind"`
	ObjectID      int64                 `bun:"object_id"`
	EditionID     publication.EditionID `bun:"edition_id"`
	Author        kernel.AccountID      `bun:"author"`
	ToAccount     kernel.AccountID      `bun:"to_account"`
	Quote         string                `bun:"quote"`
	Words         string                `bun:"words"`
	Signer        string                `bun:"signer"`
	SignedOn      string                `bun:"signed_on"`
	At            time.Time             `bun:"at"`
	Block         int                   `bun:"block"`
	DoneBy        kernel.AccountID      `bun:"done_by"`
	DoneAt        *time.Time            `bun:"done_at"`
}

func (d *Desk) putNote(ctx context.Context, obj publication.Object, n Note) error {
	row := noteRow{SiteID: obj.Site, ID: n.ID, Kind: n.Kind, ObjectKind: obj.Kind, ObjectID: obj.ID, EditionID: n.Edition, Author: n.By, ToAccount: n.To,
		Quote: n.Quote, Words: n.Words, Signer: n.Signer, SignedOn: n.SignedOn, At: n.At, Block: n.Block}
	if _, err := d.DB.Conn(ctx).NewInsert().Model(&row).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("write a note beside %s of site %d: %w", obj, obj.Site, err))
	}
	return nil
}

// Notes are what was written beside the object, the oldest first. Who may read the draft may read them.
func (d *Desk) Notes(ctx context.Context, obj publication.Object) ([]Note, error) {
	var rows []noteRow
	err := d.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", obj.Site).Where("object_kind = ?", obj.Kind).Where("object_id = ?", obj.ID).Order("id").Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load notes beside %s of site %d: %w", obj, obj.Site, err))
	}
	all := make([]Note, len(rows))
	for i, r := range rows {
		all[i] = r.note()
	}
	return all, nil
}

func (r *noteRow) note() Note {
	n := Note{ID: r.ID, Kind: r.Kind, Edition: r.EditionID, By: r.Author, To: r.ToAccount, Quote: r.Quote, Words: r.Words, Signer: r.Signer, SignedOn: r.SignedOn, At: r.At.UTC(), DoneBy: r.DoneBy, Block: r.Block}
	if r.DoneAt != nil {
		n.DoneAt = r.DoneAt.UTC()
	}
	return n
}

// Handed is to whom each of the editions was handed over last.
func (d *Desk) Handed(ctx context.Context, site kernel.SiteID, editions []publication.EditionID) (map[publication.EditionID]Note, error) {
	if len(editions) == 0 {
		return nil, nil
	}
	var rows []noteRow
	err := d.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Where("edition_id IN (?)", bun.List(editions)).Where("kind = 'handover'").Order("id").Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load what was handed over on site %d: %w", site, err))
	}
	all := map[publication.EditionID]Note{}
	for _, r := range rows {
		all[r.EditionID] = r.note()
	}
	return all, nil
}

func (d *Desk) doneNote(ctx context.Context, obj publication.Object, id int64, who kernel.AccountID) error {
	res, err := d.DB.Conn(ctx).NewUpdate().Table("review_notes").Set("done_by = ?", who).Set("done_at = ?", d.Now()).
		Where("site_id = ?", obj.Site).Where("id = ?", id).Where("object_kind = ?", obj.Kind).Where("object_id = ?", obj.ID).Where("kind = ?", Comment).Where("done_by = 0").Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("settle note %d of site %d: %w", id, obj.Site, err))
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fault.New(fault.NotFound, "没有这条批注，或者它已经处理过了。")
}

// EndingAt are the sites on which the chain of a column gives the last word to one of the orgs: where their reviewers have work
// beyond their own sites.
func (d *Desk) EndingAt(ctx context.Context, orgs ...kernel.OrgID) ([]kernel.SiteID, error) {
	if len(orgs) == 0 {
		return nil, nil
	}
	var sites []kernel.SiteID
	err := d.DB.Conn(ctx).NewSelect().Model((*chainRow)(nil)).ColumnExpr("DISTINCT site_id").Where("last_org IN (?)", bun.List(orgs)).Order("site_id").Scan(ctx, &sites)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load the sites whose last word is given away: %w", err))
	}
	return sites, nil
}
