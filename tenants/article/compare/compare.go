// Package compare shows what has changed between two texts of an article, inside the text as it is read, and puts together what two
// people wrote from the same one. 安政办发〔2015〕71号 三(二): who reviews sees what is new; nobody's words are lost.
//
// It knows bodies and lines, no article, no version and no screen. Texts are compared by paragraphs, and a paragraph by characters and words.
package compare

import "slices"

// most bounds how many differences are followed: beyond, the rest counts as replaced. The table of a comparison is most² numbers.
const most = 1000

// pair says that element a of the old is element b of the new.
type pair struct{ a, b int }

// match finds the longest common subsequence (E. W. Myers, An O(ND) difference algorithm, 1986).
func match[T comparable](a, b []T) []pair {
	var all []pair
	for len(all) < min(len(a), len(b)) && a[len(all)] == b[len(all)] {
		all = append(all, pair{len(all), len(all)})
	}
	head := len(all)
	tail := 0
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	for _, p := range myers(a[head:len(a)-tail], b[head:len(b)-tail]) {
		all = append(all, pair{p.a + head, p.b + head})
	}
	for i := tail; i > 0; i-- {
		all = append(all, pair{len(a) - i, len(b) - i})
	}
	return all
}

func myers[T comparable](a, b []T) []pair {
	n, m := len(a), len(b)
	if n == 0 || m == 0 {
		return nil
	}
	limit := min(n+m, most)
	zero := limit + 1
	far := make([]int, 2*limit+3) // by diagonal: how far along a the best path reaches
	var steps [][]int             // far after each number of differences, from diagonal -d on
	for d := 0; d <= limit; d++ {
		for k := -d; k <= d; k += 2 {
			x := 0
			if d > 0 {
				if from := comes(far, zero, k, d); from > k {
					x = far[zero+from]
				} else {
					x = far[zero+from] + 1
				}
			}
			for x < n && x-k < m && a[x] == b[x-k] {
				x++
			}
			far[zero+k] = x
			if x >= n && x-k >= m {
				return back(steps, n, m)
			}
		}
		steps = append(steps, append([]int(nil), far[zero-d:zero+d+1]...))
	}
	return nil
}

// comes is the diagonal from which the best path of d differences enters diagonal k: above, where something was put in, or below.
func comes(far []int, zero, k, d int) int {
	if k == -d || k != d && far[zero+k-1] < far[zero+k+1] {
		return k + 1
	}
	return k - 1
}

// back walks from the end and collects what stayed.
func back(steps [][]int, x, y int) []pair {
	var all []pair
	for d := len(steps); d >= 0; d-- {
		fromX, fromY := 0, 0
		if d > 0 {
			from := comes(steps[d-1], d-1, x-y, d)
			fromX = steps[d-1][d-1+from]
			fromY = fromX - from
		}
		for x > fromX && y > fromY {
			x--
			y--
			all = append(all, pair{x, y})
		}
		x, y = fromX, fromY
	}
	slices.Reverse(all)
	return all
}
