package estate

import (
	"context"
	"fmt"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/site"
)

// pauseAtMost is the longest a site is suspended in one go, in days; longer is a closing.
const pauseAtMost = 90

// Suspend takes an online site off for some days: citizens read the notice and the day on which the site is expected back.
// Nothing brings it back by itself: the wall and the sheet say when the day has passed.
func (e *Estate) Suspend(ctx context.Context, id kernel.SiteID, reason, notice string, days int) error {
	if days < 1 || days > pauseAtMost {
		return fault.In("days", "暂停的天数应为 1 至 %d 天；更久的，请办理关停。", pauseAtMost)
	}
	back := e.Now().In(kernel.Beijing).AddDate(0, 0, days)
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		if err := e.Sites.Suspend(ctx, id, reason, noticeWith(notice, back)); err != nil {
			return err
		}
		return e.putPause(ctx, id, back.Format(time.DateOnly))
	})
}

// noticeWith is the notice with the expected day; an empty notice stays empty, which platform/site refuses in a sentence.
func noticeWith(notice string, back time.Time) string {
	if notice == "" {
		return ""
	}
	return fmt.Sprintf("%s（预计 %s 恢复）", notice, back.Format("2006年1月2日"))
}

// Resume brings a suspended site back.
func (e *Estate) Resume(ctx context.Context, id kernel.SiteID, reason string) error {
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		if err := e.Sites.Resume(ctx, id, reason); err != nil {
			return err
		}
		return e.dropPause(ctx, id)
	})
}

// Close announces the end of a site, and the second time ends it. typed is the site's name, so that nobody closes another one.
func (e *Estate) Close(ctx context.Context, id kernel.SiteID, typed, reason, notice string) error {
	g, err := e.Sites.Get(ctx, id)
	if err != nil {
		return err
	}
	if typed != g.Name {
		return fault.In("name", "请照样输入网站名称“%s”，以免关错网站。", g.Name)
	}
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		if err := e.Sites.Close(ctx, id, reason, notice); err != nil {
			return err
		}
		return e.dropPause(ctx, id)
	})
}

// overdue reports whether a suspended site was expected back before today.
func (e *Estate) overdue(g site.State, until string) bool {
	return g == site.Suspended && until != "" && until < e.today()
}
