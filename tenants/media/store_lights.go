package media

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

type lightsRow struct {
	bun.BaseModel `bun:"table:media_lights"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	MediaID       ID            `bun:"media_id,pk"`
	Forms         string        `bun:"forms"`
	Bytes         int64         `bun:"bytes"`
	At            time.Time     `bun:"at"`
}

// putLights writes the lighter forms of a picture; none says that nothing was worth keeping.
func (m *Media) putLights(ctx context.Context, site kernel.SiteID, id ID, all []Light) error {
	var forms []string
	for _, l := range all {
		forms = append(forms, fmt.Sprintf("%d.%s:%s:%d", l.Width, l.Kind, l.SHA256, l.Bytes))
	}
	r := &lightsRow{SiteID: site, MediaID: id, Forms: strings.Join(forms, ","), Bytes: lightBytes(all), At: m.Now()}
	_, err := m.DB.Conn(ctx).NewInsert().Model(r).On("CONFLICT (site_id, media_id) DO UPDATE").Set("forms = EXCLUDED.forms").Set("bytes = EXCLUDED.bytes").Set("at = EXCLUDED.at").Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("write the lighter forms of item %d of site %d: %w", id, site, err))
	}
	return nil
}

// readLights reads what putLights wrote.
func readLights(forms string) (all []Light) {
	for one := range strings.SplitSeq(forms, ",") {
		var l Light
		if _, err := fmt.Sscanf(strings.NewReplacer(":", " ", ".", " ").Replace(one), "%d %s %s %d", &l.Width, &l.Kind, &l.SHA256, &l.Bytes); err == nil {
			all = append(all, l)
		}
	}
	return all
}
