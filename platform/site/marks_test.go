package site_test

import (
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
)

var one = kernel.Page{Number: 1, Size: 1}

// R4, d53: what an inspection would not accept is refused; the demo says 演示 and nobody else does.
func TestValidateMarks(t *testing.T) {
	county := org.Org{Code: "610902", Name: "汉滨区", Level: org.County, Kind: org.KindDistrict}
	dept := org.Org{Code: "610900-rsj", Name: "安康市人社局", Level: org.Dept, Kind: org.KindDepartment}
	town := org.Org{Code: "610902104", Name: "五里镇", Level: org.Township, Kind: org.KindTown}
	for _, row := range []struct {
		name  string
		marks site.Marks
		owner org.Org
		kind  site.Kind
		demo  bool
		field string // "" accepts
	}{
		{"nothing", site.Marks{}, county, site.Subsite, false, ""},
		{"a full set", site.Marks{Code: "6109020001", ICP: "陕ICP备12345678号-1", Police: "陕公网安备 61090202000001号", Mark: "32D87A1B5F6C09E3E05310291AACF5A1",
			Sponsor: "汉滨区人民政府", Operator: "汉滨区人民政府办公室", Phone: "0915-1234567", Address: "陕西省安康市汉滨区", Emblem: "/-/emblem.svg"}, county, site.Subsite, false, ""},
		{"a record of a year's number", site.Marks{ICP: "陕ICP备2021000001号"}, county, site.Subsite, false, ""},
		{"a police record without a space", site.Marks{Police: "陕公网安备61090202000001号"}, county, site.Subsite, false, ""},
		{"a ministry's code", site.Marks{Code: "bm55000001"}, county, site.Subsite, false, ""},
		{"a department's code by its region", site.Marks{Code: "6109000012"}, dept, site.Subsite, false, ""},
		{"a code of nine digits", site.Marks{Code: "610902000"}, county, site.Subsite, false, "code"},
		{"a code with a letter", site.Marks{Code: "61090200O1"}, county, site.Subsite, false, "code"},
		{"a code of full-width digits", site.Marks{Code: "６１０９０２０００１"}, county, site.Subsite, false, "code"},
		{"another county's code", site.Marks{Code: "6109220001"}, county, site.Subsite, false, "code"},
		{"a serial of zeros", site.Marks{Code: "6109020000"}, county, site.Subsite, false, "code"},
		{"a code on a channel", site.Marks{Code: "6109020001"}, town, site.Channel, false, "code"},
		{"an ICP record of no province", site.Marks{ICP: "汉ICP备12345678号"}, county, site.Subsite, false, "icp"},
		{"an ICP record with a space", site.Marks{ICP: "陕ICP备 12345678号"}, county, site.Subsite, false, "icp"},
		{"an ICP record that goes on", site.Marks{ICP: "陕ICP备12345678号-1\" onclick=x"}, county, site.Subsite, false, "icp"},
		{"an ICP record without 号", site.Marks{ICP: "陕ICP备12345678"}, county, site.Subsite, false, "icp"},
		{"a police record that is short", site.Marks{Police: "陕公网安备 6109020200001号"}, county, site.Subsite, false, "police"},
		{"a mark with a slash", site.Marks{Mark: "../../x/1234"}, county, site.Subsite, false, "mark"},
		{"a phone that is a script", site.Marks{Phone: "javascript:1"}, county, site.Subsite, false, "phone"},
		{"a sponsor with markup", site.Marks{Sponsor: "<b>汉滨区</b>"}, county, site.Subsite, false, "sponsor"},
		{"an address with a line break", site.Marks{Address: "汉滨区\n大桥路"}, county, site.Subsite, false, "address"},
		{"an emblem on a department's site", site.Marks{Emblem: "/-/emblem.svg"}, dept, site.Subsite, false, "emblem"},
		{"an emblem on a township's channel", site.Marks{Emblem: "/-/emblem.svg"}, town, site.Channel, false, "emblem"},
		{"an emblem from elsewhere", site.Marks{Emblem: "https://example.com/e.svg"}, county, site.Subsite, false, "emblem"},
		{"an emblem of another host", site.Marks{Emblem: "//example.com/e.svg"}, county, site.Subsite, false, "emblem"},
		{"an emblem in the demo", site.Marks{Emblem: "/-/emblem.svg"}, county, site.Subsite, true, "emblem"},
		{"demo numbers in the demo", site.Marks{Code: "演示标识码", ICP: "演示备案号", Phone: "演示电话"}, county, site.Subsite, true, ""},
		{"a real code in the demo", site.Marks{Code: "6109020001"}, county, site.Subsite, true, "code"},
		{"a living phone number in the demo", site.Marks{Phone: "0915-1234567"}, county, site.Subsite, true, "phone"},
		{"a demo number that is markup", site.Marks{ICP: "<i>演示</i>"}, county, site.Subsite, true, "icp"},
		{"a demo number outside the demo", site.Marks{ICP: "演示备案号"}, county, site.Subsite, false, "icp"},
	} {
		err := site.ValidateMarks(row.marks, row.owner, row.kind, row.demo)
		var f *fault.Fault
		switch {
		case row.field == "" && err != nil:
			t.Errorf("%s: %v", row.name, err)
		case row.field != "" && (!asFault(err, &f) || f.Field != row.field || !strings.HasSuffix(f.Say, "。")):
			t.Errorf("%s: got %v, want a fault of %s", row.name, err, row.field)
		}
	}
}

func asFault(err error, f **fault.Fault) bool {
	got, ok := err.(*fault.Fault)
	*f = got
	return ok
}

// d53: marks are set by the platform, kept, audited and shown; the demo fills its own.
func TestSetMarks(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		g := r.create("610902")
		m := site.Marks{Code: "6109020001", ICP: "陕ICP备12345678号-1", Sponsor: "汉滨区人民政府", Emblem: "/-/emblem.svg"}
		if err := r.SetMarks(t.Context(), g.ID, m); err != nil {
			t.Fatal(err)
		}
		if p := r.Public(g.ID); p.Code != m.Code || p.ICP != m.ICP || p.Emblem != m.Emblem {
			t.Errorf("shown: %+v", p)
		}
		if err := r.SetMarks(t.Context(), g.ID, site.Marks{Code: "6109000001"}); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), "区划代码 610902 开头") {
			t.Errorf("another region: %v", err)
		}
		if got, err := r.Get(t.Context(), g.ID); err != nil || got.Marks != m {
			t.Errorf("kept: %+v, %v", got.Marks, err)
		}
		demo := r.create("610900", func(s *site.Spec) { s.Demo = true })
		for _, v := range []string{demo.Marks.Code, demo.Marks.ICP, demo.Marks.Police, demo.Marks.Phone} {
			if !strings.Contains(v, "演示") {
				t.Errorf("the demo shows %q", v)
			}
		}
	})
}

// R4: one spelling of a host, and only names a registry would give.
func TestParseHost(t *testing.T) {
	for _, row := range []struct{ typed, want string }{
		{"www.ankang.gov.cn", "www.ankang.gov.cn"}, {" WWW.AnKang.GOV.CN ", "www.ankang.gov.cn"}, {"localhost", "localhost"},
		{"hanbin.ankang.localhost", "hanbin.ankang.localhost"}, {"安康.政务", "xn--49sw7e.xn--zfr164b"}, {"xn--zfr164b.xn--zfr164b", "xn--zfr164b.xn--zfr164b"},
		{"ａｎｋａｎｇ.gov.cn", "ankang.gov.cn"}, {"a-b.gov.cn", "a-b.gov.cn"}, {strings.Repeat("a", 63) + ".cn", strings.Repeat("a", 63) + ".cn"},
		{"", ""}, {"ankang", ""}, {"http://a.cn", ""}, {"a.cn:80", ""}, {"a.cn/", ""}, {"a@b.cn", ""}, {"a.cn.", ""}, {".a.cn", ""}, {"a..cn", ""},
		{"-a.cn", ""}, {"a-.cn", ""}, {"a_b.cn", ""}, {"a b.cn", ""}, {"a\x00.cn", ""}, {"a\r\n.cn", ""}, {"127.0.0.1", ""}, {"1.2.3.04", ""},
		{"2130706433", ""}, {"::1", ""}, {"[::1]", ""}, {"*.cn", ""}, {"a.123", ""}, {strings.Repeat("a", 64) + ".cn", ""},
		{strings.Repeat("a.", 130) + "cn", ""}, {"xn--a.cn", ""}, {"0\u0080.cn", ""}, {"a%2e.cn", ""}, {"ab--cd.cn", ""}, {"a\u200d.cn", ""},
	} {
		got, err := site.ParseHost(row.typed)
		if got != row.want || (err == nil) != (row.want != "") || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: got %q, %v, want %q", row.typed, got, err, row.want)
		}
	}
}

// FuzzParseHost: what it answers is ASCII, lower case, and answered again unchanged.
func FuzzParseHost(f *testing.F) {
	for _, s := range []string{"www.ankang.gov.cn", "安康.政务", "0\u0080", "a.cn:80", "xn--a", "ß.cn", "İ.cn", "1.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		host, err := site.ParseHost(s)
		if err != nil {
			if fault.Say(err) == "" || host != "" {
				t.Fatalf("%q: %q %v", s, host, err)
			}
			return
		}
		if again, err := site.ParseHost(host); err != nil || again != host || host != strings.ToLower(host) || len(host) > 253 {
			t.Fatalf("%q: %q, then %q, %v", s, host, again, err)
		}
	})
}

// R4: 国办发〔2017〕47号 has portals at www.X.gov.cn and departments at Y.X.gov.cn.
func TestHostWarnings(t *testing.T) {
	for _, row := range []struct {
		host, level string
		warnings    int
	}{
		{"www.ankang.gov.cn", "city", 0}, {"ankang.gov.cn", "city", 1}, {"hanbin.ankang.gov.cn", "county", 0}, {"www.hanbin.gov.cn", "county", 0},
		{"rsj.ankang.gov.cn", "dept", 0}, {"www.ankang.gov.cn", "dept", 1}, {"www.ankang.com", "city", 1}, {"ankang.localhost", "city", 1},
		{"a.b.hanbin.gov.cn", "county", 1}, {"xn--49sw7e.xn--zfr164b", "city", 1},
	} {
		if got := site.HostWarnings(row.host, row.level); len(got) != row.warnings {
			t.Errorf("%s of a %s: %v, want %d", row.host, row.level, got, row.warnings)
		}
	}
}
