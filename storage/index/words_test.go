package index

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// T1: what a text is reduced to before pairs are made.
func TestNormalForm(t *testing.T) {
	for _, row := range []struct{ name, in, want string }{
		{"full-width letters and digits are folded", "２０２６年ＡＢＣ", " 2026 年 abc"},
		{"digits beside Han stand apart, with or without a space", "24小时、24 小时", " 24 小时 24 小时"},
		{"a zero-width space is not there", "政府\u200b工作\ufeff报告", " 政府工作报告"},
		{"a variation selector is not there", "葛\U000E0100城", " 葛城"},
		{"characters outside the BMP are Han", "𠮷野𬭩堂", " 𠮷野𬭩堂"},
		{"the newest planes are Han before Go knows them", "\U00032000\U00033000", " \U00032000\U00033000"},
		{"private-use characters stand for Han", "李\ue003明", " 李\ue003明"},
		{"a radical and a compatibility form are the unified character", "⽂件﹙金⾦﹚", " 文件 金金"},
		{"punctuation and symbols separate", "安政办发〔2015〕71号", " 安政办发 2015 71 号"},
		{"markup and quotes separate", `<b>"税'务\局"</b>`, " b 税 务 局 b"},
		{"an accent stays with its letter however it is written", "Cafe\u0301 café", " café café"},
		{"controls and NUL separate", "税\x00务\x01局", " 税 务 局"},
		{"broken UTF-8 separates", "税\xff务", " 税 务"},
		{"nothing", " 　\n", ""},
	} {
		if got := normalString(row.in); got != row.want {
			t.Errorf("%s: %q gives %q, want %q", row.name, row.in, got, row.want)
		}
	}
}

func TestTermsOfADocument(t *testing.T) {
	tm := terms{seen: map[string]int{}}
	words, kept := tm.add(normalString("优化营商环境，24小时"))
	if want := "优化 化营 营商 商环 环境 境 24 小时 时 "; words != want || kept != " 优化营商环境 24 小时" {
		t.Errorf("got %q (%q), want %q", words, kept, want)
	}
}

func TestQueryWords(t *testing.T) {
	for _, row := range []struct {
		name, query, want string // pattern=terms joined, * when the last is a prefix
	}{
		{"a word of two characters is one pair", "税务", "税务=税务"},
		{"a longer word is a phrase of pairs", "营商环境", "营商环境=营商 商环 环境"},
		{"a single character is a prefix", "税", "税=税*"},
		{"a Latin word is a prefix", "Covid", " covid=covid*"},
		{"digits before Han are a phrase", "24小时", " 24 小时=24 小时"},
		{"Han before digits ends where the run ends", "时限24", "时限 24=时限 限 24*"},
		{"a document number is one phrase", "安政办发〔2015〕71号", "安政办发 2015 71 号=安政 政办 办发 发 2015 71 号*"},
		{"white space separates words that all must occur", "营商　环境 a", "营商=营商|环境=环境| a=a*"},
		{"syntax is not syntax", `"a" OR NOT (b:c)* & !d | ~s7`, " a=a*| or=or*| not=not*| b c=b c*| d=d*| s7=s7*"},
		{"punctuation alone is nothing", `"' * ( ) \`, ""},
	} {
		var got []string
		for _, w := range parse(row.query) {
			s := w.pattern + "=" + strings.Join(w.terms, " ")
			if w.open {
				s += "*"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, "|"); s != row.want {
			t.Errorf("%s: got %s, want %s", row.name, s, row.want)
		}
	}
}

// T1: no word can carry an engine's syntax, and the words of a cut document are the words of what was kept.
func TestWordsAreOnlyWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		tm := terms{seen: map[string]int{}}
		words, kept := tm.add(normalString(text))
		if strings.ContainsAny(words+kept, "\x00'\"\\*()&|!:<>~-") || !utf8.ValidString(words) {
			t.Fatalf("%q gives words %q", text, words)
		}
		again, _ := (&terms{seen: map[string]int{}}).add(kept)
		if again != words || !strings.HasPrefix(normalString(text), kept) {
			t.Fatalf("%q gives words %q, what was kept of it %q", text, words, again)
		}
		for _, w := range parse(text) {
			if len(w.terms) == 0 || w.pattern == "" || slices.Contains(w.terms, "") {
				t.Fatalf("%q gives an empty word %+v", text, w)
			}
		}
	})
}

func TestAGiantDocumentIsCutAtTheBound(t *testing.T) {
	var b strings.Builder
	for r := rune(0x4e00); r < 0x9f00; r++ { // every run has new pairs
		for _, second := range "的一是在不了有和人这中大为上个国我以要他时来用们" {
			b.WriteRune(r)
			b.WriteRune(second)
			b.WriteString("，")
		}
	}
	tm := terms{seen: map[string]int{}}
	_, kept := tm.add(normalString(b.String()))
	size := 0
	for w := range tm.seen {
		size += len(w)
	}
	if size > maxTerms || size < maxTerms-64 || len(kept) == 0 || len(kept) >= b.Len() {
		t.Errorf("kept %d of %d bytes with %d bytes of words", len(kept), b.Len(), size)
	}
}

func BenchmarkTerms(b *testing.B) {
	text := strings.Repeat("各县（市、区）人民政府，市政府各工作部门：为进一步优化营商环境，24小时受理申请。", 10)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		tm := terms{seen: map[string]int{}}
		tm.add(normalString(text))
	}
}
