package proof

import (
	"iter"
	"math/rand/v2"
	"testing"
)

// Mutants are n inputs (a tenth of them under -short, as with the race detector) made from the seeds by small changes and by joining halves of two, the same ones every time: what a fuzzer
// begins with, without a build of its own. They are for the short form of a fuzz target.
func Mutants(n int, seeds ...string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if testing.Short() {
			n = (n + 9) / 10
		}
		r := rand.New(rand.NewPCG(71, 2015))
		for range n {
			b := []byte(seeds[r.IntN(len(seeds))])
			for range 1 + r.IntN(4) {
				b = change(r, b, seeds[r.IntN(len(seeds))])
			}
			if !yield(b) {
				return
			}
		}
	}
}

// telling are bytes that mean something to some parser.
const telling = "\x00\t\n\r \"#%&'+,-./0:;<=>?@\\[]{}~\x7f\x80\xc0\xff"

func change(r *rand.Rand, b []byte, other string) []byte {
	at := r.IntN(len(b) + 1)
	to := min(len(b), at+1+r.IntN(8))
	switch r.IntN(6) {
	case 0: // cut a piece out
		return append(b[:at:at], b[to:]...)
	case 1: // say a piece twice
		return append(b[:to:to], b[at:]...)
	case 2: // one byte more
		return append(append(b[:at:at], telling[r.IntN(len(telling))]), b[at:]...)
	case 3: // one byte other
		if at < len(b) {
			b[at] = byte(r.IntN(256))
		}
		return b
	case 4: // a piece of another
		from := r.IntN(len(other) + 1)
		piece := other[from:min(len(other), from+1+r.IntN(40))]
		return append(append(b[:at:at], piece...), b[at:]...)
	}
	return append(b[:at:at], other[r.IntN(len(other)+1):]...) // its front, the other's back
}
