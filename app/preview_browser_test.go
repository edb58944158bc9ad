package app_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// browser is one headless Chromium for a whole test; every page opens in the same tab, one after another.
type browser struct {
	ctx   context.Context
	axe   string
	shots string // a folder for pictures, or ""
}

// missing skips the test for want of a tool, naming it; where everything is required it fails.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("ZHANQUN_TEST_REQUIRE") != "" {
		t.Fatalf("%s is required here and missing", what)
	}
	t.Skipf("not tried: %s is missing", what)
}

// openBrowser starts Chromium without a sandbox and without a network beyond the loopback.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	return openBrowserIn(t, t.TempDir())
}

// openBrowserIn starts it over what it kept in a folder before.
func openBrowserIn(t *testing.T, kept string) *browser {
	t.Helper()
	exe := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			exe = p
			break
		}
	}
	if exe == "" {
		missing(t, "Chromium")
	}
	axe, err := os.ReadFile(filepath.Join("testdata", "axe", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	opts := []chromedp.ExecAllocatorOption{
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.ExecPath(exe), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Headless, chromedp.UserDataDir(kept), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("host-resolver-rules", "MAP *.localhost 127.0.0.1"),
	}
	for _, off := range []string{"quic", "background-networking", "component-update", "sync", "dev-shm-usage"} {
		opts = append(opts, chromedp.Flag("disable-"+off, true))
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	b := &browser{ctx: ctx, axe: string(axe), shots: os.Getenv("ZHANQUN_SHOTS")}
	b.hear(t)
	return b
}

// tab is another tab of the same browser.
func (b *browser) tab(t *testing.T, opts ...chromedp.ContextOption) *browser {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx, opts...)
	t.Cleanup(closeTab)
	other := &browser{ctx: ctx, axe: b.axe, shots: b.shots}
	other.hear(t)
	return other
}

// hear opens the tab and listens to it.
func (b *browser) hear(t *testing.T) {
	t.Helper()
	// What the security policy refuses is heard before the page's first byte is read.
	listen := `window.refused=[];addEventListener('securitypolicyviolation',e=>refused.push(e.violatedDirective+' '+e.blockedURI+' '+(e.sample||'')))`
	err := chromedp.Do(b.ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: listen})
		return err
	}))
	if err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
}

// eval answers an expression of the open page; a promise is awaited.
func eval[T any](t *testing.T, b *browser, expression string) T {
	t.Helper()
	v, err := evaluate[T](b, expression)
	if err != nil {
		t.Fatalf("evaluate %.60s: %v", expression, err)
	}
	return v
}

func evaluate[T any](b *browser, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// open shows the address at a width and waits until it is loaded.
func (b *browser) open(t *testing.T, width int, address string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	b.resize(t, width)
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatalf("open %s: %v", address, err)
	}
}

// resize changes the width of the screen under the open page.
func (b *browser) resize(t *testing.T, width int) {
	t.Helper()
	height := int64(900)
	if width < 600 {
		height = 844
	}
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(int64(width), height)); err != nil {
		t.Fatalf("show at %d: %v", width, err)
	}
}

// inspect holds a page of a citizen to the rules every page keeps: axe finds nothing at 1366 and 390 pixels,
// nothing is wider than a screen of 320 pixels or of doubled text, the policy refuses nothing, there is one
// h1, and the identity footer can be seen. Pictures go to the folder ZHANQUN_SHOTS under the name.
func (b *browser) inspect(t *testing.T, name, address string) {
	t.Helper()
	b.open(t, 1366, address)
	eval[chromedp.Void](t, b, b.axe)
	for _, width := range []int{1366, 390} {
		b.resize(t, width)
		b.picture(t, fmt.Sprintf("%s-%d", name, width))
		found := eval[[]string](t, b, `axe.run(document,{runOnly:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']}).then(r=>r.violations.flatMap(v=>v.nodes.map(n=>v.id+' '+n.target+' '+n.failureSummary)))`)
		for _, f := range found {
			t.Errorf("%s at %d: axe: %s", name, width, f)
		}
		b.rules(t, fmt.Sprintf("%s at %d", name, width))
	}
	b.resize(t, 320)
	b.fits(t, name+" at 320", 320)
	b.resize(t, 640)
	if err := b.doubleText(); err != nil {
		t.Fatal(err)
	}
	b.fits(t, name+" with text of 200 %", 640)
}

func (b *browser) rules(t *testing.T, where string) {
	t.Helper()
	if n := eval[int](t, b, `document.querySelectorAll('h1').length`); n != 1 {
		t.Errorf("%s: %d h1, want 1", where, n)
	}
	if low := eval[[]string](t, b, `[...document.querySelectorAll('.nav a,.btn,.side a')].filter(a=>a.getBoundingClientRect().height<44).map(a=>a.textContent)`); len(low) > 0 {
		t.Errorf("%s: lower than 44 pixels: %q", where, low)
	}
	for _, r := range eval[[]string](t, b, `window.refused`) {
		t.Errorf("%s: the content security policy refused %s", where, r)
	}
	seen := eval[string](t, b, `(()=>{const f=document.querySelector('.zq-foot');if(!f)return 'absent';f.scrollIntoView({block:'end',behavior:'instant'});`+
		`const r=f.getBoundingClientRect(),h=document.elementFromPoint(r.left+r.width/2,Math.min(innerHeight,r.bottom)-4);`+
		`scrollTo({top:0,behavior:'instant'});return r.height>60&&f.contains(h)&&/网站标识码|網站標識碼/.test(f.innerText)?'':'hidden: '+r.height+' '+h})()`)
	if seen != "" {
		t.Errorf("%s: the identity footer is %s", where, seen)
	}
}

// fits asks for elements that stick out, except inside something that scrolls by itself.
func (b *browser) fits(t *testing.T, where string, width int) {
	t.Helper()
	out := eval[[]string](t, b, fmt.Sprintf(`document.documentElement.scrollWidth<=%d?[]:[...document.querySelectorAll('body *')].filter(e=>e.getBoundingClientRect().right>%d+1).slice(0,5).map(e=>e.tagName+'.'+(e.getAttribute('class')||'')+' '+e.getBoundingClientRect().right)`, width, width))
	if len(out) > 0 {
		t.Errorf("%s: wider than the screen: %s", where, strings.Join(out, "; "))
	}
}

// doubleText is what a person does who sets the browser's text to 200 %: rem and em grow, pixels do not.
func (b *browser) doubleText() error {
	return chromedp.Do(b.ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := chromedp.Evaluate[bool](`document.documentElement.style.fontSize='200%',true`)(ctx, tab)
		return err
	}))
}

// media sets "print" or "" (screen) and features such as forced-colors for the open page.
func (b *browser) media(t *testing.T, kind string, features ...*emulation.MediaFeature) {
	t.Helper()
	err := chromedp.Do(b.ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind, Features: features})
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
}

func (b *browser) picture(t *testing.T, name string) {
	t.Helper()
	if b.shots == "" {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatalf("picture of %s: %v", name, err)
	}
	if !bytes.HasPrefix(png, []byte("\x89PNG")) {
		t.Fatalf("picture of %s is no PNG", name)
	}
	if err := os.WriteFile(filepath.Join(b.shots, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}
