package identity

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/storage/db"
)

type networkRow struct {
	bun.BaseModel `bun:"table:console_networks,alias:w"`
	Network       string `bun:"network,pk"`
}

// Networks are those from which people with technical posts may act, ascending; none: from everywhere.
func (s *Accounts) Networks(ctx context.Context) ([]netip.Prefix, error) {
	var rows []networkRow
	if err := s.db.Conn(ctx).NewSelect().Model(&rows).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load the console's networks: %w", err))
	}
	text := ""
	for _, r := range rows {
		text += r.Network + " "
	}
	return ParseNetworks(text)
}

func (s *Accounts) putNetworks(ctx context.Context, all []netip.Prefix) error {
	if _, err := s.db.Conn(ctx).NewDelete().Model((*networkRow)(nil)).Where("1 = 1").Exec(ctx); err != nil {
		return db.Fault(wrap(err, "clear the console's networks"))
	}
	if len(all) == 0 {
		return nil
	}
	rows := make([]networkRow, len(all))
	for i, p := range all {
		rows[i].Network = p.String()
	}
	_, err := s.db.Conn(ctx).NewInsert().Model(&rows).Exec(ctx)
	return db.Fault(wrap(err, "put the console's networks"))
}
