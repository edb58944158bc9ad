package article

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"golang.org/x/text/unicode/norm"
)

var batch = publication.Batch{ID: "2026-11", Source: "旧网站", Author: author, Reviewer: reviewer, Review: "同意迁移", Secrecy: "不涉密"}

func jsonl(id, title, day string) string {
	raw, err := json.Marshal(map[string]string{"id": id, "title": title, "date": day, "status": "有效", "level": "行政法规", "body_html": "<p>" + title + "的正文。</p>"})
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func (h *house) options(to ...*render.Site) ImportOptions {
	o := ImportOptions{Batch: batch, ChunkSize: 10}
	for _, s := range to {
		o.Targets = append(o.Targets, Target{Site: s.ID, Name: strings.TrimPrefix(s.URL(""), "http://"), Level: s.Level})
	}
	return o
}

// take imports lines that must all be good.
func (h *house) take(lines []string, to ...*render.Site) Report {
	h.t.Helper()
	r, err := h.ImportDocuments(h.ctx, strings.NewReader(strings.Join(lines, "\n")), h.options(to...))
	h.must(err)
	if len(r.Bad) > 0 || r.Imported != len(lines) {
		h.t.Fatalf("report: %+v", r)
	}
	return r
}

// public returns every public article of the sites by its source id.
func (h *house) public(sites ...*render.Site) map[string]*publication.Live {
	h.t.Helper()
	all := map[string]*publication.Live{}
	for _, s := range sites {
		for page := 1; ; page++ {
			rows, err := h.Published.List(h.ctx, s.ID, publication.Filter{Kind: Kind}, kernel.Page{Number: page, Size: 500})
			h.must(err)
			for _, r := range rows {
				l, err := h.Published.Live(h.ctx, r.Object)
				h.must(err)
				p, err := decode(l.Payload)
				h.must(err)
				all[p.Origin.ID] = l
			}
			if len(rows) == 0 {
				break
			}
		}
	}
	return all
}

// same is how two texts are compared: NFC, runs of ASCII white space as one.
func same(s string) string {
	return strings.Join(strings.FieldsFunc(norm.NFC.String(s), asciiSpace), " ")
}

// words is the text of HTML, as a browser's textContent, compared without ASCII white space.
func words(t *testing.T, html string) string {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.FieldsFunc(norm.NFC.String(doc.Text()), asciiSpace), "")
}

// sample reads every nth document of the corpus and all that are traps: no date, repealed, a long body,
// private-use characters, zero-width spaces.
func sample(t *testing.T, nth int) (lines []string, docs map[string]*sourceDocument) {
	t.Helper()
	f, err := os.Open(corpus.Path(t, "policies.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := unzip(f)
	if err != nil {
		t.Fatal(err)
	}
	docs = map[string]*sourceDocument{}
	traps := map[string]int{}
	for n := 0; ; n++ {
		raw, err := nextLine(b)
		if len(raw) > 0 {
			d, _, derr := readDocument(bytes.TrimSpace(raw))
			if derr != nil {
				t.Fatalf("line %d: %v", n+1, derr)
			}
			if n%nth == 0 || trap(d, traps) {
				lines, docs[d.ID] = append(lines, string(bytes.TrimSpace(raw))), d
			}
		}
		if errors.Is(err, io.EOF) {
			return lines, docs
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// trap reports whether the document is among the first six of a kind that has tripped importers.
func trap(d *sourceDocument, seen map[string]int) bool {
	for name, is := range map[string]bool{
		"undated": d.Date == "" && d.Published == "", "repealed": d.Status == "已废止", "long": len(d.Body) > 250_000, "published": d.Published != "",
		"private": strings.ContainsFunc(d.Body, func(r rune) bool { return r >= 0xe000 && r <= 0xf8ff }), "zero-width": strings.Contains(d.Body, "\u200b"),
		"year": d.Year != "", "table": strings.Contains(d.Body, "rowspan"),
	} {
		if is && seen[name] < 6 {
			seen[name]++
			return true
		}
	}
	return false
}

// Must show 2: of each document title, number, dates and text on its page equal the source.
func TestImportCorpus(t *testing.T) {
	lines, docs := sample(t, 20)
	each(t, func(t *testing.T, h *house) {
		to := []*render.Site{h.city, h.towns[0], h.towns[1]}
		h.take(lines, to...)
		live := h.public(to...)
		if len(live) != len(docs) {
			t.Fatalf("%d public, %d in the source", len(live), len(docs))
		}
		sites := map[kernel.SiteID]int{}
		for id, d := range docs {
			l := live[id]
			if l == nil {
				t.Errorf("%s is not public", id)
				continue
			}
			sites[l.Site]++
			h.compare(d, l)
		}
		if len(sites) != 3 {
			t.Errorf("spread over %d sites, want 3", len(sites))
		}
	})
}

// compare reads the article's page as a citizen would.
func (h *house) compare(d *sourceDocument, l *publication.Live) {
	t, s := h.t.(*testing.T), h.sites.Public(l.Site)
	t.Helper()
	doc := h.document(h.show(s, l.ID))
	facts := map[string]string{}
	doc.Find(".facts div").Each(func(_ int, f *goquery.Selection) { facts[f.Find("dt").Text()] = f.Find("dd").Text() })
	prose, err := doc.Find(".prose").Html()
	h.must(err)
	day, pub := d.Published, d.Date
	if day == "" {
		day = d.Date
	}
	written := "公布日期"
	if d.Published != "" {
		written = "成文日期"
	}
	for _, row := range []struct{ what, got, want string }{
		{"title", same(doc.Find("h1").Text()), same(d.Title)},
		{"number", same(facts["发文字号"]), same(d.Number)},
		{"issuer", same(facts["发文机关"]), same(d.Issuer)},
		{"index number", same(facts["索引号"]), same(d.IndexNumber)},
		{"date", facts[written], pub},
		{"effective", facts["施行日期"], d.Effective},
		{"text", words(t, prose), words(t, d.Body)},
	} {
		if row.got != row.want {
			t.Errorf("%s %q of %s: got %.200q, want %.200q", row.what, d.Title, d.ID, row.got, row.want)
		}
	}
	shown := doc.Find(".by time").Text()
	switch {
	case day == "" && (shown != "" || !strings.HasPrefix(facts["发布日期"], undated)):
		t.Errorf("undated %s shows %q and %q", d.ID, shown, facts["发布日期"])
	case day != "" && (shown != day+" 00:00" || facts["发布日期"] != day || doc.Find(`meta[name="PubDate"]`).AttrOr("content", "") != shown):
		t.Errorf("%s shows %q and %q, want %s", d.ID, shown, facts["发布日期"], day)
	}
	if banner := doc.Find(".validity").Length() == 1; banner != (d.Status == "已废止") {
		t.Errorf("%s with status %s: banner %v", d.ID, d.Status, banner)
	}
	if doc.Find(".colophon").Text() == "" || !strings.Contains(doc.Find(".colophon").Text(), "迁移") {
		t.Errorf("%s does not say that it was migrated", d.ID)
	}
}

// Bad input of issue 2: a bad row is told by line and left out whole; the others are taken over.
func TestImportBadRows(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		file := strings.Join([]string{
			jsonl("a", "第一个", "2001-01-01"), `{"id":"b","title":}`, "", jsonl("c", "第三个", "2001-13-01"), jsonl("a", "重复的编号", "2001-01-02"),
			`{"id":"e","title":"没有正文","body_html":""}`, jsonl("f", "最后一个", ""),
		}, "\r\n")
		var told []BadRow
		o := h.options(h.city)
		o.Each = func(b BadRow) { told = append(told, b) }
		r, err := h.ImportDocuments(h.ctx, strings.NewReader("\xef\xbb\xbf"+file), o)
		h.must(err)
		if r.Imported != 2 || r.Undated != 1 || r.Lines != 7 || len(r.Bad) != 4 || !slices.Equal(told, r.Bad) {
			t.Fatalf("report: %+v", r)
		}
		for i, want := range []BadRow{
			{Line: 2, Column: 19, Say: "从这里开始不是有效的 JSON。"},
			{Line: 4, Field: "date", ID: "c", Say: "日期“2001-13-01”不对，应写成 2015-06-02 的样子，不知道时留空。"},
			{Line: 5, Field: "id", ID: "a", Say: "编号“a”与第 1 行重复。"},
			{Line: 6, Field: "body", ID: "e", Say: "正文不能为空。"},
		} {
			if r.Bad[i] != want {
				t.Errorf("bad row %d: got %+v, want %+v", i, r.Bad[i], want)
			}
		}
		if live := h.public(h.city); len(live) != 2 || live["a"] == nil || live["f"] == nil {
			t.Errorf("public: %v", live)
		}
	})
}

// Issue 2, 9: an import that broke off is continued by the same batch; nothing is taken over twice, nothing by halves.
func TestImportResumes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var lines []string
		for i := range 35 {
			lines = append(lines, jsonl(fmt.Sprintf("r%02d", i), fmt.Sprintf("文件%02d", i), "2001-01-01"))
		}
		file := strings.Join(lines, "\n")
		cut := len(strings.Join(lines[:23], "\n")) + 5 // in the middle of the 24th
		torn := io.MultiReader(strings.NewReader(file[:cut]), iotest.ErrReader(io.ErrUnexpectedEOF))
		r, err := h.ImportDocuments(h.ctx, torn, h.options(h.city))
		if !fault.Is(err, fault.Invalid) || r.Imported != 23 || len(h.public(h.city)) != 23 {
			t.Fatalf("the torn file: %+v, %v, %d public", r, err, len(h.public(h.city)))
		}
		var zipped bytes.Buffer
		z := gzip.NewWriter(&zipped)
		if _, err := z.Write([]byte(file)); err != nil || z.Close() != nil {
			t.Fatal(err)
		}
		chunks := 0
		o := h.options(h.city)
		o.Progress = func(Report) { chunks++ }
		r, err = h.ImportDocuments(h.ctx, &zipped, o)
		if err != nil || r.Imported != 12 || r.Already != 23 || len(r.Bad) != 0 || chunks != 4 || len(h.public(h.city)) != 35 {
			t.Fatalf("the whole file: %+v, %v, %d chunks", r, err, chunks)
		}
		stranger := h.options(h.city)
		stranger.Batch.Reviewer = final
		if _, err := h.ImportDocuments(h.ctx, strings.NewReader(file), stranger); !fault.Is(err, fault.Conflict) {
			t.Errorf("the batch continued under another name: %v", err)
		}
		alone := h.options(h.city)
		alone.Batch.ID, alone.Batch.Reviewer = "alone", author
		if _, err := h.ImportDocuments(h.ctx, strings.NewReader(file), alone); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a batch signed by one person: %v", err)
		}
	})
}

// Issue 2, 9: a dry run reads and checks everything and writes nothing.
func TestImportDryRun(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		o := h.options(h.city)
		o.DryRun = true
		file := jsonl("a", "第一个", "2001-01-01") + "\n{"
		r, err := h.ImportDocuments(h.ctx, strings.NewReader(file), o)
		if err != nil || r.Imported != 1 || len(r.Bad) != 1 || len(h.public(h.city)) != 0 {
			t.Errorf("got %+v, %v", r, err)
		}
		wrong := o
		wrong.Mapping = &Mapping{Rules: []Rule{{Columns: []int64{23}, Sites: []string{"nowhere.localhost"}}}}
		if _, err := h.ImportDocuments(h.ctx, strings.NewReader(file), wrong); !strings.Contains(fault.Say(err), "nowhere.localhost") {
			t.Errorf("a mapping to an unknown site: %v", err)
		}
		o.Targets = nil
		if _, err := h.ImportDocuments(h.ctx, strings.NewReader(file), o); !fault.Is(err, fault.Invalid) {
			t.Errorf("no target: %v", err)
		}
	})
}

// A chunk of an import takes few statements, however many documents it holds; its sites count, each with its own.
func TestImportIsFewStatements(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		taken := func(name string, n int, to ...*render.Site) int64 {
			var lines []string
			for i := range n {
				lines = append(lines, jsonl(fmt.Sprintf("%s%03d", name, i), fmt.Sprintf("供水办法%03d", i), "2001-01-01"))
			}
			o := h.options(to...)
			o.Batch.ID, o.ChunkSize = name, 200
			before := h.DB.Statements()
			r, err := h.ImportDocuments(h.ctx, strings.NewReader(strings.Join(lines, "\n")), o)
			h.must(err)
			if r.Imported != n {
				t.Errorf("imported %d of %d: %v", r.Imported, n, r.Bad)
			}
			return h.DB.Statements() - before
		}
		taken("warm", 5, h.city, h.towns[0])
		few, many := taken("few", 10, h.city), taken("many", 150, h.city)
		spread := taken("spread", 150, h.city, h.towns[0], h.towns[1])
		t.Logf("statements: %d for 10 documents, %d for 150, %d for 150 on three sites", few, many, spread)
		if many > few+12 { // what more there is to index, fifty at a time
			t.Errorf("%d statements for 150 documents, %d for 10", many, few)
		}
		if spread > many+20 {
			t.Errorf("%d statements for three sites, %d for one", spread, many)
		}
	})
}
