package site_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/site"
)

// A6: bound, verified, made primary, removed. Only a verified host answers, and all but the primary lead to it.
func TestDomainLife(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		g := r.create("610902")
		town := r.create("610902104")
		d, err := r.AddDomain(ctx, g.ID, "WWW.Hanbin.gov.cn")
		if err != nil || d.Host != "www.hanbin.gov.cn" || d.Verified || !strings.HasPrefix(d.Token, "zhanqun-") || len(d.Token) < 30 {
			t.Fatalf("added %+v, %v", d, err)
		}
		if r.Table()["www.hanbin.gov.cn"] != nil {
			t.Error("an unverified host answers")
		}
		if err := r.PrimaryDomain(ctx, g.ID, "www.hanbin.gov.cn"); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), "还没有核验") {
			t.Errorf("an unverified primary: %v", err)
		}
		if err := r.VerifyDomain(ctx, g.ID, "www.hanbin.gov.cn", ""); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), "请写明核验方式") {
			t.Errorf("verified without anything: %v", err)
		}
		if err := r.VerifyDomain(ctx, g.ID, "www.hanbin.gov.cn", "已核对域名证书"); err != nil {
			t.Fatal(err)
		}
		if h := r.Table()["www.hanbin.gov.cn"]; h == nil || h.Site != nil || h.Redirect != "http://hanbin.ankang.localhost:8080" {
			t.Errorf("an alias: %+v", h)
		}
		was := r.Public(g.ID).Origin
		if err := r.PrimaryDomain(ctx, g.ID, "www.hanbin.gov.cn"); err != nil {
			t.Fatal(err)
		}
		if h := r.Table()["www.hanbin.gov.cn"]; h == nil || h.Site == nil || h.Mounts["wuli"] == nil || h.Redirect != "" {
			t.Errorf("the primary: %+v", h)
		}
		if o := r.Public(g.ID).Origin; o != "http://www.hanbin.gov.cn:8080" || r.Public(town.ID).URL("/a/1") != o+"/z/wuli/a/1" {
			t.Errorf("origins %s, %s", o, r.Public(town.ID).URL("/a/1"))
		}
		if h := r.Table()[strings.TrimSuffix(strings.TrimPrefix(was, "http://"), ":8080")]; h == nil || h.Redirect != "http://www.hanbin.gov.cn:8080" {
			t.Errorf("the former primary: %+v", h)
		}
		if err := r.RemoveDomain(ctx, g.ID, "www.hanbin.gov.cn"); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), "请先把另一个域名设为主域名") {
			t.Errorf("removing the primary: %v", err)
		}
		if err := r.RemoveDomain(ctx, g.ID, "hanbin.ankang.localhost"); err != nil {
			t.Fatal(err)
		}
		if list, err := r.Domains(ctx, g.ID); err != nil || len(list) != 1 || len(r.Table()) != 1 || !list[0].Primary || list[0].Evidence != "已核对域名证书" {
			t.Errorf("left: %+v, %v, table %v", list, err, r.Table())
		}
		if n, err := r.log.Verify(ctx, g.ID); err != nil || n != 5 {
			t.Errorf("audit: %d, %v", n, err)
		}
	})
}

func TestDomainRefuses(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		city, county := r.create("610900"), r.create("610902")
		town := r.create("610902104")
		for _, row := range []struct {
			name string
			err  error
			kind fault.Kind
			say  string
		}{
			{"a host for a channel", second(r.AddDomain(ctx, town.ID, "wuli.gov.cn")), fault.Invalid, "挂在上级网站的域名之下，不能绑定域名"},
			{"another site's host", second(r.AddDomain(ctx, city.ID, "hanbin.ankang.localhost")), fault.Conflict, "已经绑定到别的站点"},
			{"its own host again", second(r.AddDomain(ctx, county.ID, "hanbin.ankang.localhost")), fault.Conflict, "已经绑定到这个站点"},
			{"a reserved host", second(r.AddDomain(ctx, county.ID, "console.localhost")), fault.Conflict, "由平台自己使用"},
			{"an address", second(r.AddDomain(ctx, county.ID, "127.0.0.1")), fault.Invalid, "IP 地址"},
			{"a site nobody knows", second(r.AddDomain(ctx, 42, "x.gov.cn")), fault.NotFound, "没有这个站点"},
			{"verifying another site's host", r.VerifyDomain(ctx, city.ID, "hanbin.ankang.localhost", "我说了算"), fault.NotFound, "没有绑定域名"},
			{"primary of another site", r.PrimaryDomain(ctx, city.ID, "hanbin.ankang.localhost"), fault.NotFound, "没有绑定域名"},
			{"removing another site's host", r.RemoveDomain(ctx, city.ID, "hanbin.ankang.localhost"), fault.NotFound, "没有绑定域名"},
			{"removing the only host", r.RemoveDomain(ctx, county.ID, "hanbin.ankang.localhost"), fault.Conflict, "是主域名"},
		} {
			if !fault.Is(row.err, row.kind) || !strings.Contains(fault.Say(row.err), row.say) {
				t.Errorf("%s: got %v, want %q", row.name, row.err, row.say)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

// A6: an installation that can ask the network verifies by the token, and keeps how.
func TestDomainChecker(t *testing.T) {
	shown := map[string]string{}
	r := lite(t, site.Config{Domain: "localhost", Check: func(_ context.Context, host, token string) error {
		if shown[host] != token {
			return errors.New("no such token")
		}
		return nil
	}})
	g := r.create("610902", func(s *site.Spec) { s.Host = "www.hanbin.gov.cn" })
	if r.Public(g.ID) != nil || len(r.Table()) != 0 {
		t.Error("a site answers on a host nobody has verified")
	}
	list, err := r.Listing(t.Context(), site.Filter{}, one)
	if err != nil || len(list) != 1 || list[0].Ready || list[0].URL != "https://www.hanbin.gov.cn/" {
		t.Errorf("listing %+v, %v", list, err)
	}
	if err := r.VerifyDomain(t.Context(), g.ID, "www.hanbin.gov.cn", ""); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), "没有找到核验码 zhanqun-") {
		t.Fatalf("without the token: %v", err)
	}
	domains, err := r.Domains(t.Context(), g.ID)
	if err != nil {
		t.Fatal(err)
	}
	shown["www.hanbin.gov.cn"] = domains[0].Token
	if err := r.VerifyDomain(t.Context(), g.ID, "www.hanbin.gov.cn", ""); err != nil {
		t.Fatal(err)
	}
	if domains, err = r.Domains(t.Context(), g.ID); err != nil || domains[0].Evidence != "核验码 "+domains[0].Token || r.Public(g.ID) == nil {
		t.Errorf("%+v, %v", domains, err)
	}
}

// Issue 4, 1 (试用): while somebody says no, no site goes online, is moved online or gets a verified host under a name that citizens could find;
// names that lead to nobody are free.
func TestNoRealNameBeforeItsTime(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		g := r.create("610902") // below localhost
		no := fault.New(fault.Conflict, "还在试用。")
		var answer error
		r.BeforeOnline(func(context.Context) error { return answer })
		answer = no
		if _, err := r.AddDomain(ctx, g.ID, "www.hanbin.gov.cn"); err != nil {
			t.Errorf("to bind is not to show: %v", err)
		}
		try := func() map[string]error {
			_, err := r.Create(ctx, site.Spec{Org: r.org("610981"), Host: "xunyang.gov.cn", Evidence: "已核对域名证书"})
			tried := map[string]error{"create": err, "verify": r.VerifyDomain(ctx, g.ID, "www.hanbin.gov.cn", "已核对域名证书")}
			if err := r.Suspend(ctx, g.ID, "安全检查", "本网站暂停服务。"); err != nil {
				t.Fatal(err)
			}
			tried["resume"] = r.Resume(ctx, g.ID, "检查完毕")
			return tried
		}
		for what, err := range try() {
			if !errors.Is(err, no) {
				t.Errorf("%s: %v", what, err)
			}
		}
		answer = nil
		if err := r.Resume(ctx, g.ID, "检查完毕"); err != nil {
			t.Fatal(err)
		}
		for what, err := range try() {
			if err != nil {
				t.Errorf("afterwards, %s: %v", what, err)
			}
		}
		answer = no
		if _, err := r.AddDomain(ctx, g.ID, "hanbin2.localhost"); err != nil {
			t.Errorf("a name for trying: %v", err)
		}
	})
}

// Issue 4, 1 (试用): a host below a platform's own real domain is verified from the start, so it is refused as well.
func TestNoOwnNameBeforeItsTime(t *testing.T) {
	r := lite(t, site.Config{Domain: "ankang.gov.cn", Scheme: "https"})
	g := r.create("610902")
	no := fault.New(fault.Conflict, "还在试用。")
	r.BeforeOnline(func(context.Context) error { return no })
	if _, err := r.AddDomain(t.Context(), g.ID, "hanbin2.ankang.gov.cn"); !errors.Is(err, no) {
		t.Errorf("a host of the platform's own: %v", err)
	}
	r.BeforeOnline(func(context.Context) error { return nil })
	if d, err := r.AddDomain(t.Context(), g.ID, "hanbin2.ankang.gov.cn"); err != nil || !d.Verified {
		t.Errorf("afterwards: %+v, %v", d, err)
	}
}
