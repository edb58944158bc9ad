package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/zhanqun/zhanqun/app"
)

// low are the targets of the open page that a finger may miss: lower than 60 pixels. Links in a sentence are read, not aimed at.
const low = `[...document.querySelectorAll('.el-top a,.el-top summary,.nav a,.crumb a,.rows a,.side a,.pager a,.btn,.cap h2 a,.more,.sitemap a,.next a,.el-doors a,.el-call,.el-all,.zq-foot a')]` +
	`.filter(a=>a.getBoundingClientRect().height<59.5).map(a=>a.className+' '+a.textContent+' '+a.getBoundingClientRect().height)`

// S1, S2 (LC1, LC4, LC9, LC18–LC20): the elder version and the traditional characters of a site of each theme: home, column, article, policy
// document, site map and 404. axe finds nothing, the policy refuses nothing, a phone and doubled text are wide enough, a finger finds
// its target, the way out leads out, and no cookie is set.
func TestElderAndTraditionalInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	sites, listen := demoCity(t)
	for _, level := range []string{"city", "dept", "township"} {
		i := slices.IndexFunc(sites, func(s place) bool { return s.Level == level })
		home := sites[i].URL
		for name, rest := range kinds(t, home, listen) {
			for _, v := range []string{"elder", "hant"} {
				at := home + "-/" + v + "/" + rest
				_, body := look(t, at, listen)
				known := home + rest
				if v == "hant" || rest == "" {
					known = at
				}
				if !strings.Contains(body, `rel="canonical" href="`+known+`"`) && name != "404" {
					t.Errorf("%s is not known by %s", at, known)
				}
				where := fmt.Sprintf("%s-%s-%s", v, level, name)
				b.inspect(t, where, at)
				if v == "hant" {
					if lang := eval[string](t, b, `document.documentElement.lang+' '+document.title`); !strings.HasPrefix(lang, "zh-Hant ") || strings.ContainsAny(lang, "发门县镇") {
						t.Errorf("%s: %s", where, lang)
					}
					continue
				}
				b.resize(t, 390)
				eval[bool](t, b, `document.documentElement.style.fontSize='',true`)
				for _, a := range eval[[]string](t, b, low) {
					t.Errorf("%s: lower than 60 pixels: %s", where, a)
				}
				if size := eval[string](t, b, `getComputedStyle(document.documentElement).fontSize+' '+document.querySelector('.zq-head a:not(.zq-skip)').textContent`); size != "20px 退出长者版" {
					t.Errorf("%s: letters and the way out: %s", where, size)
				}
				if out := eval[string](t, b, `document.querySelector('.el-back').href`); out != home+map[bool]string{true: "", false: rest}[name == "404"] {
					t.Errorf("%s: the way out leads to %s", where, out)
				}
			}
		}
	}
	b.panel(t, sites[slices.IndexFunc(sites, func(s place) bool { return s.Level == "county" })].URL, listen)
}

// place is a site of the demonstration.
type place struct{ ID, URL, Kind, Level string }

// demoCity serves the demonstration, and answers its sites and where it listens.
func demoCity(t *testing.T) (sites []place, listen string) {
	t.Helper()
	data, ops := seeded.copied(t), address(t)
	listen = address(t)
	_, port, _ := net.SplitHostPort(listen)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		ended <- app.Main(ctx, []string{"serve", "--demo", "--data=" + data, "--listen=" + listen, "--ops-listen=" + ops}, strings.NewReader(""), io.Discard, io.Discard)
	}()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != 0 {
			t.Errorf("serve ended with %d", code)
		}
	})
	ready(t, ops, ended)
	if err := json.Unmarshal([]byte(command(t, "site", "list", "--json", "--data="+data, "--public-port="+port)), &sites); err != nil {
		t.Fatal(err)
	}
	return sites, listen
}

// kinds are paths below a site's home of a page of each kind.
func kinds(t *testing.T, home, listen string) map[string]string {
	t.Helper()
	first := func(of, pattern string) string {
		_, body := look(t, home+of, listen)
		m := regexp.MustCompile(`href="[^"]*/(` + pattern + `)"`).FindStringSubmatch(body)
		if m == nil {
			t.Fatalf("%s: no %s", home+of, pattern)
		}
		return m[1]
	}
	all := map[string]string{"home": "", "column": "c/gonggao", "article": first("c/gonggao", `a/[0-9]+`), "sitemap": "sitemap", "404": "nowhere", "statement": "-/accessibility"}
	_, body := look(t, home+"sitemap", listen)
	for _, m := range regexp.MustCompile(`href="[^"]*/(c/[a-z0-9/-]+)"`).FindAllStringSubmatch(body, -1) {
		if _, list := look(t, home+m[1], listen); strings.Contains(list, "rows documents") {
			all["document"] = first(m[1], `a/[0-9]+`)
			return all
		}
	}
	t.Logf("%s has no policy document", home)
	return all
}

// voice stands for one of this computer's: it says what it was given, in a list.
const voice = `window.said=[];window.paused=false;window.SpeechSynthesisUtterance=function(t){this.text=t};` +
	`Object.defineProperty(window,'speechSynthesis',{value:{getVoices:()=>[{lang:'en-US'},{lang:'zh-HK'},{lang:'zh-CN'}],speak(u){said.push(u)},cancel(){},pause(){paused=true},resume(){paused=false},addEventListener(){}}})`

// panel holds the panel to its rules (S2, LC20): what a reader sets holds on the next page and only in this browser; without a Chinese
// voice nothing offers to read aloud, with one it reads sentence by sentence, stops and goes on by keys.
func (b *browser) panel(t *testing.T, home, listen string) {
	t.Helper()
	rest := kinds(t, home, listen)["article"]
	b.open(t, 390, home+rest)
	if s := eval[string](t, b, `[document.querySelector('.zq-set').hidden,document.querySelector('.zq-read').hidden,document.querySelectorAll('link[data-aid]').length].join()`); s != "false,true,0" {
		t.Errorf("the panel at first: %s", s)
	}
	eval[bool](t, b, `document.querySelector('.zq-aid summary').click(),['size=150','contrast=dark','line=wide'].forEach(s=>{const [n,v]=s.split('=');document.querySelector('.zq-set [name='+n+'][value="'+v+'"]').click()}),document.querySelector('[name=ruler]').click(),document.querySelector('[name=pointer]').click(),true`)
	worn := `[getComputedStyle(document.documentElement).fontSize,getComputedStyle(document.querySelector('main p')).color,getComputedStyle(document.querySelector('main p')).backgroundColor].join(' ')`
	const dark = "24px rgb(255, 255, 0) rgb(0, 0, 0)"
	until(t, func() bool { return eval[string](t, b, worn) == dark })
	if s := eval[string](t, b, `document.querySelectorAll('.zq-ruler').length+' '+getComputedStyle(document.body).cursor.slice(0,4)+' '+document.cookie`); s != "1 url( " {
		t.Errorf("ruler, pointer and cookies: %s", s)
	}
	for _, other := range []string{home, home + "-/elder/" + rest, home + "-/hant/" + rest} {
		b.inspect(t, "panel-dark-"+fmt.Sprint(len(other)), other)
		b.open(t, 1366, other)
		eval[bool](t, b, `document.querySelector('.zq-aid').open=true`)
		until(t, func() bool { return strings.HasSuffix(eval[string](t, b, worn), "rgb(255, 255, 0) rgb(0, 0, 0)") })
		b.picture(t, "panel-open-"+fmt.Sprint(len(other)))
	}
	b.open(t, 320, home)
	eval[bool](t, b, `document.querySelector('[data-do=reset]').click(),true`)
	if s := eval[string](t, b, `getComputedStyle(document.documentElement).fontSize+' '+localStorage.getItem('zq-aid')+' '+document.querySelectorAll('.zq-ruler').length`); s != "16px {} 0" {
		t.Errorf("after setting it back: %s", s)
	}
	eval[bool](t, b, `document.querySelector('.zq-aid').open=true`)
	b.fits(t, "the open panel", 320)
	eval[chromedp.Void](t, b, b.axe)
	for _, f := range eval[[]string](t, b, `axe.run('.zq-head',{runOnly:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']}).then(r=>r.violations.flatMap(v=>v.nodes.map(n=>v.id+' '+n.target)))`) {
		t.Errorf("the open panel: axe: %s", f)
	}
	b.picture(t, "panel-320")
	b.resize(t, 640)
	if err := b.doubleText(); err != nil {
		t.Fatal(err)
	}
	b.fits(t, "the open panel with text of 200 %", 640)
	b.readsAloud(t, home+rest)
	if status, _ := look(t, home+"-/accessibility", listen); status != http.StatusOK {
		t.Errorf("the statement answers %d", status)
	}
}

// readsAloud holds the reading to its sentences and keys, in a tab whose computer has a voice.
func (b *browser) readsAloud(t *testing.T, address string) {
	t.Helper()
	other := b.tab(t)
	if err := chromedp.Do(other.ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: voice})
		return err
	})); err != nil {
		t.Fatal(err)
	}
	other.open(t, 1366, address)
	if s := eval[string](t, other, `document.querySelector('.zq-read').hidden+' '+document.querySelector('[data-do=stop]').disabled`); s != "false true" {
		t.Errorf("with a voice: %s", s)
	}
	eval[bool](t, other, `document.querySelector('.zq-aid summary').click(),document.querySelector('[name=rate]').value='1.5',document.querySelector('[data-do=start]').click(),true`)
	title := eval[string](t, other, `document.querySelector('h1').textContent`)
	for n := range 3 {
		got := eval[string](t, other, fmt.Sprintf(`[said.length,said[%d].voice.lang,said[%d].rate,CSS.highlights.size,[...CSS.highlights.get('zq-read')][0].toString()===said[%d].text].join()`, n, n, n))
		if got != fmt.Sprintf("%d,zh-CN,1.5,1,true", n+1) {
			t.Errorf("sentence %d: %s", n, got)
		}
		eval[bool](t, other, fmt.Sprintf(`said[%d].onend(),true`, n))
	}
	if first := eval[string](t, other, `said.map(u=>u.text).join('|')`); !strings.Contains(first, strings.TrimSpace(title)) {
		t.Errorf("it reads %q and not the title", first)
	}
	press := func(key string) {
		eval[bool](t, other, `document.body.dispatchEvent(new KeyboardEvent('keydown',{key:'`+key+`',bubbles:true,cancelable:true}))||true`)
	}
	press(" ")
	if !eval[bool](t, other, `paused`) {
		t.Error("the space bar does not pause")
	}
	press(" ")
	if eval[bool](t, other, `paused`) {
		t.Error("the space bar does not go on")
	}
	press("Escape")
	if s := eval[string](t, other, `said[said.length-1].onend(),said.length+' '+CSS.highlights.size+' '+document.querySelector('[data-do=stop]').disabled`); s != "4 0 true" {
		t.Errorf("after Esc: %s", s)
	}
	other.cutsSentences(t)
}

// cutsSentences asks the open page's own script where sentences end.
func (b *browser) cutsSentences(t *testing.T) {
	t.Helper()
	for text, want := range map[string]string{
		"一。二！三？四；五":              "一。|二！|三？|四；|五",
		"他说：“好。”然后走了。":           "他说：“好。”|然后走了。",
		"GB/T 37668-2019 第3.2条。": "GB/T 37668-2019 第3.2条。",
		"。！ \n":                  "",
		"":                       "",
		strings.Repeat("字", 130) + "，" + "后面。": strings.Repeat("字", 130) + "，|后面。",
		"什么？！真的……":                             "什么？！|真的……",
	} {
		got := eval[string](t, b, fmt.Sprintf(`import(document.querySelector('script[data-sheet]').src).then(m=>m.bounds(%q).map(([a,b])=>%q.slice(a,b)).join('|'))`, text, text))
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
