package checks

import (
	"math/bits"
	"unicode"

	"github.com/zhanqun/zhanqun/tenants/article"
)

const (
	shingle    = 5  // characters that stand together
	printLeast = 80 // a text of fewer characters has no print: its few shingles would say anything
	nearMost   = 3  // bits in which two prints of almost the same text differ
)

// Print is a text's simhash over its shingles, white space and marks left out: alike texts have prints alike. ok is false when the text
// is too short.
func Print(p article.Payload) (print uint64, ok bool) {
	text := make([]rune, 0, len(p.Body)/3)
	for _, r := range marked("body", p.Body).text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			text = append(text, r)
		}
	}
	if len(text) < printLeast {
		return 0, false
	}
	var sum [64]int32
	for i := 0; i+shingle <= len(text); i++ {
		h := uint64(14695981039346656037)
		for _, r := range text[i : i+shingle] {
			h = (h ^ uint64(r)) * 1099511628211
		}
		h ^= h >> 31 // FNV's high bits move little with the last character
		h *= 0x9E3779B97F4A7C15
		h ^= h >> 29
		for b := range sum {
			sum[b] += int32(h>>b&1)*2 - 1
		}
	}
	for b, n := range sum {
		if n > 0 {
			print |= 1 << b
		}
	}
	return print, true
}

// bands are the four quarters of a print: of two prints that differ in three bits at most, one quarter is the same.
func bands(print uint64) [4]int64 {
	return [4]int64{int64(print & 0xffff), int64(print >> 16 & 0xffff), int64(print >> 32 & 0xffff), int64(print >> 48)}
}

func alike(a, b uint64) bool { return bits.OnesCount64(a^b) <= nearMost }
