package article

import (
	"fmt"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// Issue 2, 9: a mapping file's mistakes are named by line, key or rule.
func TestParseMapping(t *testing.T) {
	for _, row := range []struct{ name, file, say string }{
		{"a syntax error names the line", "[[rule]]\ncolumns = [23\nlevel = 1", "第 "},
		{"an unknown key is named", "[[rule]]\ncolumns = [23]\ncolour = 'red'", "colour"},
		{"a file without rules is refused", "", "没有一条"},
		{"a rule without columns is named", "[[rule]]\ncolumns = [1]\n[[rule]]\nlevel = '法律'", "第 2 条"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := ParseMapping(strings.NewReader(row.file)); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), row.say) {
				t.Errorf("got %v, want %q", err, row.say)
			}
		})
	}
	m, err := ParseMapping(strings.NewReader("[[rule]]\nlevel = '法律'\nregion = '山东'\ncolumns = [23, 20]\nsites = ['ankang.localhost']\n"))
	if err != nil || len(m.Rules) != 1 || m.Rules[0].Columns[1] != 20 || m.Rules[0].Sites[0] != "ankang.localhost" {
		t.Errorf("got %+v, %v", m, err)
	}
}

// Issue 2, 9: documents spread over all seats, the same document always to the same one.
func TestPlanSeat(t *testing.T) {
	p := &plan{rules: []Rule{{Level: "法律", Region: "山东"}, {Level: "法律"}, {Category: "其他"}},
		seats: [][]seat{{{1, 20}}, {{2, 23}, {3, 23}, {4, 20}}, {{5, 1}}}}
	if s, ok := p.seat(&sourceDocument{ID: "a", Level: "法律", Region: "山东"}); !ok || s.site != 1 {
		t.Errorf("the first rule that matches: got %+v, %v", s, ok)
	}
	if s, ok := p.seat(&sourceDocument{ID: "a", Level: "行政法规"}); ok {
		t.Errorf("no rule matches: got %+v", s)
	}
	count := map[kernel.SiteID]int{}
	for i := range 3000 {
		d := &sourceDocument{ID: fmt.Sprintf("%012x", i*7919), Level: "法律"}
		s, _ := p.seat(d)
		again, _ := p.seat(d)
		if s != again {
			t.Fatalf("document %s went to %+v, then to %+v", d.ID, s, again)
		}
		count[s.site]++
	}
	for site, n := range count {
		if n < 900 || n > 1100 {
			t.Errorf("site %d has %d of 3000", site, n)
		}
	}
	if len(count) != 3 {
		t.Errorf("got %d sites, want 3", len(count))
	}
}

// B1: a pager links the ends and the neighbours; the current page and gaps are no links.
func TestPager(t *testing.T) {
	s := siteFixture("")
	for _, row := range []struct {
		number, pages int
		want          string
	}{
		{1, 1, ""},
		{1, 2, "[1] 2"},
		{1, 9, "[1] 2 3 … 9"},
		{5, 9, "1 … 3 4 [5] 6 7 … 9"},
		{9, 9, "1 … 7 8 [9]"},
	} {
		t.Run(fmt.Sprintf("page %d of %d", row.number, row.pages), func(t *testing.T) {
			p := pager(s, "/c/zhengce", row.number, row.pages, 100)
			var words []string
			for _, l := range p.Links {
				switch {
				case l.Current:
					words = append(words, "["+l.Text+"]")
				default:
					words = append(words, l.Text)
				}
				if (l.Href == "") != (l.Current || l.Text == "…") {
					t.Errorf("link %+v", l)
				}
			}
			if got := strings.Join(words, " "); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
	p := pager(s, "/c/zhengce", 2, 3, 50)
	if p.Prev != "/c/zhengce" || p.Next != "/c/zhengce?p=3" {
		t.Errorf("the first page has no number: %+v", p)
	}
}
