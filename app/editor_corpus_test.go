package app_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/platform/render"
)

// documents are the bodies of every nth real document, as they are saved.
func documents(t *testing.T, nth int) (all []string) {
	t.Helper()
	z, err := gzip.NewReader(corpus.Open(t, "policies.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 64<<20)
	for i := 0; lines.Scan(); i++ {
		if i%nth != 0 {
			continue
		}
		var d struct {
			Body string `json:"body_html"`
		}
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		if body := render.Sanitise(d.Body); strings.TrimSpace(body) != "" {
			all = append(all, body)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func bare(html string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(render.PlainText(html), "\u00a0", " ")), "")
}

// C1, LE5: the editor opens real documents and gives them back with every word, every cell and every link, as HTML that the sanitiser has nothing to
// take from; and a key in a text of 20,000 characters is shown at once.
func TestTheEditorKeepsRealDocuments(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	d.enter(1366, staffOf(t, data, "瀛湖镇")["IO"])
	d.write("真实公文")
	all := documents(t, 10)
	if len(all) < 250 {
		t.Fatalf("only %d documents", len(all))
	}
	cells, exact, longest := 0, 0, ""
	for i, body := range all {
		in, _ := json.Marshal(body)
		got := eval[string](t, b, fmt.Sprintf(`(()=>{const a=document.querySelector('#body');a.dispatchEvent(new CustomEvent('restore',{detail:{body:%s,marked:true}}));return new FormData(a.form).get('body')})()`, in))
		if bare(got) != bare(body) {
			t.Errorf("document %d: other words: %.300s … %.300s", i, bare(body), bare(got))
		}
		for _, tag := range []string{"<td", "<th", "<tr", "<a ", "<img", "<li", "<h2", "<h3"} {
			if n, m := strings.Count(body, tag), strings.Count(got, tag); n != m {
				t.Errorf("document %d: %d %s became %d", i, n, tag, m)
			}
		}
		if clean := render.Sanitise(got); bare(clean) != bare(got) || strings.Contains(got, "style=") {
			t.Errorf("document %d: the sanitiser would take something of %.300s", i, got)
		}
		cells += strings.Count(got, "<td")
		if strings.ReplaceAll(got, "\n", "") == strings.ReplaceAll(body, "\n", "") {
			exact++
		}
		if len(body) > len(longest) {
			longest = body
		}
	}
	t.Logf("%d documents with %d cells, %d of them to the letter, the longest %d characters", len(all), cells, exact, len([]rune(bare(longest))))
	text := strings.Repeat("<p>"+strings.Repeat("安康市人民政府办公室关于加强政府网站信息内容建设的意见。", 10)+"</p>", 72)
	in, _ := json.Marshal(text)
	took := eval[[]float64](t, b, fmt.Sprintf(`(async()=>{const a=document.querySelector('#body');a.dispatchEvent(new CustomEvent('restore',{detail:{body:%s,marked:true}}));const e=%s;e.focus();const all=[];
for(let i=0;i<40;i++){const t=performance.now();document.execCommand('insertText',false,'字');await new Promise(r=>requestAnimationFrame(()=>{const c=new MessageChannel();c.port1.onmessage=r;c.port2.postMessage(0)}));all.push(performance.now()-t)}
return all.sort((a,b)=>a-b)})()`, in, surface))
	t.Logf("a character into %d characters is on the screen after %.0f ms, the slowest of 40 after %.0f ms", len([]rune(bare(text))), took[20], took[39])
}
