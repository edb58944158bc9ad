package article

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
)

type scheduleRow struct {
	bun.BaseModel `bun:"table:article_schedules"`
	SiteID        kernel.SiteID         `bun:"site_id,pk"`
	ArticleID     ID                    `bun:"article_id,pk"`
	EditionID     publication.EditionID `bun:"edition_id"`
	PublishAt     *time.Time            `bun:"publish_at"`
	ExpireAt      *time.Time            `bun:"expire_at"`
	ByAccount     kernel.AccountID      `bun:"by_account"`
	ByName        string                `bun:"by_name"`
	Failed        string                `bun:"failed"`
}

func (r *scheduleRow) schedule() Schedule {
	s := Schedule{Edition: r.EditionID, By: r.ByAccount, ByName: r.ByName, Failed: r.Failed}
	if r.PublishAt != nil {
		s.PublishAt = r.PublishAt.UTC()
	}
	if r.ExpireAt != nil {
		s.ExpireAt = r.ExpireAt.UTC()
	}
	return s
}

func (a *Articles) schedules(ctx context.Context, site kernel.SiteID, ids []ID) (map[ID]Schedule, error) {
	var rows []scheduleRow
	err := a.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Where("article_id IN (?)", bun.List(ids)).Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load schedules of site %d: %w", site, err))
	}
	all := make(map[ID]Schedule, len(rows))
	for i := range rows {
		all[rows[i].ArticleID] = rows[i].schedule()
	}
	return all, nil
}

// dueSchedules are the articles of the site whose time to be published has come.
func (a *Articles) dueSchedules(ctx context.Context, site kernel.SiteID, now time.Time) (ids []ID, err error) {
	err = a.DB.Conn(ctx).NewSelect().Model((*scheduleRow)(nil)).Column("article_id").Where("site_id = ?", site).Where("publish_at <= ?", now).
		Order("publish_at", "article_id").Limit(dueMost).Scan(ctx, &ids)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load what is due on site %d: %w", site, err))
	}
	return ids, nil
}

// dueMost bounds what becomes public in the transaction of a major policy.
const dueMost = 50

// putSchedule writes a schedule in place of the article's last; one without times or a failure is none.
func (a *Articles) putSchedule(ctx context.Context, site kernel.SiteID, id ID, s Schedule) error {
	if err := a.endSchedule(ctx, site, id); err != nil || s.PublishAt.IsZero() && s.ExpireAt.IsZero() && s.Failed == "" {
		return err
	}
	r := scheduleRow{SiteID: site, ArticleID: id, EditionID: s.Edition, ByAccount: s.By, ByName: s.ByName, Failed: s.Failed}
	if !s.PublishAt.IsZero() {
		r.PublishAt = &s.PublishAt
	}
	if !s.ExpireAt.IsZero() {
		r.ExpireAt = &s.ExpireAt
	}
	if _, err := a.DB.Conn(ctx).NewInsert().Model(&r).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("write the schedule of article %d of site %d: %w", id, site, err))
	}
	return nil
}

func (a *Articles) endSchedule(ctx context.Context, site kernel.SiteID, id ID) error {
	_, err := a.DB.Conn(ctx).NewDelete().Table("article_schedules").Where("site_id = ?", site).Where("article_id = ?", id).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("end the schedule of article %d of site %d: %w", id, site, err))
	}
	return nil
}

// publishedSchedule keeps of a schedule, once its article is public, when it goes away.
func (a *Articles) publishedSchedule(ctx context.Context, o publication.Object) error {
	all, err := a.schedules(ctx, o.Site, []ID{o.ID})
	if err != nil || len(all) == 0 {
		return err
	}
	s := all[o.ID]
	s.PublishAt, s.Failed = time.Time{}, ""
	return a.putSchedule(ctx, o.Site, o.ID, s)
}
