package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
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

// upright is a picture as it is to be seen. What cameras write is turned plane by plane, as it was unpacked.
func upright(img image.Image, turn int) image.Image {
	b := img.Bounds()
	if turn == 1 {
		return img
	}
	w, h := turned(turn, b.Dx(), b.Dy())
	to := image.Rect(0, 0, w, h)
	switch m := img.(type) {
	case *image.Gray:
		return &image.Gray{Pix: rotated(m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 1, b.Dx(), b.Dy(), turn), Stride: w, Rect: to}
	case *image.YCbCr:
		if ratio, ok := sideways(m.SubsampleRatio, turn); ok {
			out := image.NewYCbCr(to, ratio)
			cw, ch := turned(turn, out.CStride, len(out.Cb)/max(out.CStride, 1))
			out.Y = rotated(m.Y[m.YOffset(b.Min.X, b.Min.Y):], m.YStride, 1, b.Dx(), b.Dy(), turn)
			out.Cb = rotated(m.Cb[m.COffset(b.Min.X, b.Min.Y):], m.CStride, 1, cw, ch, turn)
			out.Cr = rotated(m.Cr[m.COffset(b.Min.X, b.Min.Y):], m.CStride, 1, cw, ch, turn)
			return out
		}
	}
	flat := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(flat, flat.Rect, img, b.Min, draw.Src)
	return &image.RGBA{Pix: rotated(flat.Pix, flat.Stride, 4, b.Dx(), b.Dy(), turn), Stride: 4 * w, Rect: to}
}

// sideways is how a picture that has fewer colours than points lies once it is turned.
func sideways(r image.YCbCrSubsampleRatio, turn int) (image.YCbCrSubsampleRatio, bool) {
	switch {
	case r == image.YCbCrSubsampleRatio444 || r == image.YCbCrSubsampleRatio420 || turn < 5:
		return r, true
	case r == image.YCbCrSubsampleRatio422:
		return image.YCbCrSubsampleRatio440, true
	case r == image.YCbCrSubsampleRatio440:
		return image.YCbCrSubsampleRatio422, true
	}
	return r, false
}

// rotated turns w by h points of n bytes each.
func rotated(pix []byte, stride, n, w, h, turn int) []byte {
	from := func(x, y int) int { // where the point lies that comes to stand at x, y
		switch turn {
		case 2:
			x = w - 1 - x
		case 3:
			x, y = w-1-x, h-1-y
		case 4:
			y = h - 1 - y
		case 5:
			x, y = y, x
		case 6:
			x, y = y, h-1-x
		case 7:
			x, y = w-1-y, h-1-x
		case 8:
			x, y = w-1-y, x
		}
		return y*stride + x*n
	}
	tw, th := turned(turn, w, h)
	out, at := make([]byte, n*w*h), 0
	for y := range th {
		src := from(0, y)
		for step := from(1, y) - src; at < n*tw*(y+1); at, src = at+n, src+step {
			copy(out[at:at+n], pix[src:])
		}
	}
	return out
}
