package desk

import (
	"html/template"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// remark reads what a form says of a place in the text: words that were chosen there, or a paragraph by its number.
func remark(c *fiber.Ctx, a *article.Draft) (review.Note, error) {
	n := review.Note{Kind: review.Comment, Words: typed(c, "words"), Quote: strings.TrimSpace(typed(c, "quote"))}
	n.Block, _ = strconv.Atoi(c.FormValue("block")) // 0 is no paragraph
	all := review.Paragraphs(render.Sanitise(a.Payload.Body))
	switch {
	case n.Block < 0 || n.Block > len(all):
		return n, fault.In("block", "没有这一段了，请重新选择。")
	case n.Block == 0:
		n.Block = n.Stands(all)
	case n.Quote == "":
		n.Quote = beginning(all[n.Block-1], review.QuoteMost)
	case n.Stands(all) == 0:
		return n, fault.In("quote", "正文里没有您引用的这句话，请从正文里复制，或者只选哪一段。")
	}
	return n, nil
}

// beginning is the first characters of a text.
func beginning(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most])
}

// optionMost is how much of a paragraph stands in the choice.
const optionMost = 24

// remarks marks in the article's text what colleagues have remarked on it and nobody has settled yet.
func (d *Desk) remarks(c *fiber.Ctx, a *article.Draft, p *articlePage) {
	body, notes := markedUp(string(p.Body), p.Notes)
	p.Body, p.Notes = template.HTML(body), notes // Mark adds nothing but marks to what was sanitised
	if !p.MayTalk {
		return
	}
	chosen := typed(c, "block")
	for i, text := range review.Paragraphs(render.Sanitise(a.Payload.Body)) {
		n := strconv.Itoa(i + 1)
		p.Paragraphs = append(p.Paragraphs, option{n, n + "　" + beginning(text, optionMost), n == chosen})
	}
}

// markedUp is a clean text with the marks of the notes that are open, and the notes with the numbers of theirs.
func markedUp(body string, notes []note) (string, []note) {
	var open []review.Note
	var at []int
	for i, n := range notes {
		if n.Open {
			open, at = append(open, review.Note{Quote: n.Quote, Block: n.Block}), append(at, i)
		}
	}
	if len(open) == 0 {
		return body, notes
	}
	shown, numbers, found := review.Mark(body, open)
	for i, k := range at {
		notes[k].Number, notes[k].Lost = numbers[i], numbers[i] > 0 && !found[i]
	}
	return shown, notes
}

// remarked is what colleagues have remarked on, beside the form in which it is put right.
type remarked struct {
	Body  template.HTML // the words as they were sent, with the marks
	Notes []note
	Base  string
}

func (d *Desk) remarked(c *fiber.Ctx, a *article.Draft) (*remarked, error) {
	notes, err := d.Reviews.Notes(c.UserContext(), publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID})
	if err != nil {
		return nil, err
	}
	r := &remarked{Base: address(a.Site, a.ID, "") + "/notes/"}
	for _, n := range notes {
		if n.Kind != review.Comment || n.DoneBy != 0 {
			continue
		}
		who, err := d.name(c.UserContext(), n.By)
		if err != nil {
			return nil, err
		}
		r.Notes = append(r.Notes, note{ID: n.ID, Who: who, Quote: n.Quote, Block: n.Block, Words: n.Words, At: n.At, Open: true})
	}
	if len(r.Notes) == 0 {
		return nil, nil
	}
	body, marked := markedUp(render.Sanitise(a.Payload.Body), r.Notes)
	r.Notes = marked
	r.Body, err = d.dressed(c.UserContext(), a.Site, template.HTML(body)) // sanitised, and marks
	return r, err
}

// again shows the form as it was typed, after a remark was settled beside it.
func (d *Desk) again(c *fiber.Ctx, a *article.Draft, err error) error {
	version, _ := strconv.ParseInt(c.FormValue("version"), 10, 64)
	p := formPage{Action: address(a.Site, a.ID, ""), Version: version, Fields: readFields(c), Restored: savedOf(c).Restored}
	if err == nil {
		p.Done = []string{say(c, sentences["settled"])}
	}
	var wrongly error
	if p.Remarks, wrongly = d.remarked(c, a); wrongly != nil {
		return wrongly
	}
	return d.form(c, p, err)
}
