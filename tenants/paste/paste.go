// Package paste turns what comes out of Word, WPS, Excel and the web into clean text: what is pasted, and what is uploaded as .docx.
//
// 安政办发〔2015〕71号 三(二): a township's information officer, with no manual, copies a notice out of a word processor; 二(一): an official
// document carries its number, date and issuer. So the room keeps every word and what the words are (headings, lists, tables, emphasis),
// drops how they looked, and recognises the parts of an official document.
//
// What it leaves is a fixed point of platform/render's sanitiser, and it trusts nothing that it reads: sizes, depths, zip ratios and pixels
// are bounded before anything is unpacked. It keeps no row and no file: a picture is handed back with its place, and a
// port keeps it.
//
// The clipboards in testdata are written to look like those of the programs they are named after. They are no dumps of real ones, which
// this project has not seen yet; the .docx of the real input are real.
package paste

import (
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
)

// longest is how many bytes of HTML or text are cleaned; an article cannot hold more.
const longest = 4 << 20

// tagsMost is how many marks a text may hold: the longest real document has a tenth of it, and each costs a kilobyte of memory on the way.
const tagsMost = 100_000

// Result is a text that has been cleaned.
type Result struct {
	HTML     string
	Pictures []Picture
	Seen     Seen
	Found    Found // what was recognised; empty unless asked for
}

// Seen counts what was met on the way, for the sentences that say what was done.
type Seen struct {
	Styles   int // elements that said how they looked
	Lists    int
	Tables   int
	Pictures int // all of them, with bytes or without
	Links    int // that lead nowhere from here, and lost their address
	Removed  int // tracked deletions and comments, which are not published
	Numbers  int // lists that were numbered in a way that the site cannot show
	Chunks   int // parts of a file in a form that is not read
}

// Picture is one of the pictures of a text. Data is nil when its bytes did not come along.
type Picture struct {
	Data  []byte
	Type  string // image/png, image/jpeg, image/gif
	Alt   string
	Block int  // how many top-level elements of the HTML stand before it
	local bool // named by a file of the machine it was copied on
}

// Clean keeps the words of a fragment and what they are. Its HTML passes the sanitiser unchanged. What is too large is refused.
func Clean(source string) (Result, error) {
	d, err := read(source)
	if err != nil {
		return Result{}, err
	}
	return d.result(), nil
}

// Official is Clean for what may be an official document: its parts are recognised. The title leaves the text only if take says that there is
// another place for it.
func Official(source string, take bool) (Result, error) {
	d, err := read(source)
	if err != nil {
		return Result{}, err
	}
	return d.official(take), nil
}

func (d *document) official(take bool) Result {
	found := d.recognise(take)
	r := d.result()
	r.Found = found
	return r
}

// document is a text on its way: boxes, pictures, what was met.
type document struct {
	blocks   []*block
	pictures []Picture
	seen     Seen
}

// read makes boxes of a fragment.
func read(source string) (*document, error) {
	if !bearable(source) {
		return nil, tooLong()
	}
	d := &document{}
	d.blocks = d.boxesIn(source)
	d.settle()
	return d, nil
}

// boxesIn are the boxes of a fragment. What no parser agrees on is read as its words alone.
func (d *document) boxesIn(source string) (all []*block) {
	nodes, ok := render.Parse(source)
	if ok {
		return d.boxesOf(nodes)
	}
	for line := range lines(render.PlainText(source)) {
		all = append(all, paragraph(line))
	}
	return all
}

// bearable reports whether a fragment is small enough to be read.
func bearable(source string) bool {
	return len(source) <= longest && strings.Count(source, "<") <= tagsMost
}

func tooLong() error {
	return fault.New(fault.TooLarge, "粘贴的内容太多（最多 %d MB），请分几次粘贴，或先去掉图片。", longest>>20)
}

// settle makes lists of numbered paragraphs, headings of the right level, and drops what is empty.
func (d *document) settle() {
	d.blocks = d.tidy(d.blocks)
}

// result writes the text.
func (d *document) result() Result {
	d.lower()
	html := render.Sanitise(write(d.blocks))
	r := Result{HTML: html, Pictures: d.pictures, Seen: d.seen}
	d.place(r.Pictures)
	return r
}
