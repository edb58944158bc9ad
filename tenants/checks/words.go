package checks

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

//go:embed packs/basic.csv
var packs embed.FS

// The kinds of an entry of a pack, as its second column spells them. 领导 is an entry of the list of leaders: name, post, order.
var kinds = map[string]struct {
	rule     Rule
	severity Severity
}{"错别字": {Typo, Should}, "规范用语": {Wording, Should}, "敏感": {Sensitive, Should}, "涉密": {Secret, Must}}

const leaderKind = "领导"

// Entry is a line of a word pack: what to look for, what it is, what stands better in its place, why, and longer words in which it
// is right.
type Entry struct {
	Word, Kind, Better, Note string
	Except                   []string
}

// Leader is an entry of the list of leaders. Rank counts from 1; 0 is no place in the order.
type Leader struct {
	Name, Post string
	Rank       int
}

// Pack is a parsed word pack.
type Pack struct {
	Entries []Entry
	Leaders []Leader
	Digest  string // of its canonical text
}

const (
	packMost = 20_000 // entries of a pack
	wordMost = 40     // characters of a word
)

// Basic is the pack of the program itself: common slips and wordings, none of anybody's names.
func Basic() *Pack {
	raw, err := packs.ReadFile("packs/basic.csv")
	if err != nil {
		panic("checks: " + err.Error()) // embedded, and a test reads it
	}
	p, err := ReadPack(strings.NewReader(string(raw)))
	if err != nil {
		panic("checks: " + err.Error())
	}
	return p
}

// ReadPack reads a pack: CSV in UTF-8 with the columns word, kind, better, note, exceptions, the last separated by |. It names the line
// that is wrong.
func ReadPack(r io.Reader) (*Pack, error) {
	c := csv.NewReader(&stripped{r: r})
	c.FieldsPerRecord, c.Comment, c.TrimLeadingSpace = -1, '#', true
	p, sum := &Pack{}, sha256.New()
	seen := map[string]bool{}
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fault.Because(err, fault.Invalid, "词库不是有效的 CSV：%s", err.Error())
		}
		line, _ := c.FieldPos(0)
		if line == 1 && len(row) > 1 && (row[0] == "word" || row[0] == "词") {
			continue
		}
		if err := p.add(row, seen); err != nil {
			return nil, fault.Because(err, fault.Invalid, "词库第 %d 行：%s", line, fault.Say(err))
		}
		fmt.Fprintf(sum, "%q\n", row)
		if len(seen) > packMost {
			return nil, fault.New(fault.TooLarge, "一个词库最多 %d 条，请分成几个。", packMost)
		}
	}
	if len(seen) == 0 {
		return nil, fault.New(fault.Invalid, "词库里一条也没有。每行是：词,类别,建议,说明,例外（用 | 分开）。")
	}
	p.Digest = hex.EncodeToString(sum.Sum(nil)[:12])
	return p, nil
}

// stripped passes a byte order mark over.
type stripped struct {
	r    io.Reader
	past bool
}

func (s *stripped) Read(b []byte) (int, error) {
	if s.past || len(b) < 3 {
		return s.r.Read(b)
	}
	s.past = true
	var mark [3]byte
	n, err := io.ReadFull(s.r, mark[:])
	if n == 3 && string(mark[:]) == "\ufeff" {
		return s.r.Read(b)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return copy(b, mark[:n]), err
}

func (p *Pack) add(row []string, seen map[string]bool) error {
	row = append(slices.Clone(row), "", "", "", "")
	for i := range row {
		row[i] = strings.TrimSpace(row[i])
		if !utf8.ValidString(row[i]) || strings.ContainsAny(row[i], "\x00\n") {
			return fault.New(fault.Invalid, "不是有效的 UTF-8 文字，请另存为 UTF-8 的 CSV。")
		}
	}
	e := Entry{Word: row[0], Kind: row[1], Better: row[2], Note: row[3]}
	n := utf8.RuneCountInString(e.Word)
	switch _, known := kinds[e.Kind]; {
	case !known && e.Kind != leaderKind:
		return fault.New(fault.Invalid, "没有“%s”这种类别，应是错别字、规范用语、敏感、涉密或领导。", e.Kind)
	case n < 2 || n > wordMost:
		return fault.New(fault.Invalid, "“%s”应有 2 至 %d 个字。", e.Word, wordMost)
	case seen[e.Kind+e.Word]:
		return fault.New(fault.Invalid, "“%s”重复了。", e.Word)
	}
	seen[e.Kind+e.Word] = true
	if e.Kind == leaderKind {
		rank, err := strconv.Atoi(cmp.Or(e.Note, "0"))
		if err != nil || rank < 0 {
			return fault.New(fault.Invalid, "“%s”的第四列应是排序的数字。", e.Word)
		}
		p.Leaders = append(p.Leaders, Leader{e.Word, e.Better, rank})
		return nil
	}
	for x := range strings.SplitSeq(row[4], "|") {
		if x = strings.TrimSpace(x); x == "" {
			continue
		}
		if !strings.Contains(x, e.Word) {
			return fault.New(fault.Invalid, "例外“%s”里没有“%s”。", x, e.Word)
		}
		e.Except = append(e.Except, x)
	}
	p.Entries = append(p.Entries, e)
	return nil
}

// Dictionary finds all words of some packs in one pass (Aho–Corasick). It is not changed once made and may be shared.
type Dictionary struct {
	entries []Entry
	next    map[uint64]int32 // node<<21 | character
	starts  map[rune]int32   // the root's, which is asked most
	fail    []int32
	word    []int32 // of the node itself, or -1
	up      []int32 // the nearest node on the way of failures that ends a word, or 0
	runes   []int   // of each word
}

// NewDictionary makes one automaton of all the entries; of a word that stands in several packs, the first counts.
func NewDictionary(packs ...*Pack) *Dictionary {
	d := &Dictionary{next: map[uint64]int32{}, starts: map[rune]int32{}, fail: []int32{0}, word: []int32{-1}, up: []int32{0}}
	var children [][]edge
	children = append(children, nil)
	for _, p := range packs {
		for _, e := range p.Entries {
			at := int32(0)
			for _, r := range e.Word {
				to, ok := d.step(at, r)
				if !ok {
					to = int32(len(d.fail))
					d.fail, d.word, d.up, children = append(d.fail, 0), append(d.word, -1), append(d.up, 0), append(children, nil)
					children[at] = append(children[at], edge{r, to})
					if at == 0 {
						d.starts[r] = to
					} else {
						d.next[key(at, r)] = to
					}
				}
				at = to
			}
			if d.word[at] < 0 {
				d.word[at] = int32(len(d.entries))
				d.entries, d.runes = append(d.entries, e), append(d.runes, utf8.RuneCountInString(e.Word))
			}
		}
	}
	d.link(children)
	return d
}

type edge struct {
	r  rune
	to int32
}

func key(node int32, r rune) uint64 { return uint64(node)<<21 | uint64(r) }

func (d *Dictionary) step(node int32, r rune) (int32, bool) {
	if node == 0 {
		to, ok := d.starts[r]
		return to, ok
	}
	to, ok := d.next[key(node, r)]
	return to, ok
}

// link finds, breadth first, where to go on when a word breaks off.
func (d *Dictionary) link(children [][]edge) {
	queue := []int32{0}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, e := range children[at] {
			queue = append(queue, e.to)
			if at != 0 {
				d.fail[e.to] = d.advance(d.fail[at], e.r)
			}
			d.up[e.to] = d.up[d.fail[e.to]]
			if f := d.fail[e.to]; d.word[f] >= 0 {
				d.up[e.to] = f
			}
		}
	}
}

func (d *Dictionary) advance(node int32, r rune) int32 {
	for {
		if to, ok := d.step(node, r); ok {
			return to
		}
		if node == 0 {
			return 0
		}
		node = d.fail[node]
	}
}

// hit is an entry found at text[start:end].
type hit struct{ entry, start, end int }

// hits are the words of a text, the longest where several begin or overlap.
func (d *Dictionary) hits(text string) []hit {
	var all []hit
	node := int32(0)
	for i, r := range text {
		if node = d.advance(node, r); node == 0 {
			continue
		}
		for n := node; n != 0; n = d.up[n] {
			if w := d.word[n]; w >= 0 {
				end := i + utf8.RuneLen(r)
				h := hit{int(w), end - len(d.entries[w].Word), end}
				if !d.excepted(text, h) {
					all = append(all, h)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b hit) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	last := 0
	return slices.DeleteFunc(all, func(h hit) bool {
		if h.start < last {
			return true
		}
		last = h.end
		return false
	})
}

// excepted reports whether a hit is a part of a longer word in which it is right.
func (d *Dictionary) excepted(text string, h hit) bool {
	e := d.entries[h.entry]
	return slices.ContainsFunc(e.Except, func(x string) bool {
		for at := 0; ; at++ {
			i := strings.Index(x[at:], e.Word)
			if i < 0 {
				return false
			}
			at += i
			if from := h.start - at; from >= 0 && strings.HasPrefix(text[from:], x) {
				return true
			}
		}
	})
}

func (d *Dictionary) find(f *field) []Finding {
	var all []Finding
	for _, h := range d.hits(f.text) {
		e := d.entries[h.entry]
		k := kinds[e.Kind]
		found := f.finding(k.rule, k.severity, h.start, h.end, saying(e))
		if e.Better != "" {
			found.Fix = &Fix{e.Better}
		}
		all = append(all, found)
	}
	return all
}

// saying is the sentence for a word.
func saying(e Entry) string {
	var s string
	switch k := kinds[e.Kind].rule; {
	case k == Secret:
		s = "“" + e.Word + "”可能涉密，请核对是否可以公开。"
	case k == Sensitive:
		s = "“" + e.Word + "”是敏感表述，请核对。"
	case k == Typo && e.Better != "":
		s = "“" + e.Word + "”可能是错字，应为“" + e.Better + "”。"
	case e.Better != "":
		s = "“" + e.Word + "”不规范，应写作“" + e.Better + "”。"
	default:
		s = "“" + e.Word + "”不规范，请改写。"
	}
	if e.Note != "" {
		s += e.Note + "。"
	}
	return s
}
