package publication

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

type edition struct {
	bun.BaseModel `bun:"table:editions"`

	SiteID   kernel.SiteID
	ID       EditionID
	Kind     Kind
	ObjectID int64
	Author   kernel.AccountID
	Policy   string
	Digest   string
	FrozenAt time.Time
	Title    string
	Payload  string
}

type approval struct {
	bun.BaseModel `bun:"table:approvals"`

	SiteID         kernel.SiteID
	EditionID      EditionID
	Kind           Kind
	ObjectID       int64
	Author         kernel.AccountID
	Policy         string
	Digest         string
	FrozenAt       time.Time
	Step           int
	PrevStep       *int
	PrevVerdict    *string
	PrevAt         *time.Time
	Reviewer       kernel.AccountID
	Verdict        string
	HoldsReview    bool
	HoldsSecrecy   bool
	ReviewOpinion  string
	SecrecyOpinion string
	Reason         string
	Batch          *string
	At             time.Time
}

type history struct {
	bun.BaseModel `bun:"table:publication_history"`

	SiteID             kernel.SiteID
	EditionID          EditionID
	Kind               Kind
	ObjectID           int64
	Author             kernel.AccountID
	Policy             string
	Digest             string
	FrozenAt           time.Time
	Step               *int
	Verdict            *string
	ApprovedAt         *time.Time
	Debt               *EditionID
	Place              int64
	FirstPublishedAt   time.Time
	EditionPublishedAt time.Time
	MigratedAt         *time.Time
	Publisher          kernel.AccountID
	PublisherName      string
}

func (h *history) object() Object { return Object{h.SiteID, h.Kind, h.ObjectID} }

type publicRow struct {
	bun.BaseModel `bun:"table:publications"`

	SiteID             kernel.SiteID
	Kind               Kind
	ObjectID           int64
	EditionID          EditionID
	Place              int64
	FirstPublishedAt   time.Time
	EditionPublishedAt time.Time
	MigratedAt         *time.Time
	Digest             string `bun:",scanonly"`
}

// past is what an object has been through.
type past struct {
	FirstAt, LastAt time.Time // zero when it never was public
	MigratedAt      *time.Time
	Current         *publicRow // nil when it is not public now
}

// lock holds the object's editions until the commit, so that whoever changes the object waits. SQLite has one writer anyway.
func (p *Publications) lock(ctx context.Context, obj Object) error {
	if !p.db.Postgres() {
		return nil
	}
	_, err := p.db.Conn(ctx).NewRaw(`SELECT id FROM editions WHERE site_id = ? AND kind = ? AND object_id = ? ORDER BY id FOR UPDATE`,
		obj.Site, obj.Kind, obj.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("lock %s of site %d: %w", obj, obj.Site, err)
	}
	return nil
}

func (p *Publications) lockEdition(ctx context.Context, site kernel.SiteID, e EditionID) error {
	if !p.db.Postgres() {
		return nil
	}
	_, err := p.db.Conn(ctx).NewRaw(`SELECT o.id FROM editions o JOIN editions e ON o.site_id = e.site_id AND o.kind = e.kind AND o.object_id = e.object_id
		WHERE e.site_id = ? AND e.id = ? ORDER BY o.id FOR UPDATE OF o`, site, e).Exec(ctx)
	if err != nil {
		return fmt.Errorf("lock the object of edition %d of site %d: %w", e, site, err)
	}
	return nil
}

// lastFrozen locks the object and answers when its newest edition was frozen, or the zero time.
func (p *Publications) lastFrozen(ctx context.Context, obj Object) (time.Time, error) {
	if err := p.lock(ctx, obj); err != nil {
		return time.Time{}, err
	}
	var at []time.Time
	err := p.db.Conn(ctx).NewRaw(`SELECT frozen_at FROM editions WHERE site_id = ? AND kind = ? AND object_id = ? ORDER BY frozen_at DESC LIMIT 1`,
		obj.Site, obj.Kind, obj.ID).Scan(ctx, &at)
	if err != nil || len(at) == 0 {
		return time.Time{}, err
	}
	return at[0], nil
}

func (p *Publications) newest(ctx context.Context, obj Object) (EditionID, error) {
	var ids []EditionID
	err := p.db.Conn(ctx).NewRaw(`SELECT id FROM editions WHERE site_id = ? AND kind = ? AND object_id = ? ORDER BY frozen_at DESC LIMIT 1`,
		obj.Site, obj.Kind, obj.ID).Scan(ctx, &ids)
	if err != nil {
		return 0, fmt.Errorf("load the newest edition of %s of site %d: %w", obj, obj.Site, db.Fault(err))
	}
	if len(ids) == 0 {
		return 0, fault.New(fault.NotFound, "没有这一版稿件。")
	}
	return ids[0], nil
}

// insertEdition gives e an id of its own, trying another when one is taken.
func (p *Publications) insertEdition(ctx context.Context, e *edition) error {
	for {
		e.ID = EditionID(p.ids.Next())
		res, err := p.db.Conn(ctx).NewRaw(`INSERT INTO editions (site_id, id, kind, object_id, author, policy, digest, frozen_at, title, payload)
			SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM editions WHERE id = ?) ON CONFLICT (id) DO NOTHING`,
			e.SiteID, e.ID, e.Kind, e.ObjectID, e.Author, e.Policy, e.Digest, e.FrozenAt, e.Title, e.Payload, e.ID).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
	}
}

func (p *Publications) insertApproval(ctx context.Context, a *approval) error {
	_, err := p.db.Conn(ctx).NewInsert().Model(a).Exec(ctx)
	return err
}

func (p *Publications) insertDebt(ctx context.Context, t *Trail, debtor kernel.AccountID, at time.Time) error {
	_, err := p.db.Conn(ctx).NewRaw(`INSERT INTO debts (site_id, edition_id, kind, object_id, author, policy, digest, frozen_at, debtor, opened_at, due_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.Site, t.Edition, t.Kind, t.ID, t.Author, t.Policy, t.Digest, t.FrozenAt, debtor, at, at.Add(SettleWithin)).Exec(ctx)
	return err
}

func (p *Publications) insertSettlement(ctx context.Context, t *Trail, o Opinion, at time.Time) error {
	_, err := p.db.Conn(ctx).NewRaw(`INSERT INTO settlements (site_id, edition_id, author, debtor, opened_at, reviewer, verdict, review_opinion, secrecy_opinion, reason, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.Site, t.Edition, t.Author, t.Debt.Debtor, t.Debt.OpenedAt, o.Reviewer, o.Verdict, o.Review, o.Secrecy, o.Reason, at).Exec(ctx)
	return err
}

func (p *Publications) insertHistory(ctx context.Context, h *history) error {
	_, err := p.db.Conn(ctx).NewInsert().Model(h).Exec(ctx)
	return err
}

func (p *Publications) insertPublication(ctx context.Context, h *history) error {
	_, err := p.db.Conn(ctx).NewRaw(`INSERT INTO publications (site_id, kind, object_id, edition_id, place, first_published_at, edition_published_at, migrated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		h.SiteID, h.Kind, h.ObjectID, h.EditionID, h.Place, h.FirstPublishedAt, h.EditionPublishedAt, h.MigratedAt).Exec(ctx)
	return err
}

func (p *Publications) turnPublication(ctx context.Context, h *history) error {
	_, err := p.db.Conn(ctx).NewRaw(`UPDATE publications SET edition_id = ?, place = ?, edition_published_at = ? WHERE site_id = ? AND kind = ? AND object_id = ?`,
		h.EditionID, h.Place, h.EditionPublishedAt, h.SiteID, h.Kind, h.ObjectID).Exec(ctx)
	return err
}

func (p *Publications) movePublication(ctx context.Context, obj Object, place int64) error {
	_, err := p.db.Conn(ctx).NewRaw(`UPDATE publications SET place = ? WHERE site_id = ? AND kind = ? AND object_id = ?`, place, obj.Site, obj.Kind, obj.ID).Exec(ctx)
	return err
}

func (p *Publications) deletePublication(ctx context.Context, obj Object) error {
	_, err := p.db.Conn(ctx).NewRaw(`DELETE FROM publications WHERE site_id = ? AND kind = ? AND object_id = ?`, obj.Site, obj.Kind, obj.ID).Exec(ctx)
	return err
}

// bury writes the tombstone of an edition that stops being public.
func (p *Publications) bury(ctx context.Context, obj Object, e EditionID, how string, w Withdrawal, at time.Time) error {
	a := kernel.ActorFrom(ctx)
	_, err := p.db.Conn(ctx).NewRaw(`INSERT INTO tombstones (site_id, edition_id, kind, object_id, how, reason, notice, by_account, by_name, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, obj.Site, e, obj.Kind, obj.ID, how, w.Reason, w.Notice, a.Account, clean(a.Name), at).Exec(ctx)
	return err
}

// past locks nothing; callers hold the object.
func (p *Publications) past(ctx context.Context, obj Object) (past, error) {
	var all []struct {
		FirstPublishedAt, EditionPublishedAt time.Time
		MigratedAt                           *time.Time
	}
	err := p.db.Conn(ctx).NewRaw(`SELECT first_published_at, edition_published_at, migrated_at FROM publication_history
		WHERE site_id = ? AND kind = ? AND object_id = ? ORDER BY edition_published_at DESC LIMIT 1`, obj.Site, obj.Kind, obj.ID).Scan(ctx, &all)
	if err != nil || len(all) == 0 {
		return past{}, err
	}
	answer := past{FirstAt: all[0].FirstPublishedAt, LastAt: all[0].EditionPublishedAt, MigratedAt: all[0].MigratedAt}
	var now []publicRow
	err = p.db.Conn(ctx).NewRaw(`SELECT p.site_id, p.kind, p.object_id, p.edition_id, p.place, p.first_published_at, p.edition_published_at, p.migrated_at, e.digest
		FROM publications p JOIN editions e ON e.site_id = p.site_id AND e.id = p.edition_id
		WHERE p.site_id = ? AND p.kind = ? AND p.object_id = ?`, obj.Site, obj.Kind, obj.ID).Scan(ctx, &now)
	if err == nil && len(now) == 1 {
		answer.Current = &now[0]
	}
	return answer, err
}

// eraseEditions puts the mark in place of the words and answers which editions it erased.
func (p *Publications) eraseEditions(ctx context.Context, obj Object, x Erasure, at time.Time) ([]edition, error) {
	c := p.db.Conn(ctx)
	var all []edition
	err := c.NewRaw(`SELECT e.id, e.digest FROM editions e WHERE e.site_id = ? AND e.kind = ? AND e.object_id = ?
		AND NOT EXISTS (SELECT 1 FROM erasures x WHERE x.site_id = e.site_id AND x.edition_id = e.id) ORDER BY e.id`, obj.Site, obj.Kind, obj.ID).Scan(ctx, &all)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	_, err = c.NewRaw(`INSERT INTO erasures (site_id, edition_id, reason, basis, notice, by_account, approver, at)
		SELECT e.site_id, e.id, ?, ?, ?, ?, ?, ? FROM editions e WHERE e.site_id = ? AND e.kind = ? AND e.object_id = ?
		AND NOT EXISTS (SELECT 1 FROM erasures x WHERE x.site_id = e.site_id AND x.edition_id = e.id)`,
		x.Reason, x.Basis, x.Notice, x.By, x.Approver, at, obj.Site, obj.Kind, obj.ID).Exec(ctx)
	if err != nil {
		return nil, err
	}
	_, err = c.NewRaw(`UPDATE editions SET title = ?, payload = ? WHERE site_id = ? AND kind = ? AND object_id = ? AND payload <> ?`,
		erasedTitle, erasedPayload, obj.Site, obj.Kind, obj.ID, erasedPayload).Exec(ctx)
	return all, err
}
