package kernel

import "strings"

// Variant is a form in which every page of a site can be read, at an address of its own; "" is the page itself.
type Variant string

// The variants (国办公开办函〔2021〕28号: 适老化).
const (
	Elder Variant = "elder" // large, plain, one thing below the other
	Hant  Variant = "hant"  // in traditional characters
)

// Variants are all of them.
var Variants = []Variant{Elder, Hant}

// Prefix stands before the path within the site of a page in this variant.
func (v Variant) Prefix() string {
	if v == "" {
		return ""
	}
	return "/-/" + string(v)
}

// CutVariant splits a path within a site into the variant it asks for and the path of the page itself.
func CutVariant(path string) (Variant, string) {
	for _, v := range Variants {
		rest, ok := strings.CutPrefix(path, v.Prefix())
		if ok && rest == "" {
			return v, "/"
		}
		if ok && rest[0] == '/' {
			return v, rest
		}
	}
	return "", path
}
