package app

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// asksSearch asks a site's search and answers the page, which is held to the HTML checker with the screens.
func (o *bureau) asksSearch(t *testing.T, query string, status int) string {
	t.Helper()
	got, header, body := o.get(t, o.site.URL("/search"+query))
	if got != status || header.Get("Set-Cookie") != "" {
		t.Errorf("/search%s answers %d %s", query, got, header.Get("Location"))
	}
	if len(body) > 0 && status != http.StatusMovedPermanently {
		o.mu.Lock()
		defer o.mu.Unlock()
		name := filepath.Join(o.dir, "search-"+url.PathEscape(query)[:min(len(url.PathEscape(query)), 60)]+".html")
		if err := os.WriteFile(name, body, 0o600); err != nil {
			t.Fatal(err)
		}
		o.kept[name] = "/search" + query
	}
	return string(body)
}

// T1, T2, T3 over HTTP: what is published is found with the next request and what is withdrawn no more; whoever assembles the home page writes the
// words of the search, the platform those of all sites; and the pages are clean HTML.
func TestCitizensFindWhatIsPublic(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, both := o.seat("io.find", "610902100", "IO"), o.seat("both.find", "610902100", "CL", "RV", "SR", "PB")
		assembler, operator := o.seat("ie.find", "610902", "IE"), o.operator()
		q := url.QueryEscape("停水")
		none := func(what string) {
			t.Helper()
			if body := o.asksSearch(t, "?q="+q, http.StatusOK); !strings.Contains(body, "没有找到“停水”") || strings.Contains(body, "检修") {
				t.Errorf("%s it is found: %s", what, body)
			}
		}
		none("before it is written")
		at := io.write("检修停水的通知")
		none("as a draft")
		io.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
		none("in review")
		both.wants(at+"/review", both.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
		if body := o.asksSearch(t, "?q="+q, http.StatusOK); !strings.Contains(body, "检修<mark>停水</mark>的通知") || !strings.Contains(body, "通知公告") || !strings.Contains(body, "noindex") {
			t.Errorf("it is not found: %s", body)
		}
		if body := o.asksSearch(t, "?q="+q+"&s=all", http.StatusOK); !strings.Contains(body, "检修<mark>停水</mark>的通知") {
			t.Errorf("it is not found in the city: %s", body)
		}
		o.asksSearch(t, "", http.StatusOK)
		o.asksSearch(t, "?q="+strings.Repeat(q, 101), http.StatusUnprocessableEntity)
		o.asksSearch(t, "?utm=1&q="+q, http.StatusMovedPermanently)
		o.asksSearch(t, "?q="+strings.Repeat("a", 10_000), http.StatusMovedPermanently)
		if _, _, body := o.get(t, o.site.URL("/")); !strings.Contains(string(body), `action="`+o.site.Path("/search")+`"`) {
			t.Error("the masthead has no search")
		}
		o.writesWords(t, assembler, both, operator)
		o.findsFiles(t)
		ctx := kernel.WithActor(context.Background(), identity.System("cli"))
		if err := o.Articles.Withdraw(ctx, o.site.ID, both.article(at).ID, "内容有误"); err != nil {
			t.Fatal(err)
		}
		none("withdrawn")
		if body := o.asksSearch(t, "", http.StatusOK); strings.Contains(body, "停水") {
			t.Errorf("a hot word finds what is withdrawn: %s", body)
		}
		if strings.HasSuffix(t.Name(), "sqlite") {
			o.cleanHTML(t)
		}
	})
}

// writesWords: the lists of the site and of all sites, by whom they are for, and what was looked for in vain.
func (o *bureau) writesWords(t *testing.T, assembler, editor, operator *worker) {
	screen := assembler.here() + "/search"
	assembler.shows(screen, "同义词", "还没有。只记词和次数")
	assembler.wants(screen, url.Values{"alike": {"停水 断水"}, "hot": {"停水"}, "best": {"停水 nowhere 标题"}, "version": {"0"}}, http.StatusUnprocessableEntity, "推荐第 1 行")
	assembler.wants(screen, url.Values{"alike": {"停水 断水"}, "hot": {"停水"}, "best": {""}, "version": {"0"}}, http.StatusSeeOther, "done")
	assembler.wants(screen, url.Values{"hot": {"别的"}, "version": {"0"}}, http.StatusConflict, "别的</textarea>")
	assembler.shows(screen+"?done=1", "停水 断水", "已保存")
	editor.never(screen, http.StatusForbidden)
	operator.never(screen, http.StatusForbidden)
	assembler.never("/search-words", http.StatusForbidden)
	operator.shows("/search-words", "对所有网站的检索都有效")
	operator.wants("/search-words", url.Values{"alike": {"缺水 停水"}, "version": {"0"}}, http.StatusSeeOther, "done")
	for _, word := range []string{"断水", "缺水"} {
		if body := o.asksSearch(t, "?q="+url.QueryEscape(word), http.StatusOK); !strings.Contains(body, "检修<mark>停水</mark>的通知") {
			t.Errorf("%s does not find what stands for it: %s", word, body)
		}
	}
	o.asksSearch(t, "?q="+url.QueryEscape("不动产"), http.StatusOK)
	if err := o.Search.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	assembler.shows(screen, "不动产")
}

// findsFiles (T4): the words of a .docx and of a PDF behind a text, read by their job; a file that holds none is no error.
func (o *bureau) findsFiles(t *testing.T) {
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	author, reviewer := o.seat("a.file", "610902100", "IO"), o.seat("r.file", "610902100", "RV")
	body := "<p>附件在后。</p>"
	for name, raw := range map[string][]byte{"表格.docx": realFile(t, "docs/mammoth/tables.docx"), "说明.pdf": realFile(t, "docs/opf/text_only_pdfa1b.pdf"), "扫描.pdf": []byte("%PDF-1.4\n%%EOF")} {
		item, err := o.Media.Take(kernel.WithActor(ctx, author.account.Actor("console")), o.site.ID, name, raw)
		if err != nil {
			t.Fatal(err)
		}
		body += item.Markup("")
	}
	id, err := o.Articles.Create(kernel.WithActor(ctx, author.account.Actor("console")), o.site.ID, 2, publication.Small, article.Payload{Title: "带附件的公告", Body: body})
	if err != nil {
		t.Fatal(err)
	}
	e, err := o.Articles.Submit(kernel.WithActor(ctx, author.account.Actor("console")), o.site.ID, id, 1)
	if err == nil {
		err = o.Published.Approve(ctx, o.site.ID, e, publication.Opinion{Reviewer: reviewer.account.ID, Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"})
	}
	if err == nil {
		err = o.Articles.Publish(ctx, o.site.ID, id)
	}
	if err == nil {
		err = o.Queue.Drain(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"Below", "copyright"} {
		if found := o.asksSearch(t, "?q="+url.QueryEscape(words), http.StatusOK); !strings.Contains(found, "带附件的公告") {
			t.Errorf("%s is not found: %s", words, found)
		}
	}
}

func realFile(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(corpus.Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
