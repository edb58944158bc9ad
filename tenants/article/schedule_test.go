package article

import (
	"context"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// approved is an article whose review is complete.
func (h *house) approved(title string) (ID, Schedule) {
	h.t.Helper()
	id, err := h.Create(h.ctx, h.city.ID, 1, "", news(title))
	h.must(err)
	h.review(h.city, id)
	d, err := h.Get(h.ctx, h.city.ID, id)
	h.must(err)
	return id, Schedule{Edition: d.Edition}
}

func (h *house) status(id ID) string {
	h.t.Helper()
	_, err := h.show(h.city, id)
	if err != nil && fault.KindOf(err) == "" {
		h.t.Fatal(err)
	}
	return string(fault.KindOf(err))
}

// B11, d15, LE8 (schedule and expiry with missed-run catch-up): an approved edition becomes public when its time has come, not before, by whoever set
// the time; it goes away when it expires; a node that was down for days does both when it is back.
func TestScheduledPublication(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, down := range []time.Duration{0, 72 * time.Hour} {
			id, s := h.approved("定时发布的")
			start := h.now
			s.PublishAt, s.ExpireAt = start.Add(time.Hour), start.Add(100*time.Hour)
			h.must(h.Plan(h.as(final), h.city.ID, id, s))
			h.now = start.Add(time.Hour - time.Second)
			h.must(h.Queue.Drain(h.ctx))
			if got := h.status(id); got != "not_found" {
				t.Errorf("a second before its time it is %q", got)
			}
			h.now = start.Add(time.Hour + down)
			h.must(h.Queue.Drain(h.ctx))
			if got := h.status(id); got != "" {
				t.Errorf("%v after its time it is %q", down, got)
			}
			trail, err := h.Published.Trail(h.ctx, h.city.ID, s.Edition)
			h.must(err)
			if trail.Published == nil || trail.Published.PublisherName != "别人" {
				t.Errorf("published by %+v", trail.Published)
			}
			plans, err := h.Planned(h.ctx, h.city.ID, id)
			h.must(err)
			if p := plans[id]; !p.PublishAt.IsZero() || !p.ExpireAt.Equal(s.ExpireAt) {
				t.Errorf("planned is %+v", p)
			}
			h.must(h.Queue.Drain(h.ctx)) // a job that runs twice does nothing twice
			h.now = s.ExpireAt.Add(down)
			h.must(h.Queue.Drain(h.ctx))
			if got := h.status(id); got != "gone" {
				t.Errorf("after its last hour it is %q", got)
			}
			if plans, err := h.Planned(h.ctx, h.city.ID, id); err != nil || len(plans) != 0 {
				t.Errorf("planned is %v, %v", plans, err)
			}
		}
		late, s := h.approved("两个时间都错过的")
		s.PublishAt, s.ExpireAt = h.now.Add(time.Hour), h.now.Add(2*time.Hour)
		h.must(h.Plan(h.ctx, h.city.ID, late, s))
		h.now = h.now.Add(24 * time.Hour)
		h.must(h.Queue.Drain(h.ctx))
		if got := h.status(late); got != "gone" {
			t.Errorf("what was to be gone before the node came back is %q", got)
		}
	})
}

// C4: a time is no way around a review: what is returned, changed or not approved does not become public, and people read why.
func TestAScheduleAsksWhatPublishingAsks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, s := h.approved("要退回的")
		for _, row := range []struct {
			name      string
			at, until time.Duration
			kind      fault.Kind
			says      string
		}{
			{"the past", -time.Minute, 0, fault.Invalid, "已经过了"}, {"gone in the past", 0, -time.Minute, fault.Invalid, "已经过了"}, {"gone before public", time.Hour, time.Minute, fault.Invalid, "发布之后"},
			{"too far", 6 * 365 * 24 * time.Hour, 0, fault.Invalid, "五年"}, {"gone and never public", 0, time.Hour, fault.Conflict, "只有公开的"},
		} {
			p := s
			if row.at != 0 {
				p.PublishAt = h.now.Add(row.at)
			}
			if row.until != 0 {
				p.ExpireAt = h.now.Add(row.until)
			}
			refused(t, row.name, h.Plan(h.ctx, h.city.ID, id, p), row.kind, row.says)
		}
		s.PublishAt = h.now.Add(time.Hour)
		other := s
		other.Edition = 1
		refused(t, "another edition", h.Plan(h.ctx, h.city.ID, id, other), fault.Conflict, "已经变了")
		refused(t, "another site", h.Plan(h.ctx, h.towns[0].ID, id, s), fault.NotFound, "没有这篇")
		refused(t, "nobody", h.Plan(kernel.WithActor(h.ctx, kernel.Actor{}), h.city.ID, id, s), fault.Forbidden, "登录")
		fresh, err := h.Create(h.ctx, h.city.ID, 1, "", news("没审完的"))
		h.must(err)
		e, err := h.Submit(h.ctx, h.city.ID, fresh, 1)
		h.must(err)
		refused(t, "what is not approved", h.Plan(h.ctx, h.city.ID, fresh, Schedule{Edition: e, PublishAt: s.PublishAt}), fault.Conflict, "没有全部通过")

		h.must(h.Plan(h.ctx, h.city.ID, id, s))
		h.must(h.Return(h.ctx, h.city.ID, id))
		h.now = s.PublishAt
		h.must(h.Queue.Drain(h.ctx))
		plans, err := h.Planned(h.ctx, h.city.ID, id)
		h.must(err)
		if got := h.status(id); got != "not_found" || plans[id].Failed == "" {
			t.Errorf("what was returned is %q, planned %+v", got, plans[id])
		}
		cancelled, s := h.approved("取消了的")
		s.PublishAt = h.now.Add(time.Hour)
		h.must(h.Plan(h.ctx, h.city.ID, cancelled, s))
		h.must(h.Plan(h.ctx, h.city.ID, cancelled, Schedule{Edition: s.Edition}))
		moved, s := h.approved("改了时间的")
		s.PublishAt = h.now.Add(time.Hour)
		h.must(h.Plan(h.ctx, h.city.ID, moved, s))
		s.PublishAt = h.now.Add(3 * time.Hour)
		h.must(h.Plan(h.ctx, h.city.ID, moved, s))
		h.now = h.now.Add(2 * time.Hour)
		h.must(h.Queue.Drain(h.ctx))
		if a, b := h.status(cancelled), h.status(moved); a != "not_found" || b != "not_found" {
			t.Errorf("cancelled is %q, put off is %q", a, b)
		}
		h.now = h.now.Add(2 * time.Hour)
		h.must(h.Queue.Drain(h.ctx))
		if got := h.status(moved); got != "" {
			t.Errorf("at the later time it is %q", got)
		}
	})
}

// posts holds who may publish at the moment.
type posts map[kernel.AccountID]bool

// Publishes answers for the actor in ctx.
func (p posts) Publishes(ctx context.Context, _ kernel.SiteID, _ ID) error {
	if p[kernel.ActorFrom(ctx).Account] {
		return nil
	}
	return fault.New(fault.Forbidden, "没有岗位。")
}

// C4, d42: whoever set a time is asked about again when it has come: without the post nothing becomes public, people read why, and
// another who may publishes it. What is public goes away at its time all the same.
func TestAScheduleAsksForThePostAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		held := posts{final: true}
		h.Posts = held
		id, s := h.approved("到点时没有岗位的")
		s.PublishAt = h.now.Add(time.Hour)
		h.must(h.Plan(h.as(final), h.city.ID, id, s))
		kept, k := h.approved("到点时有岗位的")
		k.PublishAt, k.ExpireAt = h.now.Add(time.Minute), h.now.Add(2*time.Hour)
		h.must(h.Plan(h.as(final), h.city.ID, kept, k))
		h.now = h.now.Add(time.Minute)
		h.must(h.Queue.Drain(h.ctx))
		held[final] = false
		h.now = h.now.Add(3 * time.Hour)
		h.must(h.Queue.Drain(h.ctx))
		plans, err := h.Planned(h.ctx, h.city.ID, id)
		h.must(err)
		d, err := h.Get(h.ctx, h.city.ID, id)
		h.must(err)
		if got := h.status(id); got != "not_found" || d.State != Submitted || plans[id].Failed != "定时发布的别人现在没有发布的岗位，没有按时发布。请由现任的发布人发布。" {
			t.Errorf("without the post it is %q, the draft %s, planned %+v", got, d.State, plans[id])
		}
		if got := h.status(kept); got != "gone" {
			t.Errorf("what was to go away is %q", got)
		}
		h.must(h.Publish(h.as(reviewer), h.city.ID, id))
		if got := h.status(id); got != "" {
			t.Errorf("published by another it is %q", got)
		}
	})
}

// B11, C12: a text whose address is gone for good does not come back at its time, and people read what to do.
func TestAScheduleAsksForTheAddress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.publish(h.city, 1, news("机构撤销的"))
		h.must(h.Published.Depart(h.ctx, object(h.city.ID, id), publication.Departure{How: publication.GoneForGood, Reason: "机构撤销"}))
		d, err := h.Get(h.ctx, h.city.ID, id)
		h.must(err)
		h.must(h.Edit(h.ctx, h.city.ID, id, d.Version, news("再来一次")))
		h.review(h.city, id)
		d, err = h.Get(h.ctx, h.city.ID, id)
		h.must(err)
		at := h.now.Add(time.Hour)
		h.must(h.Plan(h.ctx, h.city.ID, id, Schedule{Edition: d.Edition, PublishAt: at}))
		h.now = at
		h.must(h.Queue.Drain(h.ctx))
		plans, err := h.Planned(h.ctx, h.city.ID, id)
		h.must(err)
		if got := h.status(id); got != "gone" || plans[id].Failed != "这个网址已永久停用。要再公开这篇稿件，请先恢复它的网址。" {
			t.Errorf("at its time it is %q, planned %+v", got, plans[id])
		}
		h.must(h.Published.TakeBack(h.ctx, object(h.city.ID, id), "机构恢复"))
		h.must(h.Publish(h.ctx, h.city.ID, id))
	})
}

// The schema keeps times in order, whatever wrote them.
func TestTheSchemaKeepsTimesInOrder(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, s := h.approved("一")
		s.By, s.PublishAt, s.ExpireAt = author, h.now.Add(2*time.Hour), h.now.Add(time.Hour)
		err := h.DB.InTx(h.ctx, func(ctx context.Context) error { return h.putSchedule(ctx, h.city.ID, id, s) })
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("the schema answers %v", err)
		}
	})
}
