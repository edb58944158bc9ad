package column

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// What a unit may ask for.
const (
	AskNew    = "new"
	AskRename = "rename"
	AskMerge  = "merge"
	AskClose  = "close"
)

// The states of a request.
const (
	Open      = "open"
	Accepted  = "accepted"
	Refused   = "refused"
	Withdrawn = "withdrawn"
)

const (
	shortestReason = 4 // characters
	longestReason  = 500
	mostOpen       = 30 // of a site
)

// Wish is what a unit asks for, and why. The address of a new column is no part of it: naming addresses is the other side's work.
type Wish struct {
	Kind      string
	Column    int64  // the column it is about; of a new one the column above it, 0 at the top
	Successor int64  // of a merged column; of a closed one 0 or a column
	Name      string // of a new or renamed column
	Sort      string // of a new column: its kind
	CycleDays int
	Nav       bool
	Reason    string
}

// Request is a wish on its way (安政办发〔2015〕71号 四(三): 上级负责技术和编辑集成, 下级保障内容): whoever supplies a site's content cannot
// change its tree and asks; whoever assembles it decides, and never about an own request.
type Request struct {
	Site kernel.SiteID
	ID   int64
	Wish
	ColumnVersion, SuccessorVersion int64 // as they were when it was asked for
	ColumnName                      string
	ColumnWas, SuccessorWas         string // in words, with the address
	State                           string
	AskedBy, DecidedBy              kernel.AccountID // who withdrew, too, has decided
	AskedName, DecidedName          string
	AskedAt, DecidedAt              time.Time
	Because                         string
	Made                            int64 // the column that was made
}

// Consent is what somebody accepts who has looked at a request: the versions of the columns that were on the screen, the address to be given,
// and whether the screen told of a change since the request.
type Consent struct {
	Kind              string // what the person may do; a request of another kind is not there
	Slug              string // of a new column; of a renamed one "" keeps its address
	Column, Successor int64  // versions
	Changed           bool
}

// about is the thing of which one request is open at most. Merging and closing are two ends of one column.
func (w Wish) about() string {
	switch w.Kind {
	case AskNew:
		return "new/" + strconv.FormatInt(w.Column, 10) + "/" + w.Name
	case AskRename:
		return "name/" + strconv.FormatInt(w.Column, 10)
	}
	return "end/" + strconv.FormatInt(w.Column, 10)
}

// Title is what a request is about: names only, so that it needs no language.
func (r *Request) Title() string {
	switch r.Kind {
	case AskNew:
		if r.ColumnName == "" {
			return r.Name
		}
		return r.ColumnName + " › " + r.Name
	case AskRename:
		return r.ColumnName + " → " + r.Name
	}
	return r.ColumnName
}

// ended is the state that a column has after a merging or closing.
func (w Wish) ended() string {
	if w.Kind == AskMerge {
		return Merged
	}
	return Closed
}

func (w Wish) spec(slug string) Spec {
	return Spec{Parent: w.Column, Kind: w.Sort, Name: w.Name, Slug: slug, Nav: w.Nav, CycleDays: w.CycleDays}
}

// on is a change of a site's requests and tree, one at a time.
func (c *Columns) on(ctx context.Context, id kernel.SiteID, f func(ctx context.Context, w *work) error) error {
	return c.db.InTx(ctx, func(ctx context.Context) error {
		if err := c.take(ctx, id); err != nil {
			return err
		}
		tree, _, err := c.bare(ctx, id)
		if err != nil {
			return err
		}
		return f(ctx, &work{Columns: c, site: id, tree: tree})
	})
}

// Ask makes a request and returns its number. What could not be done at this moment is refused at once, in the words in which doing it is.
func (c *Columns) Ask(ctx context.Context, id kernel.SiteID, wish Wish) (int64, error) {
	r := Request{Site: id, ID: c.ids.Next(), State: Open, AskedAt: c.now()}
	who := kernel.ActorFrom(ctx)
	r.AskedBy, r.AskedName = who.Account, who.Name
	err := c.on(ctx, id, func(ctx context.Context, w *work) (err error) {
		if r.Wish, err = w.can(wish); err != nil {
			return err
		}
		if err := c.room(ctx, r); err != nil {
			return err
		}
		r.ColumnVersion, r.ColumnName, r.ColumnWas = w.tree.stands(r.Column)
		r.SuccessorVersion, _, r.SuccessorWas = w.tree.stands(r.Successor)
		if err := c.insertRequest(ctx, r); err != nil {
			return err
		}
		return c.tell(ctx, r, "column.request."+r.Kind, "", Open)
	})
	return r.ID, err
}

// room refuses a request about a thing of which one is open already, and one too many.
func (c *Columns) room(ctx context.Context, r Request) error {
	open, err := c.openOf(ctx, r.Site)
	if err != nil {
		return err
	}
	for _, o := range open {
		if o.about() == r.about() {
			return fault.New(fault.Conflict, "%s已经提出过同样的申请，还没有办结。请等它办结，或者先撤回那一份。", o.AskedName)
		}
	}
	if len(open) >= mostOpen {
		return fault.New(fault.Conflict, "本站已有 %d 份申请没有办结，请等办结一些再提。", mostOpen)
	}
	return nil
}

// can answers a wish as it is kept, and refuses one that could not be done.
func (w *work) can(wish Wish) (Wish, error) {
	var err error
	if wish.Reason, err = checkReason("reason", wish.Reason); err != nil {
		return wish, err
	}
	switch wish.Kind {
	case AskNew:
		kept := Wish{Kind: AskNew, Column: wish.Column, Sort: wish.Sort, CycleDays: wish.CycleDays, Nav: wish.Nav, Reason: wish.Reason}
		kept.Name, err = w.fits(wish.spec(""))
		return kept, err
	case AskRename:
		k, _, err := w.active(wish.Column)
		if err != nil {
			return wish, err
		}
		kept := Wish{Kind: AskRename, Column: wish.Column, Reason: wish.Reason}
		if kept.Name, err = checkName(wish.Name); err == nil && kept.Name == k.Name {
			err = fault.In("name", "栏目现在就叫“%s”，请写新的名称。", k.Name)
		}
		return kept, err
	case AskMerge, AskClose:
		kept := Wish{Kind: wish.Kind, Column: wish.Column, Successor: wish.Successor, Reason: wish.Reason}
		_, _, err := w.ends(kept.Column, kept.ended(), kept.Successor)
		return kept, err
	}
	return wish, fault.In("kind", "没有这种申请。")
}

func checkReason(field, s string) (string, error) {
	s = Tidy(AsLong, s)
	if n := utf8.RuneCountInString(s); n < shortestReason || n > longestReason {
		return s, fault.In(field, "请写明理由，%d 到 %d 个字。", shortestReason, longestReason)
	}
	if err := checkText(field, strings.ReplaceAll(s, "\n", "")); err != nil {
		return s, err
	}
	return s, nil
}

// stands is how a column is now, in its version and in words; all is empty for the top and for what is not there.
func (t *Tree) stands(id int64) (version int64, name, words string) {
	k := t.Get(id)
	if k == nil {
		return 0, "", ""
	}
	return k.Version, k.Name, t.trail(id) + " (/c/" + k.Path + ")"
}

// settle decides an open request and records it under the action, with both names.
func (c *Columns) settle(ctx context.Context, id kernel.SiteID, request int64, action, state string, f func(ctx context.Context, w *work, r *Request) error) error {
	return c.on(ctx, id, func(ctx context.Context, w *work) error {
		r, err := c.Request(ctx, id, request)
		if err != nil {
			return err
		}
		if r.State != Open {
			return fault.New(fault.Conflict, "这份申请已经办结，不能再改。请看它的结果。")
		}
		if err := f(ctx, w, &r); err != nil {
			return err
		}
		who := kernel.ActorFrom(ctx)
		r.State, r.DecidedBy, r.DecidedName, r.DecidedAt = state, who.Account, who.Name, c.now()
		if err := c.saveRequest(ctx, r); err != nil {
			return err
		}
		return c.tell(ctx, r, action, Open, state)
	})
}

// tell records what became of a request.
func (c *Columns) tell(ctx context.Context, r Request, action, before, after string) error {
	note := map[string]string{"kind": r.Kind, "column": strconv.FormatInt(r.Column, 10), "reason": r.Reason,
		"asker": strconv.FormatInt(int64(r.AskedBy), 10), "asker_name": r.AskedName}
	if r.DecidedBy != 0 {
		note["decider_name"], note["because"] = r.DecidedName, r.Because
	}
	if r.Made != 0 {
		note["made"] = strconv.FormatInt(r.Made, 10)
	}
	return c.audit.Record(ctx, audit.Entry{Site: r.Site, Action: action, Object: "column.request/" + strconv.FormatInt(r.ID, 10), Before: before, After: after, Note: note})
}

// Withdraw takes an own request back.
func (c *Columns) Withdraw(ctx context.Context, id kernel.SiteID, request int64) error {
	return c.settle(ctx, id, request, "column.request.withdraw", Withdrawn, func(ctx context.Context, _ *work, r *Request) error {
		if kernel.ActorFrom(ctx).Account != r.AskedBy {
			return fault.New(fault.Forbidden, "只有提出的人可以撤回申请。")
		}
		return nil
	})
}

// Refuse says no, and why.
func (c *Columns) Refuse(ctx context.Context, id kernel.SiteID, request int64, because string) error {
	return c.settle(ctx, id, request, "column.request.refuse", Refused, func(ctx context.Context, _ *work, r *Request) (err error) {
		if err := notOwn(ctx, r); err != nil {
			return err
		}
		r.Because, err = checkReason("because", because)
		return err
	})
}

// notOwn refuses to let somebody decide an own request.
func notOwn(ctx context.Context, r *Request) error {
	if kernel.ActorFrom(ctx).Account == r.AskedBy {
		return fault.New(fault.Forbidden, "自己提出的申请不能自己办理，请由另一个人办理。")
	}
	return nil
}

// Accept does what is asked for, in the same transaction.
func (c *Columns) Accept(ctx context.Context, id kernel.SiteID, request int64, yes Consent) error {
	return c.settle(ctx, id, request, "column.request.accept", Accepted, func(ctx context.Context, w *work, r *Request) error {
		if r.Kind != yes.Kind {
			return fault.New(fault.NotFound, "没有这份申请。")
		}
		if err := notOwn(ctx, r); err != nil {
			return err
		}
		column, _, _ := w.tree.stands(r.Column)
		successor, _, _ := w.tree.stands(r.Successor)
		if column != yes.Column || successor != yes.Successor {
			return fault.New(fault.Conflict, "申请里的栏目刚被别人改过，这一次没有办理。请看现在的样子，再决定是否同意。")
		}
		if r.Drifted(w.tree) && !yes.Changed {
			return fault.In("changed", "提出申请以后，栏目改过。请看清改动，勾选“我看过改动，仍然同意”再按一次。")
		}
		if k := w.tree.Get(r.Column); k != nil && k.Slug == yes.Slug && r.Kind == AskRename {
			yes.Slug = "" // it keeps its address
		}
		return c.perform(ctx, r, yes.Slug)
	})
}

// Drifted reports whether a column of the request was changed since.
func (r *Request) Drifted(t *Tree) bool {
	column, _, _ := t.stands(r.Column)
	successor, _, _ := t.stands(r.Successor)
	return column != r.ColumnVersion || successor != r.SuccessorVersion
}

// perform does what a request asks for.
func (c *Columns) perform(ctx context.Context, r *Request, slug string) (err error) {
	switch r.Kind {
	case AskNew:
		r.Made, err = c.Add(ctx, r.Site, r.spec(slug))
		return err
	case AskMerge:
		return c.Merge(ctx, r.Site, r.Column, r.Successor)
	case AskClose:
		return c.Close(ctx, r.Site, r.Column, r.Successor)
	}
	if slug != "" {
		if err := c.Readdress(ctx, r.Site, r.Column, slug); err != nil {
			return err
		}
	}
	return c.Rename(ctx, r.Site, r.Column, r.Name)
}
