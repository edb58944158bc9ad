package compare

import "slices"

// Piece is a stretch of a text that two people have changed. Where both changed it, each in another way, Mine and Theirs differ and
// somebody has to choose; else Mine is what stands.
type Piece struct {
	Mine, Theirs []string
	Both         bool // both changed it, differently
	// Took says that the stretch is as the other one wrote it.
	Took bool
}

// Merge puts together what two people made of the same paragraphs.
func Merge(base, mine, theirs []string) []Piece {
	my, their := places(len(base), match(base, mine)), places(len(base), match(base, theirs))
	var all []Piece
	b, m, t := 0, 0, 0
	for {
		end := b // of the stretch: the next paragraph that both have kept
		for end < len(base) && (my[end] < 0 || their[end] < 0) {
			end++
		}
		toM, toT := len(mine), len(theirs)
		if end < len(base) {
			toM, toT = my[end], their[end]
		}
		all = stretch(all, base[b:end], mine[m:toM], theirs[t:toT])
		if end == len(base) {
			return all
		}
		all = put(all, Piece{Mine: base[end : end+1]})
		b, m, t = end+1, toM+1, toT+1
	}
}

// places says where each of n elements stands in the other text, or -1.
func places(n int, pairs []pair) []int {
	at := slices.Repeat([]int{-1}, n)
	for _, p := range pairs {
		at[p.a] = p.b
	}
	return at
}

// stretch decides who changed it. Paragraphs that were only rewritten, none added and none taken away, are looked at one by one.
func stretch(all []Piece, base, mine, theirs []string) []Piece {
	if n := len(base); n > 1 && n == len(mine) && n == len(theirs) {
		for i := range base {
			all = stretch(all, base[i:i+1], mine[i:i+1], theirs[i:i+1])
		}
		return all
	}
	switch {
	case len(base)+len(mine)+len(theirs) == 0:
		return all
	case slices.Equal(mine, theirs), slices.Equal(base, theirs):
		return put(all, Piece{Mine: mine})
	case slices.Equal(base, mine):
		return put(all, Piece{Mine: theirs, Took: true})
	}
	return append(all, Piece{Mine: mine, Theirs: theirs, Both: true})
}

// put appends a piece that is decided, to the last when that is of the same kind.
func put(all []Piece, p Piece) []Piece {
	if n := len(all); n > 0 && !all[n-1].Both && all[n-1].Took == p.Took && !p.Took {
		all[n-1].Mine = slices.Concat(all[n-1].Mine, p.Mine)
		return all
	}
	return append(all, p)
}
