package media

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// What ffprobe and ffmpeg do here: they read one file that a person has uploaded, and it may be hostile. So they run by themselves, in a
// folder of their own, open nothing but files, hear nothing from us, and are killed with all that they have started when their time is over.

// containers are the forms that the tools read at all: those that are kept, and the one that is made of pictures. A playlist is none of them, for it
// leads to other files, and would have them read by whoever only says that it is a film.
const containers = "mov,matroska,ogg,wav,mp3,webp_pipe"

// errNoTools says that ffmpeg is not installed here.
var errNoTools = errors.New("media: no ffmpeg")

// Bounds of a tool's work.
const (
	probeWithin   = time.Minute
	posterWithin  = time.Minute
	encodeWithin  = 3 * time.Hour
	sidePixels    = 8192 // of a film's width and height
	toolSaysMost  = 500  // bytes of what a tool complained
	loudness      = "loudnorm=I=-16:TP=-1.5:LRA=11"
	longestSide   = "1920" // pixels of what is made
	posterSide    = "1280"
	progressEvery = 2 * time.Second
)

// tools are where ffprobe and ffmpeg are.
func tools() (probe, make string, err error) {
	probe, err = exec.LookPath("ffprobe")
	if err == nil {
		make, err = exec.LookPath("ffmpeg")
	}
	if err != nil {
		return "", "", errNoTools
	}
	return probe, make, nil
}

// toolFault is what a tool said before it gave up.
type toolFault struct{ said string }

func (t *toolFault) Error() string { return "media: ffmpeg: " + t.said }

// work runs a tool in a folder; out gets what it writes while it runs.
func work(ctx context.Context, within time.Duration, dir, tool string, out func(io.Reader) error, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	c := exec.CommandContext(ctx, tool, args...)
	c.Dir, c.Env, c.WaitDelay = dir, []string{"LC_ALL=C", "HOME=" + dir, "TMPDIR=" + dir}, 5*time.Second
	grouped(c)
	said := &tail{}
	c.Stderr = said
	pipe, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	read := out(pipe)
	_, _ = io.Copy(io.Discard, pipe) // it must not wait for us; what it says behind that is of no use
	err = c.Wait()
	switch {
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded):
		return &toolFault{fmt.Sprintf("not done within %s", within)}
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return &toolFault{said.String()}
	}
	return read
}

// tail keeps the end of what is written to it.
type tail struct{ kept []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	t.kept = t.kept[max(0, len(t.kept)-toolSaysMost):]
	return len(p), nil
}

func (t *tail) String() string {
	return strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(string(t.kept), "\x00", ""), "\ufffd"))
}

// probed is what ffprobe finds.
type probed struct {
	Format  struct{ Duration string }
	Streams []stream
}

type stream struct {
	Type          string `json:"codec_type"`
	Codec         string `json:"codec_name"`
	Pixels        string `json:"pix_fmt"`
	Width, Height int
	Disposition   struct {
		Cover int `json:"attached_pic"`
	}
}

// first is the first stream of a type that is no cover of a record, or nil.
func (p *probed) first(kind string) *stream {
	for n := range p.Streams {
		if s := &p.Streams[n]; s.Type == kind && s.Disposition.Cover == 0 {
			return s
		}
	}
	return nil
}

// look finds out what a file is. A file in which nothing is seen or heard is a toolFault.
func look(ctx context.Context, probe, dir, file string) (*probed, error) {
	var raw bytes.Buffer
	err := work(ctx, probeWithin, dir, probe, func(r io.Reader) error { _, err := io.Copy(&raw, io.LimitReader(r, 1<<20)); return err },
		"-v", "error", "-protocol_whitelist", "file", "-format_whitelist", containers, "-print_format", "json", "-show_format", "-show_streams", "file:"+file)
	if err != nil {
		return nil, err
	}
	var p probed
	if err := json.Unmarshal(raw.Bytes(), &p); err != nil {
		return nil, &toolFault{"not to be understood: " + err.Error()}
	}
	v, a := p.first("video"), p.first("audio")
	switch {
	case v == nil && a == nil:
		return nil, &toolFault{"neither pictures nor sound"}
	case v != nil && (v.Width < 1 || v.Height < 1 || v.Width > sidePixels || v.Height > sidePixels):
		return nil, &toolFault{fmt.Sprintf("%d by %d points", v.Width, v.Height)}
	}
	return &p, nil
}

// length is how long it plays, as far as it says.
func (p *probed) length() time.Duration {
	s, err := strconv.ParseFloat(p.Format.Duration, 64)
	if err != nil || s < 0 || s > 30*24*3600 {
		return 0
	}
	return time.Duration(s * float64(time.Second)).Truncate(time.Millisecond)
}

// film is what a probe says of an item.
func (p *probed) film() *Film {
	f := &Film{State: Working, Length: p.length()}
	if v := p.first("video"); v != nil {
		f.Video, f.Width, f.Height = v.Codec, v.Width, v.Height
	}
	if a := p.first("audio"); a != nil {
		f.Audio = a.Codec
	}
	return f
}

// recipe is how the form is made that every browser plays: MP4 whose index stands first, H.264 and AAC, its sound as loud as any other's, and
// nothing of where and with what it was taken. Pictures that are in that form are copied.
func (p *probed) recipe() (kind string, args []string) {
	v, a := p.first("video"), p.first("audio")
	kind = "m4a"
	if v == nil {
		args = append(args, "-vn")
	} else {
		kind, args = "mp4", append(args, "-map", "0:V:0")
		if v.Codec == "h264" && v.Pixels == "yuv420p" {
			args = append(args, "-c:v", "copy")
		} else {
			args = append(args, "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p",
				"-vf", "scale=w='min("+longestSide+",iw)':h='min("+longestSide+",ih)':force_original_aspect_ratio=decrease:force_divisible_by=2")
		}
	}
	if a != nil {
		args = append(args, "-map", "0:a:0", "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000", "-af", loudness)
	}
	return kind, append(args, "-movflags", "+faststart", "-f", "mp4", "file:out")
}

// develop makes that form, and tells how far it is, of a hundred.
func develop(ctx context.Context, tool, dir string, p *probed, tell func(int)) (kind string, err error) {
	kind, args := p.recipe()
	return kind, produce(ctx, tool, dir, p.length(), tell, args...)
}

// produce makes something of what lies in the folder as "in", which is so long, and tells how far it is.
func produce(ctx context.Context, tool, dir string, length time.Duration, tell func(int), args ...string) error {
	whole, told := length.Microseconds(), time.Time{}
	args = append([]string{"-nostdin", "-v", "error", "-y", "-protocol_whitelist", "file", "-format_whitelist", containers, "-i", "file:in", "-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn",
		"-threads", strconv.Itoa(max(1, runtime.NumCPU()-1)), "-progress", "pipe:1"}, args...)
	return work(ctx, encodeWithin, dir, tool, func(r io.Reader) error {
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			at, ok := strings.CutPrefix(lines.Text(), "out_time_us=")
			n, err := strconv.ParseInt(at, 10, 64)
			if !ok || err != nil || n < 0 || whole == 0 || time.Since(told) < progressEvery {
				continue
			}
			told = time.Now()
			tell(int(min(99, n*100/whole)))
		}
		return lines.Err()
	}, args...)
}

// poster takes a picture out of a film, a second after its beginning if it is that long.
func poster(ctx context.Context, tool, dir string, length time.Duration) error {
	at := "0"
	if length > 3*time.Second {
		at = "1"
	}
	return work(ctx, posterWithin, dir, tool, func(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err },
		"-nostdin", "-v", "error", "-y", "-protocol_whitelist", "file", "-format_whitelist", containers, "-ss", at, "-i", "file:in", "-map", "0:V:0", "-frames:v", "1", "-map_metadata", "-1",
		"-vf", "scale=w='min("+posterSide+",iw)':h='min("+posterSide+",ih)':force_original_aspect_ratio=decrease", "-q:v", "4", "-f", "mjpeg", "file:poster")
}
