package render

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// WCAG 2.2 1.4.3: text stands out 4.5 to 1 from its ground.
const minContrast = 4.5

// paper is the darkest ground a built-in theme puts brand-coloured text on.
const paper = "#f3f0e6"

// palette names the brand colours a site may choose by word. 国办发〔2017〕47号 附件: 一个主色调, 总共不超过三种.
var palette = map[string]string{
	"朱砂": "#a4161a", "靛蓝": "#0b5cad", "松绿": "#1f6a3c", "青绿": "#0b6666",
	"玄墨": "#33414e", "赭石": "#874a12", "紫檀": "#6b2145",
}

// pairs are text token and ground token that meet on some page of every theme.
var pairs = [][2]string{
	{"ink", "ground"}, {"ink", "ground-2"}, {"ink", "page"}, {"ink-2", "ground"}, {"ink-2", "ground-2"}, {"ink-2", "page"},
	{"ink-3", "ground"}, {"ink-3", "ground-2"}, {"ink-3", "page"}, {"link", "ground"}, {"link", "ground-2"}, {"link", "page"},
	{"brand", "ground"}, {"brand-deep", "ground-2"}, {"brand-deep", "page"}, {"on-brand", "brand"}, {"on-brand", "brand-deep"},
	{"mast-ink", "mast"}, {"foot-ink", "foot"}, {"top-ink", "top"},
	{"ok", "ground"}, {"warn", "ground"}, {"bad", "ground"}, {"warn", "warn-ground"}, {"ink", "warn-ground"},
}

var hexColour = regexp.MustCompile(`^#[0-9a-f]{6}$`)

func channels(c string) (rgb [3]float64) {
	n, err := strconv.ParseUint(strings.TrimPrefix(c, "#"), 16, 32)
	if err != nil {
		return rgb // the caller has matched hexColour
	}
	for i := range rgb {
		rgb[i] = float64(n>>(16-8*i)&0xff) / 255
	}
	return rgb
}

func luminance(c string) float64 {
	l := 0.0
	for i, v := range channels(c) {
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		l += v * [3]float64{0.2126, 0.7152, 0.0722}[i]
	}
	return l
}

// contrast is the ratio of WCAG 2.2 between two "#rrggbb".
func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func checkContrast(tokens map[string]string) error {
	for _, p := range pairs {
		fg, bg := tokens[p[0]], tokens[p[1]]
		if !hexColour.MatchString(fg) || !hexColour.MatchString(bg) {
			return fmt.Errorf("tokens %s and %s must be #rrggbb, are %q and %q", p[0], p[1], fg, bg)
		}
		if c := contrast(fg, bg); c < minContrast {
			return fmt.Errorf("%s on %s has a contrast of %.2f, below %.1f", p[0], p[1], c, minContrast)
		}
	}
	return nil
}

// tokenCSS writes the tokens as custom properties; a value that names a token follows it, also when a site
// sets another brand.
func (t *theme) tokenCSS() string {
	all := t.tokens()
	var b strings.Builder
	b.WriteString(":root{")
	for _, k := range sortedKeys(all) {
		v := all[k]
		if _, alias := all[v]; alias {
			v = "var(--" + v + ")"
		}
		b.WriteString("--" + k + ":" + v + ";")
	}
	b.WriteString("}\n")
	return b.String()
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// CheckTokens refuses what a site may not set: any key but "brand", and a brand colour (a name of the
// palette or "#rrggbb") that text could not be read in.
func CheckTokens(tokens map[string]string) error {
	for k, v := range tokens {
		if k != "brand" {
			return fault.In("tokens", "站点只能设置主色，不能设置“%s”。", k)
		}
		if _, err := brandColour(v); err != nil {
			return err
		}
	}
	return nil
}

func brandColour(v string) (string, error) {
	c := strings.ToLower(v)
	if named, ok := palette[v]; ok {
		c = named
	}
	if !hexColour.MatchString(c) {
		return "", fault.In("tokens", "主色请选色板中的颜色，或写成 #a4161a 这样的六位色值。")
	}
	if got := min(contrast(c, "#ffffff"), contrast(c, paper)); got < minContrast {
		return "", fault.In("tokens", "主色与底色的对比度只有 %.2f，低于 %.1f，文字会看不清，请选深一些的颜色。", got, minContrast)
	}
	return c, nil
}

// brandPath is the address of the stylesheet for a site's own brand colour. The colour is in the address and
// the rest is a pure function of it, so every node can answer it without having seen the site. The number is
// raised when brandCSS changes.
const (
	brandPrefix = "/-/assets/brand1."
	brandSuffix = ".css"
)

func brandPath(s *Site) string {
	c, err := brandColour(s.Tokens["brand"])
	if err != nil {
		return "" // refused when it was set; the theme's own brand is shown
	}
	return brandPrefix + c[1:] + brandSuffix
}

func brandCSS(path string) []byte {
	name, ok := strings.CutPrefix(path, brandPrefix)
	name, ok2 := strings.CutSuffix(name, brandSuffix)
	if !ok || !ok2 {
		return nil
	}
	c, err := brandColour("#" + name)
	if err != nil || c != "#"+name {
		return nil
	}
	return fmt.Appendf(nil, ":root{--brand:%s;--brand-deep:%s;--link:%s;--tint:%s}", c, mix(c, "#000000", 0.28), mix(c, "#000000", 0.14), mix(c, "#ffffff", 0.92))
}

// mix moves a by share towards b.
func mix(a, b string, share float64) string {
	x, y := channels(a), channels(b)
	var out [3]int
	for i := range out {
		out[i] = int(math.Round(255 * (x[i] + (y[i]-x[i])*share)))
	}
	return fmt.Sprintf("#%02x%02x%02x", out[0], out[1], out[2])
}
