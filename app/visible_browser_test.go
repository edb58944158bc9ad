package app_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/app/demo"
	"github.com/zhanqun/zhanqun/kernel/proof"
)

// visibleWithin is what no publication takes unless something is broken, however busy the machine.
const visibleWithin = 5 * time.Second

var sentAt = regexp.MustCompile(`/sites/\d+/articles/(\d+)`)

// visible is Issue 4, Must show 8: from the press of 发布 in a browser to the moment when another client's request for the citizens' page is
// answered with the text, many times. below is where citizens find the site's articles; words are of the button.
func (d *desk) visible(staff map[string]demo.Person, below, words string) {
	d.t.Helper()
	n := proof.Times(3, 100)
	d.enter(1366, staff["IO"])
	form := eval[string](d.t, d.browser, `document.querySelector('nav.rail a[href$="/articles/new"]').href`)
	sent := make([]string, n)
	for i := range sent {
		sent[i] = eval[string](d.t, d.browser, fmt.Sprintf(`fetch(%q,{method:'POST',body:new URLSearchParams({title:'关于第%d次巡河的通知',column:'2',body:'请沿河各村做好准备。',do:'send'})}).then(r=>r.url)`,
			strings.TrimSuffix(form, "/new"), i+1))
	}
	d.enter(1366, staff["RV"])
	took := make([]time.Duration, n)
	for i, at := range sent {
		id := sentAt.FindStringSubmatch(at)
		if id == nil {
			d.t.Fatalf("article %d was not sent: %s", i+1, at)
		}
		d.open(d.t, 1366, d.console+id[0])
		page, title := below+id[1], fmt.Sprintf("关于第%d次巡河的通知", i+1)
		if status, _ := d.ask(page); status != http.StatusNotFound {
			d.t.Fatalf("%s answers %d before it is published", page, status)
		}
		began := time.Now()
		if !eval[bool](d.t, d.browser, fmt.Sprintf(`(()=>{const e=[...document.querySelectorAll('main button')].filter(e=>e.textContent.trim()===%q);if(e.length!==1)return false;e[0].click();return true})()`, words)) {
			d.t.Fatalf("there is no button %q: %s", words, d.reads())
		}
		for status, body := 0, ""; status != http.StatusOK || !strings.Contains(body, title); {
			status, body = d.ask(page)
			if took[i] = time.Since(began); took[i] > visibleWithin {
				d.t.Fatalf("%v after it was published %s answers %d", took[i], page, status)
			}
		}
		until(d.t, func() bool { // the browser is still on its way to the next page
			said, err := evaluate[bool](d.browser, `document.readyState==='complete'&&document.body.innerText.includes('已发布')`)
			return err == nil && said
		})
	}
	slices.Sort(took)
	d.t.Logf("from the press of the button to the citizens' page: p50 %v, p99 %v, most %v of %d", took[n/2].Round(100*time.Microsecond),
		took[min(n-1, n*99/100)].Round(100*time.Microsecond), took[n-1].Round(100*time.Microsecond), n)
}
