package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
)

const room = "tenants/media"

// wordsForm is how large a form with captions and a transcript may be.
const wordsForm = 4 << 20

// filmRoutes adds the page of a film, where its captions and its transcript are put; see are who may read it.
func (m *Media) filmRoutes(r *web.Router, see []policies.Action) {
	at := "/sites/:site/media/:id/av"
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodGet, Path: at, Action: writes[0], Or: see, Tenancy: "site", Cache: "no-store", Do: m.showFilm})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodPost, Path: at + "/words", Action: writes[0], Or: writes[1:],
		Tenancy: "site", Cache: "no-store", MaxBody: wordsForm, Do: m.postWords})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodPost, Path: at + "/again", Action: writes[0], Or: writes[1:], Tenancy: "site", Cache: "no-store", Do: m.postAgain})
}

// page is where an item's captions and transcript are put, below the console's path for its site.
func (i *Item) page() string { return "/media/" + strconv.FormatInt(i.ID, 10) + "/av" }

// filmFile is one of the forms of a film: itself, in the form that was made of it if there is one, or its poster.
func (m *Media) filmFile(i *Item, name string) (*web.File, error) {
	form, key := i.plays(), i.key(0)
	ladder := i.Film.ladder()
	n := slices.IndexFunc(ladder, func(r Rung) bool { return name == r.file() })
	switch {
	case n >= 0:
		form = ladder[n].Form
		key = form.key(i.Site)
	case name == ladderName && len(ladder) > 0:
		return textFile(listType, "l-"+i.SHA256+"-"+ladder[0].Form.SHA256[:16]+"-"+strconv.Itoa(len(ladder)), master(ladder)), nil
	case name == "poster.jpg" && i.Film != nil && i.Film.Poster.Bytes > 0:
		form = i.Film.Poster
		key = form.key(i.Site)
	case name != path.Base(i.Path()):
		return nil, none()
	case form.SHA256 != i.SHA256:
		key = form.key(i.Site)
	}
	return &web.File{ContentType: types[form.Kind], Tag: form.SHA256, Size: form.Bytes, Open: m.opener(key)}, nil
}

// captionsNamed is the last part of the address of captions.
func captionsNamed(no int64) string { return "captions-" + strconv.FormatInt(no, 10) + ".vtt" }

func captionsIn(name string) (no int64, is bool) {
	digits, ok := strings.CutPrefix(name, "captions-")
	if digits, is = strings.CutSuffix(digits, ".vtt"); ok && is {
		no, is = kernel.ParseID[int64](digits)
		return no, is
	}
	return 0, false
}

// captionFile is captions as a file; open asks whether citizens may have them at this moment.
func (m *Media) captionFile(ctx context.Context, i *Item, no int64, open bool) (*web.File, error) {
	text, err := m.captions(ctx, i.Site, i.ID, no, open)
	if err != nil {
		return nil, err
	}
	return textFile("text/vtt; charset=utf-8", i.SHA256[:32]+"-"+strconv.FormatInt(no, 10), text), nil
}

// textFile is a text as a file.
func textFile(kind, tag, text string) *web.File {
	return &web.File{ContentType: kind, Tag: tag, Size: int64(len(text)), Open: func(_ context.Context, offset, length int64) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader([]byte(text)[offset : offset+length])), nil
	}}
}

// filmPage is a film with its words.
type filmPage struct {
	Name, Address               string
	Seen                        bool
	Source, Poster, Captions    string // addresses below the console's path, or ""
	State, Mark                 string
	Progress                    int
	Sizes                       []rungShown
	Busy, NoTools               bool
	Length, Size, Coded, Why    string
	Words                       Words // that stand now
	Edits, Again                bool
	Transcript, Waiver          string // as typed
	Wrong, WrongCaptions        string
	WrongTranscript, WrongWaive string
	Done                        string
}

// rungShown is a size of a long film.
type rungShown struct {
	Name, State, Mark, Why string
	Progress               int
	Busy                   bool
}

var filmView = console.Define[filmPage]("media", "film")

// standings are the states of a film as people say them, and how their marks look.
var standings = map[string][2]string{
	Waiting: {"等待处理", ""}, Working: {"正在处理", ""}, Ready: {"已处理", "ok"}, AsCame: {"按原样播放", "warn"}, Broken: {"播放不了", "bad"},
}

var filmDone = map[string]string{"words": "已保存。以后送审的稿件用这一版；已经送审和公开的稿件不变。", "again": "正在重新处理，请过一会儿刷新。"}

// film is the film that a request names.
func (m *Media) film(c *fiber.Ctx) (*Item, error) {
	id, ok := kernel.ParseID[ID](c.Params("id"))
	if !ok {
		return nil, none()
	}
	get := m.Get
	if !m.Console.Offers(c.UserContext(), at(c), slices.Concat(writes, reads)...) {
		get = m.Sent
	}
	i, err := get(c.UserContext(), at(c), id)
	if err == nil && !i.Timed() {
		err = none()
	}
	return i, err
}

func (m *Media) showFilm(c *fiber.Ctx) error {
	i, err := m.film(c)
	if err != nil {
		return err
	}
	return m.filmScreen(c, i, nil, nil)
}

// filmScreen shows a film; typed is what a form held that err has something to say of.
func (m *Media) filmScreen(c *fiber.Ctx, i *Item, typed *Words, err error) error {
	here := "/sites/" + i.Site.String()
	all, werr := m.words(c.UserContext(), i.Site, 0, i.ID)
	if werr != nil {
		return werr
	}
	p := filmPage{Name: i.Name, Address: here + i.page(), Seen: i.Seen(), Source: here + i.Path(), Size: large(i.Bytes),
		Edits: m.Console.Offers(c.UserContext(), i.Site, writes...), Done: filmDone[c.Query("done")]}
	if w := all[i.ID]; w != nil {
		p.Words = *w
		p.Transcript, p.Waiver = w.Transcript, w.Waiver
		if w.Captions != "" {
			p.Captions = here + i.below(captionsNamed(w.No))
		}
	}
	p.state(i)
	page := console.Page{Title: console.Say(console.Language(c), "字幕和文字稿"), Site: i.Site}
	if err != nil {
		if statuses[fault.KindOf(err)] == 0 || fault.Is(err, fault.NotFound) {
			return err
		}
		page.Status = statuses[fault.KindOf(err)]
		var f *fault.Fault
		_ = errors.As(err, &f) // of these kinds every error is one
		p.wrong(console.Told(c, err), f.Field)
	}
	if typed != nil {
		p.Transcript, p.Waiver = typed.Transcript, typed.Waiver
	}
	return filmView.Show(m.Console, c, page, p)
}

// state says how far the film is.
func (p *filmPage) state(i *Item) {
	f := i.Film
	if f == nil {
		f = &Film{State: AsCame}
	}
	p.State, p.Mark = standings[f.State][0], standings[f.State][1]
	p.Progress, p.Busy, p.Again, p.Why = f.Progress, f.State == Waiting || f.State == Working, f.State == AsCame || f.State == Broken || f.failed(), f.Why
	if f.State == AsCame && f.Why == "" {
		_, _, err := tools()
		p.NoTools = err != nil
	}
	if f.Length > 0 {
		p.Length = spoken(f.Length)
	}
	for _, r := range f.Rungs {
		s := rungShown{Name: strconv.Itoa(r.Side) + "p", State: standings[r.State][0], Mark: standings[r.State][1], Why: r.Why, Progress: r.Progress, Busy: r.State == Waiting}
		if r.State == Broken {
			s.State = "没有做成"
		}
		p.Sizes = append(p.Sizes, s)
	}
	p.Coded = strings.Trim(f.Video+" · "+f.Audio, " ·")
	if f.Width > 0 {
		p.Coded += " · " + size(f.Width, f.Height)
	}
	if f.Poster.Bytes > 0 {
		p.Poster = "/sites/" + i.Site.String() + i.below("poster.jpg")
	}
	if f.State == Broken {
		p.Source = ""
	}
}

// wrong says what is wrong beside its field.
func (p *filmPage) wrong(say, field string) {
	p.Wrong = say
	switch field {
	case "captions", "file":
		p.WrongCaptions = say
	case "transcript":
		p.WrongTranscript = say
	case "waiver":
		p.WrongWaive = say
	}
}

// spoken is a length as players show it: 1:02:03, 4:05.
func spoken(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

func (m *Media) postWords(c *fiber.Ctx) error {
	u, err := ReadUpload(c)
	i, ferr := m.film(c)
	if ferr != nil {
		return ferr
	}
	w := Words{Transcript: u.Fields["transcript"], Waiver: u.Fields["waiver"]}
	typed := w
	if err == nil {
		err = m.takeWords(c.UserContext(), i, &w, u)
	}
	if err != nil {
		return m.filmScreen(c, i, &typed, err)
	}
	return c.Redirect("/sites/"+i.Site.String()+i.page()+"?done=words", fiber.StatusSeeOther)
}

// takeWords puts what a form holds. Captions that no file replaces stay, unless they are to go; so does a transcript that was made of them.
func (m *Media) takeWords(ctx context.Context, i *Item, w *Words, u Upload) error {
	now, err := m.words(ctx, i.Site, 0, i.ID)
	if err != nil {
		return err
	}
	was := now[i.ID]
	switch {
	case len(u.Files) > 1:
		return fault.In("captions", "一次只能上传一个字幕文件。")
	case len(u.Files) == 1:
		if w.Captions, err = ReadCaptions(u.Files[0].Raw); err != nil {
			return err
		}
	case was != nil && u.Fields["remove"] == "":
		w.Captions = was.Captions
	}
	if was != nil && was.Captions != w.Captions && was.Captions != "" && strings.TrimSpace(strings.ReplaceAll(w.Transcript, "\r\n", "\n")) == linesOf(was.Captions) {
		w.Transcript = "" // nobody wrote it
	}
	return m.PutWords(ctx, i.Site, i.ID, *w)
}

func (m *Media) postAgain(c *fiber.Ctx) error {
	i, err := m.film(c)
	if err != nil {
		return err
	}
	if err := m.Again(c.UserContext(), i.Site, i.ID); err != nil {
		return m.filmScreen(c, i, nil, err)
	}
	return c.Redirect("/sites/"+i.Site.String()+i.page()+"?done=again", fiber.StatusSeeOther)
}
