package media

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A long film is made in several sizes as well, so that a telephone on a slow line shows it without waiting, and goes up and down with its line
// (HTTP Live Streaming, RFC 8216). Each size is one file, of which players take parts by their bytes; browsers that know nothing of that play the
// MP4 as they always did, and nothing needs a script.

// LongFrom is from which length a film is long, unless Room says another.
const LongFrom = 10 * time.Minute

// Rung is one size of a film.
type Rung struct {
	Side          int    // pixels of its shorter side, by which people call it: 720
	State         string // Waiting, Ready or Broken
	Progress      int    // of a hundred
	Width, Height int
	Rate          int64 // bits of its busiest second
	Form          Form
	Why           string // it could not be made
}

// Bounds of a ladder.
const (
	topSide   = 1080
	partFor   = 6    // seconds
	pixelRate = 200  // pixels of a square of the side for each kbit/s
	nearer    = 1.25 // a size that is not larger than the one below it by so much is of no use
)

// sides are the sizes in which a film is made, none larger than itself; none at all of a film of which there would be one only.
func sides(width, height int) (all []int) {
	top := min(width, height, topSide) &^ 1
	for _, s := range []int{360, 720} {
		if float64(top) >= float64(s)*nearer {
			all = append(all, s)
		}
	}
	if all = append(all, top); len(all) < 2 {
		return nil
	}
	return all
}

func (r *Rung) file() string { return "rung-" + strconv.Itoa(r.Side) + ".mp4" }

func (r *Rung) list() string { return "rung-" + strconv.Itoa(r.Side) + ".m3u8" }

const (
	ladderName = "ladder.m3u8"
	listType   = "application/vnd.apple.mpegurl"
)

// ladder are the sizes of a film, when all have been tried and there is a choice.
func (f *Film) ladder() (all []Rung) {
	if f == nil || f.State != Ready || slices.ContainsFunc(f.Rungs, func(r Rung) bool { return r.State == Waiting }) {
		return nil
	}
	for _, r := range f.Rungs {
		if r.State == Ready {
			all = append(all, r)
		}
	}
	if len(all) < 2 {
		return nil
	}
	return all
}

// master is the list of the sizes. Its addresses are beside it, so that it is right below every base.
func master(ladder []Rung) string {
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n")
	for _, r := range ladder {
		fmt.Fprintf(&b, "#EXT-X-STREAM-INF:BANDWIDTH=%d,RESOLUTION=%dx%d\n%s\n", r.Rate, r.Width, r.Height, r.list())
	}
	return b.String()
}

// Lines of the list that ffmpeg writes of one file.
var (
	beginning = regexp.MustCompile(`^#EXT-X-MAP:URI="[^"]*",BYTERANGE="([1-9][0-9]{0,9})@0"$`)
	lasting   = regexp.MustCompile(`^#EXTINF:([0-9]{1,3}\.[0-9]{1,6}),$`)
	standing  = regexp.MustCompile(`^#EXT-X-BYTERANGE:([1-9][0-9]{0,9})@([0-9]{1,12})$`)
)

// readList writes such a list anew, of a file of so many bytes, with the name under which the file goes out: its parts follow each other from
// the first byte to the last. rate is bits a second of the busiest part.
func (r *Rung) readList(raw []byte, size int64) (list string, err error) {
	var parts strings.Builder
	at, longest, lasts := int64(0), 0.0, 0.0
	for line := range bytes.Lines(raw) {
		text := strings.TrimSpace(string(line))
		if m := beginning.FindStringSubmatch(text); m != nil && at == 0 {
			at = count(m[1])
			fmt.Fprintf(&parts, "#EXT-X-MAP:URI=\"%s\",BYTERANGE=\"%d@0\"\n", r.file(), at)
		} else if m := lasting.FindStringSubmatch(text); m != nil {
			lasts, _ = strconv.ParseFloat(m[1], 64) // digits
		} else if m := standing.FindStringSubmatch(text); m != nil && at > 0 && count(m[2]) == at && lasts > 0 {
			n := count(m[1])
			fmt.Fprintf(&parts, "#EXTINF:%.6f,\n#EXT-X-BYTERANGE:%d@%d\n%s\n", lasts, n, at, r.file())
			r.Rate = max(r.Rate, int64(float64(8*n)/max(lasts, 1)))
			at, longest, lasts = at+n, max(longest, lasts), 0
		}
	}
	if at != size || longest == 0 {
		return "", &toolFault{fmt.Sprintf("a list of %d of %d bytes", at, size)}
	}
	return fmt.Sprintf("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n%s#EXT-X-ENDLIST\n",
		int(math.Ceil(longest)), parts.String()), nil
}

// count is a number of digits that the patterns have bounded.
func count(digits string) int64 {
	n, _ := strconv.ParseInt(digits, 10, 64)
	return n
}

// recipe is how a size is made of what lies in the folder: a picture to begin with every six seconds in all sizes, so that a player changes between them.
func (r *Rung) recipe() []string {
	rate := r.Side * r.Side / pixelRate
	side := strconv.Itoa(r.Side)
	return []string{"-map", "0:V:0", "-map", "0:a:0?", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-maxrate", strconv.Itoa(rate) + "k",
		"-bufsize", strconv.Itoa(2*rate) + "k", "-pix_fmt", "yuv420p", "-vf", "scale=w='if(gte(iw,ih),-2," + side + ")':h='if(gte(iw,ih)," + side + ",-2)'",
		"-force_key_frames", fmt.Sprintf("expr:gte(t,n_forced*%d)", partFor), "-sc_threshold", "0", "-c:a", "copy",
		"-f", "hls", "-hls_time", strconv.Itoa(partFor), "-hls_list_size", "0", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4",
		"-hls_flags", "single_file", "-hls_segment_filename", "rung", "file:list.m3u8"}
}
