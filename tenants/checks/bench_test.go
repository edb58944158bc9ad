package checks

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/tenants/article"
)

// tenThousand is an article of ten thousand characters, with findings of every kind.
func tenThousand(t testing.TB) article.Payload {
	var b strings.Builder
	characters := 0
	for characters < 10_000 {
		for _, l := range cases(t) {
			if n := utf8.RuneCountInString(l.text); !strings.HasPrefix(l.text, "<") && characters < 10_000 {
				b.WriteString("<p>" + l.text + "</p>\n")
				characters += n
			}
		}
	}
	return article.Payload{Kind: article.News, Title: "关于有关事项的通知", Source: "市政府办公室", Body: b.String()}
}

// Must show 7, bar 200 ms: everything that is checked in an article of 10,000 characters.
func BenchmarkCheck(b *testing.B) {
	p, c := tenThousand(b), surroundings()
	b.ReportAllocs()
	for b.Loop() {
		Check(p, c)
	}
}

// The words alone, in one pass over the text, beside looking for each word by itself: the ratio is of one run.
func BenchmarkWords(b *testing.B) {
	text := marked("body", tenThousand(b).Body).text
	pack := Basic()
	d := NewDictionary(pack)
	b.Run("automaton", func(b *testing.B) {
		for b.Loop() {
			d.hits(text)
		}
	})
	b.Run("each word", func(b *testing.B) {
		for b.Loop() {
			n := 0
			for _, e := range pack.Entries {
				if strings.Contains(text, e.Word) {
					n++
				}
			}
			if n == 0 {
				b.Fatal("nothing found")
			}
		}
	})
	large := &Pack{}
	for i := range 20_000 {
		r := []rune{rune(0x4e00 + i%97), rune(0x5000 + i%389), rune(0x6000 + i/211)}
		large.Entries = append(large.Entries, Entry{Word: string(r), Kind: "敏感"})
	}
	big := NewDictionary(pack, large)
	b.Run("automaton of 20,000", func(b *testing.B) {
		for b.Loop() {
			big.hits(text)
		}
	})
	b.Run("each word of 20,000", func(b *testing.B) {
		for b.Loop() {
			for _, e := range large.Entries {
				strings.Contains(text, e.Word)
			}
		}
	})
}

func BenchmarkPrint(b *testing.B) {
	p := tenThousand(b)
	for b.Loop() {
		Print(p)
	}
}
