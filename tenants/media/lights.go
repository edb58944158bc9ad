package media

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/storage/blob"
)

// Light is a file of the same picture in a form that has fewer bytes and that not every browser reads. It is public as its picture is.
type Light struct {
	Form
	Width int // 0 of one that is as wide as the picture
}

// name is the last part of its address.
func (l *Light) name() string {
	if l.Width == 0 {
		return "full." + l.Kind
	}
	return strconv.Itoa(l.Width) + "." + l.Kind
}

// lightTypes are the kinds of lighter forms, the lightest first, as a browser is to look at them. Nobody uploads what is kept as one of these.
var lightTypes = []struct{ kind, wire string }{{"avif", "image/avif"}, {"webp", "image/webp"}}

// wire is what a kind is called on the wire.
func wire(kind string) string {
	for _, t := range lightTypes {
		if t.kind == kind {
			return t.wire
		}
	}
	return types[kind]
}

// Bounds of lighter forms. Beside a text no screen shows more points than the largest of the widths; what is small already is left alone; and an
// encoder may take a hundred bytes for each point, in a process of its own.
const (
	lightPixels = 4_000_000
	lightLeast  = 8 << 10 // bytes of all sizes together
	lightWithin = 2 * time.Minute
	lightFolder = "zhanqun-film-light-*" // of which a killed program's are swept with those of films
)

// sizesOf are the sizes in which lighter forms are made, ascending, 0 for the whole; none for a picture that stays as it is.
func (i *Item) sizesOf() (all []int) {
	if i.Kind != "jpg" && i.Kind != "png" || i.Width <= 0 {
		return nil
	}
	last := widths[len(widths)-1]
	if w := int64(min(i.Width, last)); w*w*int64(i.Height)/int64(i.Width) > lightPixels {
		return nil
	}
	var bytes int64
	for _, t := range i.Thumbs {
		all, bytes = append(all, t.Width), bytes+t.Bytes
	}
	if i.Width <= last {
		all, bytes = append(all, 0), bytes+i.Bytes
	}
	if bytes < lightLeast {
		return nil
	}
	return all
}

// bytesOf is how many bytes those sizes take as they are.
func (i *Item) bytesOf(sizes []int) (n int64) {
	for _, t := range append(slices.Clone(i.Thumbs), Thumb{0, i.Bytes}) {
		if slices.Contains(sizes, t.Width) {
			n += t.Bytes
		}
	}
	return n
}

// Lighten makes the lighter forms of a picture, where ffmpeg is.
type Lighten struct {
	Media ID `json:"media"`
}

// Kind names the job.
func (Lighten) Kind() string { return "media.lighten" }

// brighten has those of the pictures made lighter that nobody has tried yet, in the transaction that keeps or uses them: pictures of the time
// before, and of a time without ffmpeg, get theirs when a text is sent with them.
func (m *Media) brighten(ctx context.Context, items ...*Item) error {
	for _, i := range items {
		if m.Queue == nil || i.Tried || len(i.sizesOf()) == 0 {
			continue
		}
		if err := m.Queue.Add(ctx, i.Site, Lighten{i.ID}, jobs.Options{Key: strconv.FormatInt(i.ID, 10)}); err != nil {
			return err
		}
	}
	return nil
}

// lighten is the job. It is done once however often it runs; one picture is made at a time here, and others wait without a worker.
func (m *Media) lighten(ctx context.Context, site kernel.SiteID, id ID) error {
	i, err := m.Get(ctx, site, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || i.Tried || len(i.sizesOf()) == 0 {
		return err
	}
	probe, tool, err := tools()
	if errors.Is(err, errNoTools) {
		return nil
	}
	select {
	case m.easel <- struct{}{}:
		defer func() { <-m.easel }()
	default:
		return m.Queue.Add(ctx, site, Lighten{id}, jobs.Options{RunAt: m.Now().Add(again)})
	}
	dir, err := os.MkdirTemp("", lightFolder)
	if err != nil {
		return fmt.Errorf("make a folder for picture %d: %w", id, err)
	}
	defer os.RemoveAll(dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open the folder of picture %d: %w", id, err)
	}
	defer root.Close()
	all, err := m.lights(ctx, i, root, probe, tool)
	if err != nil {
		return err
	}
	return m.endLights(ctx, i, all)
}

// lights are the forms that are worth keeping: each kind in all sizes or in none, for a browser that takes the kind takes it in every size.
func (m *Media) lights(ctx context.Context, i *Item, root *os.Root, probe, tool string) (all []Light, err error) {
	sizes := i.sizesOf()
	for _, w := range sizes {
		if err := m.lay(ctx, i.key(w), root, "in-"+strconv.Itoa(w)); err != nil {
			return nil, err
		}
	}
	best := i.bytesOf(sizes)
	for _, kind := range m.lightKinds(i) {
		n, err := lightSet(ctx, i, kind, root, probe, tool)
		var said *toolFault
		switch {
		case errors.As(err, &said) || err == nil && n*10 > best*9: // it cannot, or it is not worth it
			continue
		case err != nil:
			return nil, err
		}
		best = n
		for _, w := range sizes {
			form, err := m.putForm(ctx, i.Site, root, kind+"-"+strconv.Itoa(w), kind)
			if err != nil {
				return nil, err
			}
			all = append(all, Light{form, w})
		}
	}
	return all, nil
}

// lightKinds are the kinds to try, the next only if it is lighter again: AVIF is no form for lines and letters, and its encoder none for small machines.
func (m *Media) lightKinds(i *Item) []string {
	if i.Kind == "png" || m.Unpack < unpackMost {
		return []string{"webp"}
	}
	return []string{"webp", "avif"}
}

// lightSet makes one kind in all sizes, and answers how many bytes they take together. What comes out in another size than what went in is no
// picture of ours.
func lightSet(ctx context.Context, i *Item, kind string, root *os.Root, probe, tool string) (n int64, err error) {
	for _, w := range i.sizesOf() {
		size := strconv.Itoa(w)
		out := kind + "-" + size
		if err := work(ctx, lightWithin, root.Name(), tool, drain, lightRecipe(i.Kind, kind, "in-"+size, out)...); err != nil {
			return 0, err
		}
		p, err := look(ctx, probe, root.Name(), out)
		if err != nil {
			return 0, err
		}
		wide := cmp.Or(w, i.Width)
		if v := p.first("video"); v == nil || v.Width != wide || v.Height != max(1, (i.Height*wide+i.Width/2)/i.Width) {
			return 0, &toolFault{"a picture of another size"}
		}
		s, err := root.Stat(out)
		if err != nil {
			return 0, err
		}
		n += s.Size()
	}
	return n, nil
}

func drain(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// lightRecipe is how a form is made. A PNG keeps each of its points: it is lines and letters.
func lightRecipe(from, kind, in, out string) []string {
	demux, how := "jpeg_pipe", []string{"-c:v", "libwebp", "-quality", "80", "-compression_level", "6"}
	switch {
	case kind == "avif":
		how = []string{"-c:v", "libaom-av1", "-still-picture", "1", "-crf", "30", "-cpu-used", "7", "-pix_fmt", "yuv420p"}
	case from == "png":
		demux, how = "png_pipe", []string{"-c:v", "libwebp", "-lossless", "1", "-quality", "75", "-pix_fmt", "bgra"}
	}
	args := append([]string{"-nostdin", "-v", "error", "-y", "-protocol_whitelist", "file", "-f", demux, "-i", "file:" + in, "-frames:v", "1", "-map_metadata", "-1", "-threads", "1"}, how...)
	return append(args, "-f", kind, "file:"+out)
}

// lay puts bytes of the store into a folder, where the tools find them.
func (m *Media) lay(ctx context.Context, key string, root *os.Root, name string) error {
	c, err := m.Store.Open(ctx, key, blob.Range{})
	if err != nil {
		return err
	}
	defer c.Close()
	f, err := root.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, c)
	return errors.Join(err, f.Close())
}

// endLights writes what was made; public pages that show the picture are made anew. A site that is full keeps none.
func (m *Media) endLights(ctx context.Context, i *Item, all []Light) error {
	quota, err := m.Sites.QuotaOf(ctx, i.Site)
	if err != nil {
		return err
	}
	return m.DB.InTx(ctx, func(ctx context.Context) error {
		kept := all
		if err := m.fits(ctx, i.Site, i.Name, 0, lightBytes(kept), quota); fault.Is(err, fault.Invalid) {
			kept = nil
		} else if err != nil {
			return err
		}
		if err := m.putLights(ctx, i.Site, i.ID, kept); err != nil {
			return err
		}
		if err := m.Audit.Record(ctx, audit.Entry{Site: i.Site, Action: "media.lighten", Object: i.object(),
			Note: map[string]string{"name": i.Name, "bytes": strconv.FormatInt(lightBytes(kept), 10)}}); err != nil {
			return err
		}
		for _, l := range kept { // the bin may have taken the same bytes away since (see erase): then once more
			if _, err := m.Store.Stat(ctx, l.key(i.Site)); err != nil {
				return err
			}
		}
		_, err := m.Public(ctx, i.Site, i.ID)
		if fault.Is(err, fault.NotFound) || err == nil && (len(kept) == 0 || m.Revisions == nil) {
			return nil
		}
		if err != nil {
			return err
		}
		return m.Revisions.Bump(ctx, i.Site)
	})
}

func lightBytes(all []Light) (n int64) {
	for _, l := range all {
		n += l.Bytes
	}
	return n
}
