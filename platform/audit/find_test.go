package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// Q4 (look.md 2.3(1)): what happened is found by chain, person, kind and day, and a list goes on by its last entry: every entry once,
// though others are written meanwhile.
func TestFind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		at := start
		l := New(d, func() time.Time { return at }, nil)
		for i := range 40 {
			at = start.Add(time.Duration(i/3) * time.Hour)
			who := kernel.WithActor(context.Background(), kernel.Actor{Name: []string{"张三", "李四"}[i%2], Via: "console"})
			err := d.InTx(who, func(ctx context.Context) error {
				return l.Record(ctx, Entry{Site: kernel.SiteID(i % 3), Action: []string{"article.submit", "articlex", "art_cle.odd", "site.online"}[i%4], Object: fmt.Sprint(i)})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		walk := func(q Query) (seen []string) {
			for page := range 200 {
				lines, err := l.Find(context.Background(), q)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range lines {
					seen = append(seen, e.Object)
				}
				if len(lines) < q.Most {
					return seen
				}
				q.Before = lines[len(lines)-1].Mark()
				if page == 0 { // in front of what is being read
					record(t, d, l, Entry{Site: q.Chain, Action: "site.trial", Object: "later"})
				}
			}
			t.Fatal("the list does not end")
			return nil
		}
		want := func(pick func(i int) bool) (all []string) {
			for i := 39; i >= 0; i-- {
				if pick(i) {
					all = append(all, fmt.Sprint(i))
				}
			}
			return all
		}
		day := start.Add(4 * time.Hour)
		for _, c := range []struct {
			name string
			q    Query
			pick func(i int) bool
		}{
			{"one chain", Query{Chain: 2}, func(i int) bool { return i%3 == 2 }},
			{"all chains", Query{Every: true}, func(int) bool { return true }},
			{"a person on all chains", Query{Every: true, Who: "李四"}, func(i int) bool { return i%2 == 1 }},
			{"a person on one", Query{Chain: 1, Who: "张三"}, func(i int) bool { return i%3 == 1 && i%2 == 0 }},
			{"an object of a chain", Query{Chain: 1, Object: "7"}, func(i int) bool { return i == 7 }},
			{"an object of another", Query{Chain: 2, Object: "7"}, func(int) bool { return false }},
			{"a kind", Query{Every: true, Only: []string{"article.", "site."}}, func(i int) bool { return i%4 == 0 || i%4 == 3 }},
			{"a sign that stands for itself", Query{Every: true, Only: []string{"art_"}}, func(i int) bool { return i%4 == 2 }},
			{"without a kind", Query{Chain: 0, Without: []string{"site."}}, func(i int) bool { return i%3 == 0 && i%4 != 3 }},
			{"a time", Query{Every: true, From: day, To: day.Add(2 * time.Hour)}, func(i int) bool { return i/3 == 4 || i/3 == 5 }},
			{"nobody", Query{Every: true, Who: "张"}, func(int) bool { return false }},
		} {
			for _, most := range []int{1, 3, 100} {
				c.q.Most = most
				got, expected := walk(c.q), want(c.pick)
				got = slices.DeleteFunc(got, func(o string) bool { return o == "later" }) // another walk's
				if c.q.Every {                                                            // entries of one moment stand in the order of their chains
					slices.SortFunc(got, desc)
				}
				if !slices.Equal(got, expected) {
					t.Errorf("%s, %d at a time: %v, want %v", c.name, most, got, expected)
				}
			}
		}
	}, Migrations())
}

func desc(a, b string) int {
	if len(a) != len(b) {
		return len(b) - len(a)
	}
	return strings.Compare(b, a)
}

// BenchmarkFind reads the newest entries of all chains, and of a person who did little, among 200,000 entries on 1,000 chains.
func BenchmarkFind(b *testing.B) {
	d := dbtest.SQLite(b, Migrations())
	at := start
	l := New(d, func() time.Time { return at }, nil)
	for i := range 1000 {
		at = start.Add(time.Duration(i) * time.Minute)
		who := kernel.WithActor(context.Background(), kernel.Actor{Name: fmt.Sprintf("干部%d", i), Via: "console"})
		err := d.InTx(who, func(ctx context.Context) error {
			for j := range 200 {
				if err := l.Record(ctx, Entry{Site: kernel.SiteID((i + j*5) % 1000), Action: "article.edit.draft", Object: "article/1"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for name, q := range map[string]Query{"all": {Every: true, Most: 50}, "person": {Every: true, Who: "干部3", Most: 50}, "chain": {Chain: 500, Most: 50},
		"day": {Every: true, From: start, To: start.Add(time.Hour), Most: 50}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if lines, err := l.Find(context.Background(), q); err != nil || len(lines) != 50 {
					b.Fatal(len(lines), err)
				}
			}
		})
	}
}
