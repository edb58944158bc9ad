package access

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

type columns struct{ err error }

func (c columns) Nav(_ context.Context, s *render.Site) ([]render.Link, error) {
	return []render.Link{{Text: "政务公开", Href: s.Path("/c/gongkai")}}, c.err
}

func room(t *testing.T, c columns) *Access {
	t.Helper()
	r, err := render.New(render.Config{}, map[string]fs.FS{"access": Views()}, Pages()...)
	if err != nil {
		t.Fatal(err)
	}
	return New(c, func() time.Time { return time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC) }, r)
}

// S2: the statement names what there is and whom to tell, from what the site says of itself, in every variant.
func TestStatement(t *testing.T) {
	s := &render.Site{ID: 1, Name: "五里镇人民政府", Theme: "town", Origin: "https://a.gov.cn", Prefix: "/z/wuli", Phone: "0915-1234567", Sponsor: "五里镇党政办", Address: "五里镇街道1号"}
	bare := &render.Site{ID: 2, Name: "甲站", Theme: "dept", Origin: "https://b.gov.cn"}
	for _, c := range []struct {
		name       string
		site       *render.Site
		has, hasnt []string
	}{
		{"all it knows", s, []string{"五里镇党政办", `<a href="tel:09151234567">0915-1234567</a>`, "五里镇街道1号", `href="/z/wuli/-/elder/"`, `href="/z/wuli/-/hant/"`, "空格键", "不设置 Cookie"}, nil},
		{"nothing but a name", bare, []string{"甲站", "我为政府网站找错"}, []string{"tel:", "电话 ；", "地址 ；"}},
		{"the elder version", s.In(kernel.Elder), []string{"退出长者版", `href="/z/wuli/-/accessibility"`}, nil},
		{"traditional characters", s.In(kernel.Hant), []string{"無障礙說明", `lang="zh-Hant"`, `href="/z/wuli/" lang="zh-Hans"`}, []string{"无障碍说明"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := room(t, columns{}).page(t.Context(), &web.Request{Site: c.site, Path: render.StatementPath})
			if err != nil {
				t.Fatal(err)
			}
			body := string(p.Body)
			for _, want := range c.has {
				if !strings.Contains(body, want) {
					t.Errorf("it does not say %s", want)
				}
			}
			main := body[strings.Index(body, "<main"):strings.Index(body, "</main>")]
			for _, no := range c.hasnt {
				if strings.Contains(main, no) {
					t.Errorf("it says %s", no)
				}
			}
		})
	}
	broken := errors.New("away")
	if _, err := room(t, columns{broken}).page(t.Context(), &web.Request{Site: s}); !errors.Is(err, broken) {
		t.Errorf("without its columns: %v", err)
	}
}
