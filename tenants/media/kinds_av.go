package media

import (
	"bytes"
	"slices"
)

// avKind tells from the first bytes of a file, some hundreds of them, which of the kinds it is that are seen or heard in time: "mp4", "mov",
// "webm", "m4a", "mp3", "ogg" or "wav"; "" of any other.
func avKind(head []byte) string {
	at := func(n int, s string) bool { return len(head) >= n+len(s) && string(head[n:n+len(s)]) == s }
	switch {
	case at(4, "ftyp") && len(head) >= 12:
		return brands[string(head[8:12])]
	case at(4, "moov"), at(4, "wide"), at(4, "mdat"): // QuickTime before there were brands
		return "mov"
	case at(0, "\x1aE\xdf\xa3") && bytes.Contains(head[:min(len(head), 64)], []byte("webm")):
		return "webm"
	case at(0, "OggS"):
		return "ogg"
	case at(0, "RIFF") && at(8, "WAVE"):
		return "wav"
	case at(0, "ID3"), layerThree(head):
		return "mp3"
	}
	return ""
}

// brands are the major brands of ISO files that browsers or ffmpeg read.
var brands = map[string]string{
	"isom": "mp4", "iso2": "mp4", "iso3": "mp4", "iso4": "mp4", "iso5": "mp4", "iso6": "mp4", "mp41": "mp4", "mp42": "mp4", "avc1": "mp4",
	"M4V ": "mp4", "M4VH": "mp4", "M4VP": "mp4", "dash": "mp4", "mmp4": "mp4", "MSNV": "mp4", "3gp4": "mp4", "3gp5": "mp4", "3gp6": "mp4",
	"M4A ": "m4a", "M4B ": "m4a", "qt  ": "mov",
}

// layerThree reports whether a frame of MPEG audio, layer III, begins here: a sync, a layer, a bit rate and a sampling rate that exist.
func layerThree(head []byte) bool {
	return len(head) >= 4 && head[0] == 0xff && head[1]&0xe6 == 0xe2 && head[1]&0x18 != 0x08 && head[2]>>4 != 0 && head[2]>>4 != 15 && head[2]>>2&3 != 3
}

// cousins are the other extensions under which a kind is met.
var cousins = map[string][]string{
	"mp4": {"m4v", "mov", "3gp"}, "m4a": {"mp4", "m4b"}, "mov": {"qt", "mp4", "m4v"}, "ogg": {"oga", "ogv", "opus"},
}

// namedLike reports whether a file of a kind may have the extension.
func namedLike(kind, ext string) bool { return ext == kind || slices.Contains(cousins[kind], ext) }
