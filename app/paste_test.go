package app

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// B5, C4, X1 (d06, d41, d47): over the routes and on both engines: a clipboard comes back clean, a .docx becomes a draft with what was
// recognised, and what cannot be taken is said in a sentence beside the file.
func TestPaste(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, reader := o.hire("xinxi", "IO"), o.hire("shenhe", "RV")
		t.Run("a clipboard", func(t *testing.T) { clipboards(t, io, reader) })
		t.Run("a file", func(t *testing.T) { aFile(t, io) })
		t.Run("files that are none", func(t *testing.T) { noFiles(t, io) })
		o.cleanHTML(t)
	})
}

type answer struct {
	HTML, Title, Kind, Error string
	Document                 *article.Document
	Notes                    []string
	Pictures                 int
}

func (w *worker) paste(form url.Values) (int, answer) {
	w.t.Helper()
	status, header, body := w.post("/sites/"+w.site.ID.String()+"/paste", form)
	var a answer
	if strings.HasPrefix(header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal([]byte(body), &a); err != nil {
			w.t.Fatalf("%v in %s", err, body)
		}
	}
	return status, a
}

// inPlace is a picture in its place between two paragraphs.
var inPlace = regexp.MustCompile(`^<p>甲</p>\s*<figure><img src="/-/media/\d+/full\.png" alt="江" width="40" height="30"/></figure>\s*<p>乙</p>$`)

// dotted is a small picture.
func dotted(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func clipboards(t *testing.T, io, reader *worker) {
	notice := `<p class=MsoNormal align=center style='text-align:center'><b><span style='font-family:方正小标宋简体'>关于做好今冬供水保障的通知</span></b></p>` +
		`<p align=center style='text-align:center'>关政办发[2026]7号</p><p>各村（社区）居民委员会：</p><p>一、总体要求</p><p>请提前检修。<img src="file:///C:/a.png"></p>` +
		`<p align=right>关庙镇人民政府</p><p align=right>2026年11月26日</p>`
	status, a := io.paste(url.Values{"html": {notice}})
	if status != http.StatusOK || !strings.HasPrefix(a.HTML, `<p class="ta-c"><strong>关于做好`) || strings.Contains(a.HTML, "style") || a.Title != "关于做好今冬供水保障的通知" ||
		a.Kind != article.Policy || a.Document == nil || a.Document.Number != "关政办发〔2026〕7号" || a.Document.WrittenOn != "2026-11-26" || a.Document.Issuer != "关庙镇人民政府" || a.Pictures != 1 || len(a.Notes) < 5 {
		t.Errorf("%d %+v %+v", status, a, a.Document)
	}
	if _, a := io.paste(url.Values{"html": {notice}, "title": {""}}); strings.Contains(a.HTML, "关于做好") || a.Title == "" {
		t.Errorf("with a place for the title the text is %q", a.HTML)
	}
	dot := `<img alt="江" src="data:image/png;base64,` + base64.StdEncoding.EncodeToString(dotted(t)) + `">`
	if _, a := io.paste(url.Values{"html": {`<p>甲</p><p>` + dot + `</p><p>乙</p><p><img src="data:image/png;base64,iVBORw0KGgo="></p>`}}); !inPlace.MatchString(a.HTML) || a.Pictures != 1 {
		t.Errorf("a picture on the clipboard became %q, %d left out", a.HTML, a.Pictures)
	}
	if _, a := io.paste(url.Values{"text": {"一段\r\n二段 <b>"}}); a.HTML != "<p>一段</p>\n<p>二段 &lt;b&gt;</p>" || len(a.Notes) != 0 {
		t.Errorf("a plain text became %q, %q", a.HTML, a.Notes)
	}
	// Bad input: a clipboard of 5 MB is refused in a sentence, as one of 20 MB is.
	for _, size := range []int{5 << 20, 20 << 20} {
		if status, a := io.paste(url.Values{"html": {strings.Repeat("甲", size/3)}}); status != http.StatusRequestEntityTooLarge || !strings.Contains(a.Error, "请分几次粘贴") {
			t.Errorf("%d bytes answer %d %q", size, status, a.Error)
		}
	}
	if status, _ := reader.paste(url.Values{"text": {"甲"}}); status != http.StatusForbidden {
		t.Errorf("who may not write gets %d", status)
	}
}

// upload sends a file in a form of the import.
func (w *worker) upload(column, name string, file []byte) (int, http.Header, string) {
	w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.WriteField("column", column) // a buffer takes everything
	part, err := m.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(file)
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, consoleAt+w.base()+"/import", &b)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	return w.send(r)
}

// d47: a law whose file holds its text in an altChunk becomes a draft; the form says what was recognised.
func aFile(t *testing.T, io *worker) {
	raw, err := os.ReadFile(corpus.Path(t, "docs/cn-law/中华人民共和国国旗法.docx"))
	if err != nil {
		t.Fatal(err)
	}
	status, header, body := io.upload("2", "国旗法.docx", raw)
	to := header.Get("Location")
	if status != http.StatusSeeOther || articleAt.FindString(to) == "" || !strings.Contains(to, "/edit?imported=") {
		t.Fatalf("%d %q: %s", status, to, body)
	}
	d := io.article(articleAt.FindString(to))
	if d.Payload.Title != "中华人民共和国国旗法" || !strings.Contains(d.Payload.Body, "本法自1990年10月1日起施行") || d.Column != 2 || d.State != article.Drafted || d.Author != io.account.ID {
		t.Errorf("the draft is %+v", d)
	}
	if _, form := io.get(to); !strings.Contains(form, "已导入为草稿") || !strings.Contains(form, "识别出标题：中华人民共和国国旗法") {
		t.Errorf("the form does not say what was recognised: %s", form)
	}
	if _, header, _ := io.upload("2", "国旗法.docx", raw); articleAt.FindString(header.Get("Location")) != articleAt.FindString(to) {
		t.Errorf("the same file once more is another article: %s", header.Get("Location"))
	}
	pictured, err := os.ReadFile(corpus.Path(t, "docs/mammoth/tiny-picture.docx"))
	if err != nil {
		t.Fatal(err)
	}
	_, header, _ = io.upload("2", "图.docx", pictured)
	if d := io.article(articleAt.FindString(header.Get("Location"))); !strings.HasPrefix(d.Payload.Body, `<figure><img src="/-/media/`) {
		t.Errorf("a document with a picture became %s", d.Payload.Body)
	} else if _, form := io.get(header.Get("Location")); strings.Contains(form, "没有带过来") {
		t.Error("the form says that a picture is missing which is there")
	}
	if _, list := io.get(io.base()); !strings.Contains(list, `href="`+io.base()+`/import"`) {
		t.Error("the list does not lead to the import")
	}
	for _, code := range []string{"x", "1-2", "-1-0-0-0-0-0-0-0-0", "<b>", "0-0-0-0-0-0-0-0-99999999999999999999"} {
		if _, form := io.get(articleAt.FindString(to) + "/edit?imported=" + url.QueryEscape(code)); strings.Contains(form, "已导入为草稿") {
			t.Errorf("the form believes %q", code)
		}
	}
}

// noFiles: one sentence beside the file, and the column stays chosen.
func noFiles(t *testing.T, io *worker) {
	var other bytes.Buffer
	z := zip.NewWriter(&other)
	if _, err := z.Create("xl/workbook.xml"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(corpus.Path(t, "docs/mammoth/tables.docx"))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name   string
		file   []byte
		status int
		says   string
	}{
		{"nothing.docx", nil, 422, "请选择要导入的"}, {"old.doc", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), 422, "另存为 .docx"}, {"a.pdf", []byte("%PDF-1.7"), 422, "PDF"},
		{"a.docx", []byte("<html>"), 422, "不是 .docx"}, {"sheet.docx", other.Bytes(), 422, "不是 Word 文档"}, {"cut.docx", whole[:len(whole)/2], 422, "不完整"},
		{"large.docx", append([]byte("PK"), make([]byte, 11<<20)...), 422, "超过 10 MB"}, {"larger.docx", append([]byte("PK"), make([]byte, 30<<20)...), 422, "超过 10 MB"},
	} {
		status, _, body := io.upload("2", row.name, row.file)
		if status != row.status || strings.Count(body, row.says) != 2 || !strings.Contains(body, `<option value="2" selected>`) || !strings.Contains(body, `id="wrong-file"`) {
			t.Errorf("%s answers %d, want %d with %q at the head and beside the file, the column kept: %s", row.name, status, row.status, row.says, body)
		}
	}
	if status, _, body := io.upload("", "tables.docx", whole); status != 422 || !strings.Contains(body, `id="wrong-column"`) {
		t.Errorf("without a column: %d %s", status, body)
	}
	if status, _, body := io.upload("999999", "tables.docx", whole); status != 422 && status != 404 {
		t.Errorf("in a column that is not there: %d %s", status, body)
	}
}
