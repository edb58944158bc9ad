package numbering

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// refuses wants a fault of a kind that says what to do.
func refuses(t *testing.T, what string, err error, kind fault.Kind, says string) {
	t.Helper()
	if !fault.Is(err, kind) || !strings.Contains(fault.Say(err), says) {
		t.Errorf("%s: got %v, want %q", what, err, says)
	}
}

// D3: a document that is sent without a number gets the next of its row, by year and subject, from where the rule begins; it keeps it through
// every return. News has none, and a site without a rule gives none.
func TestNumbersByRule(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		city, county := h.sites[0], h.sites[1]
		if got := h.sent(city, h.document(city, "没有规则", "", "")); got != "" {
			t.Errorf("without a rule: %q", got)
		}
		h.rules(city, Rule{Pattern: "{区划码}{机构码}-{主题码}/{年}-{流水号5}", Region: "610900", Organ: "A01", Subjects: "财政=F01\n 其他＝Z99\r\n", First: 7})
		first := h.document(city, "一", "", "财政")
		for i, row := range []struct {
			id   int64
			want string
		}{
			{first, "610900A01-F01/2026-00007"}, {h.document(city, "二", "", "财政"), "610900A01-F01/2026-00008"},
			{h.document(city, "三", "", "教育"), "610900A01-Z99/2026-00007"}, {h.document(city, "四", "", ""), "610900A01-Z99/2026-00008"},
		} {
			if got := h.sent(city, row.id); got != row.want {
				t.Errorf("document %d has %q, want %q", i+1, got, row.want)
			}
		}
		h.must(h.articles.Return(h.ctx, city, first))
		h.edit(city, first, "") // somebody empties it
		if got := h.sent(city, first); got != "610900A01-F01/2026-00007" {
			t.Errorf("sent again it has %q", got)
		}
		h.now = h.now.AddDate(0, 2, 0)
		if got := h.sent(city, h.document(city, "五", "", "财政")); got != "610900A01-F01/2027-00007" {
			t.Errorf("the year after: %q", got)
		}
		h.rules(county, organs())
		if got := h.sent(county, h.document(county, "县里的", "", "")); got != "016000/2027-00001" {
			t.Errorf("another site counts for itself: %q", got)
		}
		news, err := h.articles.Create(h.ctx, city, 1, publication.Brief, article.Payload{Title: "新闻", Body: "<p>一</p>"})
		h.must(err)
		_, err = h.send(city, news)
		h.must(err)
		if d, _ := h.articles.Get(h.ctx, city, news); d.Payload.Document != nil {
			t.Errorf("news has %+v", d.Payload.Document)
		}
		bare, err := h.articles.Create(h.ctx, city, 20, publication.Brief, article.Payload{Kind: article.Policy, Title: "没有公文信息的", Body: "<p>一</p>"})
		h.must(err)
		if got := h.sent(city, bare); got != "610900A01-Z99/2027-00007" {
			t.Errorf("a document that says nothing of itself has %q", got)
		}
		rows, err := h.Rows(h.ctx, city, 2)
		if err != nil || !slices.Equal(rows, []Row{{"610900A01-Z99/2027-{}", 7}, {"610900A01-Z99/2026-{}", 8}}) {
			t.Errorf("it has come to %v, %v", rows, err)
		}
		if rows, err := h.Rows(h.ctx, county, 9); err != nil || !slices.Equal(rows, []Row{{"016000/2027-{}", 1}}) {
			t.Errorf("the other site has come to %v, %v", rows, err)
		}
		if ruled, err := h.Ruled(h.ctx, h.sites[1]+1); err != nil || ruled {
			t.Errorf("a site without a rule: %v, %v", ruled, err)
		}
	})
}

// D3: a number is one document's. What another has is refused with whose it is; what was public is never changed; what was given and laid aside
// is not given again.
func TestANumberIsOneDocuments(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		city, county := h.sites[0], h.sites[1]
		h.rules(city, organs())
		held, wants := h.document(city, "占号的通知", "旧-1", ""), h.document(city, "后来的", "旧-1", "")
		h.publish(city, held)
		_, err := h.send(city, wants)
		refuses(t, "taken", err, fault.Invalid, fmt.Sprintf("索引号“旧-1”已经是《占号的通知》（稿件 %d）的", held))
		if got := h.sent(county, h.document(county, "别的站", "旧-1", "")); got != "旧-1" {
			t.Errorf("another site may have it: %q", got)
		}
		h.edit(city, held, "旧-2")
		_, err = h.send(city, held)
		refuses(t, "changed behind the public", err, fault.Invalid, "公开后索引号不能改")
		h.must(h.articles.Withdraw(h.ctx, city, held, "内容有误"))
		_, err = h.send(city, held)
		refuses(t, "changed after it was withdrawn", err, fault.Invalid, "“旧-1”")
		h.edit(city, held, "")
		if got := h.sent(city, held); got != "旧-1" {
			t.Errorf("what was public has %q", got)
		}
		h.edit(city, wants, "")
		if got := h.sent(city, wants); got != "016000/2026-00001" {
			t.Errorf("emptied, it has %q", got)
		}
		h.must(h.articles.Return(h.ctx, city, wants))
		h.edit(city, wants, "手写-3") // not public yet: it may have another
		if got := h.sent(city, wants); got != "手写-3" {
			t.Errorf("written by hand, it has %q", got)
		}
		if got := h.sent(city, h.document(city, "再后来的", "", "")); got != "016000/2026-00002" {
			t.Errorf("the next has %q", got)
		}
		if whose, err := h.whose(h.ctx, city, "016000/2026-00001"); err != nil || whose != wants {
			t.Errorf("the number laid aside is %d's, %v", whose, err)
		}
		whose, err := h.whose(h.ctx, county, "016000/2026-00001")
		had, err2 := h.of(h.ctx, county, held)
		if whose != 0 || len(had) != 0 || err != nil || err2 != nil {
			t.Errorf("another site has it as %d's, and of %d %v; %v, %v", whose, held, had, err, err2)
		}
		if err := h.given(h.ctx, city, "X", 4); !strings.Contains(fault.Say(err), "一篇已删除的稿件") {
			t.Errorf("of what was removed: %v", err)
		}
	})
}

// D3, B12: the numbers that were public before the rule, as those of imports, are gathered first and not given again; a running number that is
// taken is passed over, and when too many are somebody says from where to count.
func TestNumbersFromBefore(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		city := h.sites[0]
		h.articles.Numbers = nil // as it was before
		h.Published.Published = publication.New(h.DB, h.Now, kernel.NewSeededIDs(h.Now, 8), h.Audit, nil).Published
		h.publish(city, h.document(city, "旧文件甲", "016000/2026-00002", ""))
		twice := h.document(city, "旧文件乙", "016000/2026-00002", "")
		h.publish(city, twice)
		h.articles.Numbers = h.Numbering
		h.must(h.Save(h.ctx, city, organs()))
		waiting := h.document(city, "新文件", "", "")
		_, err := h.send(city, waiting)
		refuses(t, "before they are gathered", err, fault.Conflict, "正在登记已有的索引号")
		h.must(h.Save(h.ctx, h.sites[1], organs()))
		h.must(h.gather(h.ctx, city))
		h.must(h.gather(h.ctx, city))
		for i, want := range []string{"016000/2026-00001", "016000/2026-00003"} {
			id := waiting
			if i > 0 {
				id = h.document(city, "又一份", "", "")
			}
			if got := h.sent(city, id); got != want {
				t.Errorf("document %d has %q, want %q", i, got, want)
			}
		}
		if r, err := h.Rule(h.ctx, h.sites[1]); err != nil || r.Version == 0 || r.Gathered {
			t.Errorf("another site: %+v, %v", r, err)
		}
		r := organs()
		r.First, r.Version = 100, 1
		h.must(h.Save(h.ctx, city, r))
		if got := h.sent(city, h.document(city, "从一百起", "", "")); got != "016000/2026-00100" {
			t.Errorf("raised to 100: %q", got)
		}
		h.tries = 2
		for n := 101; n <= 102; n++ {
			h.sent(city, h.document(city, "自己填的", fmt.Sprintf("016000/2026-%05d", n), ""))
		}
		_, err = h.send(city, h.document(city, "号都用过了", "", ""))
		refuses(t, "too many in a row", err, fault.Conflict, "有 2 个索引号已经用过")
	})
}

// D3: however many are sent at once, the row of numbers has no gap and no number twice; one that fails gives its number back.
func TestNumbersHaveNoGaps(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		city := h.sites[0]
		h.rules(city, organs())
		const most = 16
		var mu sync.Mutex
		var all []string
		var wg sync.WaitGroup
		broken := errors.New("the review is away")
		for i := range int64(most) {
			wg.Go(func() {
				number := ""
				err := h.DB.InTx(h.ctx, func(ctx context.Context) (err error) {
					if number, err = h.Give(ctx, city, 1000+i, "", ""); err == nil && i%4 == 0 {
						return broken
					}
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					all = append(all, number)
				} else if !errors.Is(err, broken) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		slices.Sort(all)
		for i, number := range all {
			if want := fmt.Sprintf("016000/2026-%05d", i+1); number != want {
				t.Errorf("number %d is %s, want %s", i, number, want)
			}
		}
		if len(all) != most-most/4 {
			t.Errorf("%d numbers", len(all))
		}
	})
}

// D3: the rule is written by somebody who is known, in place of the one that was seen, and stands in the chain.
func TestTheRuleIsKept(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		city := h.sites[0]
		refuses(t, "nobody", h.Save(kernel.WithActor(h.ctx, kernel.Actor{}), city, organs()), fault.Forbidden, "请先登录")
		refuses(t, "a wrong one", h.Save(h.ctx, city, Rule{Pattern: "{年}", First: 1}), fault.Invalid, "流水号")
		h.rules(city, organs())
		refuses(t, "over another's", h.Save(h.ctx, city, organs()), fault.Conflict, "刚被别人改过")
		r, err := h.Rule(h.ctx, city)
		if err != nil || r.Pattern != usual || r.Organ != "016000" || !r.Gathered || r.Version != 1 || r.By != "测试" {
			t.Errorf("kept %+v, %v", r, err)
		}
		if r, err := h.Rule(h.ctx, h.sites[1]); err != nil || r != (Rule{}) {
			t.Errorf("another site's: %+v, %v", r, err)
		}
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error {
			_, err := h.DB.Conn(ctx).NewRaw(`UPDATE index_rules SET pattern = '{年}' WHERE site_id = ?`, city).Exec(ctx)
			return err
		}))
		_, err = h.send(city, h.document(city, "规则坏了", "", ""))
		refuses(t, "a rule that cannot be read any more", err, fault.Conflict, "规则要先改好")
	})
}
