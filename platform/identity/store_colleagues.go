package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Colleagues are the active people who hold one of the roles in the org at the moment, by name. Where a post reaches, and whether it
// may do a thing there, policies decides.
func (s *Accounts) Colleagues(ctx context.Context, org kernel.OrgID, at time.Time, roles ...policies.Role) ([]Account, error) {
	at = store(at)
	held := s.db.Conn(ctx).NewSelect().Model((*appointmentRow)(nil)).Column("a.account_id").Where("a.org_id = ?", int64(org)).Where("a.role IN (?)", bun.List(roles)).
		Where("a.from_at <= ?", at).Where("a.to_at IS NULL OR a.to_at > ?", at).Where("a.ended_at IS NULL OR a.ended_at > ?", at)
	var rows []accountRow
	err := s.db.Conn(ctx).NewSelect().Model(&rows).Where("state = ?", string(Active)).Where("id IN (?)", held).Order("name", "id").Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load the colleagues of org %d: %w", org, err))
	}
	all := make([]Account, len(rows))
	for i := range rows {
		all[i] = rows[i].account()
	}
	return all, nil
}
