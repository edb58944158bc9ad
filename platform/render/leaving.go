package render

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/idna"
)

// LeavingPath is the address, below a mount, of the page that asks before somebody leaves the cluster (R3, 国办发〔2017〕47号: 打开非政府网站链接时应
// 有提示信息).
const LeavingPath = "/-/leaving"

// LeavingMost is how many bytes an address may have as it is spelled in a query; a longer one leads nowhere.
const LeavingMost = 6000

// Outside knows which hosts need the notice; platform/site does.
type Outside interface{ Outside(host string) bool }

// Warn has every link of every page that leads outside lead to the notice. The key is the installation's: what it signs is in a page of ours,
// so that the notice is nobody's open redirect. Without a key the links stay as they are. It is called before the first page is made.
func (r *Renderer) Warn(o Outside, key []byte) error {
	if len(key) == 0 {
		return nil
	}
	own, err := hkdf.Key(sha256.New, key, nil, "zhanqun leaving", 32)
	if err != nil {
		return fmt.Errorf("make the key of the notice: %w", err)
	}
	r.outside, r.leaving = o, own
	return nil
}

// sign is what proves that a page of the site at from has the link.
func (r *Renderer) sign(s *Site, from, to string) string {
	h := hmac.New(sha256.New, r.leaving)
	fmt.Fprintf(h, "%d\x00%s\x00%s", s.ID, from, to)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// Leaves reports whether a page of the site at from has the link, as its signature says.
func (r *Renderer) Leaves(s *Site, from, to, signature string) bool {
	return len(r.leaving) > 0 && hmac.Equal([]byte(signature), []byte(r.sign(s, from, to)))
}

// asks has the links of a view that lead outside lead to the notice. One that says nofollow is the notice's own.
func (r *Renderer) asks(s Shell, main []byte) []byte {
	if r.outside == nil {
		return main
	}
	return anchors(main, func(attrs []html.Attribute) []html.Attribute {
		at := slices.IndexFunc(attrs, func(a html.Attribute) bool { return a.Key == "href" })
		own := slices.ContainsFunc(attrs, func(a html.Attribute) bool { return a.Key == "rel" && strings.Contains(a.Val, "nofollow") })
		if at < 0 || own {
			return attrs
		}
		to := r.to(s, attrs[at].Val)
		if to == attrs[at].Val {
			return attrs
		}
		attrs[at].Val = to
		attrs = slices.DeleteFunc(attrs, func(a html.Attribute) bool { return a.Key == "rel" || a.Key == "href" && a.Val == "" })
		if to != "" {
			attrs = append(attrs, html.Attribute{Key: "rel", Val: "nofollow"})
		}
		return attrs
	})
}

// asksOf is asks for the links of the shell.
func (r *Renderer) asksOf(s Shell, links []Link) []Link {
	if r.outside == nil {
		return links
	}
	links = slices.Clone(links)
	for i := range links {
		links[i].Href = r.to(s, links[i].Href)
	}
	return links
}

// to is where a link leads: where it says, by way of the notice, or nowhere ("").
func (r *Renderer) to(s Shell, href string) string {
	host, address, whither := destination(s.Site, href)
	switch {
	case whither == nowhere:
		return ""
	case whither == here || !r.outside.Outside(host):
		return href
	}
	from := s.Head.Rest
	q := url.Values{"to": {address}, "sig": {r.sign(s.Site, from, address)}}
	if from != "" {
		q.Set("from", from)
	}
	if len(url.QueryEscape(address)) > LeavingMost || len(url.QueryEscape(from)) > LeavingMost {
		return ""
	}
	return s.Site.Path(LeavingPath) + "?" + q.Encode()
}

// way is what a link may be.
type way int

const (
	here    way = iota // within the site, or nothing that a browser opens as a page
	abroad             // a page of a host
	nowhere            // no address that everybody reads alike
)

// plainHost is a name as a browser asks for it.
var plainHost = regexp.MustCompile(`^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$`)

// lookup spells a name of any script as a browser asks for it.
var lookup = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

// destination reads a link as a browser does: the host and the whole address of one that names a host. What hides its host (a name before an @,
// a backslash, a scheme without slashes, control characters) leads nowhere, for a reader of the notice would be deceived.
func destination(s *Site, href string) (host, address string, w way) {
	scheme, rest, has := strings.Cut(href, ":")
	if has && !isScheme(scheme) {
		has = false
	}
	scheme = strings.ToLower(scheme)
	slashes := strings.HasPrefix(strings.ReplaceAll(href, `\`, "/"), "//")
	switch {
	case strings.ContainsFunc(href, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return "", "", nowhere
	case has && (scheme == "mailto" || scheme == "tel"), !has && !slashes:
		return "", "", here
	case has && scheme != "http" && scheme != "https", strings.Contains(href, `\`), has && !strings.HasPrefix(rest, "//"):
		return "", "", nowhere
	}
	if address = href; !has {
		own, _, _ := strings.Cut(s.Origin, ":")
		address = own + ":" + href
	}
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return "", "", nowhere
	}
	host, ok := hostOf(u)
	if !ok {
		return "", "", nowhere
	}
	return host, address, abroad
}

// isScheme reports whether what stands before a colon can be a scheme (RFC 3986 3.1).
func isScheme(s string) bool {
	for i, c := range s {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '+' && c != '-' && c != '.') {
			return false
		}
	}
	return s != ""
}

// hostOf is the host of an address as it is asked for: lower case, no port, no dot at the end.
func hostOf(u *url.URL) (string, bool) {
	name := u.Hostname()
	if a, err := netip.ParseAddr(name); err == nil {
		return a.String(), true
	}
	name, err := lookup.ToASCII(strings.TrimSuffix(name, "."))
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	return name, err == nil && plainHost.MatchString(name)
}
