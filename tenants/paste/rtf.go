package paste

import (
	"bytes"
	"strconv"
)

// rtfMost is how much of a clipboard's RTF is looked through for pictures.
const rtfMost = 12 << 20

// Illustrate gives the pictures that a word processor named by a file of its own machine their bytes, out of the RTF that it put beside the
// HTML. Both name them in the same order; if they do not name as many, no picture is better than the wrong one.
func (r *Result) Illustrate(rtf []byte) {
	if len(rtf) > rtfMost {
		return
	}
	var without []*Picture
	for i := range r.Pictures {
		if r.Pictures[i].Data == nil && r.Pictures[i].local {
			without = append(without, &r.Pictures[i])
		}
	}
	found := rtfPictures(rtf)
	if len(found) != len(without) {
		return
	}
	for i, raw := range found {
		without[i].Data, without[i].Type = sound(raw)
	}
}

// unseen are groups whose pictures are no part of the text, or are there twice.
var unseen = map[string]bool{"nonshppict": true, "listpicture": true, "header": true, "headerf": true, "headerl": true, "headerr": true,
	"footer": true, "footerf": true, "footerl": true, "footerr": true, "objdata": true, "blipuid": true, "picprop": true, "fonttbl": true, "datastore": true}

// rtfGroup is an open brace.
type rtfGroup struct {
	skip bool // nothing in it counts
	pict int  // which picture its own letters belong to, from 1
}

// rtfReader walks through RTF; all are the pictures it has met.
type rtfReader struct {
	rtf    []byte
	groups []rtfGroup
	all    [][]byte
	half   bool // a first hexadecimal digit waits
	high   byte
}

func (r *rtfReader) top() *rtfGroup { return &r.groups[len(r.groups)-1] }

// rtfPictures are the pictures of an RTF in order; one of a kind that no browser shows has nothing in it that sound accepts.
func rtfPictures(rtf []byte) [][]byte {
	r := &rtfReader{rtf: rtf, groups: []rtfGroup{{}}}
	for i := 0; i < len(rtf); {
		switch c := rtf[i]; {
		case c == '{':
			if len(r.groups) > 1000 {
				return r.all
			}
			r.groups = append(r.groups, rtfGroup{skip: r.top().skip || r.top().pict > 0}) // what stands in a picture's own groups is about it
			i++
		case c == '}':
			if len(r.groups) > 1 {
				r.groups = r.groups[:len(r.groups)-1]
			}
			r.half = false
			i++
		case c == '\\':
			if i = r.control(i); len(r.all) > picturesMost {
				return r.all[:picturesMost]
			}
		default:
			r.digit(c)
			i++
		}
	}
	return r.all
}

// control does what a control word at i says, and answers where what follows begins.
func (r *rtfReader) control(i int) int {
	word, n, next := control(r.rtf, i)
	top := r.top()
	switch {
	case unseen[word]:
		top.skip = true
	case word == "pict" && !top.skip:
		r.all, r.half = append(r.all, nil), false
		top.pict = len(r.all)
	case word == "bin" && n > 0:
		end := min(next+n, len(r.rtf))
		if top.pict > 0 {
			r.all[top.pict-1] = append(r.all[top.pict-1], r.rtf[next:end]...)
		}
		next = end
	}
	return next
}

func (r *rtfReader) digit(c byte) {
	v, ok := hexDigit(c)
	at := r.top().pict
	if !ok || at == 0 {
		return
	}
	if r.half {
		r.all[at-1] = append(r.all[at-1], r.high<<4|v)
	}
	r.half, r.high = !r.half, v
}

// control reads a control word at i: its name, its number, and where what follows begins.
func control(rtf []byte, i int) (word string, n, next int) {
	at := i + 1
	for at < len(rtf) && rtf[at] >= 'a' && rtf[at] <= 'z' {
		at++
	}
	if at == i+1 { // a control symbol: \*, \'hh
		if at < len(rtf) && rtf[at] == '\'' {
			at += 2
		}
		return "", 0, min(at+1, len(rtf))
	}
	word, from := string(rtf[i+1:at]), at
	for at < len(rtf) && at-from < 10 && (rtf[at] >= '0' && rtf[at] <= '9' || at == from && rtf[at] == '-') {
		at++
	}
	n, _ = strconv.Atoi(string(rtf[from:at])) // no number is 0
	if at < len(rtf) && rtf[at] == ' ' {
		at++
	}
	return word, n, at
}

func hexDigit(c byte) (byte, bool) {
	if i := bytes.IndexByte([]byte("0123456789abcdef"), c|0x20); c >= 'A' && i >= 10 {
		return byte(i), true
	}
	return c - '0', c >= '0' && c <= '9'
}
