// Package hant writes Chinese in the other script: pages for readers of traditional characters, and queries typed in them.
//
// A city's pages are read in Hong Kong, Macao, Taiwan and abroad too. One simplified character often stands for several
// traditional ones (头发 頭髮, 发展 發展), so it is words that are looked up, the longest first, and single
// characters only where no word fits. The words are OpenCC's (data/, Apache-2.0), embedded as they were published:
// docs/decisions/0055-write-traditional-characters-with-opencc.md. This package reads nothing but them.
package hant

import (
	"cmp"
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// The data stay where the program itself lies: what is read of them points there and takes no memory of its own.
var (
	//go:embed data/STPhrases.txt
	stPhrases string
	//go:embed data/STPhrasesRegional.txt
	stPhrasesRegional string
	//go:embed data/STCharacters.txt
	stCharacters string
	//go:embed data/HKVariants.txt
	hkVariants string
	//go:embed data/TWVariants.txt
	twVariants string
	//go:embed data/TSPhrases.txt
	tsPhrases string
	//go:embed data/TSCharacters.txt
	tsCharacters string
)

// The dictionaries, in the order of OpenCC's own s2t and t2s: a word of an earlier file stands. They are read when first needed.
var (
	toTraditional = sync.OnceValue(func() *dictionary {
		return read(stPhrases, stPhrasesRegional, stCharacters).respell(pairs(hkVariants), pairs(twVariants))
	})
	toSimplified = sync.OnceValue(func() *dictionary { return read(tsPhrases, tsCharacters) })
)

// Traditional is a text in traditional characters, as OpenCC's s2t has them, with the shapes that Hong Kong and Taiwan have in common (為, 眾,
// not 爲, 衆): no region's own words.
func Traditional(text string) string { return string(toTraditional().write(nil, []byte(text))) }

// Simplified is a text in simplified characters.
func Simplified(text string) string { return string(toSimplified().write(nil, []byte(text))) }

// dictionary is a trie in one slice: the children of a node stand side by side, in the order of their characters.
type dictionary struct {
	roots map[rune]int
	nodes []node
	words []string
}

type node struct {
	char     rune
	word     int32 // of the text that ends here, in words; -1: none does
	first, n int32 // its children
}

// entry is a text and the word for it; the texts sort by their bytes as by their characters.
type entry struct{ key, word string }

// pairs are the lines of a file of the data, of each the usual word.
func pairs(file string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(file) {
		if key, words, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && !strings.HasPrefix(key, "#") {
			all[key], _, _ = strings.Cut(words, " ")
		}
	}
	return all
}

// respell gives the words the shapes of characters that both files name alike.
func (d *dictionary) respell(one, other map[string]string) *dictionary {
	var both []string
	for from, to := range one {
		if other[from] == to {
			both = append(both, from, to)
		}
	}
	shapes := strings.NewReplacer(both...)
	for i, w := range d.words {
		d.words[i] = shapes.Replace(w)
	}
	return d
}

// read makes the trie of files of the data.
func read(files ...string) *dictionary {
	lines := 0
	for _, file := range files {
		lines += strings.Count(file, "\n")
	}
	all := make([]entry, 0, lines)
	for _, file := range files {
		for line := range strings.Lines(file) {
			key, words, ok := strings.Cut(strings.TrimSpace(line), "\t")
			if !ok || strings.HasPrefix(key, "#") {
				continue
			}
			word, _, _ := strings.Cut(words, " ") // the first is the usual one
			all = append(all, entry{key, word})
		}
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
	all = slices.CompactFunc(all, func(a, b entry) bool { return a.key == b.key }) // the earlier file's stands
	d := &dictionary{roots: map[rune]int{}, words: make([]string, 0, len(all))}
	first, n := d.grow(all, 0)
	for i := first; i < first+n; i++ {
		d.roots[d.nodes[i].char] = int(i)
	}
	d.nodes = slices.Clone(d.nodes) // without the room it has grown by
	return d
}

// small is a place in a dictionary, which has a hundred thousand at most.
func small(n int) int32 { return int32(n) }

// grow adds nodes for the characters that stand at a byte of sorted entries that are alike before it, and what stands below them.
func (d *dictionary) grow(all []entry, at int) (first, n int32) {
	first = small(len(d.nodes))
	var groups [][]entry
	for i := 0; i < len(all); {
		char, size := utf8.DecodeRuneInString(all[i].key[at:])
		alike := all[i].key[:at+size]
		j := i + 1
		for j < len(all) && strings.HasPrefix(all[j].key, alike) {
			j++
		}
		one := node{char: char, word: -1}
		below := all[i:j]
		if len(below[0].key) == at+size { // the shortest stands first
			one.word = small(len(d.words))
			d.words = append(d.words, below[0].word)
			below = below[1:]
		}
		d.nodes, groups = append(d.nodes, one), append(groups, below)
		i = j
	}
	for i, below := range groups {
		own := first + small(i)
		f, m := d.grow(below, at+utf8.RuneLen(d.nodes[own].char))
		d.nodes[own].first, d.nodes[own].n = f, m
	}
	return first, small(len(groups))
}

// longest is the word for the longest beginning of text that the dictionary has, and how many bytes that is; 0: it has none.
func (d *dictionary) longest(text []byte) (word string, n int) {
	r, read := utf8.DecodeRune(text)
	at, ok := d.roots[r]
	for ok {
		one := &d.nodes[at]
		if one.word >= 0 {
			word, n = d.words[one.word], read
		}
		r, size := utf8.DecodeRune(text[read:])
		children := d.nodes[one.first : one.first+one.n]
		var i int
		if i, ok = slices.BinarySearchFunc(children, r, func(c node, r rune) int { return cmp.Compare(c.char, r) }); ok {
			at, read = int(one.first)+i, read+size
		}
	}
	return word, n
}

// write appends text in the dictionary's words. What it does not know, ASCII and bytes that are no character stay as they are.
func (d *dictionary) write(out, text []byte) []byte {
	for i := 0; i < len(text); {
		n := 0
		for i+n < len(text) && text[i+n] < utf8.RuneSelf {
			n++
		}
		out = append(out, text[i:i+n]...)
		if i += n; i == len(text) {
			return out
		}
		word, n := d.longest(text[i:])
		if n == 0 {
			_, n = utf8.DecodeRune(text[i:])
			out = append(out, text[i:i+n]...)
		} else {
			out = append(out, word...)
		}
		i += n
	}
	return out
}
