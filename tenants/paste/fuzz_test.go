package paste

import (
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
)

// B5, d51: whatever is pasted becomes a text that the sanitiser leaves as it is, and that stays what it is when it is pasted again.
func FuzzClean(f *testing.F) {
	for _, source := range clipboards(f) {
		f.Add(source)
	}
	for _, s := range []string{"<table><caption>a<tr><td>", "<table><thead><tr><th scope=co>甲<th>乙", "<table><tr><th scope=col>甲<th scope=col>乙<tr><th>丙", "<p style='mso-list:l0 level9 lfo1'><span style='mso-list:Ignore'>1.</span>", "<style>.a{font-weight:bold}</style><p class=a>甲<br>\u3000\u3000乙", "<a href=/a><p>甲</a>乙",
		"<ol start=2><ol><li>甲", "<td>甲<tr>", "<figure><img src=/-/media/a.png><figcaption>甲", "<svg><p>甲", "<b><i></b>甲</i>", "\x00\xff&#0;&nbsp;&shy;", strings.Repeat("<b>", 300) + strings.Repeat("<p>", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		settles(t, source)
		r, err := Official(source, true)
		if err != nil || render.Sanitise(r.HTML) != r.HTML {
			t.Fatalf("%q: %v, %q", source, err, r.HTML)
		}
	})
}

// B6: recognising adds no word and drops none but the title, and what it finds is accepted or refused with a sentence.
func FuzzRecognise(f *testing.F) {
	for _, s := range []string{"<p>安政办发〔2026〕1号</p><p>一、甲</p><p>（一）乙</p>", "<p align=center>关于甲的通知</p><p>甲</p>", "<h1>关于甲的通知</h1><p>各局：<br>（一）乙</p><p>市水利局<p>二〇二六年十一月廿六日", "<p>二〇二六年十十月一一日</p>", "<p align=right>０年月日"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		plain, err := Clean(source)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := Official(source, false)
		if err != nil || spelled(render.PlainText(kept.HTML)) != spelled(render.PlainText(plain.HTML)) {
			t.Fatalf("%q: %v\nwas    %q\nbecame %q", source, err, plain.HTML, kept.HTML)
		}
		taken, err := Official(source, true)
		if err != nil || len(spelled(render.PlainText(taken.HTML)))+len(spelled(taken.Found.Title)) != len(spelled(render.PlainText(plain.HTML))) {
			t.Fatalf("%q: %v\nwas   %q\ntitle %q\ntext  %q", source, err, plain.HTML, taken.Found.Title, taken.HTML)
		}
		if _, err := taken.Payload("题"); err != nil && fault.KindOf(err) == "" {
			t.Fatal(err)
		}
	})
}

// LE4: 200 kB of a word processor's clipboard; the bar is 20 ms.
func BenchmarkClean200KB(b *testing.B) {
	source := clipboards(b)["testdata/word-notice"]
	head, rest, _ := strings.Cut(source, "<!--StartFragment-->")
	body, _, _ := strings.Cut(rest, "<!--EndFragment-->")
	for source = head; len(source) < 200<<10; {
		source += body
	}
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		if r, err := Official(source, true); err != nil || r.HTML == "" {
			b.Fatal(err)
		}
	}
}
