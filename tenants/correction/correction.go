// Package correction takes what citizens report of a mistake on a page, and answers it in time (G17).
//
// 安政办发〔2015〕71号 三(三) has sites answer people in time (d24); the yearly supervision of government websites takes points for reports that
// stay open. A report names a page and what is wrong with it; whoever leads the content of the site answers it within the working days of the
// rule page_error. Nothing of it is public: who holds its code reads the answer. What it says of its sender is sealed with the installation's
// key and deleted KeepContact after the answer.
//
// It is not the national 「我为政府网站找错」, which stands beside it in the footer, and it changes no page.
package correction

import (
	"context"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
)

// What may be wrong with a page.
const (
	Typo  = "typo"
	Link  = "link"
	Stale = "stale"
	Other = "other"
)

// kinds are all of them in the order of the form, in words.
var kinds = []struct{ Kind, Says string }{{Typo, "错别字"}, {Link, "链接打不开"}, {Stale, "内容过时"}, {Other, "其他"}}

// The states of a report.
const (
	Open     = "open"
	Handed   = "handed" // another unit was asked; it is still owed
	Fixed    = "fixed"
	Declined = "declined"
)

const (
	shortest = 4   // characters of what is wrong, and of an answer
	longest  = 600 // as letters practice has it (standards.md 11)
	pageMost = 1000
	listed   = 200 // reports of a screen
)

// KeepContact is how many days after the answer what a report says of its sender is deleted.
const KeepContact = 30

// Draft is what a citizen writes.
type Draft struct {
	Kind, Words, Contact string
	Page                 string // address within the site, begins with "/", or "" when nobody knows
}

// Report is one that was taken.
type Report struct {
	Draft
	Site         kernel.SiteID
	ID           int64
	State        string
	Unit         string // that was asked
	Answer       string
	AnsweredBy   kernel.AccountID
	AnsweredName string
	ReceivedAt   time.Time
	AnsweredAt   time.Time // zero while it is owed
	DueAt        time.Time // zero when its clock is not known
}

// Waits reports whether it is still owed.
func (r Report) Waits() bool { return r.State == Open || r.State == Handed }

// Says is the kind in words.
func Says(kind string) string {
	for _, k := range kinds {
		if k.Kind == kind {
			return k.Says
		}
	}
	return ""
}

// mailbox and phone are what a contact may be.
var phone = regexp.MustCompile(`^\+?[0-9][0-9 ()-]{5,19}$`)

// check is a draft as it is kept.
func (d Draft) check() (Draft, error) {
	if Says(d.Kind) == "" {
		return d, fault.In("kind", "请选择是哪种问题。")
	}
	var err error
	if d.Words, err = text("words", "哪里有问题", d.Words); err != nil {
		return d, err
	}
	d.Contact = strings.TrimSpace(d.Contact)
	if a, err := mail.ParseAddress(d.Contact); d.Contact != "" && !phone.MatchString(d.Contact) && (err != nil || a.Address != d.Contact || len(d.Contact) > 100) {
		return d, fault.In("contact", "联系方式请填手机号、带区号的电话或者邮箱；也可以不填。")
	}
	if !strings.HasPrefix(d.Page, "/") || strings.HasPrefix(d.Page, "//") || len(d.Page) > pageMost || strings.ContainsFunc(d.Page, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) {
		d.Page = "" // it came with the address; whoever writes cannot put it right
	}
	return d, nil
}

// text is what people type into a field, tidied, or what to do about it.
func text(field, name, s string) (string, error) {
	s = strings.TrimSpace(s)
	if n := utf8.RuneCountInString(s); n < shortest || n > longest {
		return s, fault.In(field, "%s请写 %d 到 %d 个字，现在是 %d 个。", name, shortest, longest, n)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return s, fault.In(field, "%s里有不是文字的字符，请删除后再提交。", name)
	}
	return s, nil
}

// object is a report in the audit chain.
func object(id int64) string { return fmt.Sprint(ObjectKind, id) }

// ObjectKind begins a report's name in the audit chain; Kind is what its clock is about.
const (
	ObjectKind = "correction/"
	Kind       = "correction"
)

// Take keeps a report of a citizen and answers the code that opens its answer, once: nobody can read it again.
func (c *Corrections) Take(ctx context.Context, site kernel.SiteID, d Draft) (code string, err error) {
	if d, err = d.check(); err != nil {
		return "", err
	}
	ctx = kernel.WithActor(ctx, kernel.Actor{Name: "公众", Via: "public"})
	code = newCode()
	r := Report{Draft: d, Site: site, ID: c.IDs.Next(), State: Open, ReceivedAt: c.Now()}
	if r.Contact, err = c.secrets.seal(site, r.ID, d.Contact); err != nil {
		return "", err
	}
	return code, c.DB.InTx(ctx, func(ctx context.Context) error {
		if err := c.insert(ctx, r, digest(code)); err != nil {
			return err
		}
		if err := c.Clocks.Start(ctx, r); err != nil {
			return err
		}
		return c.record(ctx, r, "correction.received", "")
	})
}

// record writes what became of a report. The chain keeps no word of it: what people write of themselves could never be deleted from there.
func (c *Corrections) record(ctx context.Context, r Report, action, before string) error {
	note := map[string]string{"kind": r.Kind}
	if r.Unit != "" {
		note["unit"] = r.Unit
	}
	return c.Audit.Record(ctx, audit.Entry{Site: r.Site, Action: action, Object: object(r.ID), Before: before, After: r.State, Note: note})
}

// change is something that happens to a report that is still owed.
func (c *Corrections) change(ctx context.Context, site kernel.SiteID, id int64, action string, f func(r *Report) error) error {
	return c.DB.InTx(ctx, func(ctx context.Context) error {
		r, err := c.one(ctx, site, id)
		if err != nil {
			return err
		}
		before := r.State
		if !r.Waits() {
			return fault.New(fault.Conflict, "这一件已经答复，不能再改。")
		}
		if err := f(&r); err != nil {
			return err
		}
		if err := c.save(ctx, r, before); err != nil {
			return err
		}
		if !r.Waits() {
			if err := c.Clocks.Stop(ctx, r); err != nil {
				return err
			}
			if err := c.Queue.Add(ctx, site, Forget{ID: id}, jobs.Options{Key: object(id), RunAt: r.AnsweredAt.AddDate(0, 0, KeepContact)}); err != nil {
				return err
			}
		}
		return c.record(ctx, r, action, before)
	})
}

// Answer closes a report with a word to its sender: fixed, or declined and why.
func (c *Corrections) Answer(ctx context.Context, site kernel.SiteID, id int64, state, answer string) error {
	if state != Fixed && state != Declined {
		return fault.In("do", "请选择怎样办理。")
	}
	return c.change(ctx, site, id, "correction."+state, func(r *Report) (err error) {
		who := kernel.ActorFrom(ctx)
		r.State, r.AnsweredBy, r.AnsweredName, r.AnsweredAt = state, who.Account, who.Name, c.Now()
		r.Answer, err = text("answer", "答复", answer)
		return err
	})
}

// HandOver notes which unit was asked to put it right; the site still owes the answer in the same time.
func (c *Corrections) HandOver(ctx context.Context, site kernel.SiteID, id int64, unit string) error {
	units, err := c.Units(ctx, site)
	if err != nil {
		return err
	}
	return c.change(ctx, site, id, "correction.handed", func(r *Report) error {
		for _, name := range units {
			if name == unit {
				r.State, r.Unit = Handed, name
				return nil
			}
		}
		return fault.In("unit", "请选择转给哪个单位。")
	})
}

// forget deletes what a report says of its sender, when its time has come. It may run twice.
func (c *Corrections) forget(ctx context.Context, site kernel.SiteID, id int64) error {
	return c.DB.InTx(ctx, func(ctx context.Context) error {
		r, err := c.one(ctx, site, id)
		if fault.Is(err, fault.NotFound) || err == nil && (r.Contact == "" || r.Waits() || r.AnsweredAt.AddDate(0, 0, KeepContact).After(c.Now())) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := c.dropContact(ctx, site, id); err != nil {
			return err
		}
		return c.record(ctx, r, "correction.forgotten", r.State)
	})
}
