package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/index"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// deed is one thing to do, whose preparations are made. After do has failed it may be called again; check answers nil
// when what do does is there. Parts says that do has several transactions, so that a failure may leave the first of them.
type deed struct {
	do, check func() error
	parts     bool
}

// operations are what the program does to its store, in the words of those who ask for it.
var operations = []struct {
	name string
	make func(w *works) (deed, error)
}{
	{"import orgs", importOrgs},
	{"open a site", openSite},
	{"suspend a site", suspendSite},
	{"bind a domain", bindDomain},
	{"create an account", createAccount},
	{"appoint", appoint},
	{"add a column", addColumn},
	{"create an article", createArticle},
	{"edit an article", editArticle},
	{"submit an article", submitArticle},
	{"approve a step", approveStep},
	{"publish an article", publishArticle},
	{"publish in an emergency", publishEmergency},
	{"move an article", moveArticle},
	{"withdraw an article", withdrawArticle},
	{"erase an article", eraseArticle},
	{"import documents", importDocumentsOf},
	{"enqueue a job", enqueueJob},
	{"claim and run a job", runJob},
	{"record in the audit chain", recordAudit},
	{"update the index", updateIndex},
}

// want is nil when got is as it should be.
func want[T comparable](what string, got, want T, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if got != want {
		return fmt.Errorf("%s is %v, want %v", what, got, want)
	}
	return nil
}

func (w *works) township() (org.Org, error) {
	n := w.next()
	return w.Orgs.Create(w.ctx, org.Spec{Code: code(n), Name: fmt.Sprintf("第%s镇", numeral(n)), Level: org.Township, Parent: w.County, Slug: fmt.Sprintf("zhen%d", n)})
}

func code(n int) string { return fmt.Sprintf("%09d", 610902000+n%1000+n/1000*1000000) }

// numeral writes n in Chinese digits, which a name of a place may hold.
func numeral(n int) string {
	var b strings.Builder
	for _, r := range fmt.Sprint(n) {
		b.WriteRune([]rune("零一二三四五六七八九")[r-'0'])
	}
	return b.String()
}

func importOrgs(w *works) (deed, error) {
	n := w.next()
	sheet := fmt.Sprintf("code,name,level,parent_code,slug\n%s,第%s镇,township,610902,zhen%d\n", code(n), numeral(n), n)
	return deed{
		do: func() error {
			r, err := w.Orgs.Import(w.ctx, strings.NewReader(sheet), false)
			if err == nil && len(r.Problems) > 0 {
				err = fmt.Errorf("problems: %v", r.Problems)
			}
			return err
		},
		check: func() error { _, err := w.Orgs.ByCode(w.ctx, code(n)); return err },
	}, nil
}

func openSite(w *works) (deed, error) {
	o, err := w.township()
	return deed{
		do: func() error { _, err := w.Sites.Create(w.ctx, site.Spec{Org: o.ID}); return err },
		check: func() error {
			n, err := w.Sites.Count(w.ctx, site.Filter{Org: o.ID, State: site.Online})
			return want("sites of the township", n, 1, err)
		},
	}, err
}

func suspendSite(w *works) (deed, error) {
	o, err := w.township()
	if err != nil {
		return deed{}, err
	}
	made, err := w.Sites.Create(w.ctx, site.Spec{Org: o.ID})
	return deed{
		do: func() error { return w.Sites.Suspend(w.ctx, made.ID, "例行检修", "网站正在检修。") },
		check: func() error {
			s, err := w.Sites.Get(w.ctx, made.ID)
			return want("state", s.State, site.Suspended, err)
		},
	}, err
}

func bindDomain(w *works) (deed, error) {
	host := fmt.Sprintf("d%d.localhost", w.next())
	return deed{
		do: func() error { _, err := w.Sites.AddDomain(w.ctx, w.Site, host); return err },
		check: func() error {
			all, err := w.Sites.Domains(w.ctx, w.Site)
			found := 0
			for _, d := range all {
				if d.Host == host {
					found++
				}
			}
			return want("domains "+host, found, 1, err)
		},
	}, nil
}

func createAccount(w *works) (deed, error) {
	login := fmt.Sprintf("person.%d", w.next())
	return deed{
		do: func() error {
			_, err := w.Accounts.Create(w.ctx, identity.Account{Login: login, Name: "李明", Org: w.County})
			return err
		},
		check: func() error { _, err := w.Accounts.Find(w.ctx, login); return err },
	}, nil
}

func appoint(w *works) (deed, error) {
	a, err := w.Accounts.Create(w.ctx, identity.Account{Login: fmt.Sprintf("person.%d", w.next()), Name: "李明", Org: w.County})
	return deed{
		do: func() error {
			_, err := w.Accounts.Appoint(w.ctx, identity.Appointment{Account: a.ID, Role: "CL", Org: w.County, From: w.now(), Document: "汉政任〔2026〕1号"})
			return err
		},
		check: func() error {
			all, err := w.Accounts.Live(w.ctx, a.ID, dawn.AddDate(10, 0, 0))
			return want("appointments", len(all), 1, err)
		},
	}, err
}

func importDocumentsOf(w *works) (deed, error) {
	const documents = 3
	n := w.next()
	var lines strings.Builder
	for i := range documents {
		fmt.Fprintf(&lines, `{"id":"%d-%d","title":"第%d号旧文件之%d","date":"2019-05-0%d","level":"行政法规","body_html":"<p>旧文件的正文。</p>"}`+"\n", n, i, n, i, i+1)
	}
	batch := publication.Batch{ID: fmt.Sprintf("batch-%d", n), Source: "旧网站", Author: w.Author, Reviewer: w.Signers[0], Review: "同意迁移", Secrecy: "不涉密"}
	var count int64
	if err := w.count(batch.ID, &count); err != nil {
		return deed{}, err
	}
	return deed{parts: true,
		do: func() error {
			r, err := w.Articles.ImportDocuments(w.ctx, strings.NewReader(lines.String()), article.ImportOptions{Batch: batch, ChunkSize: 2,
				Targets: []article.Target{{Site: w.Site, Name: "hanbin", Level: "county"}}})
			if err == nil && len(r.Bad) > 0 {
				err = fmt.Errorf("bad rows: %v", r.Bad)
			}
			return err
		},
		check: func() error {
			err := w.count(batch.ID, &count)
			return want("documents of the batch", count, documents, err)
		},
	}, nil
}

// count is how many documents of a batch are public and found.
func (w *works) count(batch string, n *int64) error {
	return w.DB.Conn(w.ctx).NewRaw(`SELECT count(*) FROM article_imports i
		JOIN publications p ON p.site_id = i.site_id AND p.object_id = i.article_id
		WHERE i.batch = ? AND i.indexed`, batch).Scan(w.ctx, n)
}

func enqueueJob(w *works) (deed, error) {
	n := w.next()
	return deed{
		do:    func() error { return w.Queue.Add(w.ctx, w.Site, errand{n}, jobs.Options{Key: fmt.Sprint(n)}) },
		check: func() error { return errors.Join(w.Queue.Drain(w.ctx), w.ran(n)) },
	}, nil
}

func (w *works) ran(n int) error { return w.recorded(fmt.Sprintf("errand/%d", n)) }

// recorded looks for an object among the newest entries of the site's chain.
func (w *works) recorded(object string) error {
	lines, err := w.Audit.List(w.ctx, w.Site, kernel.Page{Size: 200})
	for _, l := range lines {
		if l.Object == object {
			return nil
		}
	}
	return errors.Join(err, fmt.Errorf("%s is not in the chain", object))
}

func runJob(w *works) (deed, error) {
	n := w.next()
	err := w.Queue.Add(w.ctx, w.Site, errand{n}, jobs.Options{})
	return deed{parts: true,
		do: func() error {
			w.at.Add(int64(2 * time.Hour / time.Second)) // a lease, or a pause after a failure, is over
			return w.Queue.Drain(w.ctx)
		},
		check: func() error { return w.ran(n) },
	}, err
}

func recordAudit(w *works) (deed, error) {
	object := fmt.Sprintf("thing/%d", w.next())
	return deed{
		do: func() error {
			return w.DB.InTx(w.ctx, func(ctx context.Context) error {
				return w.Audit.Record(ctx, audit.Entry{Site: w.Site, Action: "proof", Object: object})
			})
		},
		check: func() error { return w.recorded(object) },
	}, nil
}

func updateIndex(w *works) (deed, error) {
	id := int64(w.next())
	return deed{
		do: func() error {
			return w.DB.InTx(w.ctx, func(ctx context.Context) error {
				return w.Index.Put(ctx, index.Doc{Site: w.Site, ID: id, Title: "全文检索", Body: strings.Repeat("安康市汉滨区人民政府", 50), At: dawn})
			})
		},
		check: func() error {
			missing, err := w.Index.Missing(w.ctx, w.Site, []int64{id})
			return want("missing in the full text", len(missing), 0, err)
		},
	}, nil
}
