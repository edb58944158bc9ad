package article

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/index"
)

// finds are the articles of a site that hold the words, by what narrows them.
func (h *house) finds(site kernel.SiteID, text string, only index.Facets) (all []ID) {
	h.t.Helper()
	r, err := h.full.Search(h.ctx, index.Query{Sites: []kernel.SiteID{site}, Text: text, Only: only, Page: kernel.Page{Number: 1, Size: 50}})
	h.must(err)
	for _, hit := range r.Hits {
		all = append(all, hit.ID)
	}
	return all
}

func ruling(title, number, issuer, validity string) Payload {
	return Payload{Kind: Policy, Title: title, Body: "<p>" + title + "的正文。</p>", Document: &Document{Number: number, Issuer: issuer, Validity: validity}}
}

// T1, T2: what a document says of itself narrows the search, and what became of it since counts, until it is taken back; its number comes first.
func TestDocumentsAreFoundByWhatTheySay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		here, there := h.city.ID, h.towns[0].ID
		other := h.publish(h.city, 1, news("关于安政办发〔2015〕71号的解读"))
		first := h.publish(h.city, 1, ruling("网站群通知", "安政办发〔2015〕71号", "市政府办公室", "in_force"))
		theirs := h.publish(h.towns[0], 1, ruling("县里的通知", "汉政办发〔2015〕7号", "区政府办公室", ""))
		if got := h.finds(here, "安政办发【2015】71号", index.Facets{}); !slices.Equal(got, []ID{first, other}) {
			t.Errorf("by its number: %v", got)
		}
		for _, row := range []struct {
			only index.Facets
			want []ID
		}{
			{index.Facets{Kind: Policy}, []ID{first}}, {index.Facets{Kind: News}, []ID{other}}, {index.Facets{Issuer: "市政府办公室"}, []ID{first}},
			{index.Facets{Validity: "in_force"}, []ID{first}}, {index.Facets{Validity: "abolished"}, nil}, {index.Facets{Year: "2026", Kind: Policy}, []ID{first}},
		} {
			if got := h.finds(here, "2015", row.only); !slices.Equal(got, row.want) {
				t.Errorf("%+v: %v, want %v", row.only, got, row.want)
			}
		}
		h.must(h.SetValidity(h.ctx, here, first, Validity{State: "abolished", Reason: "已有新规定"}))
		if got := h.finds(here, "2015", index.Facets{Validity: "abolished"}); !slices.Equal(got, []ID{first}) {
			t.Errorf("abolished since: %v", got)
		}
		if n, err := h.Reindex(h.ctx, here); err != nil || n != 2 || len(h.finds(here, "2015", index.Facets{Validity: "abolished"})) != 1 {
			t.Errorf("made again: %d, %v", n, err)
		}
		found, err := h.Hits(h.ctx, here, []ID{first, other, theirs})
		if h.must(err); len(found) != 2 || found[first].Mark != "已废止" || found[first].Number != "安政办发〔2015〕71号" || found[first].Rest != fmt.Sprintf("/a/%d", first) ||
			found[other].Mark != "" || !strings.Contains(found[other].Body, "的正文") || found[other].Column == "" || found[other].Day.IsZero() {
			t.Errorf("as hits: %+v", found)
		}
		h.must(h.ClearValidity(h.ctx, here, first))
		if got := h.finds(here, "2015", index.Facets{Validity: "in_force"}); !slices.Equal(got, []ID{first}) {
			t.Errorf("taken back: %v", got)
		}
		h.must(h.SetValidity(h.ctx, here, first, Validity{State: "expired", Reason: "到期"}))
		h.must(h.Withdraw(h.ctx, here, first, "内容有误"))
		h.must(h.ClearValidity(h.ctx, here, first))
		if found, err := h.Hits(h.ctx, here, []ID{first, other}); err != nil || len(found) != 1 || len(h.finds(here, "网站群", index.Facets{})) != 0 {
			t.Errorf("withdrawn it is found: %+v %v", found, err)
		}
		if got := h.finds(there, "2015", index.Facets{}); !slices.Equal(got, []ID{theirs}) {
			t.Errorf("the county finds %v", got)
		}
	})
}

// cabinet is what the port says of files: their words by what a text names.
type cabinet map[string]string

func (s cabinet) Holds(text string) bool { return strings.Contains(text, "/-/media/") }

func (s cabinet) Words(_ context.Context, _ kernel.SiteID, body string) (words string, err error) {
	for name, text := range s {
		if strings.Contains(body, name) {
			words += text
		}
	}
	if strings.Contains(words, "坏") {
		return "", errors.New("the store does not answer")
	}
	return words, nil
}

func attachedTo(title, file string) Payload {
	return Payload{Title: title, Body: `<p>见附件。</p><p><a href="/-/media/` + file + `/file.pdf">附件</a></p>`}
}

// T4: the words in the files of a text are found once a job has read them, as long as that edition is public, and are its site's.
func TestWordsInFilesAreFound(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Files = cabinet{"/7/": "申请表应当如实填写", "/8/": "新表不再盖章" + strings.Repeat("长", fileWordsMost), "/9/": "坏"}
		here, there := h.city.ID, h.towns[0].ID
		id, plain := h.publish(h.city, 1, attachedTo("办事通知", "7")), h.publish(h.city, 1, news("申请须知"))
		if got := h.finds(here, "如实填写", index.Facets{}); len(got) != 0 {
			t.Errorf("before it is read: %v", got)
		}
		h.must(h.Queue.Drain(h.ctx))
		if got := h.finds(here, "如实填写", index.Facets{}); !slices.Equal(got, []ID{id}) {
			t.Errorf("read: %v", got)
		}
		if found, err := h.Hits(h.ctx, here, []ID{id, plain}); err != nil || !strings.Contains(found[id].Body, "如实填写") || strings.Contains(found[plain].Body, "如实") {
			t.Errorf("as hits: %+v, %v", found, err)
		}
		if n, err := h.Reindex(h.ctx, here); err != nil || n != 2 || len(h.finds(here, "如实填写", index.Facets{})) != 1 {
			t.Errorf("made again: %d, %v", n, err)
		}
		h.otherSitesFile(t, there, id)
		d, err := h.Get(h.ctx, here, id)
		h.must(err)
		h.must(h.Edit(h.ctx, here, id, d.Version, attachedTo("办事通知", "8")))
		h.review(h.city, id)
		h.must(h.Publish(h.ctx, here, id))
		if got := h.finds(here, "如实填写", index.Facets{}); len(got) != 0 {
			t.Errorf("a file of the edition before: %v", got)
		}
		h.must(h.Queue.Drain(h.ctx))
		if got := h.finds(here, "不再盖章", index.Facets{}); !slices.Equal(got, []ID{id}) {
			t.Errorf("the new file: %v", got)
		}
		h.must(h.Withdraw(h.ctx, here, id, "内容有误"))
		h.must(h.readFiles(h.ctx, here, id))
		if got := h.finds(here, "不再盖章", index.Facets{}); len(got) != 0 {
			t.Errorf("withdrawn: %v", got)
		}
	})
}

// otherSitesFile: what is kept under another site counts for nothing here.
func (h *house) otherSitesFile(t *testing.T, there kernel.SiteID, id ID) {
	t.Helper()
	theirs := h.publish(h.towns[0], 1, attachedTo("县里的通知", "7"))
	live, err := h.Published.Live(h.ctx, object(there, theirs))
	h.must(err)
	if words, err := h.fileWords(h.ctx, h.city.ID, []publication.Live{*live}); err != nil || len(words) != 0 {
		t.Errorf("another site's: %v, %v", words, err)
	}
	h.must(h.Queue.Drain(h.ctx))
	h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error { return h.forgetKept(ctx, there, id) }))
	if words, err := h.fileWords(h.ctx, h.city.ID, []publication.Live{*live}); err != nil || len(words) != 0 {
		t.Errorf("another site's, read: %v, %v", words, err)
	}
	h.must(h.Published.Erase(h.ctx, object(there, theirs), publication.Erasure{Reason: "判决", Basis: "〔2026〕1号", By: reviewer, Approver: secrecy}))
	if words, err := h.fileWords(h.ctx, there, []publication.Live{*live}); err != nil || len(words) != 0 {
		t.Errorf("erased: %v, %v", words, err)
	}
	if got := h.finds(h.city.ID, "如实填写", index.Facets{}); !slices.Equal(got, []ID{id}) {
		t.Errorf("after another site was erased: %v", got)
	}
}

// T4: a file that cannot be reached is tried again, and one that was published before files were read is read with the next rebuild.
func TestFilesAreReadAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.publish(h.city, 1, attachedTo("办事通知", "7"))
		h.Files = cabinet{"/7/": "坏"}
		if err := h.readFiles(h.ctx, h.city.ID, id); err == nil {
			t.Error("a store that does not answer is no error")
		}
		h.Files = cabinet{"/7/": "如实填写"}
		if _, err := h.Reindex(h.ctx, h.city.ID); err != nil {
			t.Fatal(err)
		}
		h.must(h.Queue.Drain(h.ctx))
		if got := h.finds(h.city.ID, "如实填写", index.Facets{}); !slices.Equal(got, []ID{id}) {
			t.Errorf("found: %v", got)
		}
		h.must(h.ReindexOutdated(h.ctx, nil))
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error { return h.full.Clear(ctx, h.city.ID) }))
		h.must(h.ReindexOutdated(h.ctx, []kernel.SiteID{h.city.ID}))
		h.must(h.Queue.Drain(h.ctx))
		if got := h.finds(h.city.ID, "如实填写", index.Facets{}); !slices.Equal(got, []ID{id}) {
			t.Errorf("after an upgrade: %v", got)
		}
	})
}
