package web

import (
	"bytes"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An address has one spelling. What follows is RFC 3986 6.2.2 and less: letters, digits, "-", ".", "_", "~" stand
// for themselves; any other character is percent-encoded UTF-8 with upper-case digits; no empty segment, no dot
// segment, no slash at the end but the root's. Everything else is another spelling (301) or no address (404).

// pathAtMost bounds a path, and valueAtMost a parameter's value, in bytes.
const (
	pathAtMost  = 1024
	valueAtMost = 256
)

// host reads a Host header or the authority of an absolute target: its name in lower case without port and final
// dot. ok is false for what is no host at all; userinfo is no host.
func host(raw []byte) (name string, ok bool) {
	plain, ok := hostName(raw)
	return strings.ToLower(string(plain)), ok // ASCII only, so no letter becomes another
}

// hostName is host without the lower case: a part of raw.
func hostName(raw []byte) (name []byte, ok bool) {
	if i := bytes.LastIndexByte(raw, ':'); i >= 0 {
		port := raw[i+1:]
		if len(port) == 0 || len(port) > 5 {
			return nil, false
		}
		for _, c := range port {
			if c < '0' || c > '9' {
				return nil, false
			}
		}
		raw = raw[:i]
	}
	raw = bytes.TrimSuffix(raw, []byte{'.'})
	if len(raw) == 0 || len(raw) > 253 {
		return nil, false
	}
	label := 0
	for _, c := range raw {
		switch {
		case c == '.':
			if label == 0 {
				return nil, false
			}
			label = 0
			continue
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return nil, false
		}
		if label++; label > 63 {
			return nil, false
		}
	}
	if label == 0 {
		return nil, false
	}
	return raw, true
}

// lower appends a host's name in lower case.
func lower(to, name []byte) []byte {
	for _, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		to = append(to, c)
	}
	return to
}

// target splits a request target into its path and query, and the authority of an absolute one. ok is false for
// the other forms, which only proxies and OPTIONS use.
func target(raw []byte) (authority, path, query []byte, asked, ok bool) {
	if len(raw) == 0 {
		return nil, nil, nil, false, false
	}
	if raw[0] != '/' {
		rest, found := cutScheme(raw)
		if !found {
			return nil, nil, nil, false, false
		}
		end := bytes.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		authority, raw = rest[:end], rest[end:]
		if len(authority) == 0 {
			return nil, nil, nil, false, false
		}
		if len(raw) == 0 || raw[0] != '/' {
			raw = append([]byte{'/'}, raw...)
		}
	}
	path, query, asked = bytes.Cut(raw, []byte{'?'})
	return authority, path, query, asked, true
}

func cutScheme(raw []byte) ([]byte, bool) {
	for _, scheme := range []string{"http://", "https://"} {
		if len(raw) > len(scheme) && strings.EqualFold(string(raw[:len(scheme)]), scheme) {
			return raw[len(scheme):], true
		}
	}
	return nil, false
}

// canonicalPath is the one spelling of a path; ok is false when it is the path of nothing.
func canonicalPath(raw string) (path string, ok bool) {
	if len(raw) > pathAtMost || raw == "" || raw[0] != '/' {
		return "", false
	}
	if plainPath(raw) {
		return raw, true
	}
	var kept []string
	slash := false
	for _, segment := range strings.Split(raw[1:], "/") {
		s, ok := canonicalText(segment, false)
		if !ok {
			return "", false
		}
		slash = s == "" || s == "." || s == ".."
		switch s {
		case "", ".":
		case "..":
			kept = kept[:max(len(kept)-1, 0)]
		default:
			kept = append(kept, s)
		}
	}
	path = "/" + strings.Join(kept, "/")
	if slash && len(kept) > 0 {
		path += "/"
	}
	return path, true
}

// plainPath reports whether a path needs no second look: most do not.
func plainPath(p string) bool {
	for i := 0; i < len(p); i++ {
		if p[i] == '/' {
			if i+1 < len(p) && (p[i+1] == '/' || p[i+1] == '.') {
				return false
			}
		} else if !unreserved(p[i]) {
			return false
		}
	}
	return true
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

const upperHex = "0123456789ABCDEF"

// canonicalText is the one spelling of a path segment, or of a query value when form is true ("+" is a space).
// Control characters, separators in disguise and what is not UTF-8 make it the text of nothing.
func canonicalText(raw string, form bool) (string, bool) {
	plain, ok := decode(raw, form)
	if !ok || !utf8.ValidString(plain) {
		return "", false
	}
	var b strings.Builder
	for i := 0; i < len(plain); i++ {
		c := plain[i]
		switch {
		case unreserved(c):
			b.WriteByte(c)
		case c < 0x20 || c == 0x7f, !form && (c == '/' || c == '\\'):
			return "", false
		default:
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
	return b.String(), true
}

// decode undoes percent-encoding once. A reserved character must have been encoded: as itself it could mean
// something to others, ";x.css" to a cache for one.
func decode(raw string, form bool) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case unreserved(c):
			b.WriteByte(c)
		case c == '+' && form:
			b.WriteByte(' ')
		case c == '%' && i+2 < len(raw) && unhex(raw[i+1]) < 16 && unhex(raw[i+2]) < 16:
			b.WriteByte(unhex(raw[i+1])<<4 | unhex(raw[i+2]))
			i += 2
		case form && c != '%' && c >= 0x20 && c != 0x7f:
			b.WriteByte(c) // people type into the address line
		default:
			return "", false
		}
	}
	return b.String(), true
}

func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

// param is a declared parameter and the value that is never spelled out.
type param struct{ name, byDefault string }

// declared reads PageRoute.Query: "q", "q=default"; "p" is the number of a page and means "p=1". Sorted by name.
func declared(query []string) []param {
	var ps []param
	for _, q := range query {
		name, byDefault, _ := strings.Cut(q, "=")
		if name == "p" && byDefault == "" {
			byDefault = "1"
		}
		ps = append(ps, param{name, byDefault})
	}
	slices.SortFunc(ps, func(a, b param) int { return strings.Compare(a.name, b.name) })
	return ps
}

// canonicalQuery is the one spelling of a query for a route, and the values it gives. What the route does not know,
// repeated, empty and default values are dropped; ok is false when a value is the text of nothing. With typed no value is: see typedText.
func canonicalQuery(raw string, known []param, typed int) (query string, values map[string]string, ok bool) {
	if raw == "" || len(known) == 0 {
		return "", nil, true
	}
	given := map[string]string{}
	for _, pair := range strings.Split(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if _, twice := given[name]; twice || value == "" || !slices.ContainsFunc(known, func(p param) bool { return p.name == name }) {
			continue
		}
		text, ok := canonicalText(value, true)
		if typed > 0 {
			if text = typedText(value, typed); text == "" {
				continue
			}
		} else if !ok || len(text) > valueAtMost {
			return "", nil, false
		}
		given[name] = text
	}
	var b strings.Builder
	for _, p := range known {
		text, ok := given[p.name]
		plain, _ := decode(text, false) // text is canonical, so it decodes
		if !ok || plain == p.byDefault {
			continue
		}
		if values == nil {
			values = map[string]string{}
		} else {
			b.WriteByte('&')
		}
		values[p.name] = plain
		b.WriteString(p.name)
		b.WriteByte('=')
		b.WriteString(text)
	}
	return b.String(), values, true
}

// typedText is the one spelling of what people typed: white space and what is no text are one space between words, and it ends before it
// would have more bytes than most. It is "" when nothing is left.
func typedText(raw string, most int) string {
	plain, ok := decode(raw, true)
	if !ok {
		plain = raw // "100%", typed into the address line
	}
	blank := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError }
	var b strings.Builder
	for i, word := range strings.FieldsFunc(plain, blank) {
		if i > 0 {
			word = " " + word
		}
		for _, r := range word {
			before := b.Len()
			spell(&b, string(r))
			if b.Len() > most {
				return strings.TrimSuffix(b.String()[:before], "%20")
			}
		}
	}
	return b.String()
}

// spell appends the one spelling of a text.
func spell(b *strings.Builder, plain string) {
	for i := 0; i < len(plain); i++ {
		if c := plain[i]; unreserved(c) {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
}

// Address is a path within a site with those parameters that are not "", as this edge spells them.
func Address(path string, values map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if values[name] != "" {
			parts = append(parts, name+"="+strings.ReplaceAll(url.QueryEscape(values[name]), "+", "%20"))
		}
	}
	if len(parts) == 0 {
		return path
	}
	return path + "?" + strings.Join(parts, "&")
}
