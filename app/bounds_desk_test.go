package app

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/zhanqun/zhanqun/app/demo"
)

// The load of the desk, beside that of the citizens (promises 2.7): people who sign in and mistype, clipboards and
// documents that blow up, large uploads and pictures whose points fill the memory.

// staff are the demonstration's people, as its own file tells them.
func (l *visitors) staff() []demo.Person {
	l.t.Helper()
	raw, err := os.ReadFile(filepath.Join(l.data, "demo-people.json"))
	var people []demo.Person
	if err == nil {
		err = json.Unmarshal(raw, &people)
	}
	if err != nil || len(people) == 0 {
		l.t.Fatalf("the demonstration's people: %d, %v", len(people), err)
	}
	return people
}

// ask sends one request to the console; allowed are the statuses it may answer.
func (l *visitors) ask(ctx context.Context, method, path, cookie, kind string, body io.Reader, allowed ...int) (string, *http.Response) {
	r, err := http.NewRequestWithContext(ctx, method, "http://console.localhost"+path, body)
	if err != nil {
		l.complain("%s: %v", path, err)
		return "", nil
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Cookie", cookie)
	answer, err := l.client.Do(r)
	if err != nil {
		if ctx.Err() == nil && !strings.Contains(err.Error(), "reset by peer") && !strings.Contains(err.Error(), "broken pipe") { // refused before the end of a body
			l.complain("%s: %v", path, err)
		}
		return "", nil
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(answer.Body) // broken off with the context
	for _, status := range allowed {
		if answer.StatusCode == status {
			l.mu.Lock()
			l.desk[answer.StatusCode]++
			l.mu.Unlock()
			return string(said), answer
		}
	}
	if ctx.Err() == nil {
		l.complain("%s: %d %.200s", path, answer.StatusCode, said)
	}
	return "", nil
}

var writesAt = regexp.MustCompile(`href="/sites/(\d+)/articles/new"`)

// desks are the parts of the load that the console gets: an information officer signs in first, before the others mistype.
func (l *visitors) desks(ctx context.Context) (parts []func(context.Context)) {
	l.t.Helper()
	people := l.staff()
	for _, p := range people {
		if p.Role != "IO" {
			continue
		}
		cookie := l.signIn(ctx, p.Login, p.Password)
		home, _ := l.ask(ctx, http.MethodGet, "/", cookie, "", nil, http.StatusOK)
		site := writesAt.FindStringSubmatch(home)
		if site == nil {
			l.t.Fatalf("%s cannot write: %.2000s", p.Login, home)
		}
		parts = append(parts, l.writer(cookie, site[1]))
	}
	for i := range 8 {
		parts = append(parts, l.signIns(people, i))
	}
	return parts
}

const formKind = "application/x-www-form-urlencoded"

// signIn answers a session's cookie, or "" when this visitor has to wait.
func (l *visitors) signIn(ctx context.Context, login, password string) string {
	form := url.Values{"login": {login}, "password": {password}}.Encode()
	_, answer := l.ask(ctx, http.MethodPost, "/signin", "", formKind, strings.NewReader(form),
		http.StatusSeeOther, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusServiceUnavailable)
	if answer == nil {
		return ""
	}
	return strings.Split(answer.Header.Get("Set-Cookie"), ";")[0]
}

// signIns come one after another, most with a wrong password.
func (l *visitors) signIns(people []demo.Person, nth int) func(context.Context) {
	return func(ctx context.Context) {
		for i := nth; ctx.Err() == nil; i++ {
			p := people[i%len(people)]
			if i%4 > 0 {
				p.Password = "不是这个密码的密码"
			}
			l.signIn(ctx, p.Login, p.Password)
		}
	}
}

// writer is a person who sends what blows up: a document of 200 MB in 200 kB, a clipboard as large as is taken and one too large.
func (l *visitors) writer(cookie, site string) func(context.Context) {
	bomb, kind := docxBomb(l.t.Fatal)
	photo, photoKind := uploaded(l.t.Fatal, "手机照片.jpg", photograph(l.t.Fatal, 4000, 3000))
	points, pointsKind := uploaded(l.t.Fatal, "炸.jpg", photograph(l.t.Fatal, 8000, 6200))
	large, largeKind := uploaded(l.t.Fatal, "公报.pdf", []byte("%PDF-1.7\n"+strings.Repeat("0", 19<<20)+"\n%%EOF\n"))
	pasted := url.Values{"html": {"<p>" + strings.Repeat("<b><i>甲</i></b>", 20_000)}}.Encode()
	huge := url.Values{"html": {strings.Repeat("甲", 2<<20)}}.Encode()
	return func(ctx context.Context) {
		at := "/sites/" + site
		l.ask(ctx, http.MethodPost, at+"/articles/import", cookie, kind, bytes.NewReader(bomb), http.StatusRequestEntityTooLarge, http.StatusServiceUnavailable)
		l.ask(ctx, http.MethodPost, at+"/paste", cookie, formKind, strings.NewReader(pasted), http.StatusOK, http.StatusServiceUnavailable)
		l.ask(ctx, http.MethodPost, at+"/paste", cookie, formKind, strings.NewReader(huge), http.StatusRequestEntityTooLarge, http.StatusServiceUnavailable)
		l.ask(ctx, http.MethodPost, at+"/media", cookie, photoKind, bytes.NewReader(photo), http.StatusOK, http.StatusServiceUnavailable)
		l.ask(ctx, http.MethodPost, at+"/media", cookie, pointsKind, bytes.NewReader(points), http.StatusUnprocessableEntity, http.StatusServiceUnavailable)
		l.ask(ctx, http.MethodPost, at+"/media", cookie, largeKind, bytes.NewReader(large), http.StatusOK, http.StatusServiceUnavailable)
	}
}

// docxBomb is a form with a document whose text is 200 MB of blanks.
func docxBomb(fatal func(...any)) (form []byte, kind string) {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	part, err := z.Create("word/document.xml")
	for range 200 {
		if err == nil {
			_, err = part.Write(bytes.Repeat([]byte(" "), 1<<20))
		}
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		fatal(err)
	}
	return uploaded(fatal, "大.docx", file.Bytes())
}

// uploaded is a form with a file, for a column of the site.
func uploaded(fatal func(...any), name string, raw []byte) (form []byte, kind string) {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	_ = m.WriteField("column", "2") // a buffer takes everything
	field, err := m.CreateFormFile("file", name)
	if err != nil {
		fatal(err)
	}
	_, _ = field.Write(raw)
	_ = m.Close()
	return body.Bytes(), m.FormDataContentType()
}

// photograph is a JPEG as cameras write them, with something in every point.
func photograph(fatal func(...any), w, h int) []byte {
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	for i := range img.Y {
		img.Y[i] = byte(i*i>>12 ^ i>>7)
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = byte(i>>9), byte(i>>11)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		fatal(err)
	}
	return out.Bytes()
}
