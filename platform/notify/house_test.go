package notify

import (
	"bytes"
	"context"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
)

func schema() []fs.FS {
	return []fs.FS{audit.Migrations(), jobs.Migrations(), pages.Migrations(), identity.Migrations(), org.Migrations(), publication.Migrations(), site.Migrations(), Migrations()}
}

// house is the room over real neighbours; what the rooms of the sites know is the test's.
type house struct {
	*Notices
	t       testing.TB
	at      time.Time
	site    kernel.SiteID
	author  identity.Account
	reviews identity.Account
	publish identity.Account
	blind   map[kernel.AccountID]bool // who may see nothing any more
}

// The port that app fills: the reviewer's turn until a step is taken, then the publisher's.
func (h *house) Concerned(context.Context, kernel.SiteID) ([]kernel.AccountID, error) {
	return []kernel.AccountID{h.author.ID, h.reviews.ID, h.publish.ID}, nil
}

func (h *house) Turn(ctx context.Context, t *publication.Trail) (Kind, error) {
	switch who := me(ctx); {
	case t.Public && t.Debt != nil && who == h.reviews.ID:
		return Debt, nil
	case !t.Public && t.Next != nil && who == h.reviews.ID:
		return ToReview, nil
	case !t.Public && t.Approved() && who == h.publish.ID:
		return ToPublish, nil
	}
	return "", nil
}

func (h *house) Author(context.Context, publication.Object) (kernel.AccountID, error) {
	return h.author.ID, nil
}

func (h *house) Handed(context.Context, publication.Object, int64) (kernel.AccountID, error) {
	return h.reviews.ID, nil
}

func (h *house) Enters(ctx context.Context, id kernel.SiteID) (bool, error) {
	return id == h.site && !h.blind[me(ctx)], nil
}

const secretTitle = "机密的标题"

func (h *house) Subject(ctx context.Context, n Notice) (Subject, bool, error) {
	return Subject{Title: secretTitle, Href: "/there"}, !h.blind[me(ctx)], nil
}

func (h *house) Deciders(context.Context, kernel.SiteID, string) ([]kernel.AccountID, error) {
	return []kernel.AccountID{h.author.ID, h.reviews.ID}, nil
}

func (h *house) Applicant(context.Context, kernel.SiteID) (kernel.AccountID, error) {
	return h.author.ID, nil
}

func open(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, at: time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC), blind: map[kernel.AccountID]bool{}}
	now := func() time.Time { return h.at }
	ids := kernel.NewSeededIDs(now, 5)
	log, rev := audit.New(d, now, ids), pages.NewRevisions(d)
	orgs := org.New(d, now, ids, log)
	sites, err := site.New(site.Config{Domain: "localhost", Scheme: "http", Port: 8080}, d, now, ids, log, orgs, rev)
	must(t, err)
	ctx := h.by(identity.Account{})
	_, err = orgs.Import(ctx, strings.NewReader("code,name,level,parent_code\n610900,安康市,city,\n610902,汉滨区,county,610900\n"), false)
	must(t, err)
	var sheet bytes.Buffer
	must(t, sites.DeriveCSV(ctx, &sheet, "localhost"))
	_, err = sites.Import(ctx, &sheet, false)
	must(t, err)
	must(t, sites.Reload(ctx))
	o, err := orgs.ByCode(ctx, "610902")
	must(t, err)
	list, err := sites.List(ctx, site.Filter{Org: o.ID}, kernel.Page{Number: 1, Size: 1})
	must(t, err)
	h.site = list[0].ID
	queue := jobs.New(d, now, ids)
	h.Notices = New(Room{DB: d, Now: now, IDs: ids, Audit: log, Queue: queue, Accounts: identity.New(d, now, ids, log, sites), Orgs: orgs, Sites: sites,
		Published: publication.New(d, now, ids, log, rev), Desk: h, Origin: "https://console.example.gov.cn", Key: bytes.Repeat([]byte{7}, 32)})
	h.Jobs(queue)
	for login, who := range map[string]*identity.Account{"author": &h.author, "reviewer": &h.reviews, "publisher": &h.publish} {
		*who, err = h.Accounts.Create(ctx, identity.Account{Login: login, Name: "干部" + login, Org: o.ID})
		must(t, err)
	}
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// by is a request of a person; the zero Account is the server's command line.
func (h *house) by(who identity.Account) context.Context {
	if who.ID == 0 {
		return kernel.WithActor(context.Background(), identity.System("cli"))
	}
	return kernel.WithActor(context.Background(), who.Actor("console"))
}

// freeze sends an article to review.
func (h *house) freeze(id int64) publication.EditionID {
	h.t.Helper()
	e, err := h.Published.Freeze(h.by(h.author), publication.Draft{Object: publication.Object{Site: h.site, Kind: "article", ID: id}, Author: h.author.ID,
		Policy: publication.Small, Title: secretTitle, Payload: []byte(`{"body":"机密的正文"}`)})
	must(h.t, err)
	return e
}

func (h *house) approve(e publication.EditionID, verdict string) {
	h.t.Helper()
	must(h.t, h.Published.Approve(h.by(h.reviews), h.site, e, publication.Opinion{Reviewer: h.reviews.ID, Verdict: verdict, Review: "同意", Secrecy: "不涉密", Reason: "地点不清"}))
}

// sees expects the kinds of a person's notices, the unread ones first and marked by a star.
func (h *house) sees(who identity.Account, want ...string) {
	h.t.Helper()
	list, _, err := h.List(h.by(who), kernel.Page{Number: 1, Size: pageSize})
	must(h.t, err)
	unread := 0
	var got []string
	for _, s := range list {
		word := string(s.Kind)
		if s.ReadAt.IsZero() {
			unread++
			word += "*"
		}
		got = append(got, word)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		h.t.Errorf("%s sees %q, want %q", who.Login, got, want)
	}
	if bell, err := h.Unread(h.by(who)); err != nil || bell != unread {
		h.t.Errorf("%s: the bell shows %d, %d are unread: %v", who.Login, bell, unread, err)
	}
}

func (h *house) refuses(what string, err error, want fault.Kind) {
	h.t.Helper()
	if !fault.Is(err, want) {
		h.t.Errorf("%s: %v", what, err)
	}
}

func post(h *house, who identity.Account, role policies.Role, to time.Time) identity.Appointment {
	h.t.Helper()
	a, err := h.Accounts.Appoint(h.by(identity.Account{}), identity.Appointment{Account: who.ID, Role: role, Org: who.Org, Document: "汉政任〔2026〕1号", To: to})
	must(h.t, err)
	return a
}

// newest is the number of a person's newest notice.
func (h *house) newest(who identity.Account) int64 {
	h.t.Helper()
	list, _, err := h.List(h.by(who), kernel.Page{Number: 1, Size: 1})
	if err != nil || len(list) != 1 {
		h.t.Fatal(list, err)
	}
	return list[0].ID
}
