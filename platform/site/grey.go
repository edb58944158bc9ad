package site

import (
	"context"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/org"
)

// Greyscale is 哀悼模式（一键置灰）: all pages of one site, or of every site, lose their colours for a time that a document orders.
type Greyscale struct {
	Site        kernel.SiteID `json:",omitzero"` // kernel.Platform is every site
	ID          int64
	From, Until time.Time // when it is due to begin and to end
	Document    string    // what orders it, in the words of whoever entered it
	State       GreyState
	ChangedAt   time.Time // when it came to its state
}

// GreyState is how far a Greyscale has come. It is a state and not a comparison of times, so that every node shows the same colours
// whatever its clock says.
type GreyState string

const (
	GreyWaiting GreyState = "waiting" // its time is to come
	GreyOn      GreyState = "on"
	GreyOver    GreyState = "over"
)

// greyAtMost is the longest that one order lasts; it can be ordered again.
const greyAtMost = 31 * 24 * time.Hour

// Mourn enters a Greyscale; a From that is zero or past is now. Somebody calls TurnGrey when From and when Until have come.
func (s *Sites) Mourn(ctx context.Context, g Greyscale) (Greyscale, error) {
	now := s.now()
	if g.From.Before(now) {
		g.From = now
	}
	switch {
	case !g.Until.After(g.From):
		return g, fault.In("until", "恢复彩色的时间应晚于置灰的时间，也晚于现在。")
	case g.Until.Sub(g.From) > greyAtMost:
		return g, fault.In("until", "一次置灰最长 31 天，到期可以再办。")
	case g.From.Sub(now) > 366*24*time.Hour:
		return g, fault.In("from", "置灰的时间不能晚于一年以后。")
	}
	if say := org.NameSays(g.Document, 4, 200); say != nil {
		return g, fault.In("document", "依据%s请写明文件或者通知。", say)
	}
	g.ID, g.State, g.ChangedAt = s.ids.Next(), GreyWaiting, now
	if !g.From.After(now) {
		g.State = GreyOn
	}
	err := s.change(ctx, func(ctx context.Context) ([]kernel.SiteID, error) {
		all, err := s.openGreys(ctx, g.Site)
		if err != nil {
			return nil, err
		}
		for _, had := range all {
			if had.From.Before(g.Until) && g.From.Before(had.Until) {
				return nil, fault.New(fault.Conflict, "这段时间已经有一次置灰，请先结束或者取消它。")
			}
		}
		if err := s.insertGrey(ctx, g); err != nil {
			return nil, err
		}
		return nil, s.recordGrey(ctx, g, "site.grey", map[string]string{"document": g.Document,
			"from": g.From.UTC().Format(time.RFC3339), "until": g.Until.UTC().Format(time.RFC3339)})
	})
	return g, err
}

// TurnGrey does what time has brought: a waiting one begins, one that is on ends. At any other moment it does nothing.
func (s *Sites) TurnGrey(ctx context.Context, site kernel.SiteID, id int64) error {
	g, err := s.grey(ctx, site, id)
	if err != nil {
		return err
	}
	to, now := g.State, s.now()
	if to == GreyWaiting && !now.Before(g.From) {
		to = GreyOn
	}
	if to != GreyOver && !now.Before(g.Until) {
		to = GreyOver
	}
	if to == g.State {
		return nil
	}
	return s.moveGrey(ctx, g, to, "site.grey.turn", nil)
}

// EndGrey ends one before its time, or calls it off.
func (s *Sites) EndGrey(ctx context.Context, site kernel.SiteID, id int64) error {
	g, err := s.grey(ctx, site, id)
	if err != nil {
		return err
	}
	if g.State == GreyOver {
		return fault.New(fault.Conflict, "这次置灰已经结束了。")
	}
	return s.moveGrey(ctx, g, GreyOver, "site.grey.end", nil)
}

// moveGrey leaves a state that nobody else has left meanwhile.
func (s *Sites) moveGrey(ctx context.Context, g Greyscale, to GreyState, action string, note map[string]string) error {
	return s.change(ctx, func(ctx context.Context) ([]kernel.SiteID, error) {
		moved, err := s.setGrey(ctx, g, to)
		if err == nil && !moved {
			err = fault.New(fault.Conflict, "这次置灰刚刚变动过，请刷新后再看。")
		}
		if err != nil {
			return nil, err
		}
		g.State = to
		return nil, s.recordGrey(ctx, g, action, note)
	})
}

// recordGrey writes it into the site's chain and the platform's, or the platform's alone when it is about every site.
func (s *Sites) recordGrey(ctx context.Context, g Greyscale, action string, note map[string]string) error {
	e := audit.Entry{Site: g.Site, Action: action, Object: "site/" + g.Site.String(), After: string(g.State), Note: note}
	if g.Site != kernel.Platform {
		return s.record(ctx, e)
	}
	return s.log.Record(ctx, e)
}
