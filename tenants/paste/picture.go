package paste

import (
	"bytes"
	"encoding/base64"
	"image"
	_ "image/gif"  // so that sizes can be read
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// Bounds of pictures: how many, the bytes of one, the pixels of one.
const (
	picturesMost = 200
	pictureBytes = 10 << 20
	pixelsMost   = 50_000_000
)

var ours = regexp.MustCompile(`^/-/media/[0-9A-Za-z_-]+(?:/[0-9A-Za-z_-]+)*\.[0-9a-z]+$`)

// picture keeps one of ours, and notes the place of another one.
func (r *reader) picture(f *flow, n *html.Node, h how) {
	src := strings.TrimSpace(attr(n, "src"))
	if ours.MatchString(src) {
		f.put(run{img: &img{src, attr(n, "alt"), attr(n, "width"), attr(n, "height")}, href: h.href})
		return
	}
	if one(n) || len(r.pictures) >= picturesMost {
		return
	}
	r.seen.Pictures++
	p := Picture{Alt: strings.TrimSpace(attr(n, "alt")), local: !strings.HasPrefix(src, "data:") && !strings.HasPrefix(src, "http")}
	if kind, data, ok := strings.Cut(src, ";base64,"); ok && strings.HasPrefix(kind, "data:image/") && len(data) <= 2*pictureBytes {
		if raw, err := base64.StdEncoding.DecodeString(data); err == nil {
			p.Data, p.Type = sound(raw)
		}
	}
	r.pictures = append(r.pictures, p)
	f.put(run{picture: len(r.pictures)})
}

// one reports whether a picture is a single point, by which somebody counts readers.
func one(n *html.Node) bool { return attr(n, "width") == "1" && attr(n, "height") == "1" }

// sound is a picture's bytes and type when it is one of those that sites show and is not too large; the head is read, nothing is unpacked.
func sound(raw []byte) (data []byte, kind string) {
	if len(raw) > pictureBytes {
		return nil, ""
	}
	c, name, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || c.Width <= 0 || c.Height <= 0 || c.Width > pixelsMost/c.Height {
		return nil, ""
	}
	return raw, "image/" + name
}
