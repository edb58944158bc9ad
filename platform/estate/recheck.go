package estate

import (
	"context"
	"slices"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
)

// The rounds of a re-check: the job opens one, the content lead of the sponsor confirms what is still right, a supervisor accepts it or
// asks for more.
const (
	RecheckOpen      = "open"
	RecheckConfirmed = "confirmed"
	RecheckReturned  = "returned"
	RecheckAccepted  = "accepted"
)

// noticeDays is how long before its day a re-check is opened.
const noticeDays = 30

// Recheck is one year's re-check of a site (五(一) 开办审核, d52: an opening that nobody looks at again is no review).
type Recheck struct {
	Site          kernel.SiteID
	DueOn         string // the day by which it is to be accepted: a year after the opening or the last one, and thirty days after it was asked for
	State         string
	OpenedAt      time.Time
	Right         Right
	Note          string // what is wrong, or anything else the lead has to say
	ConfirmedBy   kernel.AccountID
	ConfirmedName string
	ConfirmedAt   time.Time
	Because       string
	DecidedBy     kernel.AccountID
	DecidedName   string
	DecidedAt     time.Time
}

// Right is what the lead confirms to be as it is recorded.
type Right struct{ Unit, Phone, Hosts, Columns bool }

func (r Right) all() bool { return r == Right{true, true, true, true} }

// Open reports whether somebody still has to act: a site without a round has the zero Recheck, which is not open.
func (r Recheck) Open() bool { return r.State != "" && r.State != RecheckAccepted }

// Late reports whether the day has passed before it was accepted. today is a day in Beijing.
func (r Recheck) Late(today string) bool { return r.Open() && r.DueOn < today }

var recheckTitles = map[string]string{RecheckOpen: "待确认", RecheckConfirmed: "待复核", RecheckReturned: "退回补充", RecheckAccepted: "已通过"}

// Title is how the round stands, as people read it.
func (r Recheck) Title() string { return recheckTitles[r.State] }

// nextDue is the day of the next re-check: a year after the later of the opening and the last one that was accepted.
func nextDue(opened, accepted time.Time) time.Time {
	from := opened
	if accepted.After(from) {
		from = accepted
	}
	return from.In(kernel.Beijing).AddDate(1, 0, 0)
}

// sitesAtOnce is how many rounds one transaction opens: publishing waits for the same writer.
const sitesAtOnce = 200

// OpenRechecks opens the rounds of all online sites that are due within the notice, and returns how many. A second run opens none.
func (e *Estate) OpenRechecks(ctx context.Context) (opened int, err error) {
	all, err := e.Sites.Everything(ctx)
	if err != nil {
		return 0, err
	}
	accepted, err := e.lastAccepted(ctx)
	if err != nil {
		return 0, err
	}
	running, err := e.running(ctx)
	if err != nil {
		return 0, err
	}
	until := e.Now().In(kernel.Beijing).AddDate(0, 0, noticeDays).Format(time.DateOnly)
	var due []Recheck // none before the notice is over: who was never asked, as behind an upgrade, is not late
	for _, k := range all {
		day := nextDue(k.CreatedAt, accepted[k.ID]).Format(time.DateOnly)
		if _, runs := running[k.ID]; k.State == site.Online && !runs && day <= until {
			due = append(due, Recheck{Site: k.ID, DueOn: until, State: RecheckOpen, OpenedAt: e.Now()})
		}
	}
	for some := range slices.Chunk(due, sitesAtOnce) {
		n, err := e.openRounds(ctx, some)
		if err != nil {
			return opened, err
		}
		opened += n
	}
	return opened, nil
}

// openRounds opens those of the rounds that nobody has opened meanwhile.
func (e *Estate) openRounds(ctx context.Context, some []Recheck) (n int, err error) {
	err = e.DB.InTx(ctx, func(ctx context.Context) error {
		n = 0
		for _, r := range some {
			isNew, err := e.insertRecheck(ctx, r)
			if err != nil {
				return err
			}
			if !isNew {
				continue
			}
			if err := e.record(ctx, r.Site, "site.recheck.open", r.DueOn, nil); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// RecheckOf is the newest round of a site, or the zero Recheck.
func (e *Estate) RecheckOf(ctx context.Context, id kernel.SiteID) (Recheck, error) {
	all, err := e.rechecks(ctx, id)
	if err != nil || len(all) == 0 {
		return Recheck{}, err
	}
	return all[0], nil
}

// Rechecks are the rounds that are not accepted, by site.
func (e *Estate) Rechecks(ctx context.Context) (map[kernel.SiteID]Recheck, error) {
	return e.running(ctx)
}

// Confirm says for the sponsor what is still right. What is not is said in words, so that a supervisor knows what will change.
func (e *Estate) Confirm(ctx context.Context, id kernel.SiteID, right Right, note string) error {
	if note != "" {
		if say := org.NameSays(note, 2, 500); say != nil {
			return fault.In("note", "说明%s", say)
		}
	}
	if !right.all() && note == "" {
		return fault.In("note", "有一项没有勾选时，请写明哪里要改、打算怎么改。")
	}
	return e.turn(ctx, id, "site.recheck.confirm", func(r *Recheck) error {
		if r.State != RecheckOpen && r.State != RecheckReturned {
			return fault.New(fault.Conflict, "这次年度复核已经确认过，正在等监督员复核。")
		}
		who := kernel.ActorFrom(ctx)
		r.State, r.Right, r.Note = RecheckConfirmed, right, note
		r.ConfirmedBy, r.ConfirmedName, r.ConfirmedAt = who.Account, who.Name, e.Now()
		return nil
	})
}

// DecideRecheck accepts what the lead has confirmed, or asks for more. Nobody decides about an own confirmation.
func (e *Estate) DecideRecheck(ctx context.Context, id kernel.SiteID, accept bool, because string) error {
	if because != "" || !accept {
		if say := org.NameSays(because, 2, 200); say != nil {
			return fault.In("because", "意见%s请写明还缺什么。", say)
		}
	}
	act := map[bool]string{true: "site.recheck.accept", false: "site.recheck.return"}[accept]
	return e.turn(ctx, id, act, func(r *Recheck) error {
		who := kernel.ActorFrom(ctx)
		switch {
		case r.State != RecheckConfirmed:
			return fault.New(fault.Conflict, "主办单位的内容主管还没有确认，现在不能复核。")
		case who.Account != 0 && who.Account == r.ConfirmedBy:
			return fault.New(fault.Forbidden, "自己确认的不能自己复核，请由另一位监督员办理。")
		}
		r.State = map[bool]string{true: RecheckAccepted, false: RecheckReturned}[accept]
		r.Because, r.DecidedBy, r.DecidedName, r.DecidedAt = because, who.Account, who.Name, e.Now()
		return nil
	})
}

// turn changes the running round of a site and records it.
func (e *Estate) turn(ctx context.Context, id kernel.SiteID, action string, change func(*Recheck) error) error {
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		r, err := e.lockRecheck(ctx, id)
		if err != nil {
			return err
		}
		if !r.Open() {
			return fault.New(fault.Conflict, "这个网站现在没有要办的年度复核。到期前 %d 天会自动开始。", noticeDays)
		}
		was := r.State
		if err := change(&r); err != nil {
			return err
		}
		if err := e.saveRecheck(ctx, r, was); err != nil {
			return err
		}
		note := map[string]string{"due": r.DueOn, "reason": r.Because}
		if r.State == RecheckConfirmed {
			note["reason"] = r.Note
		}
		return e.record(ctx, id, action, r.State, note)
	})
}

// recheckAddress is the screen of a site's re-check.
func recheckAddress(id kernel.SiteID) string { return "/sites/" + id.String() + "/recheck" }
