package demo

import (
	"cmp"
	"fmt"
	"html"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/interpretation"
)

var choices = regexp.MustCompile(`\[\[([^\[\]]*)\]\]`)

// fill writes a piece for its place and day.
func fill(p place, c piece, at time.Time, number int) Article {
	d := dice(p.Slug, c.Title, "fill")
	blanks := strings.NewReplacer(facts(p, at, number)...)
	settled := map[string]string{} // what the title has chosen, the text says again
	line := func(s string) string { return blanks.Replace(choose(d, s, settled)) }
	a := Article{Site: p.Slug, Column: c.Column, At: at, Title: line(c.Title), Summary: line(c.Summary), Source: line(c.Source),
		Issuer: line(c.Issuer), Number: line(c.Number), Genre: c.Genre, Subject: c.Subject, Validity: c.Validity,
		Key: c.Key, After: c.After, Form: cmp.Or(c.Form, interpretation.Text), Major: c.Major,
		Level: c.Level, Media: c.Media, Left: c.Left, Fields: c.Fields}
	if a.Source == "" {
		a.Source = p.Site
	}
	if a.Issuer != "" {
		a.Index = fmt.Sprintf("演示%s-%d-%04d", p.Code[:6], at.In(kernel.Beijing).Year(), number)
	}
	a.Body = markup(line(c.Body))
	if a.Summary == "" {
		a.Summary = lead(a.Body)
	}
	return a
}

// facts are the blanks a piece may have: what is known of the place, and of the day.
func facts(p place, at time.Time, number int) []string {
	t := at.In(kernel.Beijing)
	f := map[string]string{
		"名": p.Name, "年": strconv.Itoa(t.Year()), "上年": strconv.Itoa(t.Year() - 1), "月": strconv.Itoa(int(t.Month())),
		"日": strconv.Itoa(t.Day()), "号": strconv.Itoa(number), "季": [...]string{"冬", "春", "夏", "秋"}[int(t.Month())%12/3],
		"节": "国庆节", "上季": [...]string{"四季度", "一季度", "二季度", "三季度"}[(int(t.Month())-1)/3],
	}
	if t.Month() < 7 {
		f["节"] = "劳动节"
	}
	if p.Kind == channelPlace {
		f["所"], f["府"], f["村委"], f["村"], f["务"], f["院"] = "镇政府", p.Name+"人民政府", "村委会", "村", "村务", "卫生院"
		if p.Street {
			f["所"], f["府"], f["村委"], f["村"], f["务"], f["院"] = "街道办事处", p.Name+"办事处", "居委会", "社区", "居务", "社区卫生服务中心"
		}
		f["县"] = p.county
	}
	for k, v := range p.Facts {
		f[k] = v
	}
	var pairs []string
	for k, v := range f {
		pairs = append(pairs, "{"+k+"}", v)
	}
	return pairs
}

// choose settles [[one|two]] and [[3~9]]; what is settled already is kept.
func choose(d *rand.Rand, s string, settled map[string]string) string {
	return choices.ReplaceAllStringFunc(s, func(m string) string {
		if _, ok := settled[m]; !ok {
			settled[m] = pick(d, m[2:len(m)-2])
		}
		return settled[m]
	})
}

func pick(d *rand.Rand, among string) string {
	if from, to, ok := strings.Cut(among, "~"); ok {
		a, errA := strconv.Atoi(from)
		b, errB := strconv.Atoi(to)
		if errA == nil && errB == nil && a <= b {
			return fmt.Sprintf("%0*d", len(from), a+d.IntN(b-a+1))
		}
	}
	options := strings.Split(among, "|")
	return options[d.IntN(len(options))]
}

// markup turns lines into HTML: a paragraph each; "## " heads, "- " lists, "|" tables whose first row is the head, "||"
// tables whose first column is, "|#" tables that are drawn as bars too.
func markup(s string) string {
	var b strings.Builder
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i := 0; i < len(lines); i++ {
		l := strings.TrimSpace(lines[i])
		switch {
		case l == "":
		case strings.HasPrefix(l, "## "):
			b.WriteString("<h2>" + html.EscapeString(l[3:]) + "</h2>\n")
		case strings.HasPrefix(l, "- "):
			b.WriteString("<ul>\n")
			for ; i < len(lines) && strings.HasPrefix(lines[i], "- "); i++ {
				b.WriteString("<li>" + html.EscapeString(lines[i][2:]) + "</li>\n")
			}
			i--
			b.WriteString("</ul>\n")
		case strings.HasPrefix(l, "|"):
			from := i
			for i < len(lines) && strings.HasPrefix(lines[i], "|") {
				i++
			}
			table(&b, lines[from:i])
			i--
		default:
			b.WriteString("<p>" + html.EscapeString(l) + "</p>\n")
		}
	}
	return b.String()
}

func table(b *strings.Builder, lines []string) {
	pairs := strings.HasPrefix(lines[0], "||")
	var rows [][]string
	for _, l := range lines {
		cells := strings.Split(strings.Trim(strings.TrimSpace(l), "|"), "|")
		for i := range cells {
			cells[i] = html.EscapeString(strings.TrimSpace(cells[i]))
		}
		rows = append(rows, cells)
	}
	if first, ok := strings.CutPrefix(rows[0][0], "#"); ok {
		rows[0][0] = first
		b.WriteString(`<table class="` + render.ChartBar + `">` + "\n")
	} else {
		b.WriteString("<table>\n")
	}
	for i, r := range rows {
		b.WriteString("<tr>")
		for j, c := range r {
			tag, scope := "td", ""
			if i == 0 && !pairs {
				tag, scope = "th", ` scope="col"`
			} else if j == 0 && pairs {
				tag, scope = "th", ` scope="row"`
			}
			b.WriteString("<" + tag + scope + ">" + c + "</" + tag + ">")
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</table>\n")
}

// lead is the first paragraph, cut to what a list shows.
func lead(body string) string {
	_, rest, ok := strings.Cut(body, "<p>")
	if !ok {
		return ""
	}
	p, _, _ := strings.Cut(rest, "</p>")
	r := []rune(html.UnescapeString(p))
	if len(r) > 90 {
		r = append(r[:89], '…')
	}
	return string(r)
}
