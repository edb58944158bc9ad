package console

import (
	"slices"

	"github.com/gofiber/fiber/v2"
)

// palettePage is the list of places as a page, for whoever has no script.
type palettePage struct{ Groups []placeGroup }

type placeGroup struct {
	Name   string
	Places []Place
}

var paletteView = Define[palettePage](ownRoom, "palette")

// showPalette answers where the person may go: to the script as JSON, to everybody else as a page.
func (c *Console) showPalette(f *fiber.Ctx) error {
	lang := Language(f)
	all, err := c.places(f.UserContext(), lang)
	if err != nil {
		return err
	}
	if f.Accepts(fiber.MIMETextHTML, fiber.MIMEApplicationJSON) == fiber.MIMEApplicationJSON {
		return f.JSON(all)
	}
	var p palettePage
	for _, place := range all {
		i := slices.IndexFunc(p.Groups, func(g placeGroup) bool { return g.Name == place.Group })
		if i < 0 {
			i = len(p.Groups)
			p.Groups = append(p.Groups, placeGroup{Name: place.Group})
		}
		p.Groups[i].Places = append(p.Groups[i].Places, place)
	}
	return paletteView.Show(c, f, Page{Title: Say(lang, "全部入口")}, p)
}
