package article

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// refused checks the kind of a refusal and what a person reads.
func refused(t *testing.T, what string, err error, kind fault.Kind, words string) {
	t.Helper()
	if fault.KindOf(err) != kind || !strings.Contains(fault.Say(err), words) {
		t.Errorf("%s: got %v, want %s and the words %q", what, err, kind, words)
	}
}

// A12 (I17): the store itself changes no row of another site, whatever the room above it has looked up before.
func TestStoreChangesOnlyItsSite(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.publish(h.city, 1, news("市里的稿件"))
		d, err := h.Get(h.ctx, h.city.ID, id)
		h.must(err)
		h.take([]string{jsonl("d1", "迁移来的文件", "2001-01-01")}, h.city)
		there := h.towns[0].ID
		foreign := *d
		foreign.Site, foreign.Version, foreign.Payload.Title = there, d.Version+1, "改了别站"
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error {
			if _, err := h.DB.Conn(ctx).NewRaw("UPDATE article_imports SET indexed = ?", false).Exec(ctx); err != nil {
				return err
			}
			waiting, err := h.unindexed(ctx, 0, 10)
			if err != nil || len(waiting) != 1 {
				t.Fatalf("%d imported articles wait for their full text, %v; want 1", len(waiting), err)
			}
			return errors.Join(h.settle(ctx, object(there, id), d.Edition, Withdrawn), h.forget(ctx, object(there, id), d.Edition, Withdrawn),
				h.place(ctx, object(there, id), 2), h.markIndexed(ctx, there, []int64{int64(waiting[0].ArticleID)}))
		}))
		refused(t, "update", h.DB.InTx(h.ctx, func(ctx context.Context) error { return h.update(ctx, &foreign) }), fault.Conflict, "刚被别人改过")
		if now, err := h.Get(h.ctx, h.city.ID, id); err != nil || now.State != Released || now.Payload.Title != "市里的稿件" || now.Column != 1 || now.Version != d.Version {
			t.Errorf("the article that another site reached for: %+v, %v", now, err)
		}
		if still, err := h.unindexed(h.ctx, 0, 10); err != nil || len(still) != 1 {
			t.Errorf("another site marked the import: %d wait, %v", len(still), err)
		}
		if list, err := h.Articles.List(h.ctx, there, Filter{}, kernel.Page{Number: 1, Size: 10}); err != nil || len(list) != 0 {
			t.Errorf("another site's editors list %+v, %v", list, err)
		}
	})
}

// A12: how many articles wait for a review, since when, and what articles are called on the desk, is asked of one site.
func TestWhatWaitsIsTheSitesOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		send := func(s kernel.SiteID, title string) (ID, time.Time) {
			id, err := h.Create(h.ctx, s, 1, "", news(title))
			h.must(err)
			h.now = h.now.Add(time.Minute)
			_, err = h.Submit(h.ctx, s, id, 1)
			h.must(err)
			return id, h.now
		}
		here, there := h.city.ID, h.towns[0].ID
		mine, first := send(here, "市里的稿件")
		theirs, second := send(there, "县里的稿件")
		send(there, "县里的又一篇")
		_, err := h.Create(h.ctx, here, 1, "", news("没有送审的"))
		h.must(err)
		for _, row := range []struct {
			site  kernel.SiteID
			n     int
			since time.Time
			id    ID
			title string
		}{{here, 1, first, mine, "市里的稿件"}, {there, 2, second, theirs, "县里的稿件"}, {h.towns[1].ID, 0, time.Time{}, 0, ""}} {
			if n, since, err := h.Waiting(h.ctx, row.site); err != nil || n != row.n || !since.Equal(row.since) {
				t.Errorf("site %d: %d wait since %v, %v; want %d since %v", row.site, n, since, err, row.n, row.since)
			}
			called, err := h.Titles(h.ctx, row.site, []ID{mine, theirs})
			h.must(err)
			if want := min(row.n, 1); len(called) != want || called[row.id] != row.title {
				t.Errorf("site %d: called are %v, want %d and %q", row.site, called, want, row.title)
			}
		}
	})
}

// B9, B12: each step asks what state the article is in, who asks and what the asker last saw.
func TestArticleSteps(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		site := h.city.ID
		_, err := h.Create(kernel.WithActor(h.ctx, kernel.Actor{Via: "console"}), site, 1, "", news("无名氏"))
		refused(t, "nobody writes", err, fault.Forbidden, "请先登录")

		id, err := h.Create(h.ctx, site, 1, "", news("稿件"))
		h.must(err)
		refused(t, "return a draft", h.Return(h.ctx, site, id), fault.Conflict, "不在审核中")
		refused(t, "publish a draft", h.Publish(h.ctx, site, id), fault.Conflict, "只有送审并通过审核的稿件")
		h.must(h.Edit(h.ctx, site, id, 1, news("改过的稿件")))
		_, err = h.Submit(h.ctx, site, id, 1)
		refused(t, "submit what one has not seen", err, fault.Conflict, "刷新后再送审")
		_, err = h.Submit(h.ctx, site, id, 2)
		h.must(err)
		h.now = h.now.Add(time.Minute)
		_, err = h.Submit(h.ctx, site, id, 3)
		refused(t, "submit twice", err, fault.Conflict, "只有草稿可以送审")
	})
}

// B1, B4: an article stands only in a column of its own site that is in use; a public one moves at once and is found there.
func TestArticleColumnsAreTheSitesOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		add := func(name, slug string) int64 {
			own, err := h.Columns.Add(h.ctx, h.city.ID, column.Spec{Kind: "news", Name: name, Slug: slug, Nav: true, CycleDays: 30})
			h.must(err)
			return own
		}
		tea, closed := add("茶业快讯", "chaye"), add("旧栏目", "jiu")
		id := h.publish(h.city, 1, news("新茶上市"))
		waiting, err := h.Create(h.ctx, h.city.ID, closed, publication.Small, news("等待发布"))
		h.must(err)
		h.now = h.now.Add(time.Minute)
		e, err := h.Submit(h.ctx, h.city.ID, waiting, 1)
		h.must(err)
		h.must(h.Published.Approve(h.ctx, h.city.ID, e, publication.Opinion{Reviewer: reviewer, Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"}))
		h.must(h.Columns.Close(h.ctx, h.city.ID, closed, 0))

		refused(t, "publish in a closed column", h.Publish(h.ctx, h.city.ID, waiting), fault.Invalid, "请另选栏目")
		refused(t, "move to a closed column", h.Recolumn(h.ctx, h.city.ID, id, closed), fault.Invalid, "请另选栏目")
		theirs, err := h.Columns.Add(h.ctx, h.towns[0].ID, column.Spec{Kind: "news", Name: "邻站栏目", Slug: "lin", Nav: true, CycleDays: 30})
		h.must(err)
		refused(t, "move to another site's column", h.Recolumn(h.ctx, h.city.ID, id, theirs), fault.NotFound, "")

		h.must(h.Recolumn(h.ctx, h.city.ID, id, tea))
		if got := titles(h.document(h.list(h.city, "chaye", ""))); len(got) != 1 || got[0] != "新茶上市" {
			t.Errorf("the new column lists %q", got)
		}
		if d, err := h.Get(h.ctx, h.city.ID, id); err != nil || d.Column != tea {
			t.Errorf("the draft stands in column %d, %v; want %d", d.Column, err, tea)
		}
	})
}

// Q10: what fsck asks of one site answers for that site alone, and finds nothing where nothing is wrong.
func TestFlawsAreTheSitesOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		here, there := h.publish(h.city, 1, news("市里的稿件")), h.publish(h.towns[0], 1, news("县里的稿件"))
		draft, err := h.Create(h.ctx, h.city.ID, 1, "", news("没有公开的稿件"))
		h.must(err)
		want := func(name string, s kernel.SiteID, flaws ...Flaw) {
			t.Helper()
			if got, err := h.Flaws(h.ctx, s, h.full); err != nil || !slices.Equal(got, flaws) {
				t.Errorf("%s: got %v, %v; want %v", name, got, err, flaws)
			}
		}
		forge := func(query string, args ...any) {
			t.Helper()
			h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error { _, err := h.DB.Conn(ctx).NewRaw(query, args...).Exec(ctx); return err }))
		}
		want("a sound city", h.city.ID)
		want("a sound county", h.towns[0].ID)
		forge("UPDATE articles SET state = 'published', edition_id = (SELECT edition_id FROM articles WHERE id = ?) WHERE id = ?", here, draft)
		want("a draft that says it is public", h.city.ID, Flaw{"article-not-public", draft})
		want("its neighbour", h.towns[0].ID)
		forge("DELETE FROM article_versions WHERE article_id IN (?, ?)", there, draft)
		forge("DELETE FROM articles WHERE id IN (?, ?)", there, draft)
		want("a public text without its draft", h.towns[0].ID, Flaw{"publication-without-article", there})
		want("its neighbour", h.city.ID)
		if ids, err := h.Published.IDs(h.ctx, h.city.ID, Kind, 0, 10); err != nil || !slices.Equal(ids, []int64{int64(here)}) {
			t.Errorf("public in the city: %v, %v; want %d", ids, err, here)
		}
	})
}

// C4, A12: what a text holds that waits to be published is asked of the columns of one site; what is public is not asked about.
func TestMentions(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, err := h.Create(h.ctx, h.city.ID, 2, "", Payload{Title: "图", Body: `<p>甲</p><img src="/-/media/12/full.jpg" alt="江">`})
		h.must(err)
		h.publish(h.city, 2, Payload{Title: "已发布", Body: `<img src="/-/media/13/full.jpg" alt="江">`})
		for _, row := range []struct {
			site    kernel.SiteID
			columns []int64
			words   string
			want    bool
		}{
			{h.city.ID, []int64{1, 2}, "/-/media/12/", true},
			{h.city.ID, []int64{1}, "/-/media/12/", false},
			{h.city.ID, nil, "/-/media/12/", false},
			{h.towns[0].ID, []int64{1, 2}, "/-/media/12/", false},
			{h.city.ID, []int64{2}, "/-/media/1/", false},
			{h.city.ID, []int64{2}, "/-/media/__/", false},
			{h.city.ID, []int64{2}, "/-/media/13/", false},
		} {
			if got, err := h.Mentions(h.ctx, row.site, row.columns, row.words); err != nil || got != row.want {
				t.Errorf("site %d, columns %v, %q: %v, %v", row.site, row.columns, row.words, got, err)
			}
		}
	})
}
