package demo

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
	"github.com/zhanqun/zhanqun/tenants/interpretation"
	"github.com/zhanqun/zhanqun/tenants/media"
)

// Clock is a clock that only Seed turns. Rooms that seed are made with its Now.
type Clock struct{ at atomic.Pointer[time.Time] }

// NewClock stands at t.
func NewClock(t time.Time) *Clock {
	c := &Clock{}
	c.set(t)
	return c
}

// Now is where the clock stands, in UTC.
func (c *Clock) Now() time.Time { return *c.at.Load() }

func (c *Clock) set(t time.Time) {
	t = t.UTC().Truncate(time.Microsecond)
	c.at.Store(&t)
}

// Seed of the id source, so that equal starts give equal addresses.
const Seed = 20150602

// Rooms are what seeding works with, all on the seeding clock.
type Rooms struct {
	DB        *db.DB
	Orgs      *org.Orgs
	Sites     *site.Sites
	Accounts  *identity.Accounts
	Columns   *column.Columns
	Articles  *article.Articles
	Published *publication.Publications
	Pairs     *interpretation.Interpretations
	Media     *media.Media
	Domain    string // hosts are below it: "localhost"
}

// crew are the demonstration accounts of one site.
type crew struct {
	site    kernel.SiteID
	policy  string
	author  identity.Account
	signers []identity.Account // in the order of the policy's steps
	columns map[int64]int64    // by the numbers that pieces call them
	made    map[string]written // the documents that something explains, by key
}

// written is an article that is written and reviewed. One that is held becomes public with what explains it.
type written struct {
	id      article.ID
	edition publication.EditionID
	column  int64
	held    bool
}

// via is what the audit chains show for everything done here.
const via = "demo"

// Run opens the sites and publishes every article of the plan, as if from the months before start until then; progress
// is told how much is done. It leaves the clock at start. It must run on an empty store and cannot be resumed.
func Run(ctx context.Context, r Rooms, clock *Clock, start time.Time, progress func(done, total int)) error {
	plan, err := Plan(start)
	if err != nil {
		return err
	}
	places, err := readPlaces()
	if err != nil {
		return err
	}
	clock.set(office(start.AddDate(0, -Months, -20)))
	ctx = kernel.WithActor(ctx, identity.System(via))
	crews, err := open(ctx, r, places)
	if err != nil {
		return err
	}
	if n, err := r.Sites.Count(ctx, site.Filter{}); err != nil || n != int64(len(places)) {
		return fmt.Errorf("the demonstration opened %d sites, want %d: %w", n, len(places), err)
	}
	for i, a := range plan {
		if err := publish(ctx, r, clock, crews[a.Site], a); err != nil {
			return fmt.Errorf("seed %s %q: %w", a.Site, a.Title, err)
		}
		if progress != nil {
			progress(i+1, len(plan))
		}
	}
	clock.set(start)
	return crews[places[0].Slug].close(ctx, r, start)
}

// open makes the orgs, the sites and the people of each site, superiors first.
func open(ctx context.Context, r Rooms, places []place) (map[string]*crew, error) {
	if _, err := r.Orgs.Import(ctx, strings.NewReader(divisions(places)), false); err != nil {
		return nil, fmt.Errorf("seed orgs: %w", err)
	}
	crews := map[string]*crew{}
	for _, p := range places {
		owner, err := r.Orgs.ByCode(ctx, p.Code)
		if err != nil {
			return nil, fmt.Errorf("seed %s: %w", p.Slug, err)
		}
		made, err := r.Sites.Create(ctx, p.spec(owner.ID, r.Domain))
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", p.Slug, err)
		}
		c := &crew{site: made.ID, policy: publication.Ordinary, columns: map[int64]int64{}, made: map[string]written{}}
		if err := c.appoint(ctx, r, p, owner.ID); err != nil {
			return nil, fmt.Errorf("appoint at %s: %w", p.Slug, err)
		}
		tree, err := r.Columns.Tree(ctx, made.ID)
		if err != nil {
			return nil, err
		}
		for _, k := range tree.All() {
			c.columns[k.ID] = k.ID
		}
		if err := c.furnish(ctx, r, p); err != nil {
			return nil, fmt.Errorf("furnish %s: %w", p.Slug, err)
		}
		crews[p.Slug] = c
	}
	return crews, nil
}

// divisions is the tree as `org import` takes it.
func divisions(places []place) string {
	var b strings.Builder
	b.WriteString("code,name,level,parent_code,short_name,slug\n610000,陕西省,province,,陕西,shaanxi\n")
	code := map[string]string{}
	for _, p := range places {
		code[p.Slug] = p.Code
		level, parent := p.Kind, code[p.Parent]
		switch p.Kind {
		case cityPlace:
			parent = "610000"
		case countyPlace:
			parent = "610900"
		case channelPlace:
			level = string(org.Township)
		}
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s,%s\n", p.Code, p.Name, level, parent, p.short(), p.Slug)
	}
	return b.String()
}

// short is what lists call the place: 汉滨, 瀛湖镇, 市人社局.
func (p place) short() string {
	switch p.Kind {
	case channelPlace:
		return p.Name
	case deptPlace:
		return p.Facts["局"]
	}
	return p.Facts["简"]
}

func (p place) spec(owner kernel.OrgID, domain string) site.Spec {
	d := dice(p.Slug, "spec")
	host := p.Slug + "." + domain
	if p.Kind != cityPlace {
		host = p.Slug + ".ankang." + domain
	}
	s := site.Spec{Org: owner, Kind: site.Subsite, Host: host, Name: p.Site, Demo: true,
		Description: p.Site + "演示站点，用于展示站群平台的功能，内容均为虚构。", Keywords: p.Name + ",政府网站,演示",
		Marks: site.Marks{Sponsor: p.Site, Operator: p.Name + "演示编辑部", Address: fmt.Sprintf("%s演示路%d号", p.Name, 1+d.IntN(40)),
			Phone: fmt.Sprintf("0915-000-%04d（演示）", 1+d.IntN(99))}}
	if p.Kind == channelPlace {
		s.Kind, s.Host, s.Slug = site.Channel, "", p.Slug
	}
	if p.Brand != "" {
		s.Overrides.Tokens = map[string]string{"brand": p.Brand}
	}
	return s
}

// appoint gives the site its people: an author and, by the office's size, three, two or one who sign.
func (c *crew) appoint(ctx context.Context, r Rooms, p place, owner kernel.OrgID) error {
	posts := []struct {
		login, title string
		role         policies.Role
	}{{"xinxi", "信息员", "IO"}, {"shenhe", "审核员", "RV"}, {"baomi", "保密审查员", "SR"}, {"fabu", "发布人", "PB"}}
	switch p.Kind {
	case deptPlace:
		c.policy, posts = publication.Brief, append(posts[:2:2], posts[3])
	case channelPlace:
		c.policy, posts = publication.Small, posts[:2]
	}
	for i, post := range posts {
		a, err := r.Accounts.Create(ctx, identity.Account{Login: p.Slug + "-" + post.login, Name: "演示" + post.title + "（" + p.short() + "）", Org: owner})
		if err != nil {
			return err
		}
		_, err = r.Accounts.Appoint(ctx, identity.Appointment{Account: a.ID, Role: post.role, Org: owner, Site: c.site, Document: "演示任命文件"})
		if err != nil {
			return err
		}
		if i == 0 {
			c.author = a
		} else {
			c.signers = append(c.signers, a)
		}
	}
	return nil
}

// writing is how long before it is public an article is written and handed in.
const writing = 50 * time.Minute

// publish takes one article the whole way: written and handed in, then signed step by step and released at its moment, in two
// transactions with the clock turned in between. A major policy waits for what explains it, and both are released in one. What is left on the
// desk goes no further than that.
func publish(ctx context.Context, r Rooms, clock *Clock, c *crew, a Article) error {
	column, known := c.columns[a.Column]
	if !known {
		return fault.New(fault.NotFound, "没有栏目 %d。", a.Column)
	}
	m := written{column: column, held: a.Major}
	clock.set(a.At.Add(-writing))
	author, text := kernel.WithActor(ctx, c.author.Actor(via)), a.payload()
	over, err := c.hang(author, r, a.Media)
	if err != nil {
		return err
	}
	text.Body = over + text.Body
	if text.Fields, err = c.values(ctx, r, c.site, column, a.Fields); err != nil {
		return err
	}
	err = r.DB.InTx(author, func(ctx context.Context) (err error) {
		if m.id, err = r.Articles.Create(ctx, c.site, column, c.policy, text); err != nil || a.Left == leftDraft {
			return err
		}
		if of, ok := c.made[a.After]; ok {
			if err := r.Pairs.Link(ctx, c.site, of.id, m.id, a.Form); err != nil {
				return err
			}
		}
		m.edition, err = r.Articles.Submit(ctx, c.site, m.id, 1)
		return err
	})
	if err != nil || a.Left != "" {
		return err
	}
	err = r.DB.InTx(ctx, func(ctx context.Context) error { return c.release(ctx, r, clock, a, m) })
	if err != nil {
		return err
	}
	if of, ok := c.made[a.After]; ok {
		of.held = false
		c.made[a.After] = of
	}
	if a.Key != "" {
		c.made[a.Key] = m
	}
	return nil
}

// release signs step by step and makes public what is not held, with the policy that it explains if that is.
func (c *crew) release(ctx context.Context, r Rooms, clock *Clock, a Article, m written) error {
	as := func(who identity.Account) context.Context { return kernel.WithActor(ctx, who.Actor(via)) }
	for i, who := range c.signers {
		clock.set(a.At.Add(time.Duration(10*i-40) * time.Minute))
		err := r.Published.Approve(as(who), c.site, m.edition, publication.Opinion{Reviewer: who.ID, Verdict: publication.Approved,
			Review: "内容属实，同意发布。", Secrecy: "不涉及国家秘密、工作秘密和个人隐私。"})
		if err != nil {
			return err
		}
	}
	clock.set(a.At)
	last, due := as(c.signers[len(c.signers)-1]), []written{m, c.made[a.After]}
	if m.held {
		return nil
	}
	if !due[1].held {
		due = due[:1]
	}
	for _, one := range due {
		if err := r.Published.Publish(last, c.site, one.edition, publication.Placing{Place: one.column}); err != nil {
			return err
		}
	}
	return nil
}

func (a Article) payload() article.Payload {
	p := article.Payload{Kind: article.News, Title: a.Title, Body: a.Body, Summary: a.Summary, Source: a.Source}
	if a.Issuer != "" {
		written := a.At.In(kernel.Beijing).AddDate(0, 0, -2).Format(time.DateOnly)
		issued := a.At.In(kernel.Beijing).Format(time.DateOnly)
		p.Kind, p.Summary = article.Policy, a.Summary
		p.Document = &article.Document{Number: a.Number, IndexNumber: a.Index, Issuer: a.Issuer, WrittenOn: written, IssuedOn: issued,
			EffectiveOn: issued, Validity: a.Validity, Genre: a.Genre, Subject: a.Subject, Level: a.Level}
		if a.Major {
			p.Document.Major = article.MajorPolicy
		}
	}
	return p
}
