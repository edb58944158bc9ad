package checks

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// dwelling is the number of a house at the end of an address: the village alone is no secret.
const dwelling = `(?:[0-9０-９一二三四五六七八九十百]+(?:[-－—][0-9０-９]+)*(?:号|组|室|栋|幢|单元|楼|户))+`

// labels name where somebody lives: before a colon, at the head of a column, or in the cell before.
var labels = []string{"家庭住址", "家庭地址", "现住址", "户籍地址", "户籍所在地", "户籍地", "户口所在地", "居住地址", "现居住地", "经常居住地", "居住地", "住址"}

// homeWords are what every way of saying it holds.
var homeWords = []string{"住", "户籍", "户口所在地", "家庭地址", "家在"}

// said are the ways in which a text says where somebody lives.
var said = []*regexp.Regexp{
	regexp.MustCompile(`(?:家住|(?:` + strings.Join(labels, "|") + `)(?:为|是|在|[：: 　])+)\s*([^，。；、,;！？：:（）()\s]{2,50}?` + dwelling + `)`),
	// Words that stand before much else: what follows is a place and the number of a house, and nothing about it.
	regexp.MustCompile(`(?:(?:现住|暂住|居住)(?:在|于)?|家在|户籍在|(?:^|[，,；;。、\n（(）)])住(?:在|于)?)\s*([^，。；、,;！？：:（）()\s的]{2,40}?(?:[省市区县镇乡村路街巷]|街道|社区|小区|大道)[^，。；、,;！？：:（）()\s的]{0,30}?` + dwelling + `)`),
}

// homeCell is a cell that holds an address and nothing else.
var homeCell = regexp.MustCompile(`^\s*([^，。；、,;！？：:（）()\s]{2,50}?` + dwelling + `)\s*$`)

// homes finds where people live, but for what another rule has found already.
func (f *field) homes(others []Finding) (all []Finding) {
	if !holds(f.text, homeWords...) {
		return nil
	}
	var at []span
	for _, way := range said {
		for _, m := range way.FindAllStringSubmatchIndex(f.text, -1) {
			at = append(at, span{m[2], m[3]})
		}
	}
	for _, s := range append(at, f.homeCells()...) {
		if f.crowd(s) {
			continue
		}
		found := f.finding(Home, Must, s.from, s.to, "这里有个人的家庭住址，公开前应当只保留到乡镇、街道。")
		found.Fix = &Fix{veil(found.Quote)}
		if !slices.ContainsFunc(slices.Concat(others, all), func(o Finding) bool { return o.Place.End > found.Place.Start && found.Place.End > o.Place.Start }) {
			all = append(all, found)
		}
	}
	return all
}

// crowd reports whether a place is no one person's home: a word goes on where it seemed to begin, all who live there are spoken of, or people stay
// there for a while.
func (f *field) crowd(s span) bool {
	if holds(f.text[s.from:s.to], "宾馆", "酒店", "招待所", "医院") {
		return true
	}
	first, _ := utf8.DecodeRuneInString(f.text[s.from:])
	rest := f.text[s.to:]
	return strings.ContainsRune("址地所房宅院户宿建", first) ||
		slices.ContainsFunc([]string{"的群众", "的居民", "的村民", "的农户", "的住户", "的人员", "以上", "以下", "以内"}, func(w string) bool { return strings.HasPrefix(rest, w) })
}

// slot is a cell of a table in a marked text.
type slot struct {
	table, row, column int
	span
}

// homeCells are the cells that hold addresses below a head that says so, or beside a cell that does.
func (f *field) homeCells() (at []span) {
	heads := map[[2]int]bool{} // table and column
	label := false             // the cell before, in the same row
	last := slot{row: -1}
	for _, c := range f.cells {
		text := f.text[c.from:c.to]
		beside := label && last.table == c.table && last.row == c.row
		if label = slices.Contains(labels, strings.TrimSpace(text)); label && c.row == 0 {
			heads[[2]int{c.table, c.column}] = true
		}
		last = c
		if m := homeCell.FindStringSubmatchIndex(text); m != nil && (beside || c.row > 0 && heads[[2]int{c.table, c.column}]) {
			at = append(at, span{c.from + m[2], c.from + m[3]})
		}
	}
	return at
}

// tables follows the cells of a text while it is read. A cell that is as wide as several counts as many; one that is several rows high moves
// those below it, which is not followed.
type tables struct {
	n, row, column int
	open           int // where the cell began, or -1
}

// begins notes a tag that begins something, ends one that ends it; at is where the text has come to.
func (t *tables) begins(f *field, tag string, wide, at int) {
	switch tag {
	case "table":
		*t = tables{n: t.n + 1, row: -1, open: -1}
	case "tr":
		t.ends(f, "td", at)
		t.row, t.column = t.row+1, 0
	case "td", "th":
		t.ends(f, "td", at)
		f.cells = append(f.cells, slot{t.n, t.row, t.column, span{at, at}})
		t.open = len(f.cells) - 1
		t.column += wide
	}
}

func (t *tables) ends(f *field, tag string, at int) {
	switch tag {
	case "td", "th", "tr", "table":
		if t.open >= 0 {
			f.cells[t.open].to = at
		}
		t.open = -1
	}
}

// veil leaves of an address what tells the town, and puts a star for each character behind it, so that files keep their shape.
func veil(address string) string {
	for _, unit := range []string{"街道", "镇", "乡", "区", "县", "市"} {
		if head, tail, ok := strings.Cut(address, unit); ok {
			return head + unit + strings.Repeat("*", len([]rune(tail)))
		}
	}
	return strings.Repeat("*", len([]rune(address)))
}

// wide is how many columns a cell takes.
func wide(z *html.Tokenizer, has bool) int {
	if !has {
		return 1
	}
	n, err := strconv.Atoi(attributes(z)["colspan"])
	if err != nil || n < 1 || n > 100 {
		return 1
	}
	return n
}
