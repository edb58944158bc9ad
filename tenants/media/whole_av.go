package media

import (
	"encoding/binary"
	"slices"
)

// lengthwise reports whether a file that is seen or heard is as long as it says itself. Kinds that do not say are taken at their word; ffprobe
// hears the rest.
func lengthwise(kind string, raw []byte) bool {
	switch kind {
	case "mp4", "m4a", "mov":
		return boxed(raw)
	case "wav": // 0 and the largest number stand for a length that its writer did not know
		n := uint64(binary.LittleEndian.Uint32(raw[4:]))
		return n == 0 || n == 1<<32-1 || n+8 <= uint64(len(raw))+1
	}
	return true
}

// boxed walks the outermost boxes of an ISO file: each ends within the file, and one of them is the index without which nothing plays.
func boxed(raw []byte) (indexed bool) {
	for len(raw) >= 8 {
		n := uint64(binary.BigEndian.Uint32(raw))
		switch {
		case n == 0: // up to the end
			n = uint64(len(raw))
		case n == 1 && len(raw) >= 16:
			n = binary.BigEndian.Uint64(raw[8:])
		}
		indexed = indexed || string(raw[4:8]) == "moov"
		if n < 8 || n > uint64(len(raw)) {
			return false
		}
		raw = raw[n:]
	}
	return indexed
}

// cousins are the other extensions under which a kind is met.
var cousins = map[string][]string{
	"mp4": {"m4v", "mov", "3gp"}, "m4a": {"mp4", "m4b"}, "mov": {"qt", "mp4", "m4v"}, "ogg": {"oga", "ogv", "opus"},
}

// namedLike reports whether a file of a kind may have the extension.
func namedLike(kind, ext string) bool { return ext == kind || slices.Contains(cousins[kind], ext) }
