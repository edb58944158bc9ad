package media

import (
	"slices"
	"strings"
)

// pictures are brands of the container of films under which no film comes.
var pictures = []string{"avif", "avis", "heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1", "crx "}

// avKind says by its first bytes which kind of film or recording a file is; "" is none.
func avKind(head []byte) string {
	at := func(i int, s string) bool { return len(head) >= i+len(s) && string(head[i:i+len(s)]) == s }
	switch {
	case at(4, "ftyp") && len(head) >= 12:
		return brandKind(string(head[8:12]))
	case at(4, "moov"), at(4, "mdat"), at(4, "wide"): // QuickTime of the years before there were brands
		return "mov"
	case at(0, "\x1aE\xdf\xa3") && strings.Contains(string(head[:min(len(head), 64)]), "webm"):
		return "webm"
	case at(0, "OggS"):
		return "ogg"
	case at(0, "RIFF") && at(8, "WAVE"):
		return "wav"
	case at(0, "ID3") || mpegLayer3(head):
		return "mp3"
	}
	return ""
}

func brandKind(brand string) string {
	switch {
	case slices.Contains(pictures, brand):
		return ""
	case brand == "qt  ":
		return "mov"
	case strings.HasPrefix(brand, "M4A"), strings.HasPrefix(brand, "M4B"), strings.HasPrefix(brand, "M4P"):
		return "m4a"
	}
	return "mp4"
}

// mpegLayer3 reports whether a file begins with the header of a frame of MP3: its sync, its layer, a bit rate and a sampling rate that exist.
func mpegLayer3(head []byte) bool {
	return len(head) >= 4 && head[0] == 0xff && head[1]&0xe6 == 0xe2 && head[1]&0x18 != 0x08 &&
		head[2]>>4 != 0 && head[2]>>4 != 15 && head[2]&0x0c != 0x0c
}
