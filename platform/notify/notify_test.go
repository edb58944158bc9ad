package notify

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// X6, C4, d40: each change tells those whom it concerns and nobody else, never its doer; what waited is over when it is done, for
// everybody who was asked; what was undone with its transaction was never told.
func TestWhoIsToldOfWhat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		e := h.freeze(1)
		h.sees(h.reviews, "review*")
		h.sees(h.author)
		h.sees(h.publish)
		h.approve(e, publication.Approved)
		h.sees(h.reviews, "review") // done by himself
		h.sees(h.author, "passed*")
		h.sees(h.publish, "publish*")
		obj := publication.Object{Site: h.site, Kind: "article", ID: 1}
		must(t, h.Published.Publish(h.by(h.publish), h.site, e, publication.Placing{Place: 2}))
		h.sees(h.publish, "publish")
		h.sees(h.author, "published*", "passed*")
		must(t, h.Published.TakeDown(h.by(h.author), obj, publication.Withdrawal{Reason: "有误"}))
		h.sees(h.author, "published*", "passed*") // the author's own act
		h.approve(h.freeze(2), publication.Rejected)
		h.sees(h.author, "returned*", "published*", "passed*")
		for _, action := range []string{"review.comment", "review.handover", "site.suspended", "site.refused", "article.create"} {
			object := "article/2"
			if action[:4] == "site" {
				object = "site/" + h.site.String()
			}
			must(t, h.DB.InTx(h.by(h.publish), func(ctx context.Context) error {
				return h.Audit.Record(ctx, audit.Entry{Site: h.site, Action: action, Object: object, After: "note/9"})
			}))
		}
		h.sees(h.author, "refused*", "suspended*", "noted*", "returned*", "published*", "passed*")
		h.sees(h.reviews, "suspended*", "handed*", "review", "review")
		undone := errors.New("undone")
		err := h.DB.InTx(h.by(h.publish), func(ctx context.Context) error {
			return errors.Join(h.Audit.Record(ctx, audit.Entry{Site: h.site, Action: "review.comment", Object: "article/2"}), undone)
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		for _, via := range []string{"import", "demo"} {
			ctx := kernel.WithActor(t.Context(), kernel.Actor{Name: via, Via: via})
			must(t, h.DB.InTx(ctx, func(ctx context.Context) error {
				return h.Audit.Record(ctx, audit.Entry{Site: h.site, Action: "review.comment", Object: "article/2"})
			}))
		}
		must(t, h.ReadAll(h.by(h.author)))
		h.sees(h.author, "refused", "suspended", "noted", "returned", "published", "passed")
		h.sees(h.reviews, "suspended*", "handed*", "review", "review") // of others nothing is marked
	}, schema()...)
}

// X6, d49: a request waits for whoever may decide it until it is decided or taken back; the asker hears what became of it.
func TestARequestWaitsForWhoeverDecides(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		note := map[string]string{"asker": h.author.ID.String()}
		record := func(who identity.Account, action, object string) {
			must(t, h.DB.InTx(h.by(who), func(ctx context.Context) error {
				return h.Audit.Record(ctx, audit.Entry{Site: h.site, Action: action, Object: object, Note: note})
			}))
		}
		for _, kind := range []string{"new", "rename", "merge", "close"} {
			record(h.author, "column.request."+kind, "column.request/"+kind)
		}
		h.sees(h.reviews, "wished*", "wished*", "wished*", "wished*")
		h.sees(h.author) // the own act
		record(h.author, "column.request.withdraw", "column.request/new")
		record(h.publish, "column.request.accept", "column.request/rename")
		record(h.publish, "column.request.refuse", "column.request/merge")
		h.sees(h.reviews, "wished*", "wished", "wished", "wished")
		h.sees(h.author, "declined*", "granted*")
	}, schema()...)
}

// I10 (n promises: notices leak after a revocation): what the person may no longer know is neither shown, counted, opened nor kept
// waiting; somebody else's notice is not found; a notice of one site is not another's.
func TestNothingLeaksThroughNotices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.freeze(1)
		list, _, err := h.List(h.by(h.reviews), kernel.Page{Number: 1, Size: pageSize})
		if err != nil || len(list) != 1 || list[0].Title != secretTitle {
			t.Fatal(list, err)
		}
		_, err = h.Open(h.by(h.author), list[0].ID)
		h.refuses("somebody else's", err, fault.NotFound)
		a := post(h, h.reviews, "RV", time.Time{})
		h.at = h.at.Add(time.Second)
		h.blind[h.reviews.ID] = true
		h.sees(h.reviews, "appointed*")
		_, err = h.Open(h.by(h.reviews), list[0].ID)
		h.refuses("no longer to be seen", err, fault.NotFound)
		must(t, h.Accounts.End(h.by(identity.Account{}), a.ID, "汉政任〔2026〕2号"))
		h.blind[h.reviews.ID] = false // a later appointment does not bring it back
		h.sees(h.reviews, "ended*", "appointed*")
		must(t, h.markRead(t.Context(), h.site, h.reviews.ID, list[0].ID))
		h.freeze(2)
		must(t, h.DB.InTx(t.Context(), func(ctx context.Context) error { return h.settle(ctx, h.site+1, "article/2") }))
		h.sees(h.reviews, "review*", "ended*", "appointed*")
		to, err := h.Open(h.by(h.reviews), h.newest(h.reviews))
		if err != nil || to != "/there" {
			t.Error(to, err)
		}
		h.sees(h.reviews, "ended*", "appointed*", "review")
	}, schema()...)
}

// I10, isolation: what is done with a notice or a webhook is done in one site; the same number said of another site reaches nothing there.
func TestRowsAreTheirSites(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		other := h.site + 1
		write := func(f func(ctx context.Context) error) { t.Helper(); must(t, h.DB.InTx(t.Context(), f)) }
		e := int64(h.freeze(1))
		at := h.newest(h.reviews)
		must(t, h.markRead(t.Context(), other, h.reviews.ID, at))
		h.sees(h.reviews, "review*")
		write(func(ctx context.Context) error { return h.drop(ctx, Notice{Site: other, ID: at}) })
		h.sees(h.reviews, "review*")
		for site, want := range map[kernel.SiteID]bool{h.site: true, other: false} {
			if got, err := h.has(t.Context(), site, ToReview, e); err != nil || got != want {
				t.Errorf("site %d was told: %v, %v", site, got, err)
			}
		}
		write(func(ctx context.Context) error { return h.drop(ctx, Notice{Site: h.site, ID: at}) })
		h.sees(h.reviews)
		for _, site := range []kernel.SiteID{h.site, other} {
			_, err := h.SetHook(h.by(h.author), site, "https://example.gov.cn/"+site.String())
			must(t, err)
		}
		own, _, err := h.Hook(t.Context(), h.site)
		must(t, err)
		write(func(ctx context.Context) error {
			return h.tried(ctx, Hook{Site: other, ID: own.ID, TriedAt: h.at, Outcome: "204", Delivered: true})
		})
		must(t, h.RemoveHook(h.by(h.author), other))
		if got, ok, err := h.Hook(t.Context(), h.site); err != nil || !ok || got != own {
			t.Errorf("%+v %v %v, was %+v", got, ok, err, own)
		}
		if _, ok, err := h.Hook(t.Context(), other); err != nil || ok {
			t.Error("the removed hook is there", err)
		}
	}, schema()...)
}

// d13, 四(五): a review that is owed is asked for at once and once more at half of its time, unless it was given meanwhile.
func TestADebtIsRemembered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		first, second := h.freeze(1), h.freeze(2)
		must(t, h.ReadAll(h.by(h.reviews)))
		for _, e := range []publication.EditionID{first, second} {
			must(t, h.Published.PublishEmergency(h.by(h.publish), h.site, e, publication.Placing{Place: 2}, h.publish.ID))
		}
		h.sees(h.reviews, "debt*", "debt*", "review", "review")
		must(t, h.Published.Settle(h.by(h.reviews), h.site, first, publication.Opinion{Reviewer: h.reviews.ID, Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"}))
		must(t, h.Queue.Drain(t.Context()))
		h.sees(h.reviews, "debt*", "debt", "review", "review")
		h.at = h.at.Add(publication.SettleWithin / 2)
		must(t, h.Queue.Drain(t.Context()))
		h.sees(h.reviews, "debt.half*", "debt*", "debt", "review", "review")
		must(t, h.remind(t.Context(), h.site, second)) // a job may run twice
		h.sees(h.reviews, "debt.half*", "debt*", "debt", "review", "review")
	}, schema()...)
}

// X6: once a day, of any number of starts, posts that end within seven days are told of, once; after 90 days a notice is gone.
func TestEveryNight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		post(h, h.author, "IO", h.at.AddDate(0, 0, 20))
		post(h, h.reviews, "RV", time.Time{})
		for range 3 {
			must(t, h.Begin(t.Context()))
		}
		h.sees(h.author, "appointed*")
		for range 16 {
			h.at = h.at.AddDate(0, 0, 1)
			must(t, h.Queue.Drain(t.Context()))
		}
		h.sees(h.author, "ending*", "appointed*")
		h.sees(h.reviews, "appointed*")
		h.at = h.at.Add(keptFor - 15*24*time.Hour)
		must(t, h.Queue.Drain(t.Context()))
		h.sees(h.reviews)
		h.sees(h.author, "ending*")
	}, schema()...)
}

// M9, d40: what a deadline tells is told to whom a live post leads to the site, once until it is read, never to the one who acts, and with its
// transaction or not at all; it is over when the work is done. The letter about it holds nothing of the text.
func TestWhatAClockTells(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		near := Notice{Site: h.site, Kind: ClockNear, Object: "clock/5", Ref: 1}
		all := []kernel.AccountID{h.author.ID, h.reviews.ID, h.publish.ID}
		another := Notice{Site: h.site + 1, ID: h.IDs.Next(), Account: h.author.ID, Kind: ClockNear, Object: "clock/5", Ref: 1, At: h.at}
		must(t, d.InTx(t.Context(), func(ctx context.Context) error { return h.put(ctx, another, "") }))
		must(t, h.ReadAll(h.by(h.publish)))
		h.blind[h.publish.ID] = true
		ctx := h.by(h.reviews)
		for range 2 {
			must(t, h.Tell(ctx, near, all))
		}
		h.blind[h.publish.ID] = false
		h.sees(h.reviews) // acts
		h.sees(h.publish) // had no post
		list, _, err := h.List(h.by(h.author), kernel.Page{Number: 1, Size: 5})
		if must(t, err); len(list) != 2 || list[0].Site != h.site || list[0].Ref != 1 {
			t.Fatalf("the author sees %+v", list)
		}
		mail, err := h.compose(t.Context(), h.author, []Notice{list[0].Notice})
		if must(t, err); !strings.Contains(mail.body, "时限快到期") || strings.Contains(mail.body+mail.subject, secretTitle) {
			t.Errorf("the letter says %s: %s", mail.subject, mail.body)
		}
		must(t, d.InTx(t.Context(), func(ctx context.Context) error { return h.drop(ctx, another) }))
		over := near
		over.Kind, over.Ref = ClockOver, 2
		undone := errors.New("undone")
		if err := d.InTx(ctx, func(ctx context.Context) error { return errors.Join(h.Tell(ctx, over, all), undone) }); !errors.Is(err, undone) {
			t.Fatal(err)
		}
		h.sees(h.author, "clock.near*")
		must(t, h.Tell(ctx, over, all))
		must(t, h.Tell(ctx, Notice{Site: h.site, Kind: Reminded, Object: "site/" + h.site.String()}, all))
		h.sees(h.author, "reminded*", "clock.over*", "clock.near*")
		if to, err := h.Open(h.by(h.author), h.newest(h.author)); err != nil || to != "/sites/"+h.site.String()+"/board" {
			t.Errorf("the reminder leads to %s, %v", to, err)
		}
		must(t, d.InTx(ctx, func(ctx context.Context) error {
			return h.Audit.Record(ctx, audit.Entry{Site: h.site, Action: "clock.stopped", Object: "clock/5"})
		}))
		h.sees(h.author, "reminded", "clock.over", "clock.near")
		must(t, h.Tell(ctx, Notice{Site: h.site, Kind: Reminded, Object: "site/" + h.site.String()}, all)) // the one before was read
		h.sees(h.author, "reminded*", "reminded", "clock.over", "clock.near")
	}, schema()...)
}

// Every kind has its words, and they are told apart.
func TestEveryKindHasWords(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range kinds {
		if k.Says == "" || seen[k.Says] || k.Kind.Says() != k.Says {
			t.Errorf("%s is called %q", k.Kind, k.Says)
		}
		seen[k.Says] = true
	}
	for _, k := range waiting {
		if k.Says() == "" {
			t.Errorf("%s is no kind", k)
		}
	}
	if Kind("other").Says() != "" {
		t.Error("an unknown kind has words")
	}
}

// The bell stands on every screen: its number of a person with 1,000 unread among 20,000 notices of others.
func BenchmarkBell(b *testing.B) {
	h := open(b, dbtest.SQLite(b, schema()...))
	must(b, h.DB.InTx(b.Context(), func(ctx context.Context) error {
		for i := range 21_000 {
			who := h.author.ID
			if i%21 != 0 {
				who = kernel.AccountID(1000 + i%700)
			}
			if err := h.put(ctx, Notice{Site: h.site, ID: h.IDs.Next(), Account: who, Kind: ToReview, Object: "article/1", At: h.at}, ""); err != nil {
				return err
			}
		}
		return nil
	}))
	ctx := h.by(h.author)
	for b.Loop() {
		if n, err := h.Unread(ctx); err != nil || n != 1000 {
			b.Fatal(n, err)
		}
	}
}
