package media

import "testing"

// B13: a film that was cut off is told by the lengths that it says itself.
func TestAFilmThatIsCutOff(t *testing.T) {
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

// B13: what a film is say its first bytes.
func TestKindsOfFilms(t *testing.T) {
	for head, want := range map[string]string{
		"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00": "mp4", "\x00\x00\x00\x20ftypmp42": "mp4", "\x00\x00\x00\x20ftypM4V ": "mp4", "\x00\x00\x00\x14ftypqt  ": "mov",
		"\x00\x00\x00\x20ftypM4A ": "m4a", "\x00\x00\x00\x20ftypavif": "", "\x00\x00\x00\x20ftypheic": "", "\x00\x00\x00\x20ftypmif1": "", "\x00\x00\x00\x20ftyp": "",
		"\x00\x00\x00\x08wide\x00\x00": "mov", "\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm": "webm", "\x1aE\xdf\xa3\xa3B\x82\x88matroska": "", "OggS\x00\x02": "ogg",
		"RIFF\x24\x00\x00\x00WAVEfmt ": "wav", "RIFF\x24\x00\x00\x00WEBPVP8 ": "", "ID3\x04\x00": "mp3", "\xff\xfb\x90\x64": "mp3", "\xff\xf3\x40\xc0": "mp3",
		"\xff\xfb\x00\x64": "", "\xff\xfb\xf0\x64": "", "\xff\xfb\x9c\x64": "", "\xff\xeb\x90\x64": "", "\xff\xf1\x50\x80": "", "\xff\xd8\xff\xe0": "", "\xff\xfea\x00b": "", "": "", "\xff": "", "%PDF-1.7": "",
	} {
		if got := avKind([]byte(head)); got != want {
			t.Errorf("%q is %q, want %q", head, got, want)
		}
	}
}
