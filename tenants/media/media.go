// Package media keeps the pictures and files that stand in a site's texts.
//
// 安政办发〔2015〕71号 二(一): charts, pictures, audio and video make what is published easier to understand; 三(二): 先审查后公开. So a
// picture is public only while a text is that uses it: what a frozen edition names is written down when it is frozen, and every
// request asks whether one of those editions is public at this moment (E5, d12, d51). Its place is the text's, not a folder.
//
// Nothing that is uploaded goes out as it came. What it is says its content, not its name; pictures are written anew, so that no place
// where somebody stood and no hidden second file leaves with them; of what is seen or heard in time a form is made that every browser plays,
// where ffmpeg is (E5), and it has words for whoever cannot see or hear it before a text goes out with it (E6); other files are only ever
// handed out to be kept, never shown.
package media

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/db"
)

// ID names an item within its site, and alone as well.
type ID = int64

// Most is how many bytes of one file are taken at all; a site's quota may say less.
const Most = 20 << 20

// Item is a picture or a file. It never changes.
type Item struct {
	Site          kernel.SiteID
	ID            ID
	Name          string // under which a browser keeps it: "关于防汛的通知.docx"
	Kind          string // what it is, by its usual extension: "jpg", "pdf"
	SHA256        string
	Bytes         int64
	Stored        int64   // with the smaller pictures made of it
	Width, Height int     // 0 of what is no picture
	Thumbs        []Thumb // smaller pictures made of it, ascending
	Film          *Film   // nil of what is not seen or heard in time
	Lights        []Light // the same picture in forms that newer browsers read
	Tried         bool    // whether somebody has tried to make those
	By            kernel.AccountID
	At            time.Time
}

// Thumb is a smaller picture made of one.
type Thumb struct {
	Width int
	Bytes int64
}

// Picture reports whether it is shown in the text.
func (i *Item) Picture() bool { return i.Width > 0 }

// Path is its address below the mount of its site.
func (i *Item) Path() string {
	if i.Picture() || i.Timed() {
		return i.named("full")
	}
	return i.named("file")
}

func (i *Item) object() string { return fmt.Sprintf("media/%d", i.ID) }

func (i *Item) named(what string) string { return i.below(what + "." + i.Kind) }

func (i *Item) below(name string) string { return prefix + strconv.FormatInt(i.ID, 10) + "/" + name }

// key is where the bytes lie: the same bytes lie once in a site, and never in two (promises.md, dedupe).
func (i *Item) key(thumb int) string {
	k := i.Site.String() + folder + i.SHA256
	if thumb > 0 {
		k += "-" + strconv.Itoa(thumb)
	}
	return k
}

// Lasting reports whether the bytes under a key never change: they are named by their hash.
func Lasting(key string) bool {
	_, name, found := strings.Cut(key, folder)
	return found && len(name) >= 64
}

const (
	prefix = "/-/media/" // of addresses, as platform/render lets them stand
	folder = "/media/"   // of keys, below the site's
)

// Room is what media needs of the house.
type Room struct {
	DB      *db.DB
	Now     kernel.Clock
	IDs     kernel.IDs
	Audit   *audit.Log
	Sites   *site.Sites
	Queue   *jobs.Queue
	Console *console.Console // nil where no request is answered
	Store   blob.Store
	// Shows reports whether a text that waits to be published, and that the actor may read, holds what has that address; it is asked for
	// whoever has an appointment to one column. nil: none does.
	Shows     func(ctx context.Context, site kernel.SiteID, path string) (bool, error)
	Virus     *Clamd           // nil: nothing looks for viruses
	Unpack    int64            // bytes that one picture may take while it is unpacked; 0 for as many as any may: 200 MB
	Long      time.Duration    // from which length a film is made in several sizes; 0: LongFrom
	Revisions *pages.Revisions // of the sites whose films change their form
	Texts     Texts            // nil where no text is written
}

// seats is how many pictures are unpacked at once: each may take half of what a small machine has.
const seats = 1

// Media is the room. Its methods are safe for concurrent use.
type Media struct {
	Room
	seats chan struct{}
	booth chan struct{} // the one place where a film is made
	easel chan struct{} // the one place where a picture is made lighter
}

// New makes the room.
func New(r Room) *Media {
	if r.Unpack <= 0 || r.Unpack > unpackMost {
		r.Unpack = unpackMost
	}
	return &Media{r, make(chan struct{}, seats), make(chan struct{}, 1), make(chan struct{}, 1)}
}

// Take keeps a file under the name it had where it came from. The same file again is the same item.
func (m *Media) Take(ctx context.Context, site kernel.SiteID, name string, raw []byte) (*Item, error) {
	quota, err := m.Sites.QuotaOf(ctx, site)
	if err == nil {
		err = m.fits(ctx, site, name, 1, 0, quota)
	}
	if err != nil {
		return nil, err
	}
	return m.accept(ctx, site, name, raw)
}

// accept is Take of what was promised a place already.
func (m *Media) accept(ctx context.Context, site kernel.SiteID, name string, raw []byte) (*Item, error) {
	made, most, err := m.taken(ctx, site, name, raw)
	if err != nil {
		return nil, err
	}
	return m.place(ctx, made, most)
}

// place puts the bytes where they belong, and writes their row; most is how much the site may keep.
func (m *Media) place(ctx context.Context, made *made, most site.Quota) (*Item, error) {
	i := made.item
	if err := m.spare(ctx, i, most); err != nil {
		return nil, err
	}
	if err := made.put(ctx, m.Store); err != nil {
		return nil, err
	}
	if err := m.keep(ctx, i, most); err != nil {
		return i, err
	}
	return i, m.whole(ctx, i, func() error { return made.put(ctx, m.Store) })
}

// taken checks what somebody brings to a site, and makes of it what may be kept; most is how much the site may keep.
func (m *Media) taken(ctx context.Context, id kernel.SiteID, name string, raw []byte) (out *made, most site.Quota, err error) {
	if kernel.ActorFrom(ctx).Account == 0 {
		return nil, most, fault.New(fault.Forbidden, "请先登录。")
	}
	if most, err = m.Sites.QuotaOf(ctx, id); err != nil {
		return nil, most, err
	}
	if large := min(Most, most.UploadMB<<20); int64(len(raw)) > large {
		return nil, most, fault.In("file", "“%s”太大：一个文件最多 %d MB。图片请缩小，文件请分开。", short(name), large>>20)
	}
	if err := m.Virus.look(ctx, name, bytes.NewReader(raw)); err != nil {
		return nil, most, err
	}
	if out, err = m.prepare(ctx, name, raw); err != nil {
		return nil, most, err
	}
	out.item.Site, out.item.By, out.item.At = id, kernel.ActorFrom(ctx).Account, m.Now()
	return out, most, nil
}

// Shelve keeps a picture that came along with a text, and answers what stands for it there.
func (m *Media) Shelve(ctx context.Context, site kernel.SiteID, name, alt string, raw []byte) (markup string, err error) {
	i, err := m.Take(ctx, site, name, raw)
	if err != nil {
		return "", err
	}
	return i.Markup(alt), nil
}

// keep writes the row, after the bytes are there. Of bytes whose row is refused the next fsck tells.
func (m *Media) keep(ctx context.Context, i *Item, most site.Quota) error {
	for try := 0; ; try++ {
		i.ID = m.IDs.Next()
		err := m.DB.InTx(ctx, func(ctx context.Context) error {
			if same, err := m.same(ctx, i); err != nil || same != nil {
				if same != nil {
					*i = *same
					err = m.revive(ctx, i.Site, i.ID)
				}
				return err
			}
			if err := m.fits(ctx, i.Site, i.Name, 1, i.Stored, most); err != nil {
				return err
			}
			if err := m.insert(ctx, i); err != nil {
				return err
			}
			if err := m.expose(ctx, i); err != nil {
				return err
			}
			return m.Audit.Record(ctx, audit.Entry{Site: i.Site, Action: "media.upload", Object: i.object(), After: i.SHA256,
				Note: map[string]string{"name": i.Name, "bytes": strconv.FormatInt(i.Bytes, 10)}})
		})
		if err == nil || !db.Unique(err) || try == 3 {
			return err
		}
	}
}

// address reads the ids out of a text: in whatever attribute or word they stand.
var address = regexp.MustCompile(`/-/media/([1-9][0-9]{0,18})/[0-9a-z]+\.[0-9a-z]+`)

// Named are the items that a text names, each once.
func Named(body string) (ids []ID) {
	seen := map[ID]bool{}
	for _, found := range address.FindAllStringSubmatch(body, -1) {
		if id, ok := kernel.ParseID[ID](found[1]); ok && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// Has refuses a text that names what its site has not, or what not everybody can follow.
func (m *Media) Has(ctx context.Context, site kernel.SiteID, body string) error {
	_, _, err := m.had(ctx, site, body)
	return err
}

// had are the items that a text names, all of them its site's, and the words of those that need some.
func (m *Media) had(ctx context.Context, site kernel.SiteID, body string) ([]*Item, map[ID]*Words, error) {
	ids := Named(body)
	if len(ids) == 0 {
		return nil, nil, nil
	}
	have, err := m.several(ctx, site, ids)
	if err != nil {
		return nil, nil, err
	}
	if len(have) < len(ids) {
		return nil, nil, fault.In("body", "正文里有图片或附件不在本站，可能是从别的网站复制来的。请删去后重新上传。")
	}
	words, err := m.fit(ctx, site, have)
	items := make([]*Item, len(ids)) // as the text names them
	for n, id := range ids {
		items[n] = have[id]
	}
	return items, words, err
}

// Use notes that a frozen edition shows what its text names, with the words of that moment, in the transaction that freezes it.
func (m *Media) Use(ctx context.Context, site kernel.SiteID, edition int64, body string) error {
	return m.DB.InTx(ctx, func(ctx context.Context) error {
		items, words, err := m.had(ctx, site, body)
		if err != nil || len(items) == 0 {
			return err
		}
		if err := m.brighten(ctx, items...); err != nil {
			return err
		}
		ids := Named(body)
		if err := m.uses(ctx, site, edition, ids, words); err != nil {
			return err
		}
		return m.revive(ctx, site, ids...)
	})
}

// cleanName is a file's name without its folders, with what no file system and no header likes taken out; its extension is of the kind.
func cleanName(name, kind string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf) || r == unicode.ReplacementChar || strings.ContainsRune(`<>:"/\|?*`, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	r := []rune(strings.Trim(name, " ."))
	return cmp.Or(string(r[:min(len(r), 100)]), "文件") + "." + kind
}

// short is a name for a sentence.
func short(name string) string {
	r := []rune(cleanName(name, ""))
	return strings.TrimSuffix(string(r[:min(len(r), 40)]), ".") + strings.ToLower(path.Ext(path.Base(name)))
}
