package render

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

const goodTOML = `name = "shan"
title = "山色"
parent = "base"
[tokens]
brand = "#1f6a3c"
brand-deep = "#134a29"
link = "#175a31"
`

const goodView = `{{define "main"}}<div class="wrap"><h1>{{.Data.Text}}</h1><p>正文</p>{{if eq .Data.Text "never"}}<p class="note">x</p>{{end}}</div>{{end}}`

// goodTheme is a theme that may be installed; each broken one is this with one change.
func goodTheme(change map[string]string) fstest.MapFS {
	files := map[string]string{"theme.toml": goodTOML, "word/show.html": goodView,
		"shan.css":                `.mast{background-image:url("hill.svg")}.headline{padding:1rem 0}@media print{.nav,.crumb{display:none}}@supports (aspect-ratio:1){img{aspect-ratio:2}}`,
		"pictures/hill.svg":       `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path fill="#134a29" d="M0 9l4-6 5 6z"/></svg>`,
		"pictures/motif-hill.svg": `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="2"/></svg>`,
		"pictures/photo.png":      "\x89PNG\r\n\x1a\nrest", "pictures/photo.webp": "RIFF1234WEBPrest"}
	maps.Copy(files, change)
	out := fstest.MapFS{}
	for n, s := range files {
		if s != "-" {
			out[n] = &fstest.MapFile{Data: []byte(s)}
		}
	}
	return out
}

func checker(t *testing.T) (*Renderer, []Sample) {
	t.Helper()
	return renderer(t), Samples(wordsView.Sample(Normal, []string{"甲乙"}, func(*Site) (Head, words) { return Head{Title: []string{"甲"}, Rest: "/w"}, words{"甲乙"} }),
		wordsView.Sample(Long, nil, func(*Site) (Head, words) { return Head{Title: []string{"甲"}, Rest: "/w"}, words{"丙"} }))
}

func problems(found []Problem) string {
	var b strings.Builder
	for _, p := range found {
		fmt.Fprintln(&b, p)
	}
	return b.String()
}

// V2, d53, S1: a good theme passes, from a folder and from a zip; each that breaks one thing is refused, with the file and the sentence that say so.
func TestBrokenThemesAreRefused(t *testing.T) {
	css := func(s string) map[string]string { return map[string]string{"shan.css": s} }
	view := func(s string) map[string]string {
		return map[string]string{"word/show.html": `{{define "main"}}<h1>{{.Data.Text}}</h1>` + s + `{{end}}`}
	}
	toml := func(s string) map[string]string { return map[string]string{"theme.toml": goodTOML + s + "\n"} }
	foot, nav, main := "让"+partFoot, "让"+partNav, "让"+partMain
	r, samples := checker(t)
	for _, c := range []struct {
		name   string
		change map[string]string
		want   string // "" when it may be installed
	}{
		{"nothing is wrong", nil, ""},
		{"an alias and an empty stylesheet", map[string]string{"shan.css": "", "theme.toml": goodTOML + "mast = \"brand\"\nmast-ink = \"on-brand\"\n"}, ""},
		// 1 identity
		{"the footer is not shown", css(".zq-foot{display:none}"), "shan.css：“.zq-foot”的“display:none”会" + foot},
		{"the footer, by the element", css("body > footer{visibility:hidden}"), foot},
		{"the footer, whatever it is called", css("[class^=zq-f]{opacity:0}"), foot},
		{"the footer, while pointed at", css("footer:hover{display:none}"), foot},
		{"the footer, against the platform's last word", css("footer.zq-foot.zq-foot{margin-left:0!important;letter-spacing:0!important}"), foot},
		{"one mark of it is clipped", css(".zq-identity div{clip-path:inset(50%)}"), foot},
		{"its letters are tiny", css(".zq-foot{font-size:.05rem}"), foot},
		{"its letters are tiny, by a size of the theme's", css(":root{--s-1:.1rem}"), "最小 0.75rem"},
		{"its letters have the colour of the ground", css(".zq-foot a{color:#f5f6f8}"), foot},
		{"its ground has the colour of the letters", css(".zq-foot{background:#4a515c}"), foot},
		{"it is moved away", css(".zq-identity{text-indent:-9999px}"), foot},
		{"it is no line high", css(".zq-identity{max-height:0}"), foot},
		{"everything in it", css("footer *{display:none}"), foot},
		{"the word that it is a demonstration", css(".zq-demo{display:none}"), "让" + partDemo},
		{"the skip link goes", css(".zq-skip{left:-9999px}"), "让" + partSkip},
		{"the name of the site goes", css(".mast{display:none}"), "让" + partName},
		{"everything goes", css("html{visibility:hidden}"), "让" + partRoot},
		{"the text goes", css("main{opacity:.1}"), main},
		{"the title goes", css("main h1{transform:scale(0)}"), main},
		{"paper without the text", css("@media print{main{display:none}}"), main},
		{"paper without the footer", css("@media print{.zq-identity{display:none}}"), foot},
		{"paper without the ways on", css("@media print{.nav,.zq-doors{display:none}}"), ""},
		{"a navigation that needs a script", css(".nav ul{display:none}.nav.open ul{display:flex}"), nav},
		{"a navigation that opens by pointing", css(".nav li:not(:hover) a{display:none}"), nav},
		// 2 colours
		{"text that cannot be read", toml(`ink = "#999999"`), "theme.toml：ink（#999999）在 ground（#ffffff）上的对比度只有 2.85"},
		{"a button that cannot be seen", toml(`ok = "#0a6b3d"` + "\n" + `page = "#0a6b3d"`), "低于 3.0"},
		{"a rule of its own that cannot be read", css(".note{color:#bbb;background:#fff}"), "“.note”的文字 #bbbbbb 在底色 #ffffff 上的对比度只有 1.92"},
		{"a word that can be read nowhere", css(".note{color:#808080}"), "在主题的任何底色上都看不清"},
		{"four colours", map[string]string{"theme.toml": goodTOML + "gold = \"#b8860b\"\n", "shan.css": ".note{border-color:#0b5cad}.cap{border-color:rgb(160, 0, 160)}"}, "主题用了 4 种颜色"},
		{"four colours, by their names", map[string]string{"theme.toml": goodTOML + "gold = \"#b8860b\"\n", "shan.css": ".note{border-color:blue}.cap{border-color:magenta}"}, "主题用了 4 种颜色"},
		{"a colour that is none", toml(`gold = "red"`), "须为 #a4161a 这样的小写六位色值"},
		{"a token that nobody asks for", toml(`sky = "#aaccff"`), "不认识色名“sky”"},
		{"a token behind the check", css(":root{--foot-ink:#ffffff}"), "样式表不能改色名“--foot-ink”"},
		// 3 what runs or fetches
		{"a script", view("<script>x()</script>"), "word/show.html：模板里不能写 <script>"},
		{"a script that no sample reaches", view(`{{if eq .Data.Text "never"}}<script>x()</script>{{end}}`), "模板里不能写 <script>"},
		{"a style", view(`<p style="display:none">x</p>`), "不能写 the attribute style"},
		{"a handler", view(`<p onclick="x()">x</p>`), "不能写 the attribute onclick"},
		{"a picture from elsewhere", view(`<img src="https://cdn.example/x.png" alt="">`), "不能引用外部地址“https://cdn.example/x.png”"},
		{"a link that runs", view(`<a href="javascript:x()">x</a>`), "不能引用外部地址"},
		{"a link that only a script follows", view(`<a href="#">展开</a>`), "链接“#”要靠脚本才有用"},
		{"a button that only a script hears", view(`<button>展开</button>`), "有按钮不在表单里"},
		{"an import", css(`@import "x.css";`), "@import"},
		{"an address in the style", css(`.mast{background:url("https://cdn.example/x.png")}`), "不能引用外部地址"},
		{"an address without a word for it", css(`.mast{background:image-set("https://cdn.example/x.png" 1x)}`), "会执行或从别处加载东西"},
		{"an expression", css(`.mast{width:expression(x())}`), "会执行或从别处加载东西"},
		{"a picture that is not there", css(`.mast{background:url("gone.svg")}`), "引用的“gone.svg”不在 pictures 里"},
		{"a picture up the tree", css(`.mast{background:url("../word/show.html")}`), "不在 pictures 里"},
		{"a font", css(`@font-face{font-family:x;src:url("x.woff2")}`), "主题不能带字体"},
		{"a spelling that hides", css(`.zq-foot{d\69splay:none}`), "不要用反斜杠转义"},
		{"a drawing with a script", map[string]string{"pictures/hill.svg": `<svg xmlns="http://www.w3.org/2000/svg"><script>x()</script></svg>`}, "pictures/hill.svg：图画里不能有 <script>"},
		{"a drawing with a handler", map[string]string{"pictures/hill.svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>`}, "图画里有脚本"},
		{"a drawing with an entity", map[string]string{"pictures/hill.svg": `<!DOCTYPE svg [<!ENTITY x "y">]><svg xmlns="http://www.w3.org/2000/svg"/>`}, "DOCTYPE"},
		{"a drawing that fetches", map[string]string{"pictures/hill.svg": `<svg xmlns="http://www.w3.org/2000/svg"><path fill="url(https://x.example/y#z)" d="M0 0"/></svg>`}, "外部引用"},
		{"a picture that is none", map[string]string{"pictures/photo.png": "<html>"}, "内容不是 png 图片"},
		{"a webp that is none", map[string]string{"pictures/photo.webp": "RIFF1234WAVErest"}, "内容不是 webp 图片"},
		// 4 what people find their way by
		{"two titles", view("<h1>乙</h1>"), "应有且只有一个一级标题 <h1>，现在有 2 个"},
		{"no title", map[string]string{"word/show.html": `{{define "main"}}<p>{{.Data.Text}}</p>{{end}}`}, "现在有 0 个"},
		{"an empty title", map[string]string{"word/show.html": `{{define "main"}}<h1></h1><p>{{.Data.Text}}</p>{{end}}`}, "有一个空的 <h1>"},
		{"a heading is jumped", view("<h3>乙</h3>"), "标题从 h1 跳到了 h3"},
		{"a second main", view("<main>乙</main>"), "不能写 <main>"},
		{"main is closed", view("</main>"), "标签没有成对"},
		{"an element is left open", view("<div>"), "标签没有成对"},
		{"the content is left out", map[string]string{"word/show.html": `{{define "main"}}<h1>标题</h1>{{end}}`}, "模板没有显示“甲乙”这样的内容"},
		{"a picture without words", view(`<img src="{{motif 1}}">`), "有图片没有 alt"},
		{"a link without words", view(`<a href="/x"></a>`), "有链接没有文字"},
		{"a navigation without a name", view(`<nav><a href="/x">甲</a></nav>`), "<nav> 没有名称"},
		{"an id twice", view(`<p id="a">甲</p><p id="a">乙</p>`), `有两个 id="a"`},
		{"a class of the platform's", view(`<p class="zq-foot">假的页脚</p>`), "不能用平台的类名“zq-foot”"},
		{"the focus is not seen", css("a:focus{outline:none}"), "去掉了键盘焦点的框"},
		// 5 elder version, letters made larger
		{"letters of so many pixels", css("html{font-size:14px}"), "把字号写死成“14px”"},
		{"letters of so many pixels, in short", css(".prose{font:16px/1.5 serif}"), "把字号写死"},
		// 6 the floor and the budgets
		{"a layer", css("@layer a{.note{padding:0}}"), "Chromium 86 或 Safari 14 不认识“@layer a”"},
		{"a newer property", css(".note{inset:0}"), "不认识“inset:0”"},
		{"a newer length", css(".note{height:100dvh}"), "不认识“height:100dvh”"},
		{"a newer selector", css(".note:is(p){padding:0}"), "不认识“.note:is(p)”"},
		{"a gap in a row", css(".note{display:flex;gap:8px}"), "不认识“display:flex;gap:8px”"},
		{"a rule of the browser's future", css("@starting-style{.note{padding:0}}"), "不能用“@starting-style”"},
		{"too much style", css(noise(30_000)), "最多 12288 字节"},
		{"a brace too few", css(".note{padding:0;"), "少了一个 }"},
		{"a brace too few, in the middle", css(".note{padding:0 .cap{padding:0}"), "附近写错了"},
		{"a brace too many", css(".note{padding:0}}"), "多了一个 }"},
		{"a sign that is not CSS", css("<!-- .note{padding:0}"), "不认识的符号"},
		{"rules in rules in rules", css(strings.Repeat("@media print{", 6) + ".note{padding:0}" + strings.Repeat("}", 6)), "套得太深"},
		{"a string that does not end", css(".note::after{content:\"x}"), "引号没有结束"},
		{"a comment that does not end", css(".note{padding:0}/* x"), "注释没有结束"},
		{"a selector that cannot be read", css(".note:frobnicate{padding:0}"), "看不懂"},
		// 7 templates
		{"it does not parse", map[string]string{"word/show.html": `{{define "main"}}{{if}}{{end}}`}, "word/show.html：模板不能用"},
		{"it asks for what is not there", view("{{.Data.Secret}}"), "Secret"},
		{"it calls what is not there", view("{{exec \"ls\"}}"), "exec"},
		{"it counts for ever", view("{{range 200000000}}x{{end}}"), "模板只能对页面数据循环，不能写“range 200000000”"},
		{"it counts for ever, by a variable", view("{{$n := 200000000}}{{range $n}}x{{end}}"), "range can't iterate"},
		{"it laughs a billion times", map[string]string{"word/show.html": laughs()}, "套得太多"},
		{"a page that the platform has not", map[string]string{"word/other.html": goodView}, "word/other.html：平台没有这个页面"},
		// 8 the package
		{"a program", map[string]string{"run.js": "x()"}, "run.js：主题里只能有"},
		{"no stylesheet", css("-"), "shan.css：没有样式表"},
		{"no manifest", map[string]string{"theme.toml": "-"}, "theme.toml：没有 theme.toml"},
		{"a manifest that cannot be read", map[string]string{"theme.toml": "name = "}, "theme.toml 读不懂"},
		{"a word that the manifest has not", map[string]string{"theme.toml": "script = \"x\"\n" + goodTOML}, "不认识“script”这一项"},
		{"a built-in theme's name", map[string]string{"theme.toml": strings.Replace(goodTOML, "shan", "city", 1), "city.css": ""}, "“city”是自带主题的名称"},
		{"a name that is none", map[string]string{"theme.toml": strings.Replace(goodTOML, "shan", "../x", 1)}, "name 须为 2 至 30 个"},
		{"no title", map[string]string{"theme.toml": strings.Replace(goodTOML, "山色", "", 1)}, "title 须为 1 至 20 个字"},
		{"a parent that is not there", map[string]string{"theme.toml": strings.Replace(goodTOML, "base", "nobody", 1)}, "parent 须为自带的主题之一"},
		{"the elder version for a parent", map[string]string{"theme.toml": strings.Replace(goodTOML, "base", "elder", 1)}, "parent 须为自带的主题之一"},
		{"a picture of a megabyte", map[string]string{"pictures/photo.png": "\x89PNG\r\n\x1a\n" + strings.Repeat("x", pictureMost)}, "最多 300 KB"},
		{"a file of two", map[string]string{"pictures/photo.png": strings.Repeat("x", fileMost+1)}, "文件超过 1024 KB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, found := ReadDir(goodTheme(c.change))
			if found == nil {
				found = r.Check(p, samples)
			}
			if got := problems(found); c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got\n%swant %s", got, c.want)
			}
			for _, f := range found {
				if !fault.Is(f.Err, fault.Invalid) && !fault.Is(f.Err, fault.TooLarge) {
					t.Errorf("%v is no sentence", f.Err)
				}
			}
		})
	}
}

// noise is a stylesheet that does not compress well.
func noise(n int) string {
	var b strings.Builder
	for i, x := 0, uint32(7); b.Len() < n; i++ {
		x = x*1664525 + 1013904223
		fmt.Fprintf(&b, ".n%x{padding:%dpx}", x, x>>20)
	}
	return b.String()
}

func laughs() string {
	var b strings.Builder
	b.WriteString(`{{define "main"}}<h1>{{.Data.Text}}</h1>{{template "t0" .}}{{end}}`)
	for i := range 40 {
		fmt.Fprintf(&b, `{{define "t%d"}}{{template "t%d" .}}{{template "t%d" .}}{{end}}`, i, i+1, i+1)
	}
	return b.String() + `{{define "t40"}}x{{end}}`
}

// V2: sites are shown in what is installed; what has gone, or fails on what a site says, leaves them in the plain theme, and somebody is told.
func TestInstalledThemes(t *testing.T) {
	r, samples := checker(t)
	read := func(change map[string]string) *Pack {
		p, found := ReadDir(goodTheme(change))
		if found == nil {
			found = r.Check(p, samples)
		}
		if found != nil {
			t.Fatal(problems(found))
		}
		return p
	}
	site := county()
	site.Theme = "shan"
	html := func(text string) string {
		b, err := wordsView.HTML(r, Shell{Site: site, Head: Head{Rest: "/w"}}, words{text})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if got := html("甲"); !strings.Contains(got, "t-base ") {
		t.Error("a theme that is not installed is not the plain one")
	}
	good := read(nil)
	if err := r.Install(good); err != nil {
		t.Fatal(err)
	}
	page := html("甲")
	css := ""
	for _, l := range all(parse(t, []byte(page)), "link", "") {
		if attr(l, "rel") == "stylesheet" {
			css = attr(l, "href")
		}
	}
	if body, kind, ok := r.Asset(css); !strings.Contains(page, "t-shan ") || !strings.Contains(page, "<p>正文</p>") || !ok || !strings.Contains(string(body), "--brand:#1f6a3c") || kind != "text/css; charset=utf-8" {
		t.Errorf("installed, the page is not shown in it: %s: %v", css, ok)
	}
	names := fmt.Sprint(r.Themes())
	if names != "[{base 素净 true} {city 恢弘 true} {dept 清朗 true} {town 田园 true} {shan 山色 false}]" {
		t.Errorf("to choose from are %s", names)
	}
	was := (*r.installed.Load())["shan"]
	if err := r.Install(good); err != nil || (*r.installed.Load())["shan"] != was {
		t.Error("the same package was made anew")
	}
	// It stood every sample, and fails on a text that no sample has.
	told := ""
	r.OnFailure(func(theme, view string, err error) { told = theme + " " + view + " " + err.Error() })
	if err := r.Install(read(map[string]string{"word/show.html": `{{define "main"}}<h1>{{.Data.Text}}</h1>{{if eq .Data.Text "坏"}}{{index .Nav 99}}{{end}}{{end}}`})); err != nil {
		t.Fatal(err)
	}
	if got := html("甲"); !strings.Contains(got, "t-shan ") || told != "" {
		t.Errorf("told %q of a page that can be shown", told)
	}
	if got := html("坏"); !strings.Contains(got, "t-base ") || !strings.Contains(got, "<h1>坏</h1>") || !strings.HasPrefix(told, "shan word/show") {
		t.Errorf("a page that fails is not shown in the plain theme, or nobody is told: %q", told)
	}
	bad, _ := ReadDir(goodTheme(map[string]string{"word/show.html": `{{define "main"}}{{.Data.Gone}}{{end}}`}))
	bad.Name = "shan"
	if err := r.Install(bad); err == nil || !strings.Contains(html("甲"), "t-base ") {
		t.Errorf("a package that this program cannot show is installed: %v", err)
	}
	if _, err := r.Beside(bad); err == nil {
		t.Error("it can be looked at")
	}
	if err := r.Install(); err != nil || len(r.Themes()) != 4 {
		t.Errorf("removed, it is still there: %v", r.Themes())
	}
}
