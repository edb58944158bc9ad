package article

import (
	"html"
	"strings"

	"github.com/zhanqun/zhanqun/platform/render"
)

// FromPlain makes the body of a text that was typed without marks: each line that is not empty is a paragraph. White space around
// a line, with which people indent, is left out: the theme indents.
func FromPlain(text string) string {
	var paragraphs []string
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if line = strings.TrimSpace(line); line != "" { // the ideographic space counts as white
			paragraphs = append(paragraphs, "<p>"+html.EscapeString(line)+"</p>")
		}
	}
	return strings.Join(paragraphs, "\n")
}

// ToPlain is FromPlain back: the text of a body that is nothing but paragraphs; ok is false when marks would be lost.
func ToPlain(body string) (text string, ok bool) {
	var lines []string
	for part := range strings.SplitSeq(strings.TrimSpace(body), "</p>") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		inner, isParagraph := strings.CutPrefix(part, "<p>")
		if !isParagraph || strings.Contains(inner, "<") {
			return "", false
		}
		lines = append(lines, html.UnescapeString(inner))
	}
	text = strings.Join(lines, "\n\n")
	return text, render.Sanitise(FromPlain(text)) == render.Sanitise(body)
}
