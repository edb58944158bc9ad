package media

import "testing"

// Kinds are told by their first bytes, of whatever is close to them by none.
func TestKindsInTime(t *testing.T) {
	for head, want := range map[string]string{
		"\x00\x00\x00\x18ftypisom": "mp4", "\x00\x00\x00\x18ftypM4A ": "m4a", "\x00\x00\x00\x14ftypqt  ": "mov", "\x00\x00\x00\x08wide": "mov", "\x00\x00\x00\x18ftypheic": "",
		"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm": "webm", "\x1aE\xdf\xa3\x9fB\x82\x88matroska": "", "OggS\x00": "ogg", "RIFF\x24\x00\x00\x00WAVEfmt ": "wav", "RIFF\x24\x00\x00\x00WEBP": "",
		"ID3\x03\x00": "mp3", "\xff\xfb\x90\x00": "mp3", "\xff\xf3\x40\xc4": "mp3", "\xff\xfe\x00\x00": "", "\xff\xd8\xff\xe0": "", "\xff\xfb\xf0\x00": "", "\xff\xf1\x50\x80": "", "ftyp": "", "": "",
	} {
		if got := avKind([]byte(head)); got != want {
			t.Errorf("%q is %q, want %q", head, got, want)
		}
	}
	for name, c := range map[string]struct {
		raw  []byte
		want bool
	}{
		"an index":       {frame, true},
		"cut":            {frame[:len(frame)-1], false},
		"no index":       {box("ftyp", "isom", box("mdat", "x")), false},
		"to the end":     {append(box("ftyp", "isom", box("moov", "x")), "\x00\x00\x00\x00mdatxyz"...), true},
		"a large box":    {append(box("ftyp", "isom", box("moov", "x")), "\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x11x"...), true},
		"a larger box":   {append(box("ftyp", "isom", box("moov", "x")), "\x00\x00\x00\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff"...), false},
		"a box of three": {append(box("ftyp", "isom", box("moov", "x")), "\x00\x00\x00\x03mdat"...), false},
	} {
		if got := lengthwise("mp4", c.raw); got != c.want {
			t.Errorf("%s is whole: %v", name, got)
		}
	}
	for raw, want := range map[string]bool{"RIFF\x04\x00\x00\x00WAVE": true, "RIFF\x05\x00\x00\x00WAVE": true, "RIFF\x09\x00\x00\x00WAVE": false, "RIFF\xff\xff\xff\xffWAVE": true, "RIFF\x00\x00\x00\x00WAVE": true} {
		if got := lengthwise("wav", []byte(raw)); got != want {
			t.Errorf("%q is whole: %v", raw, got)
		}
	}
}
