package estate

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
)

// Post is somebody who is to answer for a site: a name, and the login the account gets.
type Post struct{ Name, Login string }

// Opening is the record of how a site came to be (五(一) 开办审核): who asked for it and why, by which document, who is to answer for
// its content, who decided. A site that was opened by a sheet or a command may have none.
type Opening struct {
	Site         kernel.SiteID
	Why          string
	Document     string // number of the paper that asks for the site or orders it
	Lead, Leader Post   // 内容主管, 分管领导
	AppliedBy    kernel.AccountID
	AppliedName  string
	AppliedAt    time.Time
	Decision     string // "", "approved" or "refused"
	Because      string
	DecidedBy    kernel.AccountID
	DecidedName  string
	DecidedAt    time.Time
}

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]$`)

// checkPosts refuses a record that names nobody, or one person for both.
func (f Form) checkPosts() error {
	if say := org.NameSays(f.Document, 2, 60); say != nil {
		return fault.In("document", "文号%s请写申请或批准文件的文号，如“安政办函〔2026〕12号”。", say)
	}
	for _, p := range []struct{ field, title, name, login string }{
		{"lead", "内容主管", f.Lead, f.LeadLogin}, {"leader", "分管领导", f.Leader, f.LeaderLogin}} {
		if say := org.NameSays(p.name, 2, 30); say != nil {
			return fault.In(p.field, "%s的姓名%s", p.title, say)
		}
		if !loginForm.MatchString(p.login) {
			return fault.In(p.field+"_login", "%s的登录名须为 3 至 64 个小写字母、数字或 . _ -，首尾须为字母或数字。", p.title)
		}
	}
	if strings.ContainsAny(f.Document+f.Lead+f.Leader, "'$;|") { // the next screen shows them inside a command
		return fault.In("document", "文号和姓名里不能有 ' $ ; | 这些符号。")
	}
	if f.LeadLogin == f.LeaderLogin {
		return fault.In("leader_login", "内容主管和分管领导应是两个人：至少两个人才能发布。请换一个登录名。")
	}
	return nil
}

// Apply asks for a site on behalf of a unit whose content the actor leads. The address is held for it until the decision.
func (e *Estate) Apply(ctx context.Context, f Form) (site.Site, error) {
	if say := org.NameSays(f.Why, 4, 500); say != nil {
		return site.Site{}, fault.In("why", "开办理由%s", say)
	}
	return e.create(ctx, f, site.Applied)
}

// Open opens a site at once, by a document that orders it.
func (e *Estate) Open(ctx context.Context, f Form) (site.Site, error) {
	state := site.Trial
	if f.Start == string(site.Online) {
		state = site.Online
	}
	return e.create(ctx, f, state)
}

// create makes the site and its record in one transaction.
func (e *Estate) create(ctx context.Context, f Form, state site.State) (made site.Site, err error) {
	if err := f.checkPosts(); err != nil {
		return made, err
	}
	who := kernel.ActorFrom(ctx)
	err = e.DB.InTx(ctx, func(ctx context.Context) error {
		spec, err := e.spec(ctx, f, state)
		if err != nil {
			return err
		}
		if made, err = e.Sites.Create(ctx, spec); err != nil {
			return err
		}
		o := Opening{Site: made.ID, Why: f.Why, Document: f.Document, Lead: Post{f.Lead, f.LeadLogin}, Leader: Post{f.Leader, f.LeaderLogin},
			AppliedBy: who.Account, AppliedName: who.Name, AppliedAt: e.Now()}
		if err := e.insertOpening(ctx, o); err != nil {
			return err
		}
		action := "site.apply"
		if state != site.Applied {
			action = "site.opening"
		}
		return e.record(ctx, made.ID, action, f.Document, map[string]string{"lead": f.LeadLogin, "leader": f.LeaderLogin, "why": f.Why})
	})
	return made, err
}

// Decide approves or refuses an application, for a reason that the applicant reads. Nobody decides about an own application.
func (e *Estate) Decide(ctx context.Context, id kernel.SiteID, approve bool, because string) error {
	if say := org.NameSays(because, 2, 200); say != nil {
		return fault.In("because", "意见%s请写明依据，或要改什么。", say)
	}
	who := kernel.ActorFrom(ctx)
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		o, ok, err := e.opening(ctx, id)
		if err != nil {
			return err
		}
		if ok && who.Account != 0 && o.AppliedBy == who.Account {
			return fault.New(fault.Forbidden, "自己提出的申请不能自己审批，请由另一位监督员办理。")
		}
		to := map[bool]site.State{true: site.Approved, false: site.Refused}[approve]
		if err := e.Sites.Move(ctx, id, to, because, ""); err != nil || !ok {
			return err
		}
		o.Decision, o.Because, o.DecidedBy, o.DecidedName, o.DecidedAt = string(to), because, who.Account, who.Name, e.Now()
		return e.saveDecision(ctx, o)
	})
}

// Provision does what was approved: the site goes to trial, and its address answers if it is verified. reason is for the chain.
func (e *Estate) Provision(ctx context.Context, id kernel.SiteID, reason string) error {
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		if err := e.Sites.Move(ctx, id, site.Provisioning, reason, ""); err != nil {
			return err
		}
		return e.Sites.Move(ctx, id, site.Trial, reason, "")
	})
}

// Launch takes a site from trial to online, once its address is its own.
func (e *Estate) Launch(ctx context.Context, id kernel.SiteID, reason string) error {
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		hosts, err := e.Sites.Domains(ctx, id)
		if err != nil {
			return err
		}
		for _, d := range hosts {
			if d.Primary && !d.Verified {
				return fault.New(fault.Conflict, "主域名 %s 还没有核验，公众打不开。请先在下面核验域名，再正式上线。", d.Host)
			}
		}
		return e.Sites.Move(ctx, id, site.Online, reason, "")
	})
}

// seeks are the units for which the actor may ask for a site: where the person leads the content of the whole unit.
func (e *Estate) seeks(ctx context.Context) ([]org.Org, error) {
	live, err := e.Accounts.Live(ctx, kernel.ActorFrom(ctx).Account, e.Now())
	if err != nil {
		return nil, err
	}
	var ids []kernel.OrgID
	for _, a := range live {
		own := policies.Held{Role: a.Role, Relation: policies.Own, InScope: true} // to the site that the unit does not have yet
		if a.Site != 0 || policies.May([]policies.Held{own}, "site.apply", policies.Proof{}) != nil {
			continue
		}
		ids = append(ids, a.Org)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	byID, err := e.Orgs.Many(ctx, ids...)
	if err != nil {
		return nil, err
	}
	var all []org.Org
	for _, id := range ids {
		if o, ok := byID[id]; ok {
			all = append(all, o)
			delete(byID, id)
		}
	}
	return all, nil
}

// applies reports whether the actor may ask for a site at all.
func (e *Estate) applies(ctx context.Context) bool {
	all, err := e.seeks(ctx)
	return err == nil && len(all) > 0
}

// Record is how a site was opened, if that is recorded, and the day on which a suspended one is expected back, or "".
func (e *Estate) Record(ctx context.Context, id kernel.SiteID) (o Opening, recorded bool, until string, err error) {
	if o, recorded, err = e.opening(ctx, id); err != nil {
		return o, false, "", err
	}
	until, err = e.pause(ctx, id)
	return o, recorded, until, err
}
