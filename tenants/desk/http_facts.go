package desk

import (
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// fact is something that an article says of itself, as people read it.
type fact struct{ Label, Text string }

// facts are what an article says beside title, source, summary and the column's own fields: whoever decides, decides about these too.
func facts(c *fiber.Ctx, p article.Payload) (all []fact) {
	p = apart(p)
	p.Fields = nil
	for _, l := range lines(&p) {
		if *l.text == "" || slices.Contains([]string{"title", "source", "summary"}, l.key) || l.key == "kind" && *l.text == article.News {
			continue
		}
		text := *l.text
		if values[l.key] != nil {
			text = say(c, word(l.key, text))
		}
		all = append(all, fact{say(c, l.label), text})
	}
	return all
}
