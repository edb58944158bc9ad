package checks

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/tenants/article"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// field is the text of one field as a reader sees it, and where each piece of it stands in the source.
type field struct {
	name   string
	text   string
	pieces []piece // of a marked text; nil when text is the source
	source string
	cells  []slot // of the tables of a marked text
}

// piece is an unbroken run: text[at:] is source[from:] for size bytes; an entity is a piece of its own with its width in the source.
type piece struct{ at, size, from, width int }

// fields are the texts of a payload in which words are looked for.
func fields(p *article.Payload) []*field {
	all := []*field{plain("title", p.Title)}
	for _, f := range []struct{ name, text string }{{"subtitle", p.Subtitle}, {"summary", p.Summary}, {"source", p.Source}} {
		if f.text != "" {
			all = append(all, plain(f.name, f.text))
		}
	}
	for i, f := range p.Fields {
		all = append(all, plain(fieldName(i), f.Value))
	}
	return append(all, marked("body", p.Body))
}

// fieldName is what findings call a value that the column asked for.
func fieldName(i int) string { return "fields." + strconv.Itoa(i) }

func plain(name, text string) *field { return &field{name: name, text: text, source: text} }

// inline are the elements within which a word goes on; every other begins a new line.
var inline = map[atom.Atom]bool{atom.A: true, atom.Strong: true, atom.Em: true, atom.B: true, atom.I: true, atom.U: true, atom.S: true,
	atom.Sup: true, atom.Sub: true, atom.Mark: true, atom.Span: true}

// marked reads an HTML fragment: the words with a line for each box, and where they stand.
func marked(name, source string) *field {
	f := &field{name: name, source: source}
	var b strings.Builder
	b.Grow(len(source))
	z, at, t := html.NewTokenizer(strings.NewReader(source)), 0, tables{open: -1}
	for {
		kind := z.Next()
		raw := len(z.Raw())
		switch kind {
		case html.ErrorToken:
			t.ends(f, "table", b.Len())
			f.text = b.String()
			return f
		case html.TextToken:
			f.run(&b, source[at:at+raw], at)
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, has := z.TagName()
			tag := atom.Lookup(name)
			if kind == html.EndTagToken {
				t.ends(f, tag.String(), b.Len())
			}
			if !inline[tag] && b.Len() > 0 {
				b.WriteByte('\n')
			}
			if kind != html.EndTagToken {
				t.begins(f, tag.String(), wide(z, has), b.Len())
			}
		}
		at += raw
	}
}

// run adds a text token, in which an entity is a piece of its own.
func (f *field) run(b *strings.Builder, raw string, from int) {
	for raw != "" {
		n := strings.IndexByte(raw, '&')
		if n < 0 {
			n = len(raw)
		}
		if n > 0 {
			f.pieces = append(f.pieces, piece{b.Len(), n, from, n})
			b.WriteString(raw[:n])
			raw, from = raw[n:], from+n
			continue
		}
		end := strings.IndexByte(raw, ';') + 1
		if end <= 0 || end > 12 {
			end = 1
		}
		word := html.UnescapeString(raw[:end])
		f.pieces = append(f.pieces, piece{b.Len(), len(word), from, end})
		b.WriteString(word)
		raw, from = raw[end:], from+end
	}
}

// span is a stretch of a source.
type span struct{ from, to int }

// spans are where text[start:end] stands in the source: several when elements begin or end within it.
func (f *field) spans(start, end int) []span {
	if f.pieces == nil {
		return []span{{start, end}}
	}
	var all []span
	first := sort.Search(len(f.pieces), func(i int) bool { return f.pieces[i].at+f.pieces[i].size > start })
	for _, p := range f.pieces[first:] {
		if p.at >= end {
			break
		}
		s := span{p.from, p.from + p.width}
		if p.width == p.size { // an entity is taken whole
			s.from, s.to = p.from+max(start-p.at, 0), p.from+min(end-p.at, p.size)
		}
		if n := len(all); n > 0 && all[n-1].to == s.from {
			all[n-1].to = s.to
		} else {
			all = append(all, s)
		}
	}
	return all
}

// place is text[start:end] as bytes of the source.
func (f *field) place(start, end int) Place {
	all := f.spans(start, end)
	if len(all) == 0 {
		return Place{Field: f.name}
	}
	return Place{f.name, all[0].from, all[len(all)-1].to}
}

func (f *field) finding(rule Rule, severity Severity, start, end int, say string) Finding {
	return Finding{Rule: rule, Severity: severity, Say: say, Quote: f.text[start:end], Place: f.place(start, end)}
}

// texts are the stretches of text, without tags, within a stretch of an HTML source.
func texts(source string, from, to int) []span {
	var all []span
	z, at := html.NewTokenizer(strings.NewReader(source[from:to])), from
	for {
		kind := z.Next()
		raw := len(z.Raw())
		if kind == html.ErrorToken {
			return all
		}
		if kind == html.TextToken {
			all = append(all, span{at, at + raw})
		}
		at += raw
	}
}

// Mark puts <mark id="f1"> around the places of findings in a body, so that a list can lead there; a finding without words there gets
// none. anchors[i] is the id of all[i], or "". Nothing but marks is added.
func Mark(body string, all []Finding) (shown string, anchors []string) {
	type stretch struct {
		span
		id int
	}
	var stretches []stretch
	anchors = make([]string, len(all))
	for i, f := range all {
		if f.Place.Field != "body" || f.Place.End <= f.Place.Start || f.Place.End > len(body) {
			continue
		}
		parts := slices.DeleteFunc(texts(body, f.Place.Start, f.Place.End), func(s span) bool { return strings.TrimSpace(body[s.from:s.to]) == "" })
		if f.Rule == PictureText {
			parts = []span{{f.Place.Start, f.Place.End}}
		}
		for _, s := range parts {
			stretches = append(stretches, stretch{s, i})
		}
	}
	slices.SortStableFunc(stretches, func(a, b stretch) int { return a.from - b.from })
	var b strings.Builder
	at, named := 0, ""
	for _, s := range stretches {
		if s.from < at { // within what is marked already
			if anchors[s.id] == "" {
				anchors[s.id] = named
			}
			continue
		}
		b.WriteString(body[at:s.from])
		if anchors[s.id] == "" {
			named = "f" + strconv.Itoa(s.id+1)
			anchors[s.id] = named
			b.WriteString(`<mark id="` + named + `">`)
		} else {
			b.WriteString("<mark>")
		}
		b.WriteString(body[s.from:s.to] + "</mark>")
		at = s.to
	}
	b.WriteString(body[at:])
	return b.String(), anchors
}

// Apply puts the fixes of findings into the payload. It refuses a finding that does not stand where it says any more.
func Apply(p article.Payload, all ...Finding) (article.Payload, error) {
	places := map[string]*string{"title": &p.Title, "subtitle": &p.Subtitle, "summary": &p.Summary, "source": &p.Source, "body": &p.Body}
	p.Fields = slices.Clone(p.Fields)
	for i := range p.Fields {
		places[fieldName(i)] = &p.Fields[i].Value
	}
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Finding) int { return b.Place.Start - a.Place.Start }) // from behind: places before stay
	last := map[string]int{}
	for _, f := range all {
		text := places[f.Place.Field]
		if f.Fix == nil || text == nil || f.Place.Start >= f.Place.End || f.Place.End > len(*text) {
			return p, fault.New(fault.Conflict, "这一处已经改过了，请刷新后再看。")
		}
		if end, any := last[f.Place.Field]; any && f.Place.End > end {
			continue // two findings of one place: the one further on was put right
		}
		last[f.Place.Field] = f.Place.Start
		changed, ok := f.into(*text)
		if !ok {
			return p, fault.New(fault.Conflict, "这一处已经改过了，请刷新后再看。")
		}
		*text = changed
	}
	return p, nil
}

// into replaces the words of the finding's place and leaves the elements between them standing.
func (f *Finding) into(text string) (string, bool) {
	if f.Place.Field != "body" {
		if text[f.Place.Start:f.Place.End] != f.Quote {
			return text, false
		}
		return text[:f.Place.Start] + f.Fix.Text + text[f.Place.End:], true
	}
	parts := texts(text, f.Place.Start, f.Place.End)
	var had strings.Builder
	for _, s := range parts {
		had.WriteString(html.UnescapeString(text[s.from:s.to]))
	}
	if len(parts) == 0 || had.String() != f.Quote {
		return text, false
	}
	var b strings.Builder
	at, rest := 0, f.Fix.Text
	same := utf8.RuneCountInString(rest) == utf8.RuneCountInString(f.Quote)
	for i, s := range parts {
		b.WriteString(text[at:s.from])
		put := ""
		switch n := utf8.RuneCountInString(html.UnescapeString(text[s.from:s.to])); {
		case same: // character for character, so that what is emphasised stays so
			put = string([]rune(rest)[:n])
			rest = rest[len(put):]
		case i == 0:
			put = rest
		}
		b.WriteString(html.EscapeString(put))
		at = s.to
	}
	return b.String() + text[at:], true
}
