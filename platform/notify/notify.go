// Package notify tells people what waits for them and what became of what they did: in the console, by mail, and, of what is public
// anyway, other programs by a webhook (安政办发〔2015〕71号 二(二) 采集、审核、报送、复制、传递各环节衔接; 三(二) 专人负责; X6).
//
// A notice is made in the transaction of the change that it tells of: this room listens to the audit chain, where every change is
// recorded, and whoever keeps time has it Tell. It keeps who is told, what kind of thing happened and to which object, and no word of
// a text: what a person may know of the object is asked again whenever a notice is shown or mailed, so that nothing leaks after an
// appointment has ended.
// Nobody is told of the own act.
//
// It decides nothing: what waits for whom is the rooms' to say.
package notify

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Kind is what happened.
type Kind string

// The kinds.
const (
	ToReview  Kind = "review"
	ToPublish Kind = "publish"
	Debt      Kind = "debt"
	DebtHalf  Kind = "debt.half" // half of the 24 hours have gone
	Returned  Kind = "returned"
	Passed    Kind = "passed"
	Published Kind = "published"
	Withdrawn Kind = "withdrawn"
	Noted     Kind = "noted"
	Handed    Kind = "handed"
	Appointed Kind = "appointed"
	Ending    Kind = "ending"
	Ended     Kind = "ended"
	Suspended Kind = "suspended"
	Resumed   Kind = "resumed"
	Approved  Kind = "approved"
	Refused   Kind = "refused"
	ClockNear Kind = "clock.near"
	ClockOver Kind = "clock.over"
	Bared     Kind = "bared"    // nothing explains a public major policy any more
	Reminded  Kind = "reminded" // by the superior, of what is over or near its end
	Wished    Kind = "wished"   // somebody asks for something about a column
	Granted   Kind = "granted"  // what was asked about a column
	Declined  Kind = "declined"
	Reported  Kind = "reported" // a citizen tells of a mistake on a page
)

// kinds are all of them with their words, in the order of the preferences.
var kinds = []struct {
	Kind Kind
	Says string
}{
	{ToReview, "等您审核"}, {ToPublish, "等您发布"}, {Debt, "紧急发布的稿件等您补审"}, {DebtHalf, "补审时限已过一半"}, {Handed, "有稿件转给您审核"},
	{Returned, "稿件被退回"}, {Passed, "稿件已通过审核"}, {Published, "稿件已发布"}, {Withdrawn, "稿件已撤回"}, {Noted, "稿件有新批注"},
	{Appointed, "您有新的岗位"}, {Ending, "您的岗位七天内到期"}, {Ended, "您的岗位已结束"},
	{Suspended, "网站暂停服务"}, {Resumed, "网站恢复服务"}, {Approved, "开办申请已批准"}, {Refused, "开办申请未获批准"},
	{ClockNear, "时限快到期"}, {ClockOver, "时限已超期"}, {Bared, "重大政策没有公开的解读了，请补上"}, {Reminded, "上级提醒尽快办理"},
	{Wished, "栏目申请等您办理"}, {Granted, "栏目申请已同意"}, {Declined, "栏目申请未同意"},
	{Reported, "网页纠错等您办理"},
}

// waiting are the kinds that are over once somebody has done the work.
var waiting = []Kind{ToReview, ToPublish, Debt, DebtHalf, Handed, ClockNear, ClockOver, Bared, Wished, Reported}

// mailedFirst are the kinds that are mailed until a person chooses: what waits for work, and what does not wait.
const mailedFirst = "review,publish,debt,debt.half,handed,returned,ending,clock.near,clock.over,bared,reminded,wished,reported"

// Says is the kind in the words of the console, or "" for an unknown one.
func (k Kind) Says() string {
	for _, known := range kinds {
		if known.Kind == k {
			return known.Says
		}
	}
	return ""
}

// keptFor is how long a notice is kept.
const keptFor = 90 * 24 * time.Hour

// Notice is one thing that one person is told.
type Notice struct {
	Site    kernel.SiteID // 0: the person's own
	ID      int64
	Account kernel.AccountID
	Kind    Kind
	Object  string // as the audit chain names it: "article/12"
	Ref     int64  // the edition, note or appointment that it is about, or 0
	At      time.Time
	ReadAt  time.Time // zero: not yet
}

// Subject is what the person may know of a notice's object.
type Subject struct{ Title, Where, Href, Note string }

// Desk is what the rooms of the sites know; app plugs it. Those that ask about the actor ask about the one in ctx.
type Desk interface {
	// Concerned are the people with a live post in an office that decides about the site's texts.
	Concerned(ctx context.Context, site kernel.SiteID) ([]kernel.AccountID, error)
	// Turn is what an edition waits for from the actor: ToReview, ToPublish, Debt or "".
	Turn(ctx context.Context, t *publication.Trail) (Kind, error)
	// Author is whose text an object is, or 0.
	Author(ctx context.Context, obj publication.Object) (kernel.AccountID, error)
	// Handed is to whom a note hands the object over, or 0.
	Handed(ctx context.Context, obj publication.Object, note int64) (kernel.AccountID, error)
	// Enters reports whether a live post leads the actor to the site at all.
	Enters(ctx context.Context, site kernel.SiteID) (bool, error)
	// Subject is what the actor may know of a site's object; false: nothing.
	Subject(ctx context.Context, n Notice) (Subject, bool, error)
	// Deciders are who may decide what an object of a site asks for.
	Deciders(ctx context.Context, site kernel.SiteID, object string) ([]kernel.AccountID, error)
	// Applicant is who has asked for a site, or 0.
	Applicant(ctx context.Context, site kernel.SiteID) (kernel.AccountID, error)
}

// Room is what notify needs of the house.
type Room struct {
	DB        *db.DB
	Now       kernel.Clock
	IDs       kernel.IDs
	Audit     *audit.Log
	Queue     *jobs.Queue
	Accounts  *identity.Accounts
	Orgs      *org.Orgs
	Sites     *site.Sites
	Published *publication.Publications
	Console   *console.Console
	Desk      Desk
	Origin    string         // the console's address, without a slash at the end
	Key       []byte         // the installation's; without it nothing is confirmed and no webhook set
	Mail      *SMTP          // nil: nothing is mailed
	Allow     []netip.Prefix // inner networks that webhooks may call
	Resolver  *net.Resolver  // nil: the system's
}

// Notices is the room. Its methods are safe for concurrent use.
type Notices struct {
	Room
	client *http.Client
}

// New makes the room and listens.
func New(r Room) *Notices {
	n := &Notices{Room: r}
	n.client = n.caller()
	r.Audit.Recorded.On("notify", n.hear)
	r.Published.Published.On("webhook", func(ctx context.Context, e publication.PublishedEvent) error {
		if e.Imported && e.Replaces == 0 {
			return nil // what was public before is no news
		}
		return n.announce(ctx, e.Object, "published")
	})
	r.Published.Withdrawn.On("webhook", func(ctx context.Context, e publication.WithdrawnEvent) error {
		return n.announce(ctx, e.Object, "withdrawn")
	})
	return n
}

// me is the person who asks.
func me(ctx context.Context) kernel.AccountID { return kernel.ActorFrom(ctx).Account }

// as is the context of somebody else, to ask what that person may do.
func as(ctx context.Context, who kernel.AccountID) context.Context {
	return kernel.WithActor(ctx, kernel.Actor{Account: who})
}

// Unread is how many notices the actor has not opened, as far as a live post still leads to their sites.
func (n *Notices) Unread(ctx context.Context) (int, error) {
	bySite, err := n.unread(ctx, me(ctx))
	if err != nil {
		return 0, err
	}
	all := 0
	for id, count := range bySite {
		open := id == kernel.Platform
		if !open {
			if open, err = n.Desk.Enters(ctx, id); err != nil {
				return 0, err
			}
		}
		if open {
			all += count
		}
	}
	return all, nil
}

// Shown is a notice with what the person may know of it.
type Shown struct {
	Notice
	Subject
}

// pageSize is how many notices a screen shows.
const pageSize = 50

// List is a page of the actor's notices, unread ones first, then the newest, without those whose object the actor may no
// longer know. more says that there is another page.
func (n *Notices) List(ctx context.Context, p kernel.Page) (list []Shown, more bool, err error) {
	rows, err := n.of(ctx, me(ctx), p)
	if err != nil {
		return nil, false, err
	}
	for _, row := range rows {
		s, ok, err := n.subject(ctx, row)
		if err != nil {
			return nil, false, err
		}
		if ok {
			list = append(list, Shown{row, s})
		}
	}
	return list, len(rows) == p.Size, nil
}

// Open marks one of the actor's notices as read and answers where it leads; one that is no longer to be seen is not found.
func (n *Notices) Open(ctx context.Context, id int64) (string, error) {
	row, err := n.one(ctx, me(ctx), id)
	if err != nil {
		return "", err
	}
	s, ok, err := n.subject(ctx, row)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", errGone()
	}
	return s.Href, n.markRead(ctx, row.Site, me(ctx), row.ID)
}

func errGone() error {
	return fault.New(fault.NotFound, "没有这条通知，或者您已不能再看它。")
}

// subject is what the actor may know of a notice.
func (n *Notices) subject(ctx context.Context, row Notice) (Subject, bool, error) {
	switch kind, _, _ := strings.Cut(row.Object, "/"); kind {
	case "account":
		return n.post(ctx, row)
	case "site":
		return n.ofSite(ctx, row)
	}
	return n.Desk.Subject(ctx, row)
}

// post is an appointment of the actor's own.
func (n *Notices) post(ctx context.Context, row Notice) (Subject, bool, error) {
	a, err := n.Accounts.Post(ctx, identity.AppointmentID(row.Ref))
	if fault.Is(err, fault.NotFound) || err == nil && a.Account != me(ctx) {
		return Subject{}, false, nil
	}
	if err != nil {
		return Subject{}, false, err
	}
	o, err := n.Orgs.Get(ctx, a.Org)
	if err != nil {
		return Subject{}, false, err
	}
	s := Subject{Title: a.Role.Name(), Where: o.Name, Href: "/me"}
	if row.Kind == Ending && !a.To.IsZero() {
		s.Note = a.To.Add(-time.Second).In(kernel.Beijing).Format(time.DateOnly)
	}
	return s, true, nil
}

// ofSite is a site that the actor has a post at, or has asked for.
func (n *Notices) ofSite(ctx context.Context, row Notice) (Subject, bool, error) {
	id, ok := kernel.ParseID[kernel.SiteID](strings.TrimPrefix(row.Object, "site/"))
	if !ok {
		return Subject{}, false, nil
	}
	href := "/sites/" + id.String() + "/estate"
	if row.Site == kernel.Platform {
		href = "/estate/apply"
		who, err := n.Desk.Applicant(ctx, id)
		if err != nil || who != me(ctx) {
			return Subject{}, false, err
		}
	} else if enters, err := n.Desk.Enters(ctx, id); err != nil || !enters {
		return Subject{}, false, err
	}
	if row.Kind == Reminded {
		href = "/sites/" + id.String() + "/board"
	}
	g, err := n.Sites.Get(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return Subject{}, false, nil
	}
	return Subject{Title: g.Name, Href: href}, err == nil, err
}
