package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/tenants/article"
)

type importDocuments struct {
	File     string `arg:"" help:"${a_jsonl}"`
	Batch    string `name:"batch" placeholder:"ID" help:"${f_batch}"`
	Author   string `name:"author" required:"" placeholder:"LOGIN[=NAME]" help:"${f_author}"`
	Reviewer string `name:"reviewer" required:"" placeholder:"LOGIN[=NAME]" help:"${f_reviewer}"`
	Opinion  string `name:"opinion" placeholder:"TEXT" help:"${f_opinion}"`
	Source   string `name:"source" placeholder:"TEXT" help:"${f_source}"`
	Mapping  string `name:"mapping" placeholder:"FILE" help:"${f_mapping}"`
	DryRun   bool   `name:"dry-run" help:"${dry_run}"`
}

// imported is the report as --json prints it.
type imported struct {
	Batch    string           `json:"batch"`
	DryRun   bool             `json:"dry_run"`
	Lines    int              `json:"lines"`
	Imported int              `json:"imported"`
	Already  int              `json:"already"`
	Undated  int              `json:"undated"`
	Bytes    int64            `json:"bytes"`
	Seconds  float64          `json:"seconds"`
	Bad      []importedBadRow `json:"bad"`
}

type importedBadRow struct {
	Line   int    `json:"line"`
	Column int    `json:"column,omitempty"`
	Field  string `json:"field,omitempty"`
	ID     string `json:"id,omitempty"`
	Say    string `json:"say"`
}

// Run takes documents over, shows how far it is on stderr, and reports every row it refused.
func (c importDocuments) Run(s *session) error {
	mapping, err := c.mapping(s)
	if err != nil {
		return err
	}
	f, err := s.file(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	o := article.ImportOptions{Mapping: mapping, DryRun: c.DryRun}
	if o.Targets, err = targets(s.ctx, h); err != nil {
		return err
	}
	if o.Batch, err = c.batch(s, h); err != nil {
		return err
	}
	began := time.Now()
	o.Progress = func(r article.Report) {
		if took := time.Since(began).Seconds(); took > 0 {
			fmt.Fprintf(s.err, s.words.say("documents_on")+"\n", r.Lines, r.Imported, r.Already, len(r.Bad), float64(r.Imported)/took)
		}
	}
	o.Each = func(b article.BadRow) { fmt.Fprintln(s.err, badRow(b)) }
	report, err := h.Articles.ImportDocuments(s.ctx, f, o)
	v := imported{Batch: o.Batch.ID, DryRun: c.DryRun, Lines: report.Lines, Imported: report.Imported, Already: report.Already,
		Undated: report.Undated, Bytes: report.Bytes, Seconds: time.Since(began).Seconds(), Bad: []importedBadRow{}}
	for _, b := range report.Bad {
		v.Bad = append(v.Bad, importedBadRow(b))
	}
	if err == nil && !c.DryRun {
		err = h.Queue.Drain(s.ctx) // the full text follows at once, also when no server runs
	}
	printed := s.print(v, func(w io.Writer) {
		fmt.Fprintf(w, s.outcome(c.DryRun, err)+s.words.say("documents_in")+"\n", v.Batch, v.Lines, v.Imported, v.Already, v.Undated, len(v.Bad), v.Seconds)
	})
	if err = firstOf(err, printed); err == nil && len(v.Bad) > 0 {
		return errPartly
	}
	return err
}

func badRow(b article.BadRow) string {
	at := fmt.Sprintf("第 %d 行", b.Line)
	if b.Column > 0 {
		at += fmt.Sprintf("第 %d 字", b.Column)
	}
	if b.ID != "" {
		at += "（" + b.ID + "）"
	}
	return at + "：" + b.Say
}

func (c importDocuments) mapping(s *session) (*article.Mapping, error) {
	if c.Mapping == "" {
		return article.DefaultMapping(), nil
	}
	f, err := s.file(c.Mapping)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return article.ParseMapping(f)
}

// targets are all sites citizens may reach, named as `site list` shows their addresses.
func targets(ctx context.Context, h *House) ([]article.Target, error) {
	all, err := h.Sites.Listing(ctx, site.Filter{}, kernel.Page{})
	if err != nil {
		return nil, err
	}
	var out []article.Target
	for _, l := range all {
		if l.State == site.Online || l.State == site.Trial {
			out = append(out, article.Target{Site: l.ID, Name: l.Host + l.Prefix, Level: l.Level})
		}
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Conflict, "还没有站点，请先用 zhanqun site import 开通。")
	}
	return out, nil
}

// batch names the two people who sign; the batch of an interrupted run is continued by its id.
func (c importDocuments) batch(s *session, h *House) (publication.Batch, error) {
	b := publication.Batch{ID: cmp.Or(c.Batch, "import-"+strings.TrimSuffix(filepath.Base(c.File), ".gz")),
		Source: cmp.Or(c.Source, filepath.Base(c.File)), Review: cmp.Or(c.Opinion, "经核对，与原文一致。"), Secrecy: "均为已公开文件，不涉密。"}
	if c.DryRun { // nobody signs for what is not written
		b.Author, b.Reviewer = 1, 2
		return b, nil
	}
	author, err := signer(s, h, c.Author)
	if err != nil {
		return b, err
	}
	reviewer, err := signer(s, h, c.Reviewer)
	if err != nil {
		return b, err
	}
	if author.ID == reviewer.ID {
		return b, fault.New(fault.Forbidden, "录入人和审核人不能是同一个人。")
	}
	b.Author, b.Reviewer = author.ID, reviewer.ID
	s.ctx = kernel.WithActor(s.ctx, author.Actor("import"))
	return b, nil
}

// signer finds an account by its login; "login=name" opens it in the unit that runs the platform when there is none.
func signer(s *session, h *House, typed string) (identity.Account, error) {
	login, name, named := strings.Cut(typed, "=")
	a, err := h.Accounts.Find(s.ctx, strings.TrimSpace(login))
	if err == nil || !fault.Is(err, fault.NotFound) {
		return a, err
	}
	if !named {
		return a, fault.Because(err, fault.NotFound, "没有登录名为 %s 的账号；第一次使用时请写成 %s=姓名。", login, login)
	}
	host, err := hostOrg(s.ctx, h)
	if err != nil {
		return a, err
	}
	return h.Accounts.Create(s.ctx, identity.Account{Login: strings.TrimSpace(login), Name: name, Org: host})
}

// hostOrg is the city whose office runs the platform.
func hostOrg(ctx context.Context, h *House) (kernel.OrgID, error) {
	all, err := h.Orgs.All(ctx)
	if err != nil {
		return 0, err
	}
	var root kernel.OrgID
	for _, o := range all {
		if o.Level == org.City {
			return o.ID, nil
		}
		if o.Parent == 0 && root == 0 {
			root = o.ID
		}
	}
	if root == 0 {
		return 0, errors.New("there is no org")
	}
	return root, nil
}
