package publication

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// IDs returns up to limit objects of a kind that are public on the site, ascending, greater than after: what an index and a
// draft table are compared with.
func (p *Publications) IDs(ctx context.Context, site kernel.SiteID, kind Kind, after int64, limit int) ([]int64, error) {
	var ids []int64
	err := p.db.Conn(ctx).NewRaw(`SELECT object_id FROM publications WHERE site_id = ? AND kind = ? AND object_id > ? ORDER BY object_id LIMIT ?`,
		site, kind, after, limit).Scan(ctx, &ids)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list the %s ids of site %d: %w", kind, site, err))
	}
	return ids, nil
}

// Flaw is a row that the guards of the schema would never have let in, or let become.
type Flaw struct {
	What    string // its name: "publication-without-chain"
	Site    kernel.SiteID
	Edition EditionID
}

// flaws are the questions, by the name of what they find. Each answers site and edition.
var flaws = []struct{ what, sql string }{
	{"publication-without-chain", `SELECT p.site_id, p.edition_id FROM publications p WHERE NOT EXISTS (SELECT 1 FROM publication_history h
		WHERE h.site_id = p.site_id AND h.edition_id = p.edition_id AND h.kind = p.kind AND h.object_id = p.object_id
			AND h.first_published_at = p.first_published_at AND h.edition_published_at = p.edition_published_at)`},
	{"publication-without-approval", `SELECT h.site_id, h.edition_id FROM publication_history h WHERE h.debt IS NULL AND NOT EXISTS (SELECT 1 FROM approvals a
		JOIN review_policies r ON r.policy = a.policy AND r.last_step = a.step
		WHERE a.site_id = h.site_id AND a.edition_id = h.edition_id AND a.step = h.step AND a.verdict = 'approved' AND a.digest = h.digest)`},
	{"publication-without-debt", `SELECT h.site_id, h.edition_id FROM publication_history h WHERE h.debt IS NOT NULL AND NOT EXISTS (SELECT 1 FROM debts d
		WHERE d.site_id = h.site_id AND d.edition_id = h.edition_id)`},
	{"publication-after-its-end", `SELECT p.site_id, p.edition_id FROM publications p JOIN tombstones t ON t.site_id = p.site_id AND t.edition_id = p.edition_id`},
	{"history-without-edition", `SELECT h.site_id, h.edition_id FROM publication_history h WHERE NOT EXISTS (SELECT 1 FROM editions e
		WHERE e.site_id = h.site_id AND e.id = h.edition_id AND e.digest = h.digest)`},
	{"approval-without-edition", `SELECT DISTINCT a.site_id, a.edition_id FROM approvals a WHERE NOT EXISTS (SELECT 1 FROM editions e
		WHERE e.site_id = a.site_id AND e.id = a.edition_id AND e.digest = a.digest)`},
}

// Flaws lists what in the room's tables contradicts its rules, on all sites: none, unless somebody got below the schema. It reads every
// text, to hold it to the digest that was approved.
func (p *Publications) Flaws(ctx context.Context) (found []Flaw, err error) {
	for _, q := range flaws {
		var rows []struct {
			SiteID    kernel.SiteID
			EditionID EditionID
		}
		if err := p.db.Conn(ctx).NewRaw(q.sql+` ORDER BY 1, 2`).Scan(ctx, &rows); err != nil {
			return nil, db.Fault(fmt.Errorf("look for a %s: %w", q.what, err))
		}
		for _, r := range rows {
			found = append(found, Flaw{q.what, r.SiteID, r.EditionID})
		}
	}
	altered, err := p.altered(ctx)
	return append(found, altered...), err
}

// altered finds editions whose text is not what was frozen, a few at a time.
func (p *Publications) altered(ctx context.Context) (found []Flaw, err error) {
	for last := EditionID(0); ; {
		var rows []edition
		err := p.db.Conn(ctx).NewRaw(`SELECT site_id, id, digest, payload FROM editions WHERE id > ? ORDER BY id LIMIT 200`, last).Scan(ctx, &rows)
		if err != nil || len(rows) == 0 {
			return found, db.Fault(err)
		}
		for _, e := range rows {
			if last = e.ID; e.Payload != erasedPayload && digestOf([]byte(e.Payload)) != e.Digest {
				found = append(found, Flaw{"edition-altered", e.SiteID, e.ID})
			}
		}
	}
}

// Sites lists the sites on which anything was ever published, ascending.
func (p *Publications) Sites(ctx context.Context) ([]kernel.SiteID, error) {
	var sites []kernel.SiteID
	if err := p.db.Conn(ctx).NewRaw(`SELECT DISTINCT site_id FROM publication_history ORDER BY site_id`).Scan(ctx, &sites); err != nil {
		return nil, db.Fault(fmt.Errorf("list the sites with publications: %w", err))
	}
	return sites, nil
}
