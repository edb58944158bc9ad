package article

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// A12 (I17): what is kept beside an article, its autosaves, versions, links, times and kept filters, is its site's: another site that names
// the same numbers finds, changes and removes nothing.
func TestWhatIsKeptIsItsSites(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		there, me := h.towns[0].ID, kernel.ActorFrom(h.ctx).Account
		id, s := h.approved("市里的稿件")
		s.PublishAt = h.now.Add(time.Hour)
		h.must(h.Plan(h.ctx, h.city.ID, id, s))
		_, err := h.Autosave(h.ctx, h.typing(id, window, 1, `{"Body":"市里的"}`))
		h.must(err)
		h.must(h.SaveView(h.ctx, h.city.ID, View{Name: "市里的", Query: "q=x"}))
		d, err := h.Get(h.ctx, h.city.ID, id)
		h.must(err)
		_, err = h.OpenLink(h.ctx, h.city.ID, id, d.Version)
		h.must(err)
		tables := []string{"articles", "article_autosaves", "article_versions", "article_views", "article_schedules", "article_previews"}
		kept := func() (all []int) {
			for _, table := range tables {
				all = append(all, h.rows(table))
			}
			return all
		}
		before := kept()
		if slices.Contains(before, 0) {
			t.Fatalf("nothing in one of %v: %v", tables, before)
		}
		empty := func(what string, n int, err error) {
			t.Helper()
			if err != nil && !fault.Is(err, fault.NotFound) || n != 0 {
				t.Errorf("%s: another site has %d, %v", what, n, err)
			}
		}
		own, err := h.autosaveOf(h.ctx, there, me, window)
		empty("autosaveOf", len(own.Words), err)
		unsaved, err := h.unsaved(h.ctx, there, id, me)
		empty("unsaved", len(unsaved), err)
		others, err := h.others(h.ctx, there, id, reviewer, h.now.Add(-time.Hour))
		empty("others", len(others), err)
		authors, err := h.Authors(h.ctx, there)
		empty("Authors", len(authors), err)
		views, err := h.views(h.ctx, there, me)
		empty("views", len(views), err)
		links, err := h.links(h.ctx, there, id, h.now)
		empty("links", len(links), err)
		plans, err := h.schedules(h.ctx, there, []ID{id})
		empty("schedules", len(plans), err)
		any, err := h.anyVersion(h.ctx, there, id)
		h.must(err)
		if any {
			t.Error("another site has a version")
		}
		other, err := h.Create(h.ctx, there, 1, "", news("镇里的稿件"))
		h.must(err)
		before = kept()
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error {
			if _, err := h.DB.Conn(ctx).NewRaw(`UPDATE articles SET binned_at = ?, state = 'draft' WHERE id = ?`, h.now, id).Exec(ctx); err != nil {
				return err
			}
			return h.remove(ctx, there, id)
		}))
		h.now = h.now.Add(LinkFor + time.Hour)
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error {
			h.must(h.discard(ctx, there, me, Saved{Session: window}))
			h.must(h.clear(ctx, there, h.now.Add(time.Hour)))
			h.must(h.forgetKept(ctx, there, id))
			h.must(h.endSchedule(ctx, there, id))
			if err := h.insertLink(ctx, there, other, Link{ID: 5, Version: 1, By: me, ExpiresAt: h.now.Add(time.Hour)}, strings.Repeat("a", 64)); err != nil {
				return err
			}
			_, err := h.DB.Conn(ctx).NewRaw(`DELETE FROM article_previews WHERE site_id = ?`, there).Exec(ctx)
			return err
		}))
		if after := kept(); !slices.Equal(after, before) {
			t.Errorf("another site removed from %v: %v became %v", tables, before, after)
		}
	})
}

// C4, C10: a time is refused for what is public already and noted as failed when its review is not whole or its column is closed at the
// hour; a link is not made by nobody.
func TestTimesAndLinksAskAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		public := h.publish(h.city, 1, news("已经公开"))
		d, err := h.Get(h.ctx, h.city.ID, public)
		h.must(err)
		refused(t, "what is public", h.Plan(h.ctx, h.city.ID, public, Schedule{Edition: d.Edition, PublishAt: h.now.Add(time.Hour)}), fault.Conflict, "还没有发布")
		_, err = h.OpenLink(kernel.WithActor(h.ctx, kernel.Actor{}), h.city.ID, public, d.Version)
		refused(t, "nobody shares", err, fault.Forbidden, "请先登录")

		fresh, err := h.Create(h.ctx, h.city.ID, 1, "", news("没审完的"))
		h.must(err)
		e, err := h.Submit(h.ctx, h.city.ID, fresh, 1)
		h.must(err)
		waiting, err := h.Get(h.ctx, h.city.ID, fresh)
		h.must(err)
		refused(t, "at the hour, without its review", h.hinders(h.ctx, waiting, &Schedule{Edition: publication.EditionID(e)}), fault.Conflict, "没有全部通过")
		id, s := h.approved("栏目已不在")
		ready, err := h.Get(h.ctx, h.city.ID, id)
		h.must(err)
		h.must(h.hinders(h.ctx, ready, &s))
		ready.Column = 999_999
		refused(t, "at the hour, without its column", h.hinders(h.ctx, ready, &s), fault.NotFound, "栏目")
	})
}
