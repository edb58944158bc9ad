package article

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// LE7: a preview is the page that citizens get once the text is published, to the letter of its article, and no crawler's.
func TestThePreviewIsThePage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := Payload{Kind: Policy, Title: "关于预览的通知", Subtitle: "试行", Source: "市政府办公室", Body: "<p>正文<strong>一</strong>。</p><table><tbody><tr><td>甲</td></tr></tbody></table>",
			Document: &Document{Number: "安政办发〔2026〕1号", WrittenOn: "2026-11-02"}}
		id, err := h.Create(h.ctx, h.city.ID, 20, "", p)
		h.must(err)
		h.review(h.city, id)
		d, err := h.Get(h.ctx, h.city.ID, id)
		h.must(err)
		preview, err := h.Preview(h.ctx, h.city, d, &d.Payload, "")
		h.must(err)
		h.must(h.Publish(h.ctx, h.city.ID, id))
		page, err := h.show(h.city, id)
		h.must(err)
		article := func(body []byte) string {
			_, rest, _ := strings.Cut(string(body), "<article")
			inner, _, ok := strings.Cut(rest, "</article>")
			if !ok {
				t.Fatalf("no article in %s", body)
			}
			return inner
		}
		if got, want := article(preview), article(page.Body); got != want {
			t.Errorf("the preview:\n%s\nthe page:\n%s", got, want)
		}
		if !strings.Contains(string(preview), `<meta name="robots" content="noindex">`) {
			t.Error("a crawler may keep the preview")
		}
	})
}

// C12: a link opens one text, as it was, for three days, to whoever has it; nothing in the store opens it; it is ended at once.
func TestPreviewLinks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, err := h.Create(h.ctx, h.city.ID, 1, "", news("给领导看的"))
		h.must(err)
		_, err = h.OpenLink(h.ctx, h.city.ID, id, 9)
		refused(t, "a version that is not the article's", err, fault.Conflict, "刚被别人改过")
		_, err = h.OpenLink(h.ctx, h.towns[0].ID, id, 1)
		refused(t, "another site's", err, fault.NotFound, "没有这篇")
		secret, err := h.OpenLink(h.ctx, h.city.ID, id, 1)
		h.must(err)
		other, err := h.OpenLink(h.ctx, h.city.ID, id, 1)
		h.must(err)
		h.must(h.Edit(h.ctx, h.city.ID, id, 1, news("后来改的")))
		if d, p, err := h.ByLink(context.Background(), h.city.ID, secret); err != nil || d.ID != id || p.Title != "给领导看的" {
			t.Errorf("the link shows %+v, %v", p, err)
		}
		var kept string
		h.must(h.DB.Conn(h.ctx).NewRaw("SELECT digest FROM article_previews WHERE article_id = ? ORDER BY id LIMIT 1", id).Scan(h.ctx, &kept))
		for _, wrong := range []string{"", "x", kept, secret + "x", secret[1:]} {
			_, _, err := h.ByLink(h.ctx, h.city.ID, wrong)
			refused(t, "the secret "+wrong, err, fault.NotFound, "不对、已经过期")
		}
		_, _, err = h.ByLink(h.ctx, h.towns[0].ID, secret)
		refused(t, "at another site", err, fault.NotFound, "不对、已经过期")
		links, err := h.Links(h.ctx, h.city.ID, id)
		h.must(err)
		if len(links) != 2 || links[0].By != author || !links[0].ExpiresAt.Equal(h.now.Add(LinkFor)) {
			t.Fatalf("links %+v", links)
		}
		refused(t, "ending another site's", h.CloseLink(h.ctx, h.towns[0].ID, id, links[0].ID), fault.NotFound, "没有这个预览链接")
		h.must(h.CloseLink(h.ctx, h.city.ID, id, links[0].ID)) // the newer one, other's
		_, _, err = h.ByLink(h.ctx, h.city.ID, other)
		refused(t, "one that was ended", err, fault.NotFound, "收回")
		h.now = h.now.Add(LinkFor - time.Second)
		if _, _, err := h.ByLink(h.ctx, h.city.ID, secret); err != nil {
			t.Errorf("a second before its end: %v", err)
		}
		h.now = h.now.Add(time.Second)
		_, _, err = h.ByLink(h.ctx, h.city.ID, secret)
		refused(t, "one that has expired", err, fault.NotFound, "已经过期")
	})
}

// An imported text that nobody has changed is shared as it is.
func TestALinkToAnImportedText(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.take([]string{jsonl("d1", "迁移来的文件", "2001-01-01")}, h.city)
		var id ID
		h.must(h.DB.Conn(h.ctx).NewRaw("SELECT id FROM articles").Scan(h.ctx, &id))
		secret, err := h.OpenLink(h.ctx, h.city.ID, id, 1)
		h.must(err)
		if _, p, err := h.ByLink(h.ctx, h.city.ID, secret); err != nil || p.Title != "迁移来的文件" {
			t.Errorf("the link shows %+v, %v", p, err)
		}
		h.must(h.Edit(h.ctx, h.city.ID, id, 1, news("改正的")))
		if got := h.history(h.city.ID, id); got != "1 before "+h.authorOf(id)+" 迁移来的文件; 2 edit 11 改正的; " {
			t.Errorf("kept %q", got)
		}
	})
}

func (h *house) authorOf(id ID) string {
	h.t.Helper()
	v, err := h.Version(h.ctx, h.city.ID, id, 1)
	h.must(err)
	return v.Author.String()
}
