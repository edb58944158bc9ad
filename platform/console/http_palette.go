package console

import (
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel/fault"
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

// appearances are how the desk may look, in the order of the button that changes it; "" follows the system.
var appearances = []string{"", "dark", "light"}

// appearance is how the person wants the desk to look.
func appearance(f *fiber.Ctx) string {
	if a := f.Cookies("appearance"); slices.Contains(appearances, a) {
		return a
	}
	return ""
}

// appear keeps how the desk shall look and leads back.
func (c *Console) appear(f *fiber.Ctx) error {
	a := f.FormValue("appearance")
	if !slices.Contains(appearances, a) {
		return fault.In("appearance", "没有这种外观。")
	}
	f.Cookie(&fiber.Cookie{Name: "appearance", Value: a, Path: "/", MaxAge: 365 * 86400, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode})
	return f.Redirect(local(f.FormValue("to")), fiber.StatusSeeOther)
}
