package watch

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// Asked is what somebody wants to see of what happened; zero fields do not narrow.
type Asked struct {
	Who  string // a person's whole name
	Kind string // of kinds
	Day  string // "2026-11-27"
	From string // go on behind: what Deed.Mark says
}

// kind is a part of what may happen, by what its actions begin with.
type kind struct {
	Value, Name string
	begins      []string
}

// kinds are what one may narrow to.
var kinds = []kind{
	{"text", "稿件", []string{"article.", "edition.", "review.", "publication.", "preview.", "checks.", "batch.", "migration.", "view.", "warning."}},
	{"column", "栏目", []string{"column."}},
	{"site", "网站", []string{"site.", "domain.", "theme.", "identity.", "wordpack."}},
	{"people", "人员", []string{"user.", "appointment.", "org."}},
}

// inner are what happens at a site's own desk before anything is public: nobody else's business.
var inner = []string{"article.", "edition.", "review.", "preview.", "checks.", "view.", "warning.create", "warning.edit"}

// trifles are what is kept in the chain and not told here: own filters, and what sending an article says already.
var trifles = []string{"view.", "edition.frozen"}

// Deed is one sentence: who did what, when, to which thing.
type Deed struct {
	audit.Line
	Of     Named  // the thing, or nothing where it may not be named
	Site   string // on which site, in a list of all
	Why    string
	System bool // not a person
}

// Activity is a page of what happened.
type Activity struct {
	Deeds []Deed
	Next  string // where the next page goes on, or ""
}

// pageOf is how many deeds a page has.
const pageOf = 50

// Happened tells what was done on a site, or, of kernel.Platform, on every chain.
func (w *Watch) Happened(ctx context.Context, id kernel.SiteID, a Asked) (Activity, error) {
	q, err := w.query(ctx, id, a)
	if err != nil {
		return Activity{}, err
	}
	lines, err := w.Audit.Find(ctx, q)
	if err != nil {
		return Activity{}, err
	}
	var act Activity
	if len(lines) > pageOf {
		act.Next = writeMark(lines[pageOf-1].Mark())
		lines = lines[:pageOf]
	}
	for _, l := range lines {
		act.Deeds = append(act.Deeds, Deed{Line: l, Why: whyOf(l), System: l.Actor.Account == 0})
	}
	return act, w.name(ctx, id, act.Deeds)
}

func (w *Watch) query(ctx context.Context, id kernel.SiteID, a Asked) (audit.Query, error) {
	q := audit.Query{Every: id == kernel.Platform, Chain: id, Who: a.Who, Without: trifles, Most: pageOf + 1}
	if !q.Every && !w.reads(ctx, id) {
		q.Without = inner
	}
	for _, k := range kinds {
		if k.Value == a.Kind {
			q.Only = k.begins
		}
	}
	if day, err := time.ParseInLocation(time.DateOnly, a.Day, kernel.Beijing); err == nil {
		q.From, q.To = day.UTC(), day.AddDate(0, 0, 1).UTC()
	}
	q.Before = readMark(a.From)
	return q, nil
}

// whyOf is the reason that was given with a deed.
func whyOf(l audit.Line) string {
	for _, key := range []string{"reason", "note", "why"} {
		if l.Note[key] != "" {
			return l.Note[key]
		}
	}
	return ""
}

// name fills what the things are called. A list of all sites names the site instead, whose own list names the thing: no screen of the
// platform holds the words of a site.
func (w *Watch) name(ctx context.Context, id kernel.SiteID, deeds []Deed) error {
	var names map[string]Named
	if id != kernel.Platform {
		var objects []string
		for _, d := range deeds {
			objects = append(objects, d.Object)
		}
		var err error
		if names, err = w.Contents.Names(ctx, id, objects, w.reads(ctx, id)); err != nil {
			return err
		}
	}
	people := map[string]string{}
	for i := range deeds {
		d := &deeds[i]
		d.Of = names[d.Object]
		if account, ok := strings.CutPrefix(d.Object, "account/"); ok {
			name, err := w.person(ctx, account, people)
			if err != nil {
				return err
			}
			d.Of = Named{Text: name}
		}
		if at := d.Entry.Site; id == kernel.Platform && at != kernel.Platform {
			g, err := w.Sites.Get(ctx, at)
			if err != nil {
				return fmt.Errorf("name the site of entry %d: %w", d.Seq, err)
			}
			d.Site = g.ShortName
		}
	}
	return nil
}

// writeMark is a mark as an address holds it.
func writeMark(m audit.Mark) string {
	return fmt.Sprintf("%d.%d.%d", m.At.UnixMicro(), m.Chain, m.Seq)
}

// readMark reads one; anything else begins at the newest.
func readMark(text string) audit.Mark {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return audit.Mark{}
	}
	var n [3]int64
	for i, p := range parts {
		var err error
		if n[i], err = strconv.ParseInt(p, 10, 64); err != nil || n[i] < 0 {
			return audit.Mark{}
		}
	}
	return audit.Mark{At: time.UnixMicro(n[0]).UTC(), Chain: kernel.SiteID(n[1]), Seq: n[2]}
}

// person is the name of the account that a deed is about.
func (w *Watch) person(ctx context.Context, account string, known map[string]string) (string, error) {
	if name, ok := known[account]; ok {
		return name, nil
	}
	id, ok := kernel.ParseID[kernel.AccountID](account)
	if !ok {
		return "", nil
	}
	a, err := w.Accounts.Get(ctx, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	known[account] = a.Name
	return a.Name, nil
}
