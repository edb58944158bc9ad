package media

import (
	"errors"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// E6, 先审查后公开: a text is sent with the words of that moment and stays with them; whoever puts others changes the next one. Captions are
// public with a public text that was reviewed with them, and below their own site.
func TestWordsGoWithTheirEdition(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		i := h.take("通知.mp4", frame)
		still := h.take("江.png", drawn(t, "png", 40, 30))
		body := i.Markup("演练") + still.Markup("江")
		if err := h.Has(h.ctx, h.one, body); !strings.Contains(fault.Say(err), "“通知.mp4”还没有字幕或文字稿") {
			t.Errorf("without words: %v", err)
		}
		freeze := func(id int64) publication.EditionID {
			e, err := h.pub.Freeze(h.ctx, publication.Draft{Object: publication.Object{Site: h.one, Kind: "article", ID: id}, Author: 11, Policy: publication.Small, Title: "江", Payload: []byte(`{}`)})
			h.must(err)
			return e
		}
		first := freeze(5)
		if err := h.Use(h.ctx, h.one, int64(first), body); !fault.Is(err, fault.Invalid) {
			t.Errorf("a text without words is sent: %v", err)
		}
		captions := must(ReadCaptions([]byte(twoCues)))
		h.must(h.PutWords(h.ctx, h.one, i.ID, Words{Captions: captions}))
		h.must(h.Use(h.ctx, h.one, int64(first), body))
		h.must(h.PutWords(h.ctx, h.one, i.ID, Words{Transcript: "改过的\r\n\r\n文字稿"}))
		second := freeze(6)
		h.must(h.Use(h.ctx, h.one, int64(second), body))
		h.must(h.PutWords(h.ctx, h.one, i.ID, Words{Waiver: "只有风景。"}))
		for edition, want := range map[publication.EditionID][]string{
			first:  {`src="/z/a/-/media/`, `/captions-1.vtt" default></video>`, "<summary>文字稿</summary><p>大家好 &amp; 欢迎</p><p>第二行 还有一行</p>"},
			second: {"<p>改过的</p><p>文字稿</p></details>"},
			0:      {"没有字幕和文字稿：只有风景。"},
		} {
			got, err := h.Dress(h.ctx, h.one, int64(edition), "/z/a", body)
			for _, w := range want {
				if err != nil || !strings.Contains(got, w) || strings.Contains(got, "captions-") != (edition == first) {
					t.Errorf("edition %d is shown as %s, %v; want %s", edition, got, err, w)
				}
			}
		}
		for _, at := range []kernel.SiteID{h.one, h.next} {
			got, err := h.words(h.ctx, at, int64(first), i.ID)
			if all, aerr := h.words(h.ctx, at, 0, i.ID); errors.Join(err, aerr) != nil || (at == h.one) != (len(got) == 1) || (at == h.one) != (len(all) == 1) {
				t.Errorf("site %d has %v and %v, %v", at, got, all, errors.Join(err, aerr))
			}
		}
		open := func(when string, want ...bool) {
			t.Helper()
			for no, w := range want {
				for _, at := range []kernel.SiteID{h.one, h.next} {
					text, err := h.captions(h.ctx, at, i.ID, int64(no), true)
					if (err == nil) != (w && at == h.one) || err == nil && text != captions || err != nil && !fault.Is(err, fault.NotFound) {
						t.Errorf("%s, captions %d of site %d: %v", when, no, at, err)
					}
				}
			}
			if _, err := h.captions(h.ctx, h.one, i.ID, 1, false); err != nil {
				t.Errorf("%s an editor does not get them: %v", when, err)
			}
		}
		publish := func(e publication.EditionID) {
			t.Helper()
			h.must(h.pub.Approve(h.ctx, h.one, e, publication.Opinion{Reviewer: 12, Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"}))
			h.must(h.pub.Publish(h.ctx, h.one, e, publication.Placing{Place: 2}))
		}
		open("before", false, false, false)
		publish(second)
		open("with the second", false, false, false) // which has a transcript and was never reviewed with captions
		publish(first)
		open("with the first", false, true, false, false)
		h.must(h.pub.Withdraw(h.ctx, publication.Object{Site: h.one, Kind: "article", ID: 5}, "有误"))
		open("withdrawn", false, false, false)
	})
}

// E6: words are refused in a sentence that says what to do; who put them is on record, in a site of their own.
func TestWordsThatAreNot(t *testing.T) {
	h := build(t, dbtest.SQLite(t, schema...), must(files.Open(t.TempDir())))
	i := h.take("通知.mp4", frame)
	for name, c := range map[string]struct {
		site kernel.SiteID
		id   ID
		w    Words
		say  string
	}{
		"nothing":         {h.one, i.ID, Words{Waiver: "  ", Transcript: "\n"}, "请上传字幕"},
		"both":            {h.one, i.ID, Words{Waiver: "不必", Transcript: "有"}, "不必再写理由"},
		"a long reason":   {h.one, i.ID, Words{Waiver: strings.Repeat("长", waiverMost+1)}, "理由太长"},
		"a library":       {h.one, i.ID, Words{Transcript: strings.Repeat("长", transcriptMost+1)}, "文字稿太长"},
		"another site's":  {h.next, i.ID, Words{Transcript: "有"}, "没有这个文件"},
		"beside a still":  {h.one, h.take("江.png", drawn(t, "png", 9, 9)).ID, Words{Transcript: "有"}, "只有视频和音频"},
		"beside no thing": {h.one, 7, Words{Transcript: "有"}, "没有这个文件"},
	} {
		if err := h.PutWords(h.ctx, c.site, c.id, c.w); !strings.Contains(fault.Say(err), c.say) {
			t.Errorf("%s: %v", name, err)
		}
	}
	h.must(h.PutWords(h.ctx, h.one, i.ID, Words{Waiver: " 只有风景。 "}))
	all, err := h.words(h.ctx, h.one, 0, i.ID)
	if w := all[i.ID]; err != nil || w.No != 1 || w.Waiver != "只有风景。" || w.By != 11 || w.Name != "测试" || w.At.IsZero() {
		t.Errorf("kept %+v, %v", w, err)
	}
	for body, want := range map[string]string{i.Markup(""): "齐全", `<p>无</p>`: "", h.take("江.png", drawn(t, "png", 9, 9)).Markup(""): "", h.take("又.mp4", append(frame, box("free", "x")...)).Markup(""): "还没有字幕或文字稿"} {
		all, err := h.Standings(h.ctx, h.one, body)
		if err != nil || (want == "") != (len(all) == 0) || want != "" && want != "齐全" && all[0].Say != want {
			t.Errorf("%s stands as %+v, %v", body, all, err)
		}
	}
}
