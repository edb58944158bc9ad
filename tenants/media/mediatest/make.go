package mediatest

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
)

// Box is a box of an ISO file, and those behind it.
func Box(kind, body string, behind ...[]byte) []byte {
	b := append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), kind+body...)
	return append(b, bytes.Join(behind, nil)...)
}

// nest is a box of boxes.
func nest(kind, head string, inside ...[]byte) []byte { return Box(kind, head+string(join(inside...))) }

// PNGHead is a PNG that says it is as large as anybody likes.
func PNGHead(w, h uint32, depth byte) []byte {
	ihdr := append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h), depth, 2, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(ihdr))
}

// Zip is an archive with these parts.
func Zip(parts ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range parts {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte("<x/>"))
		}
		check(err)
	}
	check(z.Close())
	return b.Bytes()
}

// Swollen is a document of a few hundred bytes that says it becomes half a gigabyte.
func Swollen() []byte {
	raw := Zip("[Content_Types].xml", "word/document.xml")
	at := bytes.LastIndex(raw, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(raw[at+24:], 500<<20)
	return raw
}

// OLE is a document of the years before 2007, with more in its directory.
func OLE(more string) []byte {
	raw := make([]byte, 1536)
	copy(raw, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	raw[30] = 9
	for i := 76; i < 512; i++ {
		raw[i] = 0xff
	}
	raw[76], raw[77], raw[78], raw[79] = 0, 0, 0, 0
	raw[48] = 1
	for i := range len(more) {
		raw[1024+2*i] = more[i]
	}
	return raw
}

// GIF moves.
func GIF(frames int) []byte {
	g := &gif.GIF{LoopCount: 3}
	for n := range frames {
		f := image.NewPaletted(image.Rect(0, 0, 40, 30), color.Palette{color.White, color.Black})
		f.SetColorIndex(n, n, 1)
		g.Image, g.Delay = append(g.Image, f), append(g.Delay, 10)
	}
	var b bytes.Buffer
	check(gif.EncodeAll(&b, g))
	return b.Bytes()
}

// drawn is a picture of one colour.
func drawn(kind string, w, h int) []byte {
	img := image.NewGray(image.Rect(0, 0, w, h))
	var b bytes.Buffer
	if kind == "jpg" {
		check(jpeg.Encode(&b, img, nil))
	} else {
		check(png.Encode(&b, img))
	}
	return b.Bytes()
}

// saying is a PNG with words in it that no picture shows.
func saying(words string) []byte {
	raw := drawn("png", 40, 30)
	chunk := append([]byte("tEXt"), "Comment\x00"+words...)
	text := binary.BigEndian.AppendUint32(nil, uint32(len(chunk)-4))
	text = binary.BigEndian.AppendUint32(append(text, chunk...), crc32.ChecksumIEEE(chunk))
	return join(raw[:33], text, raw[33:])
}

// inPasses is a JPEG that says it is stored in passes, and six thousand points wide and high.
func inPasses() []byte {
	raw := drawn("jpg", 8, 8)
	i := bytes.Index(raw, []byte{0xff, 0xc0})
	raw[i+1] = 0xc2
	copy(raw[i+5:], []byte{0x17, 0x70, 0x17, 0x70})
	return raw
}

// vast is a GIF that says it is as large as one can be.
func vast() []byte {
	raw := GIF(1)
	copy(raw[6:], []byte{0xff, 0xff, 0xff, 0xff})
	return raw
}

// elsewhere is a film whose pictures are said to lie at an address.
func elsewhere(at string) []byte {
	const none = "\x00\x00\x00\x00\x00\x00\x00\x00"
	dref := nest("dref", "\x00\x00\x00\x00\x00\x00\x00\x01", Box("url ", "\x00\x00\x00\x00"+at+"\x00"))
	tables := nest("stbl", "", Box("stsd", none), Box("stts", none), Box("stsc", none), Box("stco", none))
	media := nest("mdia", "", Box("hdlr", none+"vide"+none+"\x00\x00\x00\x00\x00"), nest("minf", "", nest("dinf", "", dref), tables))
	return join(Box("ftyp", "isom\x00\x00\x02\x00isommp41"), nest("moov", "", nest("trak", "", media)))
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func check(err error) {
	if err != nil {
		panic(err) // a buffer takes everything
	}
}
