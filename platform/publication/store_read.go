package publication

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

// liveRow is a publication with its edition.
type liveRow struct {
	SiteID             kernel.SiteID
	Kind               Kind
	ObjectID           int64
	EditionID          EditionID
	Place              int64
	FirstPublishedAt   time.Time
	EditionPublishedAt time.Time
	MigratedAt         *time.Time
	Title              string
	Digest             string
	Payload            string
}

const rowColumns = `p.site_id, p.kind, p.object_id, p.edition_id, p.place, p.first_published_at, p.edition_published_at, p.migrated_at, e.title`

const publicEditions = ` FROM publications p JOIN editions e ON e.site_id = p.site_id AND e.id = p.edition_id `

func (r *liveRow) row() Row {
	answer := Row{Object: Object{r.SiteID, r.Kind, r.ObjectID}, Edition: r.EditionID, Title: r.Title, Place: r.Place,
		ShownAt: r.FirstPublishedAt.UTC(), FirstPublishedAt: r.FirstPublishedAt.UTC(), EditionPublishedAt: r.EditionPublishedAt.UTC()}
	if r.MigratedAt != nil {
		answer.Imported, answer.MigratedAt = true, r.MigratedAt.UTC()
	}
	return answer
}

func (p *Publications) live(ctx context.Context, where string, args ...any) ([]Live, error) {
	var rows []liveRow
	err := p.db.Conn(ctx).NewRaw(`SELECT `+rowColumns+`, e.digest, e.payload`+publicEditions+`WHERE p.site_id = ? AND `+where, args...).Scan(ctx, &rows)
	if err != nil {
		return nil, db.Fault(err)
	}
	all := make([]Live, len(rows))
	for i := range rows {
		all[i] = Live{Row: rows[i].row(), Payload: []byte(rows[i].Payload), Digest: rows[i].Digest}
	}
	return all, nil
}

func (p *Publications) publicObject(ctx context.Context, obj Object) (*Live, error) {
	l, err := p.live(ctx, `p.kind = ? AND p.object_id = ?`, obj.Site, obj.Kind, obj.ID)
	if err != nil {
		return nil, fmt.Errorf("load %s of site %d: %w", obj, obj.Site, err)
	}
	if len(l) == 0 {
		return nil, nil
	}
	return &l[0], nil
}

func (p *Publications) publicObjects(ctx context.Context, site kernel.SiteID, kind Kind, ids []int64) ([]Live, error) {
	l, err := p.live(ctx, `p.kind = ? AND p.object_id IN (?) ORDER BY p.object_id`, site, kind, bun.List(ids))
	if err != nil {
		return nil, fmt.Errorf("load %d %ss of site %d: %w", len(ids), kind, site, err)
	}
	return l, nil
}

func (p *Publications) publicEdition(ctx context.Context, site kernel.SiteID, e EditionID) (*Live, error) {
	l, err := p.live(ctx, `p.edition_id = ?`, site, e)
	if err == nil && len(l) == 0 {
		err = fault.New(fault.NotFound, "没有找到这条信息。")
	}
	if err != nil {
		return nil, fmt.Errorf("load public edition %d of site %d: %w", e, site, err)
	}
	return &l[0], nil
}

// filtered returns the WHERE of a filter.
func filtered(site kernel.SiteID, f Filter) (string, []any) {
	where, args := `WHERE p.site_id = ?`, []any{site}
	if f.Kind != "" {
		where, args = where+` AND p.kind = ?`, append(args, f.Kind)
	}
	if f.Places != nil {
		if len(f.Places) == 0 {
			return where + ` AND false`, args
		}
		where, args = where+` AND p.place IN (?)`, append(args, bun.List(f.Places))
	}
	if !f.Since.IsZero() {
		where, args = where+` AND p.first_published_at >= ?`, append(args, f.Since)
	}
	if !f.Until.IsZero() {
		where, args = where+` AND p.first_published_at < ?`, append(args, f.Until)
	}
	if f.After.ID != 0 {
		where, args = where+` AND (p.first_published_at, p.object_id) < (?, ?)`, append(args, f.After.ShownAt, f.After.ID)
	}
	return where, args
}

// placesMost is how many places a list asks one by one; a site has some forty columns.
const placesMost = 100

// chosen returns the SQL of the keys of one page, in the order of lists. Everything it reads stands in one index, so
// that a page far back, or one in a column of tens of thousands, reads no edition that it does not show; several
// places are asked one by one, each for no more than the page can need, since together they would have to be sorted whole.
func chosen(site kernel.SiteID, f Filter, pg kernel.Page) (string, []any) {
	const keys, order = `SELECT p.site_id, p.kind, p.object_id, p.first_published_at FROM publications p `, ` ORDER BY first_published_at DESC, object_id DESC LIMIT ?`
	places := [][]int64{f.Places}
	if f.Kind != "" && len(f.Places) > 1 && len(f.Places) <= placesMost {
		places = slices.Collect(slices.Chunk(f.Places, 1))
	}
	var parts []string
	var args []any
	for _, f.Places = range places {
		where, some := filtered(site, f)
		parts = append(parts, `SELECT * FROM (`+keys+where+order+`) AS part`)
		args = append(append(args, some...), pg.Offset()+pg.Size)
	}
	return `SELECT * FROM (` + strings.Join(parts, ` UNION ALL `) + `) AS keys` + order + ` OFFSET ?`, append(args, pg.Size, pg.Offset())
}

const list = `SELECT ` + rowColumns + ` FROM (%s) AS k
	JOIN publications p ON p.site_id = k.site_id AND p.kind = k.kind AND p.object_id = k.object_id
	JOIN editions e ON e.site_id = p.site_id AND e.id = p.edition_id
	ORDER BY p.first_published_at DESC, p.object_id DESC`

func (p *Publications) list(ctx context.Context, site kernel.SiteID, f Filter, pg kernel.Page) ([]Row, error) {
	keys, args := chosen(site, f, pg)
	var rows []liveRow
	if err := p.db.Conn(ctx).NewRaw(fmt.Sprintf(list, keys), args...).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("list publications of site %d: %w", site, db.Fault(err))
	}
	answer := make([]Row, len(rows))
	for i := range rows {
		answer[i] = rows[i].row()
	}
	return answer, nil
}

func (p *Publications) count(ctx context.Context, site kernel.SiteID, f Filter) (int64, error) {
	where, args := filtered(site, f)
	var n int64
	if err := p.db.Conn(ctx).NewRaw(`SELECT count(*) FROM publications p `+where, args...).Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("count publications of site %d: %w", site, db.Fault(err))
	}
	return n, nil
}

func (p *Publications) places(ctx context.Context, site kernel.SiteID) (map[int64]PlaceStat, error) {
	all, err := p.placesOf(ctx, []kernel.SiteID{site})
	if err != nil || all[site] == nil {
		return map[int64]PlaceStat{}, err
	}
	return all[site], nil
}

func (p *Publications) placesOf(ctx context.Context, sites []kernel.SiteID) (map[kernel.SiteID]map[int64]PlaceStat, error) {
	answer := map[kernel.SiteID]map[int64]PlaceStat{}
	if len(sites) == 0 {
		return answer, nil
	}
	var rows []struct {
		SiteID kernel.SiteID
		Place  int64
		N      int64
		Last   *time.Time
	}
	err := p.db.Conn(ctx).NewRaw(`SELECT site_id, place, count(*) AS n,
		max(CASE WHEN migrated_at IS NULL OR first_published_at < migrated_at THEN first_published_at END) AS last
		FROM publications WHERE site_id IN (?) GROUP BY site_id, place`, bun.List(sites)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count the places of %d sites: %w", len(sites), db.Fault(err))
	}
	for _, r := range rows {
		stat := PlaceStat{Count: r.N}
		if r.Last != nil {
			stat.Last = r.Last.UTC()
		}
		if answer[r.SiteID] == nil {
			answer[r.SiteID] = map[int64]PlaceStat{}
		}
		answer[r.SiteID][r.Place] = stat
	}
	return answer, nil
}

func (p *Publications) beside(ctx context.Context, r Row, newer bool) (*Row, error) {
	compare, order := `(p.first_published_at, p.object_id) < (?, ?)`, `DESC`
	if newer {
		compare, order = `(p.first_published_at, p.object_id) > (?, ?)`, `ASC`
	}
	var rows []liveRow
	err := p.db.Conn(ctx).NewRaw(`SELECT `+rowColumns+publicEditions+`WHERE p.site_id = ? AND p.kind = ? AND p.place = ? AND `+compare+
		` ORDER BY p.first_published_at `+order+`, p.object_id `+order+` LIMIT 1`, r.Site, r.Kind, r.Place, r.FirstPublishedAt, r.ID).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return nil, db.Fault(err)
	}
	answer := rows[0].row()
	return &answer, nil
}

// trailRow is an edition with all that may hang on it; what does not is null.
type trailRow struct {
	edition
	LastStep                             int
	Overtaken, Public                    bool
	Debtor                               *kernel.AccountID
	OpenedAt, DueAt                      *time.Time
	SReviewer                            *kernel.AccountID
	SVerdict, SReview, SSecrecy, SReason *string
	SAt                                  *time.Time
	Place                                *int64
	FirstPublishedAt, EditionPublishedAt *time.Time
	MigratedAt                           *time.Time
	Publisher                            *kernel.AccountID
	PublisherName                        *string
	THow, TReason, TNotice, TByName      *string
	TBy                                  *kernel.AccountID
	TAt                                  *time.Time
	LHow, LReason, LNotice, LByName      *string
	LToSite                              *kernel.SiteID
	LToObject                            *int64
	LBy                                  *kernel.AccountID
	LAt                                  *time.Time
	XReason, XBasis, XNotice             *string
	XBy, XApprover                       *kernel.AccountID
}

const trailQuery = `SELECT e.site_id, e.id, e.kind, e.object_id, e.author, e.policy, e.digest, e.frozen_at, e.title, rp.last_step,
	EXISTS (SELECT 1 FROM editions n WHERE n.site_id = e.site_id AND n.kind = e.kind AND n.object_id = e.object_id AND n.frozen_at > e.frozen_at) AS overtaken,
	EXISTS (SELECT 1 FROM publications p WHERE p.site_id = e.site_id AND p.edition_id = e.id) AS public,
	d.debtor, d.opened_at, d.due_at,
	s.reviewer AS s_reviewer, s.verdict AS s_verdict, s.review_opinion AS s_review, s.secrecy_opinion AS s_secrecy, s.reason AS s_reason, s.at AS s_at,
	h.place, h.first_published_at, h.edition_published_at, h.migrated_at, h.publisher, h.publisher_name,
	t.how AS t_how, t.reason AS t_reason, t.notice AS t_notice, t.by_account AS t_by, t.by_name AS t_by_name, t.at AS t_at,
	l.how AS l_how, l.reason AS l_reason, l.notice AS l_notice, l.by_account AS l_by, l.by_name AS l_by_name, l.to_site AS l_to_site, l.to_object AS l_to_object, l.at AS l_at,
	x.reason AS x_reason, x.basis AS x_basis, x.notice AS x_notice, x.by_account AS x_by, x.approver AS x_approver
	FROM editions e JOIN review_policies rp ON rp.policy = e.policy
	LEFT JOIN debts d ON d.site_id = e.site_id AND d.edition_id = e.id
	LEFT JOIN settlements s ON s.site_id = e.site_id AND s.edition_id = e.id
	LEFT JOIN publication_history h ON h.site_id = e.site_id AND h.edition_id = e.id
	LEFT JOIN tombstones t ON t.site_id = e.site_id AND t.edition_id = e.id
	LEFT JOIN departures l ON l.site_id = e.site_id AND l.edition_id = e.id
	LEFT JOIN erasures x ON x.site_id = e.site_id AND x.edition_id = e.id
	WHERE e.site_id = ? AND e.id IN (?)`

func (p *Publications) trail(ctx context.Context, site kernel.SiteID, e EditionID) (*Trail, error) {
	all, err := p.trails(ctx, site, []EditionID{e})
	if err == nil && all[e] == nil {
		err = fault.New(fault.NotFound, "没有这一版稿件。")
	}
	return all[e], err
}

// trails reads editions with their steps, however many, in two statements.
func (p *Publications) trails(ctx context.Context, site kernel.SiteID, editions []EditionID) (map[EditionID]*Trail, error) {
	all := map[EditionID]*Trail{}
	if len(editions) == 0 {
		return all, nil
	}
	var rows []trailRow
	if err := p.db.Conn(ctx).NewRaw(trailQuery, site, bun.List(editions)).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("load %d editions of site %d: %w", len(editions), site, db.Fault(err))
	}
	if len(rows) == 0 {
		return all, nil
	}
	for i := range rows {
		all[rows[i].ID] = rows[i].trail()
	}
	return all, p.loadSteps(ctx, site, all)
}

func (r *trailRow) trail() *Trail {
	t := &Trail{Object: Object{r.SiteID, r.Kind, r.ObjectID}, Edition: r.ID, Author: r.Author, Policy: r.Policy, Title: r.Title,
		Digest: r.Digest, FrozenAt: r.FrozenAt.UTC(), LastStep: r.LastStep, Overtaken: r.Overtaken, Public: r.Public}
	if r.Debtor != nil {
		t.Debt = &Debt{Object: t.Object, Edition: t.Edition, Author: t.Author, Debtor: *r.Debtor, OpenedAt: r.OpenedAt.UTC(), DueAt: r.DueAt.UTC()}
	}
	if r.SReviewer != nil {
		t.Settled = &Settlement{Reviewer: *r.SReviewer, Verdict: *r.SVerdict, Review: *r.SReview, Secrecy: *r.SSecrecy, Reason: *r.SReason, At: r.SAt.UTC()}
	}
	if r.Publisher != nil {
		t.Published = &Issue{Place: *r.Place, FirstPublishedAt: r.FirstPublishedAt.UTC(), At: r.EditionPublishedAt.UTC(), Publisher: *r.Publisher, PublisherName: *r.PublisherName}
		if r.MigratedAt != nil {
			t.Published.MigratedAt = r.MigratedAt.UTC()
		}
	}
	if r.THow != nil {
		t.Ended = &Ending{How: *r.THow, Reason: *r.TReason, Notice: *r.TNotice, By: *r.TBy, ByName: *r.TByName, At: r.TAt.UTC()}
	}
	if r.LHow != nil {
		t.Left = &Departure{How: *r.LHow, Reason: *r.LReason, Notice: *r.LNotice, By: *r.LBy, ByName: *r.LByName, At: r.LAt.UTC()}
		if t.Left.How == MovedTo {
			t.Left.To = Object{*r.LToSite, r.Kind, *r.LToObject}
		}
	}
	if r.XBy != nil {
		t.Erased = &Erasure{Reason: *r.XReason, Basis: *r.XBasis, Notice: *r.XNotice, By: *r.XBy, Approver: *r.XApprover}
	}
	return t
}

// loadSteps fills in the steps of the editions' policies: taken, and the one that is next.
func (p *Publications) loadSteps(ctx context.Context, site kernel.SiteID, all map[EditionID]*Trail) error {
	var rows []struct {
		EditionID                 EditionID
		Step                      int
		Name                      string
		HoldsReview, HoldsSecrecy bool
		Reviewer                  *kernel.AccountID
		Verdict, Review, Secrecy  *string
		Reason, Batch             *string
		At                        *time.Time
	}
	err := p.db.Conn(ctx).NewRaw(`SELECT e.id AS edition_id, rs.step, rs.name, rs.holds_review, rs.holds_secrecy,
		a.reviewer, a.verdict, a.review_opinion AS review, a.secrecy_opinion AS secrecy, a.reason, a.batch, a.at
		FROM editions e JOIN review_steps rs ON rs.policy = e.policy LEFT JOIN approvals a ON a.site_id = e.site_id AND a.edition_id = e.id AND a.step = rs.step
		WHERE e.site_id = ? AND e.id IN (?) ORDER BY e.id, rs.step`, site, bun.List(slices.Collect(maps.Keys(all)))).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("load the steps of %d editions of site %d: %w", len(all), site, db.Fault(err))
	}
	for _, r := range rows {
		t := all[r.EditionID]
		ps := PolicyStep{Step: r.Step, Name: r.Name, HoldsReview: r.HoldsReview, HoldsSecrecy: r.HoldsSecrecy}
		if r.Reviewer == nil {
			if t.Next == nil && !t.Returned() {
				t.Next = &ps
			}
			continue
		}
		s := Step{PolicyStep: ps, Reviewer: *r.Reviewer, Verdict: *r.Verdict, Review: *r.Review, Secrecy: *r.Secrecy, Reason: *r.Reason, At: r.At.UTC()}
		if r.Batch != nil {
			s.Batch = *r.Batch
		}
		t.Steps = append(t.Steps, s)
	}
	return nil
}

// issuedMost bounds what a screen shows of an object's history.
const issuedMost = 50

func (p *Publications) issued(ctx context.Context, obj Object) (all []EditionID, err error) {
	err = p.db.Conn(ctx).NewSelect().Table("publication_history").Column("edition_id").Where("site_id = ?", obj.Site).Where("kind = ?", obj.Kind).
		Where("object_id = ?", obj.ID).Order("edition_published_at DESC", "edition_id DESC").Limit(issuedMost).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("list what was public of %s: %w", obj, db.Fault(err))
	}
	return all, nil
}

func (p *Publications) openDebts(ctx context.Context, site kernel.SiteID) ([]Debt, error) {
	var rows []struct {
		SiteID          kernel.SiteID
		Kind            Kind
		ObjectID        int64
		EditionID       EditionID
		Author, Debtor  kernel.AccountID
		OpenedAt, DueAt time.Time
	}
	err := p.db.Conn(ctx).NewRaw(`SELECT d.site_id, d.kind, d.object_id, d.edition_id, d.author, d.debtor, d.opened_at, d.due_at FROM debts d
		JOIN publications p ON p.site_id = d.site_id AND p.edition_id = d.edition_id
		LEFT JOIN settlements s ON s.site_id = d.site_id AND s.edition_id = d.edition_id
		WHERE d.site_id = ? AND s.edition_id IS NULL ORDER BY d.due_at, d.edition_id`, site).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("list the open debts of site %d: %w", site, db.Fault(err))
	}
	debts := make([]Debt, len(rows))
	for i, r := range rows {
		debts[i] = Debt{Object{r.SiteID, r.Kind, r.ObjectID}, r.EditionID, r.Author, r.Debtor, r.OpenedAt.UTC(), r.DueAt.UTC()}
	}
	return debts, nil
}
