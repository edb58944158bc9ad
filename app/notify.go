package app

import (
	"context"
	"net"
	"net/mail"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/notify"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
	"github.com/zhanqun/zhanqun/tenants/correction"
	"github.com/zhanqun/zhanqun/tenants/emergency"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// checkMail refuses settings of the mail server and of webhooks that cannot be meant.
func (c Config) checkMail() error {
	if _, err := prefixes("webhook-allow", c.WebhookAllow); err != nil {
		return err
	}
	if c.SMTP == "" {
		if c.SMTPFrom != "" || c.SMTPUser != "" || c.SMTPPasswordFile != "" {
			return fault.In("smtp", "发送邮件时，请同时用 --smtp 指定邮件服务器，例如 mail.example.gov.cn:465。")
		}
		return nil
	}
	if host, port, err := net.SplitHostPort(c.SMTP); err != nil || host == "" || port == "" {
		return fault.In("smtp", "--smtp 应形如 mail.example.gov.cn:465，现在是“%s”。", c.SMTP)
	}
	if _, err := mail.ParseAddress(c.SMTPFrom); err != nil {
		return fault.In("smtp-from", "--smtp-from 应是一个邮箱地址，现在是“%s”。", c.SMTPFrom)
	}
	if (c.SMTPUser == "") != (c.SMTPPasswordFile == "") {
		return fault.In("smtp-user", "--smtp-user 和 --smtp-password-file 要一起指定。")
	}
	return nil
}

// notices makes the room that tells people, over what the rooms of the sites know.
func (c Config) notices(h *House, d *db.DB, now kernel.Clock, ids kernel.IDs, who *guard) (*notify.Notices, error) {
	allow, err := prefixes("webhook-allow", c.WebhookAllow)
	if err != nil {
		return nil, err
	}
	if c.Demo {
		allow = append(allow, netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"))
	}
	k, err := readKey(c.KeyFile)
	if err != nil {
		k = nil // as in secondFactor
	}
	r := notify.Room{DB: d, Now: now, IDs: ids, Audit: h.Audit, Queue: h.Queue, Accounts: h.Accounts, Orgs: h.Orgs, Sites: h.Sites, Published: h.Published,
		Console: h.Console, Desk: informer{who, h}, Origin: strings.TrimSuffix(c.consoleURL(), "/"), Key: k, Allow: allow}
	if c.SMTP != "" {
		r.Mail = &notify.SMTP{Addr: c.SMTP, From: c.SMTPFrom, User: c.SMTPUser}
		if c.SMTPPasswordFile != "" {
			secret, err := os.ReadFile(c.SMTPPasswordFile)
			if err != nil {
				return nil, fault.Because(err, fault.Unavailable, "读不了邮件服务器的密码文件 %s，请检查路径和权限。", c.SMTPPasswordFile)
			}
			r.Mail.Password = strings.TrimSpace(string(secret))
		}
	}
	return notify.New(r), nil
}

// informer answers what platform/notify asks of the rooms of the sites.
type informer struct {
	*guard
	house *House
}

// Concerned are those with a live post at the site's owner, at the carrier, or at an office that has the last word of a chain.
func (t informer) Concerned(ctx context.Context, id kernel.SiteID) ([]kernel.AccountID, error) {
	facts, err := t.sites.Facts(ctx, id)
	if err != nil {
		return nil, err
	}
	chains, err := t.reviews.Chains(ctx, id)
	if err != nil {
		return nil, err
	}
	orgs := []kernel.OrgID{facts.Owner.ID}
	for _, c := range chains {
		if c.Last != 0 {
			orgs = append(orgs, c.Last)
		}
	}
	return t.accounts.Holders(ctx, id, orgs)
}

// Turn is review's, in the words of notices.
func (t informer) Turn(ctx context.Context, trail *publication.Trail) (notify.Kind, error) {
	turn, err := t.reviews.Turn(ctx, trail)
	return map[review.Turn]notify.Kind{review.ToReview: notify.ToReview, review.ToPublish: notify.ToPublish, review.ToSettle: notify.Debt}[turn], err
}

// Author is whose article or warning it is.
func (t informer) Author(ctx context.Context, obj publication.Object) (kernel.AccountID, error) {
	if obj.Kind == emergency.Kind {
		return t.warner(ctx, obj)
	}
	a, err := t.draft(ctx, obj)
	if err != nil || a == nil {
		return 0, err
	}
	return a.Author, nil
}

// draft is the article of an object, or nil.
func (t informer) draft(ctx context.Context, obj publication.Object) (*article.Draft, error) {
	if obj.Kind != article.Kind {
		return nil, nil
	}
	a, err := t.articles.Get(ctx, obj.Site, obj.ID)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return a, err
}

// Handed is whom a note names.
func (t informer) Handed(ctx context.Context, obj publication.Object, note int64) (kernel.AccountID, error) {
	n, err := t.note(ctx, obj, note)
	return n.To, err
}

func (t informer) note(ctx context.Context, obj publication.Object, id int64) (review.Note, error) {
	all, err := t.reviews.Notes(ctx, obj)
	for _, n := range all {
		if n.ID == id {
			return n, err
		}
	}
	return review.Note{}, err
}

// Deciders are who may decide a request about a column: people of the office that assembles the site, whose appointment reaches that column.
func (t informer) Deciders(ctx context.Context, id kernel.SiteID, object string) (all []kernel.AccountID, err error) {
	number, _ := kernel.ParseID[int64](strings.TrimPrefix(object, wishes)) // 0 is no request
	if strings.HasPrefix(object, correction.ObjectKind) {
		return t.correctors(ctx, id)
	}
	r, err := t.columns.Request(ctx, id, number)
	if err != nil {
		return nil, err
	}
	facts, err := t.sites.Facts(ctx, id)
	if err != nil {
		return nil, err
	}
	orgs := []kernel.OrgID{facts.Owner.ID}
	if facts.Carrier.ID != 0 { // a site of its own host has none
		orgs = append(orgs, facts.Carrier.ID)
	}
	people, err := t.accounts.Holders(ctx, id, orgs)
	if err != nil {
		return nil, err
	}
	for _, who := range people {
		err := t.MayIn(kernel.WithActor(ctx, kernel.Actor{Account: who}), id, column.Decides(r.Kind), r.Column)
		switch {
		case err == nil:
			all = append(all, who)
		case !fault.Is(err, fault.Forbidden):
			return nil, err
		}
	}
	return all, nil
}

// wishes is how the audit chain names requests about columns.
const wishes = "column.request/"

// enters are the actions of which any leads to a site; the last ones are of those who decide about its columns.
var enters = []policies.Action{"monitor.read", "review.pass", "secrecy.pass", "article.publish", "article.edit.draft", "article.submit", "review.final.pass",
	column.Decides(column.AskNew), column.Decides(column.AskMerge), column.Decides(column.AskClose), "letter.accept", "reply.review"}

// Enters asks with every column in view: which article it is about is asked where it is shown.
func (t informer) Enters(ctx context.Context, id kernel.SiteID) (bool, error) {
	held, err := t.all(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	for i := range held {
		held[i].InScope = true
	}
	return err == nil && anyOf(held, policies.Proof{Assigned: true}, enters...), err
}

func anyOf(held []policies.Held, p policies.Proof, acts ...policies.Action) bool {
	for _, act := range acts {
		if policies.May(held, act, p) == nil {
			return true
		}
	}
	return false
}

// Subject is an article's title and address for whoever may read its draft now; a superior's office sees what was sent to it.
func (t informer) Subject(ctx context.Context, n notify.Notice) (s notify.Subject, seen bool, err error) {
	if number, is := strings.CutPrefix(n.Object, clocks.ObjectKind); is {
		return t.clock(ctx, n, number)
	}
	if number, is := strings.CutPrefix(n.Object, clocks.DutyKind); is {
		return t.duties(ctx, n, number)
	}
	if number, of := strings.CutPrefix(n.Object, wishes); of {
		return t.asked(ctx, n, number)
	}
	if number, is := strings.CutPrefix(n.Object, string(emergency.Kind)+"/"); is {
		return t.warning(ctx, n, number)
	}
	if number, is := strings.CutPrefix(n.Object, correction.ObjectKind); is {
		return t.reported(ctx, n, number)
	}
	id, ok := kernel.ParseID[article.ID](strings.TrimPrefix(n.Object, string(article.Kind)+"/"))
	if !ok {
		return s, false, nil
	}
	obj := publication.Object{Site: n.Site, Kind: article.Kind, ID: id}
	a, err := t.draft(ctx, obj)
	if err != nil || a == nil {
		return s, false, err
	}
	st, err := t.Standing(ctx, obj)
	if err != nil {
		return s, false, err
	}
	last := a.State == article.Submitted && st.Above && policies.May(st.Held, "review.final.pass", st.Proof) == nil
	if !last && !anyOf(st.Held, policies.Proof{}, enters[1:6]...) {
		return s, false, nil
	}
	g, err := t.sites.Get(ctx, n.Site)
	if err != nil {
		return s, false, err
	}
	s = notify.Subject{Title: a.Payload.Title, Where: g.Name, Href: "/sites/" + n.Site.String() + "/articles/" + strconv.FormatInt(id, 10)}
	s.Note, err = t.remark(ctx, obj, n)
	return s, true, err
}

// asked is a request about a column: an own one for whoever may still ask, one that waits for whoever may decide it.
func (t informer) asked(ctx context.Context, n notify.Notice, number string) (s notify.Subject, seen bool, err error) {
	id, _ := kernel.ParseID[int64](number) // 0 is no request
	r, err := t.columns.Request(ctx, n.Site, id)
	decides := n.Kind == notify.Wished
	if fault.Is(err, fault.NotFound) || err == nil && !decides && r.AskedBy != kernel.ActorFrom(ctx).Account {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	acts, note := column.Askers(), r.Because
	if decides {
		acts, note = []policies.Action{column.Decides(r.Kind)}, r.Reason
	}
	everywhere, within, err := t.Reach(ctx, n.Site, acts...)
	if err != nil || !everywhere && !slices.Contains(within, r.Column) {
		return s, false, err
	}
	g, err := t.sites.Get(ctx, n.Site)
	return notify.Subject{Title: r.Title(), Where: g.Name, Href: "/sites/" + n.Site.String() + "/column-requests/" + number, Note: note}, true, err
}

// remark is why an edition was returned, or what a note says.
func (t informer) remark(ctx context.Context, obj publication.Object, n notify.Notice) (string, error) {
	switch n.Kind {
	case notify.Noted, notify.Handed:
		note, err := t.note(ctx, obj, n.Ref)
		return note.Words, err
	case notify.Returned:
		trail, err := t.house.Published.Trail(ctx, obj.Site, publication.EditionID(n.Ref))
		if fault.Is(err, fault.NotFound) {
			return "", nil
		}
		if err != nil || len(trail.Steps) == 0 {
			return "", err
		}
		return trail.Steps[len(trail.Steps)-1].Reason, nil
	}
	return "", nil
}

// Applicant is who has asked for a site.
func (t informer) Applicant(ctx context.Context, id kernel.SiteID) (kernel.AccountID, error) {
	return t.house.Estate.Applicant(ctx, id)
}
