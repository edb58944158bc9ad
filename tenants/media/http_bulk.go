package media

import (
	"context"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
)

// resultsPage says what became of each of the things that were chosen.
type resultsPage struct {
	Title        string
	Done, Failed int
	Results      []result
	Action, Undo string // where the undoing form goes, and its act; "" for what is not taken back
	Names        string // the field that names them there
	Hidden       []console.Hidden
	Back, ToBack string // address and words of the way back
}

type result struct {
	Title, Href string
	Say         string // why not, or ""
	Undo        string // how the undoing form names it
}

var resultsView = console.Define[resultsPage]("media", "results")

func (p *resultsPage) add(r result) {
	if p.Results = append(p.Results, r); r.Say == "" {
		p.Done++
	} else {
		p.Failed++
	}
}

// bulkMost is how many items one press may be about: as many as a page shows, and more.
const bulkMost = 200

// act is what may be done with many items at once, and what takes it back. An item is named with the folder it was in, where that matters.
type act struct {
	does func(m *Media, ctx context.Context, site kernel.SiteID, i *Shelved, folder string) error
	undo string
}

var acts = map[string]act{
	"move": {func(m *Media, ctx context.Context, site kernel.SiteID, i *Shelved, folder string) error {
		return m.Move(ctx, site, i.ID, folder)
	}, "moveback"},
	"moveback": {func(m *Media, ctx context.Context, site kernel.SiteID, i *Shelved, folder string) error {
		return m.Move(ctx, site, i.ID, folder)
	}, ""},
	"bin": {func(m *Media, ctx context.Context, site kernel.SiteID, i *Shelved, _ string) error {
		return m.Bin(ctx, site, i.ID)
	}, "unbin"},
	"unbin": {func(m *Media, ctx context.Context, site kernel.SiteID, i *Shelved, _ string) error {
		return m.Unbin(ctx, site, i.ID)
	}, "bin"},
}

// bulk does one act with each of the items that the form names, one by one: what fails says why and holds up no other.
func (m *Media) bulk(c *fiber.Ctx) error {
	q, _ := readQuery(typed(c, "query"))
	name := typed(c, "do")
	do, known := acts[name]
	chosen := c.Context().PostArgs().PeekMulti("id")
	switch {
	case !known:
		return m.refused(c, q, libraryPage{}, fault.New(fault.Invalid, "请选择要做什么。"))
	case len(chosen) == 0:
		return m.refused(c, q, libraryPage{}, fault.New(fault.Invalid, "请先勾选文件。"))
	case len(chosen) > bulkMost:
		return m.refused(c, q, libraryPage{}, fault.New(fault.Invalid, "一次最多处理 %d 个文件。", bulkMost))
	}
	base := "/sites/" + at(c).String() + "/media"
	p := resultsPage{Title: "批量处理的结果", Action: base + "/bulk", Names: "id", Back: q.at(base), ToBack: "回到媒体库", Hidden: []console.Hidden{{Name: "query", Value: q.values().Encode()}}}
	for _, one := range chosen {
		r, err := m.doOne(c, do, string(one), typed(c, "to"))
		if err != nil {
			return err
		}
		p.add(r)
	}
	if p.Done > 0 {
		p.Undo = do.undo
	}
	return resultsView.Show(m.Console, c, console.Page{Title: say(c, p.Title), Site: at(c)}, p)
}

// doOne does the act with one item; only what is nobody's fault but ours is an error.
func (m *Media) doOne(c *fiber.Ctx, do act, named, folder string) (result, error) {
	ctx, site := c.UserContext(), at(c)
	number, was, back := strings.Cut(named, ":")
	if back {
		folder = was
	}
	id, _ := kernel.ParseID[ID](number) // 0 is nobody's
	i, err := m.Shelved(ctx, site, id)
	if fault.Is(err, fault.NotFound) {
		return result{Title: number, Say: console.Told(c, err)}, nil
	}
	if err != nil {
		return result{}, err
	}
	r := result{Title: i.Called(), Href: "/sites/" + site.String() + "/media/" + strconv.FormatInt(i.ID, 10), Undo: strconv.FormatInt(i.ID, 10)}
	if do.undo == "moveback" {
		r.Undo += ":" + i.Folder
	}
	if err := do.does(m, ctx, site, i, folder); err != nil {
		if _, is := wrong(err); !is {
			return r, err
		}
		r.Say = console.Told(c, err)
	}
	return r, nil
}
