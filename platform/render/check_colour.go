package render

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/image/colornames"
)

// WCAG 2.2 1.4.11: what is no text but has to be seen, 3 to 1.
const edgeContrast float64 = 3

// edges are tokens of buttons, borders and marks with the ground they lie on.
var edges = [][2]string{{"brand", "page"}, {"brand", "ground-2"}, {"ok", "page"}, {"warn", "page"}, {"bad", "page"}}

// 国办发〔2017〕47号 附件: 一个主色调, 总共不超过三种.
const coloursMost = 3

// told are the colours that say something (done, careful, wrong): they are no one's taste.
var told = []string{"ok", "warn", "warn-ground", "bad"}

const (
	greyBelow = 0.18 // the share of colour below which a colour is paper, ink or grey
	sameHue   = 36   // degrees around a hue that are seen as one colour, lighter and darker
)

// families parts the colours into those people would call by one name, and gives an example of each; greys are none.
func families(colours []string) []string {
	type seen struct {
		hue float64
		hex string
	}
	var all []seen
	for _, c := range colours {
		if !hexColour.MatchString(c) {
			continue
		}
		rgb := channels(c)
		high, low := max(rgb[0], rgb[1], rgb[2]), min(rgb[0], rgb[1], rgb[2])
		if high-low >= greyBelow {
			all = append(all, seen{hue(rgb, high, low), c})
		}
	}
	slices.SortFunc(all, func(a, b seen) int {
		if a.hue != b.hue {
			return int(math.Copysign(1, a.hue-b.hue))
		}
		return strings.Compare(a.hex, b.hex)
	})
	var out []string
	for len(all) > 0 { // a family begins with the colour that most others are near to
		best, near := 0, -1
		for i, a := range all {
			n := 0
			for _, b := range all {
				if apart(a.hue, b.hue) <= sameHue/2 {
					n++
				}
			}
			if n > near {
				best, near = i, n
			}
		}
		first := all[best]
		out = append(out, first.hex)
		all = slices.DeleteFunc(all, func(b seen) bool { return apart(first.hue, b.hue) <= sameHue/2 })
	}
	return out
}

func apart(a, b float64) float64 {
	d := math.Abs(a - b)
	return min(d, 360-d)
}

func hue(c [3]float64, high, low float64) float64 {
	d := high - low
	switch high {
	case c[0]:
		return math.Mod((c[1]-c[2])/d*60+360, 360)
	case c[1]:
		return (c[2]-c[0])/d*60 + 120
	}
	return (c[0]-c[1])/d*60 + 240
}

var (
	hexLiteral = regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b`)
	rgbLiteral = regexp.MustCompile(`rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})`)
	wordInCSS  = regexp.MustCompile(`[a-zA-Z]+`)
)

// literals are the colours that a stylesheet writes itself, as "#rrggbb".
func literals(css string) []string {
	var out []string
	rules, err := parseCSS(css)
	if err != nil {
		return nil // which is said elsewhere
	}
	for _, r := range rules {
		for _, d := range r.decls {
			if strings.Contains(d.value, "url(") || d.prop == "content" {
				continue
			}
			for _, h := range hexLiteral.FindAllString(d.value, -1) {
				out = append(out, sixDigits(h))
			}
			for _, m := range rgbLiteral.FindAllStringSubmatch(d.value, -1) {
				out = append(out, rgbHex(m))
			}
			for _, w := range wordInCSS.FindAllString(d.value, -1) {
				if c, ok := colornames.Map[strings.ToLower(w)]; ok {
					out = append(out, fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B))
				}
			}
		}
	}
	return out
}

func rgbHex(m []string) string {
	var n [3]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1]) // three digits at most
	}
	return fmt.Sprintf("#%02x%02x%02x", min(n[0], 255), min(n[1], 255), min(n[2], 255))
}

// sixDigits writes #abc and #aabbccdd as #aabbcc.
func sixDigits(h string) string {
	h = strings.ToLower(h)
	if len(h) == 4 || len(h) == 5 {
		return "#" + strings.Repeat(h[1:2], 2) + strings.Repeat(h[2:3], 2) + strings.Repeat(h[3:4], 2)
	}
	return h[:min(len(h), 7)]
}

// colour is the one colour that a value is, following a token; "" when it is none, or more than one.
func colour(value string, tokens map[string]string) string {
	value = strings.TrimSpace(value)
	if name, ok := strings.CutPrefix(value, "var(--"); ok {
		return tokens[strings.TrimSuffix(name, ")")]
	}
	if hexLiteral.MatchString(value) && strings.HasPrefix(value, "#") {
		if h := sixDigits(value); hexColour.MatchString(h) {
			return h
		}
	}
	if m := rgbLiteral.FindStringSubmatch(value); m != nil && strings.HasPrefix(value, "rgb(") {
		return rgbHex(m)
	}
	if c, ok := colornames.Map[value]; ok {
		return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
	}
	return ""
}

func gzipped(b []byte) int {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return len(b) // the level is a constant
	}
	_, _ = w.Write(b) // a buffer takes everything
	_ = w.Close()
	return out.Len()
}
