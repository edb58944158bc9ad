package emergency

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/web"
)

// d15: the page says what, where, what to do, who and until when; a path of the own site stays in the variant. The list has what is in force and
// what was.
func TestPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		w := h.storm("暴雨红色预警")
		w.Link = "/a/12"
		id := h.give(0, w)
		body, err := h.page(0, id, kernel.Elder)
		h.must(err)
		for _, want := range []string{"<p>今夜到明天有大暴雨。</p>", "<p>山洪风险高。</p>", "远离河道。", "汉江沿线", "安康市气象局", "红色预警（Ⅰ级）", "自然灾害", "2026-11-23 16:00", "正在生效", `href="/-/elder/a/12"`} {
			if !strings.Contains(body, want) {
				t.Errorf("the page does not say %s", want)
			}
		}
		if strings.Contains(body, "更新时间") {
			t.Error("it was not renewed")
		}
		_, err = h.page(1, id, "")
		refused(t, "on another site", err, fault.NotFound, "没有找到")
		_, err = h.page(0, h.draft(0, h.storm("草稿")), "")
		refused(t, "a draft", err, fault.NotFound, "没有找到")
		_, err = h.show(t.Context(), &web.Request{Site: h.sites[0], Params: map[string]string{"id": "x"}})
		refused(t, "no number", err, fault.NotFound, "没有这条预警")
		listed := func(i int) string {
			p, err := h.list(t.Context(), &web.Request{Site: h.sites[i]})
			h.must(err)
			return string(p.Body)
		}
		if now := listed(0); !strings.Contains(now, "暴雨红色预警（安康市气象局）") || strings.Contains(now, "<h2>以往的预警") {
			t.Error("the list does not have it in force")
		}
		h.pass(7 * time.Hour)
		if then := listed(0); !strings.Contains(then, "现在没有正在生效的预警") || !strings.Contains(then, fmt.Sprintf(`href="/warnings/%d">暴雨红色预警`, id)) {
			t.Error("the list does not have it among those of the past")
		}
		if there := listed(1); strings.Contains(there, "暴雨") {
			t.Error("it stands on another site's list")
		}
	})
}

// No link leads anywhere but to the web or into the site, whatever is typed.
func FuzzLeads(f *testing.F) {
	for _, s := range []string{"/a/1", "//x", "https://a.cn", "javascript:1", "/\\x", "data:,x", "https://", " /a", "HTTPS://a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, link string) {
		if !leads(link) {
			return
		}
		low := strings.ToLower(link)
		web := strings.HasPrefix(low, "https://") || strings.HasPrefix(low, "http://")
		if !web && (!strings.HasPrefix(link, "/") || strings.HasPrefix(link, "//")) || strings.Contains(link, "\\") {
			t.Errorf("%q leads somewhere", link)
		}
	})
}
