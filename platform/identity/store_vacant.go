package identity

import (
	"context"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
)

// holders are the people who hold a content post now, by unit; of one unit only, unless it is 0.
func (s *Accounts) holders(ctx context.Context, only kernel.OrgID, now time.Time) (map[kernel.OrgID][]holder, error) {
	var roles []string
	for _, n := range needed {
		for _, r := range n.Roles {
			roles = append(roles, string(r))
		}
	}
	var rows []struct {
		appointmentRow
		Name    string
		Entered bool
	}
	q := s.db.Conn(ctx).NewSelect().Model((*appointmentRow)(nil)).ColumnExpr("a.org_id, a.only_site, a.role, a.to_at, c.name, p.account_id IS NOT NULL AS entered").
		Join("JOIN accounts AS c ON c.id = a.account_id").Join("LEFT JOIN passwords AS p ON p.account_id = c.id").
		Where("a.ended_at IS NULL").Where("a.from_at <= ?", store(now)).Where("a.to_at IS NULL OR a.to_at > ?", store(now)).
		Where("a.only_column = 0").Where("a.role IN (?)", bun.List(roles)).Where("c.state = ?", string(Active)).Order("a.from_at", "a.id")
	if only != 0 {
		q = q.Where("a.org_id = ?", int64(only))
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, db.Fault(wrap(err, "list who holds posts"))
	}
	found := map[kernel.OrgID][]holder{}
	for _, r := range rows {
		h := holder{Role: policies.Role(r.Role), Site: kernel.SiteID(r.OnlySite), Name: r.Name, Entered: r.Entered}
		if r.ToAt != nil {
			h.To = r.ToAt.UTC()
		}
		found[kernel.OrgID(r.OrgID)] = append(found[kernel.OrgID(r.OrgID)], h)
	}
	return found, nil
}
