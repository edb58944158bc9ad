package article

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
)

// decree is a policy with a number.
func decree(title, number, major string) Payload {
	return Payload{Kind: Policy, Title: title, Body: "<p>正文</p>", Document: &Document{Number: number, Major: major}}
}

// E1: a policy is found by words of its title or by its number, whether editors work at it, citizens read it, or a batch took it over; what is
// no document, another site's or in the bin is not.
func TestDocumentsAreFound(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		public := h.publish(h.city, 1, decree("医疗救助办法", "安政发〔2026〕1号", MajorPolicy))
		draft, err := h.Create(h.ctx, h.city.ID, 1, "", decree("医疗救助实施细则", "安政发〔2026〕2号", ""))
		h.must(err)
		h.publish(h.city, 1, news("医疗救助一图读懂"))
		there, err := h.Create(h.ctx, h.towns[0].ID, 1, "", decree("医疗救助的区里办法", "安政发〔2026〕2号", ""))
		h.must(err)
		binned, err := h.Create(h.ctx, h.city.ID, 1, "", decree("医疗救助废稿", "", ""))
		h.must(err)
		h.must(h.Bin(h.ctx, h.city.ID, binned, 1))
		h.take([]string{jsonl("d1", "医疗救助旧办法", "2001-01-01")}, h.city)
		h.must(h.Queue.Drain(h.ctx))
		for _, row := range []struct {
			text string
			most int
			want []string
		}{
			{"", 10, []string{"医疗救助实施细则"}},
			{"救助", 10, []string{"医疗救助实施细则", "医疗救助旧办法", "医疗救助办法"}},
			{"救助", 1, []string{"医疗救助实施细则"}},
			{"安政发〔2026〕2号", 10, []string{"医疗救助实施细则"}},
			{"〔2026〕2", 10, nil},
			{"安政发〔2026〕1号", 10, []string{"医疗救助办法"}},
			{"%", 10, nil}, {"_", 10, nil}, {"没有这样的", 10, nil},
		} {
			all, err := h.FindDocuments(h.ctx, h.city.ID, row.text, row.most)
			h.must(err)
			var got []string
			for _, f := range all {
				got = append(got, f.Title)
				if f.Public != (f.ID != draft) || f.Major != (f.ID == public) || f.Column == 0 {
					t.Errorf("found %+v", f)
				}
			}
			slices.Sort(got)
			slices.Sort(row.want)
			if !slices.Equal(got, row.want) {
				t.Errorf("%q finds %q, want %q", row.text, got, row.want)
			}
		}
		long := make([]rune, longestTitle+1)
		for i := range long {
			long[i] = '长'
		}
		_, err = h.FindDocuments(h.ctx, h.city.ID, string(long), 10)
		refused(t, "too long", err, fault.Invalid, "检索词太长")
		some, err := h.Some(h.ctx, h.city.ID, []ID{draft, there})
		if err != nil || len(some) != 1 || some[draft].Payload.Document.Number != "安政发〔2026〕2号" {
			t.Errorf("some are %+v, %v", some, err)
		}
		refused(t, "major is yes or nothing", ptr(decree("办法", "", "maybe")).Check(), fault.Invalid, "重大政策")
	})
}

func ptr(p Payload) *Payload { return &p }

// alone answers as the room that keeps pairs would.
type alone struct{ explained, spare error }

func (a alone) Beside(context.Context, *render.Site, ID) (by, of []render.Item, err error) {
	return nil, nil, nil
}
func (a alone) Explained(context.Context, kernel.SiteID, ID, string) error { return a.explained }
func (a alone) Spare(context.Context, kernel.SiteID, ID) error             { return a.spare }

// d10: what is due on another site is not published before a major policy of this one, and what the room that keeps pairs cannot say is no leave.
func TestWhatIsDueIsTheSitesOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, s := h.approved("别站的稿件")
		s.PublishAt = h.now.Add(time.Hour)
		h.must(h.Plan(h.ctx, h.city.ID, id, s))
		h.now = s.PublishAt
		for site, want := range map[kernel.SiteID]int{h.city.ID: 1, h.towns[0].ID: 0} {
			if due, err := h.dueSchedules(h.ctx, site, h.now); err != nil || len(due) != want {
				t.Errorf("due on site %d: %v, %v", site, due, err)
			}
		}
		broken := fault.New(fault.Unavailable, "系统暂时不能办理。")
		h.Pairs = alone{broken, broken}
		rules, err := h.Create(h.ctx, h.city.ID, 1, "", decree("办法", "", MajorPolicy))
		h.must(err)
		h.review(h.city, rules)
		if err := h.Publish(h.ctx, h.city.ID, rules); !fault.Is(err, fault.Unavailable) {
			t.Errorf("published: %v", err)
		}
		why := fault.New(fault.Conflict, "没有解读。")
		h.Pairs = alone{why, nil}
		d, err := h.Get(h.ctx, h.city.ID, rules)
		h.must(err)
		h.must(h.Plan(h.as(final), h.city.ID, rules, Schedule{Edition: d.Edition, PublishAt: h.now.Add(time.Hour)}))
		h.now = h.now.Add(time.Hour)
		h.must(h.Queue.Drain(h.ctx))
		if plans, err := h.Planned(h.ctx, h.city.ID, rules); err != nil || plans[rules].Failed != "没有解读。" {
			t.Errorf("people read %+v, %v", plans[rules], err)
		}
		h.Pairs = alone{nil, broken}
		h.must(h.Publish(h.ctx, h.city.ID, rules))
		if err := h.DB.InTx(h.ctx, func(ctx context.Context) error { return h.expire(ctx, h.city.ID, rules) }); !fault.Is(err, fault.Unavailable) {
			t.Errorf("expired: %v", err)
		}
	})
}
