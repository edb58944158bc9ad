package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"strconv"
)

func size(w, h int) string { return strconv.Itoa(w) + "×" + strconv.Itoa(h) }

// segments walks the headers of a JPEG, up to its first scan.
func segments(raw []byte, do func(marker byte, body []byte) (on bool)) {
	for at := 2; at+4 <= len(raw) && raw[at] == 0xff; {
		marker := raw[at+1]
		if marker == 0xff { // filling
			at++
			continue
		}
		n := int(binary.BigEndian.Uint16(raw[at+2:]))
		if n < 2 || at+2+n > len(raw) || marker == 0xda || !do(marker, raw[at+4:at+2+n]) {
			return
		}
		at += 2 + n
	}
}

// inPasses reports whether a JPEG was stored in passes (progressive): all of them are in memory before the first point is there.
func inPasses(raw []byte) (is bool) {
	segments(raw, func(marker byte, _ []byte) bool {
		is = is || marker == 0xc2
		return true
	})
	return is
}

// orientation is how a camera was held, 1 to 8 as EXIF counts; 1 is upright, and what is said of a picture that says nothing.
func orientation(raw []byte) (turn int) {
	turn = 1
	segments(raw, func(marker byte, body []byte) bool {
		tiff, is := bytes.CutPrefix(body, []byte("Exif\x00\x00"))
		if marker != 0xe1 || !is || len(tiff) < 8 {
			return true
		}
		var order binary.ByteOrder = binary.BigEndian
		if bytes.HasPrefix(tiff, []byte("II")) {
			order = binary.LittleEndian
		}
		at := int64(order.Uint32(tiff[4:]))
		if at+2 > int64(len(tiff)) {
			return false
		}
		entries := tiff[at+2:]
		for n := int(order.Uint16(tiff[at:])); n > 0 && len(entries) >= 12; n, entries = n-1, entries[12:] {
			if v := order.Uint16(entries[8:]); order.Uint16(entries) == 0x0112 && v >= 1 && v <= 8 {
				turn = int(v)
			}
		}
		return false
	})
	return turn
}

// turned is the size of a picture once it is upright.
func turned(turn, w, h int) (int, int) {
	if turn >= 5 {
		return h, w
	}
	return w, h
}

// upright is a picture as it is to be seen, without a second copy of it.
func upright(img image.Image, turn int) image.Image {
	if turn == 1 {
		return img
	}
	return &turning{img, turn}
}

type turning struct {
	image.Image
	turn int
}

func (t *turning) Bounds() image.Rectangle {
	b := t.Image.Bounds()
	w, h := turned(t.turn, b.Dx(), b.Dy())
	return image.Rect(0, 0, w, h)
}

func (t *turning) At(x, y int) color.Color {
	b := t.Image.Bounds()
	w, h := b.Dx()-1, b.Dy()-1
	switch t.turn {
	case 2:
		x = w - x
	case 3:
		x, y = w-x, h-y
	case 4:
		y = h - y
	case 5:
		x, y = y, x
	case 6:
		x, y = y, h-x
	case 7:
		x, y = w-y, h-x
	case 8:
		x, y = w-y, x
	}
	return t.Image.At(b.Min.X+x, b.Min.Y+y)
}
