package paste

import (
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// B6, X1 (d06): what an official document says of itself, in the ways people write it, and what only looks like it.
func TestRecognise(t *testing.T) {
	const body = `<p>请遵照执行。</p>`
	for _, c := range []struct {
		name, in, title, number, day, issuer, to string
		html                                     string // of which this is a part
	}{
		{"a number in each kind of bracket: 〔〕", `<p>安政办发〔2026〕1号</p>` + body, "", "安政办发〔2026〕1号", "", "", "", `<p class="docno">安政办发〔2026〕1号</p>`},
		{"[]", `<p>安政办发[2026]1号</p>` + body, "", "安政办发〔2026〕1号", "", "", "", `安政办发[2026]1号`},
		{"()", `<p>安政办发(2026)1号</p>` + body, "", "安政办发〔2026〕1号", "", "", "", ""},
		{"【】 and spaces", `<p>安政办发 【 2026 】 第 001 号</p>` + body, "", "安政办发〔2026〕1号", "", "", "", ""},
		{"（） around all of it", `<p>（安政发〔2026〕12号）</p>` + body, "", "安政发〔2026〕12号", "", "", "", ""},
		{"with who signs", `<p>安政发〔2026〕12号　　　　签发人：某某</p>` + body, "", "安政发〔2026〕12号", "", "", "", ""},
		{"the number of an order", `<p class="info">2008年12月1日 中华人民共和国国务院令第541号公布</p>` + body, "", "中华人民共和国国务院令第541号", "", "", "", ""},
		{"a title whose first line ends like a letterhead", `<p align=center>市政府关于管理规范性文件</p><p align=center>的意见</p>` + body, "市政府关于管理规范性文件的意见", "", "", "", "", ""},
		{"a number that is spoken of", `<p>根据安政发〔2026〕12号要求</p>` + body, "", "", "", "", "", ""},
		{"a number far below", strings.Repeat(body, 12) + `<p>安政发〔2026〕12号</p>`, "", "", "", "", "", ""},
		{"a title in the middle, over two lines", `<p style="text-align:center">安康市人民政府</p><p style="text-align:center">关于加强供水管理的决定</p>` + body, "安康市人民政府关于加强供水管理的决定", "", "", "", "", ""},
		{"a title below its letterhead", `<p align=center>安康市人民政府文件</p><p align=center>安政发〔2026〕3号</p><p align=center>关于加强供水管理的意见（试行）</p>` + body, "关于加强供水管理的意见（试行）", "安政发〔2026〕3号", "", "", "", ""},
		{"a title of plain text", `<p>关于停水的公告</p>` + body, "关于停水的公告", "", "", "", "", ""},
		{"a sentence is no title", `<p>现发布关于停水的公告。</p>` + body, "", "", "", "", "", ""},
		{"a document of one line keeps it", `<p>关于停水的公告</p>`, "", "", "", "", "", "关于停水的公告"},
		{"a title longer than a title may be", `<p align=center>关于` + strings.Repeat("长", 200) + `的通知</p>` + body, "", "", "", "", "", ""},
		{"whom it is sent to", `<h1>题</h1><p>各县（区）人民政府：</p>` + body, "题", "", "", "", "各县（区）人民政府", ""},
		{"a colon that names nobody", `<h1>题</h1><p>现通知如下：</p>` + body, "题", "", "", "", "", ""},
		{"a sign-off", body + `<p align=right>安康市人民政府办公室</p><p align=right>2026年1月5日</p>`, "", "", "2026-01-05", "安康市人民政府办公室", "", `<p class="sign">2026年1月5日</p>`},
		{"in Chinese numerals", body + `<p>市水利局</p><p>市发展改革委</p><p>二〇二六年十一月二十六日</p>`, "", "", "2026-11-26", "市水利局、市发展改革委", "", ""},
		{"with another zero", body + `<p>市水利局</p><p>二○一○年十月三十日</p>`, "", "", "2010-10-30", "市水利局", "", ""},
		{"with full-width digits and spaces", body + `<p>市水利局</p><p>２０２６ 年 １１ 月 ６ 日</p>`, "", "", "2026-11-06", "市水利局", "", ""},
		{"a day that is none", body + `<p>市水利局</p><p>2026年2月30日</p>`, "", "", "", "", "", ""},
		{"a day among others", `<p>活动时间如下</p><p>2026年2月3日</p>` + body, "", "", "", "", "", ""},
		{"a day of printing", body + `<p>安康市人民政府办公室　　　　2026年1月6日印发</p>`, "", "", "", "", "", ""},
		{"headings", `<p>一、总体要求</p><p>（一）目标</p><p>二、加强领导。各单位要落实。</p><p>（二）按时报送；</p><p>三、措施如下：</p>`, "", "", "", "", "", "<h2>一、总体要求</h2>\n<h3>（一）目标</h3>\n<p>二、加强领导。各单位要落实。</p>\n<p>（二）按时报送；</p>\n<p>三、措施如下：</p>"},
		{"bold headings are headings alone", `<p><b>一、总体要求</b></p>` + body, "", "", "", "", "", "<h2>一、总体要求</h2>"},
		{"a table of contents stays one", `<p>第一章 总则</p><p>第一章 总则</p><p>第一条 甲。</p>`, "", "", "", "", "", "<p>第一章 总则</p>\n<h2>第一章 总则</h2>"},
		{"lines with numbers of their own are paragraphs", `<p>下列机构：<br>（一）甲；<br>（二）乙<br>续行。</p>`, "", "", "", "", "", "<p>下列机构：</p>\n<p>（一）甲；</p>\n<p>（二）乙<br/>续行。</p>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			html, f, err := Recognise(c.in)
			if err != nil || f.Title != c.title || f.Document.Number != c.number || f.Document.WrittenOn != c.day || f.Document.Issuer != c.issuer || f.To != c.to {
				t.Errorf("%+v, %v", f, err)
			}
			if !strings.Contains(html, c.html) || f.Title != "" && strings.Contains(spelled(render.PlainText(html)), spelled(f.Title)) {
				t.Errorf("got %s", html)
			}
			if again, _, err := Recognise(html); err != nil || f.Title == "" && again != html && !strings.Contains(c.name, "contents") {
				t.Errorf("once more: %s, %v", again, err)
			}
		})
	}
	if _, f, _ := Recognise(body + `<p>安康市人民政府办公室　　2026年1月6日印发</p>`); f.Document.IssuedOn != "2026-01-06" {
		t.Errorf("printed on %q", f.Document.IssuedOn)
	}
}

// B6: what was recognised is accepted by the room that keeps articles; a text that says nothing of itself is news under its file's name.
func TestWhatWasRecognisedMakesAnArticle(t *testing.T) {
	r, err := Official(`<p align=center>关于停水的通知</p><p>安政发〔2026〕3号</p><p>正文。</p><p>市水利局</p><p>2026年1月5日</p>`, true)
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Payload("文件名")
	if err != nil || p.Kind != article.Policy || p.Title != "关于停水的通知" || p.Document.Number != "安政发〔2026〕3号" || p.Document.Genre != "通知" || p.Document.Issuer != "市水利局" || p.Body != r.HTML {
		t.Errorf("%+v, %v", p, err)
	}
	if r, err = Official("<p>甲</p>", true); err != nil {
		t.Fatal(err)
	}
	if p, err := r.Payload("文件名"); err != nil || p.Kind != article.News || p.Title != "文件名" || p.Document != nil {
		t.Errorf("%+v, %v", p, err)
	}
	if r, err = Official("<p> </p><img src=a.png>", true); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Payload("文件名"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a text of no words makes an article: %v", err)
	}
}

// The sentences of a draft that was just imported come from the draft and from numbers alone.
func TestExplain(t *testing.T) {
	r := Result{Seen: Seen{Styles: 3, Pictures: 2}, Found: Found{Headings: 4}}
	p := article.Payload{Title: "题", Document: &article.Document{Number: "安政发〔2026〕3号"}}
	got := strings.Join(Explain(r.code(), p, inChinese), "\n")
	for _, want := range []string{"已导入为草稿", "识别出标题：题", "识别出发文字号：安政发〔2026〕3号", "去掉了 3 处", "有 2 张图片", "识别出 4 个小标题"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not said in %s", want, got)
		}
	}
	if strings.Contains(got, "列表") {
		t.Errorf("what was not met is said: %s", got)
	}
	for _, code := range []string{"", "1", "a-b", r.code() + "-1", strings.Replace(r.code(), "3", "-3", 1)} {
		if got := Explain(code, p, inChinese); got != nil {
			t.Errorf("%q explains %q", code, got)
		}
	}
}
