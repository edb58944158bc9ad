package identity

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Serving counts the people who hold a post at a site now: at this site alone, or at every site of its owner.
func (s *Accounts) Serving(ctx context.Context, owner kernel.OrgID, site kernel.SiteID) (int, error) {
	at := store(s.now())
	var n int
	err := s.db.Conn(ctx).NewSelect().Model((*appointmentRow)(nil)).ColumnExpr("count(DISTINCT a.account_id)").Join("JOIN accounts AS c ON c.id = a.account_id").
		Where("a.only_site = ? OR a.only_site = 0 AND a.org_id = ?", int64(site), int64(owner)).Where("c.state = ?", string(Active)).
		Where("a.from_at <= ?", at).Where("a.to_at IS NULL OR a.to_at > ?", at).Where("a.ended_at IS NULL OR a.ended_at > ?", at).Scan(ctx, &n)
	if err != nil {
		return 0, db.Fault(fmt.Errorf("count who serves site %d: %w", site, err))
	}
	return n, nil
}
