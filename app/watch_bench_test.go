package app

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/platform/watch"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// LE13: a glance asks the store as often over 200 articles as over none, and finds what waits; so does a page of what happened.
func TestAGlanceAsksAFixedNumberOfQuestions(t *testing.T) {
	o := openBureau(t, t.TempDir()+"/z.db")
	io := o.seat("xinxi", "610902100", "IO")
	ctx := kernel.WithActor(context.Background(), io.account.Actor("console"))
	asks := func(f func() error) int64 {
		t.Helper()
		was := o.DB.Statements()
		if err := f(); err != nil {
			t.Fatal(err)
		}
		return o.DB.Statements() - was
	}
	glance := func() error { _, err := o.Watch.At(ctx, o.site.ID); return err }
	happened := func() error { _, err := o.Watch.Happened(ctx, o.site.ID, watch.Asked{}); return err }
	before := asks(glance)
	for i := range 200 {
		if _, err := o.write200(ctx, i); err != nil {
			t.Fatal(err)
		}
	}
	after, feed := asks(glance), asks(happened)
	if after > before || feed > 12 {
		t.Errorf("a glance asks %d times over nothing and %d times over 200 articles, a feed %d times", before, after, feed)
	}
	g, err := o.Watch.At(ctx, o.site.ID)
	if err != nil || g.Waiting != 200 || !g.Oldest.Equal(townStart) {
		t.Errorf("%d wait since %v, %v", g.Waiting, g.Oldest, err)
	}
	t.Logf("a glance asks %d times, a page of what happened %d times", after, feed)
}

// write200 writes an article and sends it.
func (o *bureau) write200(ctx context.Context, i int) (publication.EditionID, error) {
	id, err := o.Articles.Create(ctx, o.site.ID, 2, publication.Small, article.Payload{Kind: article.News, Title: fmt.Sprintf("第 %d 篇通知", i), Body: "<p>请大家注意。</p>", Source: "本站"})
	if err != nil {
		return 0, err
	}
	return o.Articles.Submit(ctx, o.site.ID, id, 1)
}

// BenchmarkGlance looks at a site with 5,000 articles that wait, and at what happened there.
func BenchmarkGlance(b *testing.B) {
	now := func() time.Time { return townStart }
	cfg, err := Config{Data: b.TempDir(), Database: b.TempDir() + "/z.db", Domain: "localhost", PublicPort: 8080}.Resolve()
	if err != nil {
		b.Fatal(err)
	}
	d := dbtest.SQLite(b, Migrations()...)
	h, err := open(cfg, d, now, kernel.NewSeededIDs(now, 7))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = h.Cache.Close() })
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	city, err := h.Orgs.Create(ctx, org.Spec{Code: "610900", Name: "安康市", ShortName: "安康", Slug: "ankang", Level: org.City})
	if err != nil {
		b.Fatal(err)
	}
	made, err := h.Sites.Create(ctx, site.Spec{Org: city.ID})
	if err != nil {
		b.Fatal(err)
	}
	ctx = kernel.WithActor(ctx, kernel.Actor{Account: 9, Name: "李某", Via: "console"})
	o := &bureau{town: &town{House: h}, site: h.Sites.Public(made.ID)}
	for i := range 5000 {
		if _, err := o.write200(ctx, i); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("glance", func(b *testing.B) {
		for b.Loop() {
			if g, err := h.Watch.At(ctx, made.ID); err != nil || g.Waiting != 5000 {
				b.Fatal(g.Waiting, err)
			}
		}
	})
	b.Run("happened", func(b *testing.B) {
		for b.Loop() {
			if a, err := h.Watch.Happened(ctx, made.ID, watch.Asked{}); err != nil || len(a.Deeds) == 0 { // who may not read drafts sees the one deed behind 15,000
				b.Fatal(len(a.Deeds), err)
			}
		}
	})
}
