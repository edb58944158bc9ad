package checks

import (
	"math/bits"
	"slices"
	"unicode"

	"github.com/zhanqun/zhanqun/tenants/article"
)

const (
	shingle    = 5  // characters that stand together
	printLeast = 80 // a text of fewer characters has no print: its few shingles would say anything
	// nearMost is in how many bits the prints of two texts may differ that are worth comparing. Up to three are found for certain, since
	// then one quarter of the print is the same; more are found when a quarter happens to be.
	nearMost = 8
	// nearLeast is how much of two texts must be the same, in parts of a hundred.
	nearLeast = 80
)

// shingles are the hashes of all stretches of five characters, white space and marks left out; none of a text that is too short.
func shingles(p article.Payload) []uint64 {
	text := make([]rune, 0, len(p.Body)/3)
	for _, r := range marked("body", p.Body).text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			text = append(text, r)
		}
	}
	if len(text) < printLeast {
		return nil
	}
	all := make([]uint64, len(text)-shingle+1)
	for i := range all {
		h := uint64(14695981039346656037)
		for _, r := range text[i : i+shingle] {
			h = (h ^ uint64(r)) * 1099511628211
		}
		h = (h ^ h>>31) * 0x9E3779B97F4A7C15 // FNV's high bits move little with the last character
		all[i] = h ^ h>>29
	}
	return all
}

// Print is a text's simhash: alike texts have prints alike. ok is false when the text is too short.
func Print(p article.Payload) (print uint64, ok bool) {
	all := shingles(p)
	return printOf(all), all != nil
}

func printOf(all []uint64) (print uint64) {
	var sum [64]int32
	for _, h := range all {
		for b := range sum {
			sum[b] += int32(h>>b&1)*2 - 1
		}
	}
	for b, n := range sum {
		if n > 0 {
			print |= 1 << b
		}
	}
	return print
}

// bands are the four quarters of a print.
func bands(print uint64) [4]int64 {
	return [4]int64{int64(print & 0xffff), int64(print >> 16 & 0xffff), int64(print >> 32 & 0xffff), int64(print >> 48)}
}

func alike(a, b uint64) bool { return bits.OnesCount64(a^b) <= nearMost }

// same is how many in a hundred of all the stretches of two texts stand in both. It orders what it is given.
func same(a, b []uint64) int {
	slices.Sort(a)
	slices.Sort(b)
	a, b = slices.Compact(a), slices.Compact(b)
	both, i := 0, 0
	for _, h := range a {
		for i < len(b) && b[i] < h {
			i++
		}
		if i < len(b) && b[i] == h {
			both++
		}
	}
	if all := len(a) + len(b) - both; all > 0 {
		return both * 100 / all
	}
	return 0
}
