package site

import (
	"context"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/org"
)

// State is where a site stands in its life.
type State string

// The states of 开办审核 and after. Citizens reach trial, online, suspended, closing and closed; of the last three
// they are shown the notice.
const (
	Applied      State = "applied"
	Approved     State = "approved"
	Refused      State = "refused"
	Provisioning State = "provisioning"
	Trial        State = "trial"
	Online       State = "online"
	Suspended    State = "suspended"
	Closing      State = "closing"
	Closed       State = "closed"
)

// next are the transitions that exist.
//
//	applied → approved → provisioning → trial → online ⇄ suspended
//	       ↘ refused                              ↓         ↓
//	                                              closing ←─┘ → closed
var next = map[State][]State{
	Applied:      {Approved, Refused},
	Approved:     {Provisioning},
	Provisioning: {Trial},
	Trial:        {Online},
	Online:       {Suspended, Closing},
	Suspended:    {Online, Closing},
	Closing:      {Closed},
}

var stateNames = map[State]string{Applied: "已申请", Approved: "已批准", Refused: "未批准", Provisioning: "开通中", Trial: "试运行",
	Online: "在线", Suspended: "暂停服务", Closing: "关停公告中", Closed: "已关停"}

// Title is the state as people read it.
func (s State) Title() string { return stateNames[s] }

// Public reports whether the site's address answers.
func (s State) Public() bool {
	return s == Trial || s == Online || s == Suspended || s == Closing || s == Closed
}

// LeadsTo reports whether a site may go from s to the state.
func (s State) LeadsTo(to State) bool { return slices.Contains(next[s], to) }

// Move takes a site to another state for a reason that the audit chains keep. notice is what citizens read in a
// suspended, closing or closed site; it must be given there and nowhere else.
func (s *Sites) Move(ctx context.Context, id kernel.SiteID, to State, reason, notice string) error {
	if say := org.NameSays(reason, 2, 200); say != nil {
		return fault.In("reason", "理由%s", say)
	}
	shows := to == Suspended || to == Closing || to == Closed
	if shows {
		if say := org.NameSays(notice, 4, 500); say != nil {
			return fault.In("notice", "公告%s", say)
		}
	} else if notice != "" {
		return fault.In("notice", "只有暂停和关停才显示公告。")
	}
	return s.change(ctx, func(ctx context.Context) ([]kernel.SiteID, error) {
		was, err := s.lock(ctx, id)
		if err != nil {
			return nil, err
		}
		if !was.State.LeadsTo(to) {
			return nil, fault.New(fault.Conflict, "“%s”现在是“%s”，不能改为“%s”。", was.Name, was.State.Title(), to.Title())
		}
		if err := s.leave(ctx, was, to); err != nil {
			return nil, err
		}
		if to == Online {
			all, err := s.Domains(ctx, id)
			if err != nil {
				return nil, err
			}
			for _, d := range all {
				if err := s.mayShow(ctx, d.Host); err != nil {
					return nil, err
				}
			}
		}
		now := was
		now.State, now.Notice, now.StateAt = to, notice, s.now()
		if err := s.save(ctx, now); err != nil {
			return nil, err
		}
		return []kernel.SiteID{id}, s.record(ctx, audit.Entry{Site: id, Action: "site." + string(to),
			Before: string(was.State), After: string(to), Note: map[string]string{"reason": reason, "notice": notice}})
	})
}

// leave does what the end of a site asks: a refused one gives its address back, a carrier is not closed over its channels.
func (s *Sites) leave(ctx context.Context, was Site, to State) error {
	switch to {
	case Refused:
		return s.dropDomains(ctx, was.ID)
	case Closing, Closed:
		n, err := s.liveChannels(ctx, was.ID)
		if err == nil && n > 0 {
			return fault.New(fault.Conflict, "“%s”之下还有 %d 个频道或栏目没有关停，请先关停它们。", was.Name, n)
		}
		return err
	}
	return nil
}

// Suspend takes an online site off with a public notice.
func (s *Sites) Suspend(ctx context.Context, id kernel.SiteID, reason, notice string) error {
	return s.Move(ctx, id, Suspended, reason, notice)
}

// Resume brings a suspended site back.
func (s *Sites) Resume(ctx context.Context, id kernel.SiteID, reason string) error {
	return s.Move(ctx, id, Online, reason, "")
}

// Close announces the end of a site, and when it has been announced before, ends it: its addresses answer 410 with the notice.
func (s *Sites) Close(ctx context.Context, id kernel.SiteID, reason, notice string) error {
	was, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	if was.State == Closing {
		return s.Move(ctx, id, Closed, reason, notice)
	}
	return s.Move(ctx, id, Closing, reason, notice)
}
