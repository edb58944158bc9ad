// Package estate opens the sites of a city and watches over them in the browser: the wall of all sites, the sheet of one, the
// application with its approval, the opening in five steps and by a sheet of hundreds, suspending, resuming and closing, and 哀悼模式.
//
// It serves 安政办发〔2015〕71号 四(三) (全市政府网站统一技术平台; 县级部门、乡镇不再单独建设网站, d46, d48) and 五(一) (开办审核, d52).
// What may be opened and which state follows which is platform/site's to say; this room keeps who asked for a site, by which
// document, who answers for its content, and who decided. It is not for what a site says.
package estate

import (
	"context"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Room is what the estate needs of the house.
type Room struct {
	DB       *db.DB
	Now      kernel.Clock
	IDs      kernel.IDs
	Audit    *audit.Log
	Accounts *identity.Accounts
	Orgs     *org.Orgs
	Sites    *site.Sites
	Console  *console.Console
	Queue    *jobs.Queue
	LinkURL  func(token string) string // where a one-time link leads
}

// Estate is the room. Its methods are safe for concurrent use.
type Estate struct{ Room }

// New makes the room.
func New(r Room) *Estate { return &Estate{r} }

// Menu is the room's lines in the console.
func (e *Estate) Menu() []console.Entry {
	return []console.Entry{
		{Name: "网站情况", Path: "/sites/:site/estate", Any: []policies.Action{"site.apply", "site.approve", "site.provision", "user.create", "audit.read"}},
		{Name: "下级网站", Path: "/sites/:site/below", Any: []policies.Action{"site.approve"}},
		{Name: "所有网站", Path: "/estate", Any: []policies.Action{"monitor.read"}},
		{Name: "哀悼模式", Path: "/estate/grey", Any: []policies.Action{"cluster.greyscale"}},
		{Name: "站外链接", Path: "/estate/outside", Any: []policies.Action{"cluster.greyscale"}},
		{Name: "开通网站", Path: "/estate/new", Any: []policies.Action{"site.provision"}},
		{Name: "申请开办网站", Path: "/estate/apply", If: e.applies},
	}
}

// today is the day in Beijing.
func (e *Estate) today() string { return e.Now().In(kernel.Beijing).Format(time.DateOnly) }

// record writes what this room adds to a site's chain.
func (e *Estate) record(ctx context.Context, id kernel.SiteID, action, after string, note map[string]string) error {
	return e.Audit.Record(ctx, audit.Entry{Site: id, Action: action, Object: "site/" + id.String(), After: after, Note: note})
}
