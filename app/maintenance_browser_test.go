package app_test

import (
	"fmt"
	"net"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/zhanqun/zhanqun/platform/web"
)

// R2, R5: the page of a node that cannot serve yet keeps the rules of every page, in its own looks.
func TestMaintenanceInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	m := web.Maintenance{}
	for _, ln := range []*net.Listener{&m.Plain, &m.Ops} {
		var err error
		if *ln, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		defer (*ln).Close()
	}
	defer m.Begin()()
	b.open(t, 1366, "http://"+m.Plain.Addr().String()+"/")
	eval[chromedp.Void](t, b, b.axe)
	for _, width := range []int{1366, 390, 320} {
		b.resize(t, width)
		b.picture(t, fmt.Sprintf("maintenance-%d", width))
		b.fits(t, "maintenance", width)
		for _, v := range eval[[]string](t, b, `axe.run(document).then(r=>r.violations.map(v=>v.id+' '+v.nodes.map(n=>n.target)))`) {
			t.Errorf("at %d: axe: %s", width, v)
		}
	}
	for _, r := range eval[[]string](t, b, `window.refused`) {
		t.Errorf("the content security policy refused %s", r)
	}
	if got := eval[string](t, b, `getComputedStyle(document.querySelector('main')).borderTopWidth`); got != "4px" {
		t.Errorf("its style is not there: border %s", got)
	}
}
