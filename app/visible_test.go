package app

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// staff are four people of the city, enough for the longest review policy.
func (tw *town) staff(t *testing.T, ctx context.Context) (ids []kernel.AccountID) {
	t.Helper()
	city, err := tw.Orgs.ByCode(ctx, "610900")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		a, err := tw.Accounts.Create(ctx, identity.Account{Login: fmt.Sprintf("person.%d", i), Name: "工作人员", Org: city.ID})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.ID)
	}
	return ids
}

// approved takes a new notice through its three steps and leaves it ready to be published.
func (tw *town) approved(t *testing.T, ctx context.Context, site kernel.SiteID, staff []kernel.AccountID, title string) article.ID {
	t.Helper()
	return tw.approvedText(t, ctx, site, staff, article.Payload{Kind: article.News, Title: title, Body: "<p>正文</p>"})
}

// approvedText is approved with words of its own.
func (tw *town) approvedText(t *testing.T, ctx context.Context, site kernel.SiteID, staff []kernel.AccountID, p article.Payload) article.ID {
	t.Helper()
	as := func(who kernel.AccountID) context.Context {
		return kernel.WithActor(ctx, kernel.Actor{Account: who, Name: "工作人员", Via: "console"})
	}
	id, err := tw.Articles.Create(as(staff[0]), site, 2, publication.Ordinary, p)
	if err != nil {
		t.Fatal(err)
	}
	e, err := tw.Articles.Submit(as(staff[0]), site, id, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []publication.Opinion{
		{Reviewer: staff[1], Verdict: publication.Approved, Review: "同意"},
		{Reviewer: staff[2], Verdict: publication.Approved, Secrecy: "不涉密"},
		{Reviewer: staff[3], Verdict: publication.Approved, Review: "同意发布"},
	} {
		if err := tw.Published.Approve(as(o.Reviewer), site, e, o); err != nil {
			t.Fatal(err)
		}
	}
	return id
}

// Must show 6 (V4, d05): what is published is visible, and what is withdrawn is gone, with the next request on the
// node that did it, and on another node as soon as it has asked for the revisions, which it does twice a second.
func TestPublishedIsVisible(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		url  func(t *testing.T) string
	}{
		{"sqlite", func(t *testing.T) string { return filepath.Join(t.TempDir(), "z.db") }},
		{"postgres", func(t *testing.T) string { return dbtest.PostgresURL(t) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := kernel.WithActor(context.Background(), identity.System("cli"))
			url := c.url(t)
			here := serveHouse(t, url, "localhost")
			here.openCity(t, ctx)
			there := serveHouse(t, url, "localhost")
			if err := there.Revisions.Poll(ctx); err != nil {
				t.Fatal(err)
			}
			staff := here.staff(t, ctx)
			site, _, ok := here.Sites.ByAddress("http://hanbin.ankang.localhost:8080/")
			if !ok {
				t.Fatal("no site")
			}
			var same, other, gone, goneOther []time.Duration
			for i := range 20 {
				title := fmt.Sprintf("关于第%d次停水的通知", i+1)
				id := here.approved(t, ctx, site.ID, staff, title)
				page, home := site.URL(fmt.Sprintf("/a/%d", id)), site.URL("/")
				for _, tw := range []*town{here, there} { // both hold the old home page, and know that there is no such article
					if status, _, body := tw.get(t, page); status != http.StatusNotFound || bytes.Contains(body, []byte(title)) {
						t.Fatalf("unpublished, %s answers %d", page, status)
					}
					if _, _, body := tw.get(t, home); bytes.Contains(body, []byte(title)) {
						t.Fatalf("unpublished, %s shows it", home)
					}
				}
				began := time.Now()
				if err := here.Articles.Publish(ctx, site.ID, id); err != nil {
					t.Fatal(err)
				}
				if status, _, body := here.get(t, page); status != http.StatusOK || !bytes.Contains(body, []byte(title)) {
					t.Fatalf("published, the same node answers %d", status)
				}
				if _, _, body := here.get(t, home); !bytes.Contains(body, []byte(title)) {
					t.Fatal("published, the same node's home page does not show it")
				}
				same = append(same, time.Since(began))
				other = append(other, there.until(t, began, page, http.StatusOK))
				began = time.Now()
				if err := here.Articles.Withdraw(ctx, site.ID, id, "内容有误"); err != nil {
					t.Fatal(err)
				}
				if status, _, body := here.get(t, page); status != http.StatusGone || bytes.Contains(body, []byte("<p>正文</p>")) {
					t.Fatalf("withdrawn, the same node answers %d", status)
				}
				gone = append(gone, time.Since(began))
				goneOther = append(goneOther, there.until(t, began, page, http.StatusGone))
			}
			for name, all := range map[string][]time.Duration{"publish, same node": same, "publish, second node": other, "withdraw, same node": gone, "withdraw, second node": goneOther} {
				slices.Sort(all)
				t.Logf("%s: median %v, slowest %v of %d", name, all[len(all)/2].Round(time.Microsecond), all[len(all)-1].Round(time.Microsecond), len(all))
			}
		})
	}
}

// until asks until the page answers status; a node that never does fails the test.
func (tw *town) until(t *testing.T, began time.Time, url string, want int) time.Duration {
	t.Helper()
	for {
		status, _, _ := tw.get(t, url)
		took := time.Since(began)
		if status == want {
			return took
		}
		if took > 10*time.Second {
			t.Fatalf("%s still answers %d, want %d", url, status, want)
		}
	}
}
