package app_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/zhanqun/zhanqun/app"
	"github.com/zhanqun/zhanqun/app/demo"
)

// chord presses one key of a keyboard, with Alt or without.
func (d *desk) chord(key string, alt bool) {
	d.t.Helper()
	p := input.DispatchKeyEventParams{Type: "keyDown", Key: key, Code: key, WindowsVirtualKeyCode: map[string]int64{"ArrowUp": 38, "ArrowDown": 40, "ArrowLeft": 37, "ArrowRight": 39, "Home": 36, "End": 35, "Escape": 27, " ": 32}[key]}
	if len(key) == 1 {
		p.Text = key
	}
	if alt {
		p.Modifiers = 1
	}
	call(d, input.DispatchKeyEvent, p)
	p.Type, p.Text = "keyUp", ""
	call(d, input.DispatchKeyEvent, p)
	d.seen()
}

// mouse moves, presses or lets go.
func (d *desk) mouse(what input.DispatchMouseEventType, x, y float64) {
	d.t.Helper()
	p := input.DispatchMouseEventParams{Type: what, X: x, Y: y, Button: "left", Buttons: 1, ClickCount: 1}
	if what == input.DispatchMouseEventTypeMouseReleased {
		p.Buttons = 0
	}
	call(d, input.DispatchMouseEvent, p)
	d.seen()
}

// drags takes a column by its name to a part of another's row; "" lets go, a key is pressed before.
func (d *desk) drags(id, onto string, part float64, key string) {
	d.t.Helper()
	at := func(id string, part float64) (x, y float64) {
		p := eval[[]float64](d.t, d.browser, fmt.Sprintf(`(()=>{document.querySelector('li[data-id="%s"]>.row').scrollIntoView({block:'center'});`+
			`const r=document.querySelector('li[data-id="%s"]>.row').getBoundingClientRect(),a=document.getElementById('c-%s').getBoundingClientRect();return [a.left+a.width/2,r.top+r.height*%f]})()`, onto, id, id, part))
		return p[0], p[1]
	}
	x, y := at(id, .5)
	d.mouse(input.DispatchMouseEventTypeMousePressed, x, y)
	d.mouse(input.DispatchMouseEventTypeMouseMoved, x+3, y+3)
	if eval[bool](d.t, d.browser, `!!document.querySelector('.held')`) {
		d.t.Error("three pixels are a drag")
	}
	d.mouse(input.DispatchMouseEventTypeMouseMoved, x, y+9)
	x, y = at(onto, part)
	d.mouse(input.DispatchMouseEventTypeMouseMoved, x, y)
	if !eval[bool](d.t, d.browser, `!!document.querySelector('.held')&&!!document.querySelector('.drop-before,.drop-after,.drop-inside')`) {
		d.t.Error("nothing shows where it would come to stand")
	}
	d.picture(d.t, "columns-dragging-"+key)
	if key != "" {
		d.chord(key, false)
	}
	d.mouse(input.DispatchMouseEventTypeMouseReleased, x, y)
}

// below are the columns below one, by id, in order; "0" is the top.
func (d *desk) below(id string) []string {
	d.t.Helper()
	return eval[[]string](d.t, d.browser, fmt.Sprintf(`[...document.querySelectorAll('li[data-parent="%s"]')].map(li=>li.dataset.id)`, id))
}

// spoken waits until the live region says some words.
func (d *desk) spoken(words string) {
	d.t.Helper()
	until(d.t, func() bool {
		return strings.Contains(eval[string](d.t, d.browser, `[...document.querySelectorAll('body>[aria-live]')].map(e=>e.textContent).join()`), words)
	})
}

func (d *desk) here() string {
	return eval[string](d.t, d.browser, `document.activeElement.closest('li')?.dataset.id??document.activeElement.tagName`)
}

// B1, B5, LE1 (look.md 2.3(6), issue 4 point 3): the tree is walked and changed by keyboard and by mouse, the server's answer stands on the
// screen and is spoken, Esc leaves everything as it was, and a press takes a move back.
func TestTheColumnTreeInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	p := demo.Person{Login: "bianji", Password: "汉江-茶山-晴日-42"}
	if got := app.Main(context.Background(), []string{"admin", "create", "--login", p.Login, "--name", "编辑", "--org", "610900", "--role", "IE", "--password-stdin", "--data=" + data},
		strings.NewReader(p.Password+"\n"), io.Discard, os.Stderr); got != 0 {
		t.Fatalf("admin create ended with %d", got)
	}
	d.enter(1366, p)
	portal := eval[string](t, b, `[...document.querySelectorAll('nav.rail a')].find(a=>a.textContent.includes('安康市')||a.textContent.includes('栏目')).getAttribute('href').match(/^\/sites\/\d+/)[0]`)
	d.open(t, 1366, d.console+portal+"/columns")
	if got := d.below("0"); len(got) < 4 {
		t.Fatalf("the tree has only %v at its top", got)
	}
	d.byKeys()
	d.byMouse()
	d.look("columns")
	d.press(`form[action="/language"] button`, "English")
	d.says("Column tree"[:6])
	d.says("Move to …")
	d.press(`form[action="/language"] button`, "中文")
	d.press(`li[data-id="2"] > .row a.button`, "移动到")
	d.pick("#to", "排在其后：政策文件")
	d.press("form button", "看看地址怎么变")
	d.look("columns-move")
	d.open(t, 1366, d.console+portal+"/columns/2")
	d.look("columns-sheet")
	d.press(".actions a", "设定字段")
	d.fill("#label-0", "主讲人")
	d.press("form button.main", "保存字段")
	d.open(t, 1366, d.console+portal+"/columns/2/fields")
	d.look("columns-fields")
}

func (d *desk) byKeys() {
	t := d.t
	eval[bool](t, d.browser, `(document.querySelector('[role=treeitem][tabindex="0"]').focus(),true)`)
	top := d.below("0")
	d.chord("End", false)
	d.chord("Home", false)
	if got := d.here(); got != top[0] {
		t.Errorf("Home leads to %s, want %s", got, top[0])
	}
	d.chord("ArrowLeft", false) // folds
	d.chord("ArrowDown", false)
	if got := d.here(); got != top[1] {
		t.Errorf("below a folded column comes %s, want %s", got, top[1])
	}
	d.chord("ArrowUp", false)
	d.chord("ArrowRight", false)
	first := d.below(top[0])
	d.chord("ArrowRight", false)
	if got := d.here(); got != first[0] {
		t.Errorf("the first part of %s is %s, want %s", top[0], got, first[0])
	}
	d.chord("ArrowDown", true)
	d.spoken("已移动到")
	want := slices.Clone(first)
	want[0], want[1] = want[1], want[0]
	if got := d.below(top[0]); !slices.Equal(got, want) || d.here() != first[0] {
		t.Errorf("Alt and down made %v of %v, want %v; the focus is at %s", got, first, want, d.here())
	}
	d.look("columns-moved")
	eval[bool](t, d.browser, `(document.querySelector('form[data-undo] button').click(),true)`)
	d.spoken("已撤销")
	if got := d.below(top[0]); !slices.Equal(got, first) {
		t.Errorf("taken back it is %v, want %v", got, first)
	}
	d.chord(" ", false)
	d.spoken("已拿起")
	d.chord("ArrowDown", false)
	d.picture(t, "columns-picked")
	d.chord("Escape", false)
	d.spoken("已取消")
	d.chord(" ", false)
	d.chord("Home", false)
	d.chord(" ", false)
	d.spoken("已移动到")
	if got := d.below("0"); got[0] != first[0] {
		t.Errorf("dropped at the very top it is %v", got)
	}
	d.chord("ArrowUp", true) // no way further up
	d.spoken("这个方向不能移动")
}

func (d *desk) byMouse() {
	t := d.t
	top := d.below("0")
	d.drags(top[2], top[1], .1, "Escape")
	d.spoken("已取消")
	if got := d.below("0"); !slices.Equal(got, top) {
		t.Errorf("Esc left %v of %v", got, top)
	}
	d.drags(top[2], top[1], .1, "")
	d.spoken("已移动到")
	want := slices.Clone(top)
	want[1], want[2] = want[2], want[1]
	if got := d.below("0"); !slices.Equal(got, want) {
		t.Errorf("dragged before another it is %v, want %v", got, want)
	}
	d.drags(want[0], want[1], .5, "")
	d.spoken("已移动到")
	if got := d.below(want[1]); len(got) == 0 || got[len(got)-1] != want[0] {
		t.Errorf("dragged into %s it has %v, want %s last", want[1], got, want[0])
	}
	if got := eval[string](t, d.browser, `document.querySelector('form[data-undo]')?.innerText??''`); !strings.Contains(got, "旧地址自动跳转") {
		t.Errorf("the bar does not tell what became of the addresses: %q", got)
	}
}
