package article

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// B12, veto V1: a request that tries to set the day of publication is refused in words, whatever it calls the field.
func TestDecodeRefusesDate(t *testing.T) {
	for _, name := range append([]string{"Published-At", "PubDate"}, dated...) {
		body, err := json.Marshal(map[string]string{"title": "公告", "body": "<p>正文</p>", name: "2015-06-02"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = Decode(strings.NewReader(string(body)))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), "发布时间由系统在发布时记录") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, row := range []struct{ name, body, want string }{
		{"an origin is an import's alone", `{"title":"公告","body":"<p>正文</p>","origin":{"day":"2015-06-02"}}`, "迁移批次"},
		{"an unknown field is refused", `{"title":"公告","body":"<p>正文</p>","sticky":true}`, "不认识的项目"},
		{"broken JSON is refused", `{"title":`, "JSON"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := Decode(strings.NewReader(row.body)); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), row.want) {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
	p, err := Decode(strings.NewReader(`{"kind":"policy","title":"通知","body":"<p>正文</p>","document":{"number":"安政办发〔2015〕71号","written_on":"2015-06-02"}}`))
	if err != nil || p.Document.Number != "安政办发〔2015〕71号" {
		t.Errorf("an ordinary article: %+v, %v", p, err)
	}
}

// B6: the metadata of an official document are checked, with the field named.
func TestCheck(t *testing.T) {
	news := func(change func(*Payload)) Payload {
		p := Payload{Kind: Policy, Title: "通知", Body: "<p>正文</p>", Document: &Document{}}
		change(&p)
		return p
	}
	for _, row := range []struct {
		name  string
		p     Payload
		field string // "" is accepted
	}{
		{"an ordinary document passes", news(func(*Payload) {}), ""},
		{"a missing number and missing dates pass", news(func(p *Payload) { p.Document = &Document{Issuer: "市政府办公室"} }), ""},
		{"a title of spaces is empty", news(func(p *Payload) { p.Title = " \t " }), "title"},
		{"NUL in the title is refused", news(func(p *Payload) { p.Title = "通\x00知" }), "title"},
		{"NUL in the body is refused", news(func(p *Payload) { p.Body = "<p>\x00</p>" }), "body"},
		{"a control character in a number is refused", news(func(p *Payload) { p.Document.Number = "一\x1b号" }), "document.number"},
		{"broken UTF-8 is refused", news(func(p *Payload) { p.Body = "<p>\xb0\xb2\xbf\xb5</p>" }), "body"},
		{"a body that is all script is empty", news(func(p *Payload) { p.Body = "<script>alert(1)</script>" }), "body"},
		{"a day that does not exist is refused", news(func(p *Payload) { p.Document.WrittenOn = "2015-02-29" }), "document.written_on"},
		{"a day in another spelling is refused", news(func(p *Payload) { p.Document.IssuedOn = "2015年6月2日" }), "document.issued_on"},
		{"a day with an hour is refused", news(func(p *Payload) { p.Document.EffectiveOn = "2015-06-02T00:00:00Z" }), "document.effective_on"},
		{"an unknown validity is refused", news(func(p *Payload) { p.Document.Validity = "有效" }), "document.validity"},
		{"a script's address is no source", news(func(p *Payload) { p.SourceURL = "javascript:alert(1)" }), "source_url"},
		{"an address without a host is no source", news(func(p *Payload) { p.SourceURL = "https:///x" }), "source_url"},
		{"news has no document", news(func(p *Payload) { p.Kind = News }), "document"},
		{"an unknown kind is refused", news(func(p *Payload) { p.Kind = "video" }), "kind"},
		{"a title of 201 characters is too long", news(func(p *Payload) { p.Title = strings.Repeat("安", 201) }), "title"},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := row.p.Check()
			if row.field == "" {
				if err != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			if !fault.Is(err, fault.Invalid) || field(err) != row.field {
				t.Errorf("got %v in %q, want a fault in %q", err, field(err), row.field)
			}
		})
	}
}

// Bad input of issue 2: what old documents hold is kept exactly, and checking twice changes nothing.
func TestCheckKeepsText(t *testing.T) {
	rare := rareCharacters(t)
	for _, row := range []struct{ name, title, body, want string }{
		{"private-use characters stay", "第\ue003条", "<p>\ue003\ue5f9</p>", "\ue003\ue5f9"},
		{"zero-width spaces stay", "报告", "<p>今年\u200b的\u200b工作</p>", "今年\u200b的\u200b工作"},
		{"full-width digits stay", "１９８４年工作报告", "<p>１９８４年，1 9 9 3</p>", "１９８４年，1 9 9 3"},
		{"ideographic indents stay", "通知", "<p>\u3000\u3000各县区\u00a0人民政府</p>", "\u3000\u3000各县区\u00a0人民政府"},
		{"rare characters of GB18030 stay", rare, "<p>" + rare + "</p>", rare},
		{"decomposed letters become NFC", "cafe\u0301", "<p>cafe\u0301</p>", "caf\u00e9"},
		{"a body without tags stays", "通知", "各县区：", "各县区："},
	} {
		t.Run(row.name, func(t *testing.T) {
			if len([]rune(row.title)) > longestTitle {
				row.title = string([]rune(row.title)[:longestTitle])
			}
			p := Payload{Title: row.title, Body: row.body}
			if err := p.Check(); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(p.Body, row.want) {
				t.Errorf("body: got %q, want it to hold %q", p.Body, row.want)
			}
			again := p
			if err := again.Check(); err != nil || again.Title != p.Title || again.Body != p.Body {
				t.Errorf("checking again changed %q to %q (%v)", p.Body, again.Body, err)
			}
			raw, err := p.encode()
			if err != nil {
				t.Fatal(err)
			}
			back, err := decode(raw)
			if err != nil || back.Title != p.Title || back.Body != p.Body {
				t.Errorf("through the payload: got %q, want %q (%v)", back.Body, p.Body, err)
			}
		})
	}
}

// rareCharacters are those of 通用规范汉字表 outside the basic block.
func rareCharacters(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile(corpus.Path(t, "conformance/zh-rare-chars.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rare struct {
		Supplementary string `json:"supplementary_plane"`
	}
	if err := json.Unmarshal(raw, &rare); err != nil || rare.Supplementary == "" {
		t.Fatalf("rare characters: %q, %v", rare.Supplementary, err)
	}
	return rare.Supplementary
}

// Bad input of issue 2: a wrong line is told by its column or field, in a sentence, and never half read.
func TestReadDocument(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		name, line string
		column     int
		field, say string
	}{
		{"broken JSON names the column", `{"id":"a","title":}`, 19, "", "不是有效的 JSON"},
		{"the column counts characters, not bytes", `{"id":"甲乙丙","title":}`, 21, "", "不是有效的 JSON"},
		{"a line cut short", `{"id":"a","title":"标题"`, 23, "", "没有写完"},
		{"a number where text should be", `{"id":"a","title":7}`, 19, "title", "应是文字"},
		{"an unknown field", `{"id":"a","titel":"标题"}`, 11, "titel", "不认识的项目"},
		{"two documents on a line", `{"id":"a"} {"id":"b"}`, 12, "", "多余"},
		{"another encoding", "{\"id\":\"a\",\"title\":\"\xb0\xb2\xbf\xb5\"}", 20, "", "UTF-8"},
		{"half a surrogate pair", `{"id":"a","title":"标题","body_html":"<p>\ud842</p>"}`, 0, "body_html", "残缺"},
		{"no id", `{"id":" ","title":"标题","body_html":"<p>正文</p>"}`, 0, "id", "缺少编号"},
		{"no title", `{"id":"a","title":"","body_html":"<p>正文</p>"}`, 0, "title", "标题不能为空"},
		{"no body", `{"id":"a","title":"标题","body_html":""}`, 0, "body", "正文不能为空"},
		{"a NUL", `{"id":"a","title":"标\u0000题","body_html":"<p>正文</p>"}`, 0, "title", "控制字符"},
		{"a day that does not exist", `{"id":"a","title":"标题","date":"2015-02-30","body_html":"<p>正文</p>"}`, 0, "date", "日期"},
		{"a day in the future", `{"id":"a","title":"标题","date":"2026-11-24","body_html":"<p>正文</p>"}`, 0, "date", "晚于今天"},
		{"an unknown status", `{"id":"a","title":"标题","status":"未知","body_html":"<p>正文</p>"}`, 0, "status", "效力状态"},
	} {
		t.Run(row.name, func(t *testing.T) {
			d, column, err := readDocument([]byte(row.line))
			if err == nil {
				_, _, err = d.payload("b", now)
			}
			if !fault.Is(err, fault.Invalid) || column != row.column || field(err) != row.field || !strings.Contains(fault.Say(err), row.say) {
				t.Errorf("got column %d, field %q, %v; want %d, %q, %q", column, field(err), err, row.column, row.field, row.say)
			}
		})
	}
}

// B12: the original day is the one on which the old site published, else the document's own; today is allowed.
func TestOriginalDay(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for _, row := range []struct{ name, date, published, want string }{
		{"the old site's day comes first", "2004-01-16", "2018-12-02", "2018-12-01T16:00:00Z"},
		{"without one the document's day is taken", "2004-01-16", "", "2004-01-15T16:00:00Z"},
		{"today is allowed", "2026-11-23", "", "2026-11-22T16:00:00Z"},
		{"an undated document has none", "", "", "0001-01-01T00:00:00Z"},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := sourceDocument{ID: "a", Title: "标题", Body: "<p>正文</p>", Date: row.date, Published: row.published}
			_, first, err := d.payload("b", now)
			if got := first.Format(time.RFC3339); err != nil || got != row.want {
				t.Errorf("got %s, %v; want %s", got, err, row.want)
			}
		})
	}
}
