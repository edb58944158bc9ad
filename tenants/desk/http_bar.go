package desk

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/platform/console"
)

// dids are what the list says of an act that went well with every article.
var dids = map[string]string{"bin": "已移入回收站：%d 篇", "unbin": "已移出回收站：%d 篇", "move": "已移到别的栏目：%d 篇", "moveback": "已移回原来的栏目：%d 篇", "submit": "已送审：%d 篇"}

// bar is the address of the list that says what was done, and holds what its bar sends to take it back.
func (p bulkPage) bar(from filter, did string) string {
	q := from.query()
	if from.page > 1 {
		q.Set("p", strconv.Itoa(from.page))
	}
	q.Set("did", did)
	q.Set("n", strconv.Itoa(p.Done))
	if p.Undo != "" {
		var of []string
		for _, r := range p.Results {
			of = append(of, r.Undo)
		}
		q.Set("of", strings.Join(of, ","))
	}
	return strings.TrimSuffix(p.Action, "/bulk") + "?" + q.Encode()
}

// undoForm is an article as an undoing form names it.
var undoForm = regexp.MustCompile(`^\d{1,19}(:\d{1,19})?$`)

// undo is the bar of an address. Whoever has made the address up has made no more than a form, which the guard judges like any other.
func undo(c *fiber.Ctx, f filter) *console.Undo {
	q, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	did := q.Get("did")
	n, bad := strconv.Atoi(q.Get("n"))
	if err != nil || bad != nil || dids[did] == "" || n < 1 || n > barMost {
		return nil
	}
	u := &console.Undo{Say: fmt.Sprintf(say(c, dids[did]), n)}
	if q.Get("of") == "" || acts[did].undo == "" {
		return u
	}
	u.Fields = []console.Hidden{{Name: "do", Value: acts[did].undo}, {Name: "query", Value: f.query().Encode()}}
	for one := range strings.SplitSeq(q.Get("of"), ",") {
		if !undoForm.MatchString(one) || len(u.Fields) > barMost+2 {
			return nil
		}
		u.Fields = append(u.Fields, console.Hidden{Name: "id", Value: one})
	}
	u.To = c.Path() + "/bulk"
	return u
}
