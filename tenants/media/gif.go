package media

import (
	"bytes"
	"encoding/binary"
	"image/gif"
)

// framesMost is how many pixels all pictures of an animation may have together: a byte each, when they are unpacked to see that they can be.
const framesMost = 100_000_000

// cleanGIF copies the parts of a GIF that are pictures, and how often it plays. Comments, what programs hide in it and what stands
// behind its end do not come along. ok is false for what is not a whole GIF. pixels are those of all its pictures.
func cleanGIF(raw []byte) (clean []byte, pixels int64, ok bool) {
	r := &gifReader{in: raw}
	head := r.take(13)
	if head == nil {
		return nil, 0, false
	}
	r.out.Write(head)
	r.palette(head[10])
	for !r.bad {
		switch b := r.take(1); {
		case b == nil:
		case b[0] == 0x3b:
			r.out.WriteByte(0x3b)
			return r.out.Bytes(), r.pixels, r.pixels > 0
		case b[0] == 0x21:
			r.extension()
		case b[0] == 0x2c:
			r.picture()
		default:
			r.bad = true
		}
	}
	return nil, 0, false
}

type gifReader struct {
	in     []byte
	at     int
	out    bytes.Buffer
	pixels int64
	bad    bool
}

func (r *gifReader) take(n int) []byte {
	if r.bad || len(r.in)-r.at < n {
		r.bad = true
		return nil
	}
	r.at += n
	return r.in[r.at-n : r.at]
}

// palette copies the colours that flags announce.
func (r *gifReader) palette(flags byte) {
	if flags&0x80 != 0 {
		r.out.Write(r.take(3 << (flags&7 + 1)))
	}
}

// blocks reads sub-blocks to their end and returns them with it.
func (r *gifReader) blocks() []byte {
	from := r.at
	for {
		n := r.take(1)
		if n == nil || n[0] == 0 {
			return r.in[from:r.at]
		}
		r.take(int(n[0]))
	}
}

func (r *gifReader) extension() {
	label := r.take(1)
	body := r.blocks()
	if r.bad {
		return
	}
	if label[0] == 0xf9 || label[0] == 0xff && bytes.HasPrefix(body, []byte("\x0bNETSCAPE2.0\x03\x01")) && len(body) == 17 {
		r.out.Write([]byte{0x21, label[0]})
		r.out.Write(body)
	}
}

func (r *gifReader) picture() {
	head := r.take(9)
	if head == nil {
		return
	}
	r.out.WriteByte(0x2c)
	r.out.Write(head)
	r.palette(head[8])
	r.out.Write(r.take(1)) // the code size
	r.out.Write(r.blocks())
	r.pixels += int64(binary.LittleEndian.Uint16(head[4:])) * int64(binary.LittleEndian.Uint16(head[6:]))
}

// playable reports whether every picture of an animation can be unpacked.
func playable(clean []byte) bool {
	_, err := gif.DecodeAll(bytes.NewReader(clean))
	return err == nil
}
