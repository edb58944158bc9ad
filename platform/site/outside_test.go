package site_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/site"
)

// outside are those of the hosts that need the notice.
func (r *room) outside(hosts ...string) []string {
	r.t.Helper()
	if err := r.Reload(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	return slices.DeleteFunc(hosts, func(h string) bool { return !r.Outside(h) })
}

// R3: the cluster's own hosts and government's need no notice; a platform admin may trust others, and a node that kept its memory knows them.
func TestOutside(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := kernel.WithActor(t.Context(), kernel.Actor{Account: 7, Name: "平台管理员"})
		city := r.create("610900")
		own := strings.TrimSuffix(strings.TrimPrefix(r.Public(city.ID).Origin, "http://"), ":8080")
		all := []string{own, "www.gov.cn", "gov.cn", "evilgov.cn", "gov.cn.example.com", "www.news.cn", "video.news.cn", "news.cn", "localhost"}
		is := func(when string, want ...string) {
			t.Helper()
			if got := r.outside(slices.Clone(all)...); !slices.Equal(got, want) {
				t.Errorf("%s: outside are %q, want %q", when, got, want)
			}
		}
		is("at first", "evilgov.cn", "gov.cn.example.com", "www.news.cn", "video.news.cn", "news.cn", "localhost")
		bare, err := r.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		save := func(hosts string, version int64) {
			t.Helper()
			if err := r.SaveTrusted(ctx, site.Trusted{Hosts: hosts, Version: version}); err != nil {
				t.Fatal(err)
			}
		}
		save("*.GOV.cn\r\n\r\n *.news.cn\n*.news.cn", 0)
		is("with a list", "evilgov.cn", "gov.cn.example.com", "localhost")
		got, err := r.Trusted(ctx)
		if err != nil || got.Hosts != "*.gov.cn\n*.news.cn" || got.Version != 1 || got.By != "平台管理员" || !got.At.Equal(clock()) {
			t.Errorf("%+v, %v", got, err)
		}
		save("www.news.cn", 1)
		is("of one name", "www.gov.cn", "gov.cn", "evilgov.cn", "gov.cn.example.com", "video.news.cn", "news.cn", "localhost")
		save("", 2)
		is("of none", "www.gov.cn", "gov.cn", "evilgov.cn", "gov.cn.example.com", "www.news.cn", "video.news.cn", "news.cn", "localhost")
		if err := r.SaveTrusted(ctx, site.Trusted{Hosts: "a.cn", Version: 1}); !fault.Is(err, fault.Conflict) {
			t.Errorf("over somebody else's: %v", err)
		}
		kept, err := r.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		load := func(b []byte) {
			t.Helper()
			if err := r.LoadSnapshot(b); err != nil {
				t.Fatal(err)
			}
		}
		if load(kept); !r.Outside("www.gov.cn") {
			t.Error("what a node kept has lost the list")
		}
		if load(bare); r.Outside("www.gov.cn") {
			t.Error("what was kept before has another list")
		}
		if load([]byte(`{"version":1}`)); r.Outside("www.gov.cn") || !r.Outside("a.cn") {
			t.Error("what an older program kept trusts no government")
		}
		if before, now := r.entries(t, "site.outside"), 3; before != now {
			t.Errorf("%d changes are in the chain, want %d", before, now)
		}
	})
}

func (r *room) entries(t *testing.T, action string) (n int) {
	t.Helper()
	if err := r.db.Conn(context.Background()).NewRaw(`SELECT count(*) FROM audit_entries WHERE chain = 0 AND action = ?`, action).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTrustedThatCannotBe(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		for name, hosts := range map[string]string{
			"an address": "https://www.news.cn/", "a port": "www.news.cn:8080", "everything": "*", "a top": "*.cn", "everybody": "*.com.cn", "a network": "10.0.0.1",
			"two in a line": "a.cn b.cn", "a star within": "www.*.cn", "no text": "a\x00.cn", "too many": strings.Repeat("a", 1) + ".cn\n" + manyHosts(501),
		} {
			if err := r.SaveTrusted(t.Context(), site.Trusted{Hosts: hosts}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got, err := r.Trusted(t.Context()); err != nil || got.Version != 0 || got.Hosts != "*.gov.cn" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func manyHosts(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("h" + strings.Repeat("x", i%60) + string(rune('a'+i/60)) + ".cn\n")
	}
	return b.String()
}
