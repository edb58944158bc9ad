package console

import (
	"slices"
	"strings"
	"unicode"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// looks are what a person may choose of how the desk looks, in the order of the button that changes it. The first is what everybody has
// who has not chosen: as light as the system, with room between the lines, and a menu in words.
var looks = map[string][]string{
	"appearance": {"", "dark", "light"},
	"density":    {"", "compact"},
	"rail":       {"", "folded"},
}

// look is what the person has chosen, and what the button makes of that. It comes with the request, so the first paint has it already.
func look(f *fiber.Ctx, name string) (now, next string) {
	all := looks[name]
	i := max(slices.Index(all, f.Cookies(name)), 0)
	return all[i], all[(i+1)%len(all)]
}

// appear keeps what a form has chosen of the looks and leads back.
func (c *Console) appear(f *fiber.Ctx) error {
	for name, all := range looks {
		if !f.Request().PostArgs().Has(name) {
			continue
		}
		v := f.FormValue(name)
		if !slices.Contains(all, v) {
			return fault.In(name, "没有这种外观。")
		}
		f.Cookie(&fiber.Cookie{Name: name, Value: v, Path: "/", MaxAge: 365 * 86400, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode})
	}
	return f.Redirect(local(f.FormValue("to")), fiber.StatusSeeOther)
}

// short is what a folded menu shows of a name: four characters of a Chinese one, which mostly is the whole, the first letters of others.
func short(name string) string {
	r, words := []rune(name), strings.Fields(name)
	switch {
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Han, r) }):
		return string(r[:min(len(r), 4)])
	case len(words) > 1:
		return string([]rune(words[0])[:1]) + string([]rune(words[1])[:1])
	}
	return string(r[:min(len(r), 2)])
}
