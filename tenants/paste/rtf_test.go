package paste

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// dot is a picture of one colour.
func dot(t testing.TB, kind string, c uint8) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 3, 2))
	m.SetGray(0, 0, color.Gray{Y: c})
	var b bytes.Buffer
	var err error
	if kind == "png" {
		err = png.Encode(&b, m)
	} else {
		err = jpeg.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rtfOf writes pictures as Word does: each twice, for newer programs and for older, with groups about it inside and lines of 128 letters.
func rtfOf(pictures ...[]byte) string {
	var b strings.Builder
	b.WriteString(`{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fnil\fcharset134 \'cb\'ce\'cc\'e5;}}{\*\listpicture{\pict\pngblip 00ff}}{\header {\pict\pngblip 0011}}\pard \'bc\'d7`)
	for i, p := range pictures {
		kind := `\pngblip`
		if bytes.HasPrefix(p, []byte("\xff\xd8")) {
			kind = `\jpegblip`
		}
		fmt.Fprintf(&b, `{\*\shppict{\pict{\*\picprop\shplid%d{\sp{\sn shapeType}{\sv 75}}}\picscalex100\picw10\pich20%s\bliptag-1{\*\blipuid 0123456789abcdef0123456789abcdef}`+"\n", i, kind)
		for h := hex.EncodeToString(p); h != ""; h = h[min(len(h), 128):] {
			b.WriteString(h[:min(len(h), 128)] + "\r\n")
		}
		b.WriteString(`}}{\nonshppict{\pict\wmetafile8 0100}}`)
	}
	return b.String() + `\par}`
}

// B5, LE4: the pictures that a word processor names by a file of its own machine come out of its RTF, in order, with their place; when the two do
// not name as many, none is given to another.
func TestPicturesOutOfRTF(t *testing.T) {
	one, two := dot(t, "png", 10), dot(t, "jpg", 200)
	const source = `<p>甲<img src="file:///C:/1.png" alt="江"></p><p><img src="https://a.example/x.png"></p><p>乙</p><p>丙<img src="file:///C:/2.jpg"></p>`
	r, err := Clean(source)
	if err != nil {
		t.Fatal(err)
	}
	r.Illustrate([]byte(rtfOf(one, two)))
	if len(r.Pictures) != 3 || !bytes.Equal(r.Pictures[0].Data, one) || r.Pictures[0].Type != "image/png" || r.Pictures[0].Alt != "江" || r.Pictures[1].Data != nil || !bytes.Equal(r.Pictures[2].Data, two) || r.Pictures[2].Type != "image/jpeg" {
		t.Fatalf("%+v", r.Pictures)
	}
	if r.Pictures[0].Block != 0 || r.Pictures[1].Block != 1 || r.Pictures[2].Block != 2 {
		t.Errorf("places %+v", r.Pictures)
	}
	for name, rtf := range map[string]string{"one too few": rtfOf(one), "one too many": rtfOf(one, two, one), "none": `{\rtf1 x}`, "no RTF": "x", "cut off": rtfOf(one, two)[:500]} {
		r, err := Clean(source)
		if err != nil {
			t.Fatal(err)
		}
		if r.Illustrate([]byte(rtf)); r.Pictures[0].Data != nil && name != "cut off" || r.Pictures[2].Data != nil {
			t.Errorf("%s: %+v", name, r.Pictures)
		}
	}
}

// B13: what is no picture, or a picture too large to be shown, has a place and no bytes.
func TestUnsoundPictures(t *testing.T) {
	bomb := dot(t, "png", 1)
	copy(bomb[16:], []byte{0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30}) // 30000 x 30000
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	if c, err := png.DecodeConfig(bytes.NewReader(bomb)); err != nil || c.Width != 30000 {
		t.Fatalf("the bomb is none: %+v, %v", c, err)
	}
	for name, raw := range map[string][]byte{"an SVG": []byte("<svg onload=alert(1)>"), "a page": []byte("<html>"), "nothing": nil, "a bomb": bomb, "a huge one": append(dot(t, "png", 1), make([]byte, pictureBytes)...)} {
		if data, kind := sound(raw); data != nil || kind != "" {
			t.Errorf("%s is %s", name, kind)
		}
	}
	if data, kind := sound(dot(t, "jpg", 1)); data == nil || kind != "image/jpeg" {
		t.Errorf("a picture is %q", kind)
	}
	r, err := Clean(`<p>甲<img src="data:image/svg+xml;base64,PHN2Zy8+"><img src="data:image/png;base64,` + "!!!" + `"></p>`)
	if err != nil || len(r.Pictures) != 2 || r.Pictures[0].Data != nil || r.Pictures[1].Data != nil {
		t.Errorf("%+v, %v", r, err)
	}
}

// d51: no more pictures are kept than anybody pastes, no more RTF is looked through, and a point that counts readers is no picture.
func TestHowManyPictures(t *testing.T) {
	r, err := Clean(strings.Repeat(`<p>甲<img src="file:///C:/1.png"><img src="https://count.example/" width="1" height="1"></p>`, picturesMost+50))
	if err != nil || len(r.Pictures) != picturesMost || r.Seen.Pictures != picturesMost {
		t.Errorf("%d pictures, %d seen, %v", len(r.Pictures), r.Seen.Pictures, err)
	}
	one := dot(t, "png", 1)
	for pad, want := range map[int]bool{0: true, rtfMost: false} {
		r, err := Clean(`<img src="file:///C:/1.png"><p>甲</p>`)
		if err != nil {
			t.Fatal(err)
		}
		if r.Illustrate([]byte(rtfOf(one) + strings.Repeat(" ", pad))); (r.Pictures[0].Data != nil) != want {
			t.Errorf("with %d bytes more the picture is there: %v", pad, !want)
		}
	}
}

// d51: RTF of any kind ends, and gives no more pictures than are kept.
func FuzzRTF(f *testing.F) {
	f.Add([]byte(rtfOf(dot(f, "png", 1))))
	f.Add([]byte(`{\rtf1{\pict\pngblip\bin5 abcde}{\pict\bin-1 x}{\pict\bin99999999 x}\'`))
	f.Add([]byte(strings.Repeat(`{\pict a`, 2000)))
	f.Fuzz(func(t *testing.T, rtf []byte) {
		total := 0
		for _, p := range rtfPictures(rtf) {
			total += len(p)
		}
		if n := len(rtfPictures(rtf)); n > picturesMost || total > len(rtf) {
			t.Fatalf("%d pictures of %d bytes out of %d", n, total, len(rtf))
		}
	})
}
