package site

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

type domainRow struct {
	bun.BaseModel `bun:"table:site_domains,alias:d"`
	SiteID        int64  `bun:"site_id,pk"`
	Host          string `bun:"host,pk"`
	Verified      bool
	IsPrimary     bool
	Token         string
	Evidence      string
	CreatedAt     time.Time
	VerifiedAt    *time.Time
}

func (r domainRow) domain() Domain {
	d := Domain{Site: kernel.SiteID(r.SiteID), Host: r.Host, Verified: r.Verified, Primary: r.IsPrimary, Token: r.Token, Evidence: r.Evidence,
		CreatedAt: r.CreatedAt.UTC()}
	if r.VerifiedAt != nil {
		d.VerifiedAt = r.VerifiedAt.UTC()
	}
	return d
}

func domainRowOf(d Domain) domainRow {
	r := domainRow{SiteID: int64(d.Site), Host: d.Host, Verified: d.Verified, IsPrimary: d.Primary, Token: d.Token, Evidence: d.Evidence, CreatedAt: d.CreatedAt}
	if !d.VerifiedAt.IsZero() {
		r.VerifiedAt = &d.VerifiedAt
	}
	return r
}

// Domains lists a site's hosts, the primary one first.
func (s *Sites) Domains(ctx context.Context, site kernel.SiteID) ([]Domain, error) {
	return s.domains(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("d.site_id = ?", int64(site)) })
}

func (s *Sites) domains(ctx context.Context, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]Domain, error) {
	var rows []domainRow
	if err := narrow(s.db.Conn(ctx).NewSelect().Model(&rows)).OrderExpr("d.site_id, d.is_primary DESC, d.host").Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load domains: %w", err))
	}
	out := make([]Domain, len(rows))
	for i, r := range rows {
		out[i] = r.domain()
	}
	return out, nil
}

// holder returns whose host it is, 0 for nobody's.
func (s *Sites) holder(ctx context.Context, host string) (kernel.SiteID, error) {
	found, err := s.domains(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("d.host = ?", host) })
	if err != nil || len(found) == 0 {
		return 0, err
	}
	return found[0].Site, nil
}

func (s *Sites) insertDomains(ctx context.Context, domains []Domain) error {
	for len(domains) > 0 {
		n := min(len(domains), insertAtOnce)
		rows := make([]domainRow, n)
		for i, d := range domains[:n] {
			rows[i] = domainRowOf(d)
		}
		if _, err := s.db.Conn(ctx).NewInsert().Model(&rows).Exec(ctx); err != nil {
			return fmt.Errorf("insert domains: %w", err)
		}
		domains = domains[n:]
	}
	return nil
}

func (s *Sites) saveDomain(ctx context.Context, d Domain) error {
	r := domainRowOf(d)
	_, err := s.db.Conn(ctx).NewUpdate().Model(&r).Column("verified", "is_primary", "evidence", "verified_at").
		Where("site_id = ?", r.SiteID).Where("host = ?", r.Host).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save domain of site %d: %w", d.Site, err)
	}
	return nil
}

func (s *Sites) dropDomain(ctx context.Context, site kernel.SiteID, host string) error {
	_, err := s.db.Conn(ctx).NewDelete().Model((*domainRow)(nil)).Where("site_id = ?", int64(site)).Where("host = ?", host).Exec(ctx)
	if err != nil {
		return fmt.Errorf("drop domain of site %d: %w", site, err)
	}
	return nil
}

func (s *Sites) dropDomains(ctx context.Context, site kernel.SiteID) error {
	_, err := s.db.Conn(ctx).NewDelete().Model((*domainRow)(nil)).Where("site_id = ?", int64(site)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("drop domains of site %d: %w", site, err)
	}
	return nil
}

type delegationRow struct {
	bun.BaseModel `bun:"table:site_delegations,alias:g"`
	SiteID        int64 `bun:"site_id,pk"`
	ID            int64 `bun:"id,pk"`
	OrgID         int64
	FromOn        string
	ToOn          string
	Document      string
	CreatedAt     time.Time
	EndedAt       *time.Time
}

func (r delegationRow) delegation() Delegation {
	d := Delegation{Site: kernel.SiteID(r.SiteID), ID: r.ID, Org: kernel.OrgID(r.OrgID), From: r.FromOn, To: r.ToOn, Document: r.Document}
	if r.EndedAt != nil {
		d.EndedAt = r.EndedAt.UTC()
	}
	return d
}

// Delegations lists what was ever delegated of a site, newest first.
func (s *Sites) Delegations(ctx context.Context, site kernel.SiteID) ([]Delegation, error) {
	return s.delegations(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("g.site_id = ?", int64(site)).Order("g.id DESC")
	})
}

func (s *Sites) delegations(ctx context.Context, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]Delegation, error) {
	var rows []delegationRow
	if err := narrow(s.db.Conn(ctx).NewSelect().Model(&rows)).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load delegations: %w", err))
	}
	out := make([]Delegation, len(rows))
	for i, r := range rows {
		out[i] = r.delegation()
	}
	return out, nil
}

func (s *Sites) insertDelegation(ctx context.Context, d Delegation) error {
	r := delegationRow{SiteID: int64(d.Site), ID: d.ID, OrgID: int64(d.Org), FromOn: d.From, ToOn: d.To, Document: d.Document, CreatedAt: s.now()}
	if _, err := s.db.Conn(ctx).NewInsert().Model(&r).Exec(ctx); err != nil {
		return fmt.Errorf("insert delegation of site %d: %w", d.Site, err)
	}
	return nil
}

func (s *Sites) endDelegation(ctx context.Context, site kernel.SiteID, id int64) (bool, error) {
	res, err := s.db.Conn(ctx).NewUpdate().Model((*delegationRow)(nil)).Set("ended_at = ?", s.now()).
		Where("site_id = ?", int64(site)).Where("id = ?", id).Where("ended_at IS NULL").Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("end delegation of site %d: %w", site, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
