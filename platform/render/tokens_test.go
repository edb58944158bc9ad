package render

import (
	"bytes"
	"regexp"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/kernel/proof"
)

var tokenSeeds = []string{"#a4161a", "#A4161A", "#fff", "朱砂", "靛蓝", "#0b5cad;}body{display:none", "red", "#12345g", "", "#ffffff", "url(javascript:x)", "#00000\u0660", "\u212a", "#874a12\n"}

var brandSheet = regexp.MustCompile(`^:root\{--brand:#[0-9a-f]{6};--brand-deep:#[0-9a-f]{6};--link:#[0-9a-f]{6};--tint:#[0-9a-f]{6}\}$`)

// checkToken holds what is true of any colour a site may ask for: it is refused with a sentence, or it is a colour that text can be read
// in, whose stylesheet says four colours and nothing else.
func checkToken(t *testing.T, v string) {
	err := CheckTokens(map[string]string{"brand": v})
	path := brandPath(&Site{Tokens: map[string]string{"brand": v}})
	if err != nil {
		say := fault.Say(err)
		if !fault.Is(err, fault.Invalid) || !utf8.ValidString(say) || !bytes.ContainsFunc([]byte(say), func(r rune) bool { return unicode.Is(unicode.Han, r) }) || path != "" {
			t.Fatalf("%q: %v, stylesheet %q", v, err, path)
		}
		return
	}
	css := brandCSS(path)
	if !brandSheet.Match(css) {
		t.Fatalf("%q: %s is %q", v, path, css)
	}
	if c := contrast(string(css[14:21]), "#ffffff"); c < minContrast {
		t.Fatalf("%q: a contrast of %.2f", v, c)
	}
}

// checkBrandPath holds what is true of any address below the brand's: only colours that a site might have been given have a stylesheet.
func checkBrandPath(t *testing.T, name string) {
	if css := brandCSS(brandPrefix + name + brandSuffix); css != nil && (!brandSheet.Match(css) || CheckTokens(map[string]string{"brand": "#" + name}) != nil) {
		t.Fatalf("%q: %q", name, css)
	}
}

func FuzzTokens(f *testing.F) {
	for _, s := range tokenSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, v string) {
		checkToken(t, v)
		checkBrandPath(t, v)
	})
}

// The fuzz target, without the fuzzer.
func TestMutantTokens(t *testing.T) {
	for raw := range proof.Mutants(proof.Times(100_000, 1_000_000), tokenSeeds...) {
		checkToken(t, string(raw))
		checkBrandPath(t, string(bytes.TrimPrefix(raw, []byte("#"))))
	}
}
