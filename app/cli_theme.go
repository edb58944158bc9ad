package app

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
)

type themeCheck struct {
	Path string `arg:"" help:"${a_theme}"`
}

// themeFound is what --json prints of a package.
type themeFound struct {
	Name     string   `json:"name"`
	Digest   string   `json:"digest"`
	Problems []string `json:"problems"`
}

// Run says everything that keeps a package from being installed.
func (c themeCheck) Run(s *session) error {
	r, err := renderer()
	if err != nil {
		return err
	}
	p, found, err := s.theme(r, c.Path)
	if err != nil {
		return err
	}
	v := themeFound{Problems: []string{}}
	if p != nil {
		v.Name, v.Digest = p.Name, p.Digest
	}
	for _, f := range found {
		v.Problems = append(v.Problems, f.String())
	}
	if err := s.print(v, func(w io.Writer) {
		for _, f := range v.Problems {
			fmt.Fprintln(w, f)
		}
		if len(found) == 0 {
			fmt.Fprintf(w, s.words.say("theme_good")+"\n", p.Name, p.Title)
		}
	}); err != nil {
		return err
	}
	if len(found) > 0 {
		return fault.New(fault.Invalid, "主题有 %d 处要改，不能安装。", len(found))
	}
	return nil
}

// theme reads a package from a folder or a zip, and checks it.
func (s *session) theme(r *render.Renderer, path string) (*render.Pack, []render.Problem, error) {
	p, found, err := s.pack(path)
	if p != nil {
		found = r.Check(p, samples())
	}
	return p, found, err
}

func (s *session) pack(path string) (*render.Pack, []render.Problem, error) {
	if i, err := os.Stat(path); err == nil && i.IsDir() {
		p, found := render.ReadDir(os.DirFS(path))
		return p, found, nil
	}
	f, err := s.file(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, render.PackMost+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", path, err)
	}
	p, found := render.ReadZip(b)
	return p, found, nil
}

type previewCommand struct {
	Theme string `name:"theme" placeholder:"DIR" help:"${f_preview_theme}"`
	At    string `name:"at" default:"127.0.0.1:8090" placeholder:"ADDRESS" help:"${f_preview_at}"`
}

// Run shows every page in every state, with invented content, to who sits at this machine; it needs no store.
func (c previewCommand) Run(s *session) error {
	host, _, err := net.SplitHostPort(c.At)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fault.In("at", "预览只在本机打开，地址请写成 127.0.0.1:8090 这样。")
	}
	r, err := renderer()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.At)
	if err != nil {
		return fault.Because(err, fault.Conflict, "地址 %s 用不了，可能已被占用。请用 --at 换一个端口。", c.At)
	}
	server := &http.Server{Handler: &preview{session: s, render: r, dir: c.Theme}, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-s.ctx.Done()
		if err := server.Close(); err != nil {
			slog.Warn("the preview did not close", "err", err)
		}
	}()
	fmt.Fprintf(s.out, s.words.say("preview_at")+"\n", "http://"+l.Addr().String()+"/")
	err = server.Serve(l)
	<-done
	if err == http.ErrServerClosed {
		return nil
	}
	return err
}

// preview answers /, and /<theme>/<sample> with elder or hant before the theme. The folder of an author is looked at again whenever it has changed.
type preview struct {
	session *session
	render  *render.Renderer
	dir     string

	mu   sync.Mutex
	last authored
}

// authored is the author's theme as it was when last looked at.
type authored struct {
	digest, name string
	render       *render.Renderer // with it, if it can be shown at all
	found        []render.Problem
}

// previewPolicy is what citizens' pages are sent with, so that what it forbids is seen before a theme is installed.
const previewPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

func (p *preview) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	w.Header().Set("Content-Security-Policy", previewPolicy)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	now, err := p.current()
	r := now.render
	status, kind, body := http.StatusOK, "text/html; charset=utf-8", []byte(nil)
	if b, k, ok := r.Asset(q.URL.Path); ok {
		kind, body = k, b
	} else if q.URL.Path == "/" {
		body = p.index(now, err)
	} else if body = p.page(r, q.URL.Path); body == nil {
		status, body = http.StatusNotFound, r.Error(render.SampleSite("base"), nil, http.StatusNotFound, "preview")
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		slog.Debug("the browser went away", "err", err)
	}
}

// current is the author's theme as it is now.
func (p *preview) current() (authored, error) {
	none := authored{render: p.render}
	if p.dir == "" {
		return none, nil
	}
	pack, found, err := p.session.pack(p.dir)
	if pack == nil || err != nil {
		none.found = found
		return none, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last.digest == pack.Digest {
		return p.last, nil
	}
	p.last = authored{digest: pack.Digest, render: p.render, found: p.render.Check(pack, samples())}
	if pack.Name != "" {
		if r, err := p.render.Beside(pack); err == nil { // else what is wrong was found
			p.last.render, p.last.name = r, pack.Name
		}
	}
	return p.last, nil
}

func (p *preview) page(r *render.Renderer, path string) []byte {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	variant := kernel.Variant("")
	if len(parts) == 3 {
		variant, parts = kernel.Variant(parts[0]), parts[1:]
	}
	if len(parts) != 2 || variant != "" && variant != kernel.Elder && variant != kernel.Hant {
		return nil
	}
	for _, s := range samples() {
		if s.Name() == parts[1] {
			b, err := s.HTML(r, render.SampleSite(parts[0]).In(variant))
			if err != nil {
				return []byte("<!DOCTYPE html><html lang=\"zh-CN\"><title>?</title><p>" + template.HTMLEscapeString(err.Error()))
			}
			return b
		}
	}
	return nil
}

var previewIndex = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>主题预览</title></head>
<body><main><h1>主题预览</h1>
{{with .Err}}<p role="alert">{{.}}</p>{{end}}
{{if .Dir}}{{if .Found}}<h2>{{.Dir}} 要改 {{len .Found}} 处</h2><ul>{{range .Found}}<li>{{.}}</li>{{end}}</ul>{{else if not .Err}}<p>{{.Dir}} 可以安装。</p>{{end}}{{end}}
{{range .Themes}}{{$t := .}}<h2>{{.Title}}（{{.Name}}）</h2><ul>{{range $.Samples}}<li><a href="/{{$t.Name}}/{{.Name}}">{{.Name}}</a>{{if not .Only}} <a href="/elder/{{$t.Name}}/{{.Name}}">长者版</a> <a href="/hant/{{$t.Name}}/{{.Name}}">繁體</a>{{end}}</li>{{end}}</ul>
{{end}}</main></body></html>
`))

func (p *preview) index(now authored, err error) []byte {
	page := struct {
		Dir     string
		Err     error
		Found   []render.Problem
		Themes  []render.Named
		Samples []render.Sample
	}{Dir: p.dir, Err: err, Found: now.found, Themes: now.render.Themes(), Samples: samples()}
	if now.name != "" { // the author's first
		for i, t := range page.Themes {
			if t.Name == now.name {
				page.Themes = append([]render.Named{t}, append(page.Themes[:i:i], page.Themes[i+1:]...)...)
			}
		}
	}
	var b bytes.Buffer
	if err := previewIndex.Execute(&b, page); err != nil {
		return []byte(err.Error()) // a constant template over strings does not fail
	}
	return b.Bytes()
}
