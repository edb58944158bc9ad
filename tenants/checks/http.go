package checks

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/tenants/article"
)

const room = "tenants/checks"

// Routes adds the screens and the acts.
func (k *Checks) Routes(r *web.Router) {
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodGet, Path: "/sites/:site/checks", Action: reads[0], Or: reads[1:], Tenancy: "site", Cache: "no-store", Do: k.showSite})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodGet, Path: "/wordpacks", Action: installs, Tenancy: "platform", Cache: "no-store", Do: k.showPacks})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodPost, Path: "/wordpacks", Action: installs, Tenancy: "platform", Cache: "no-store", Do: k.importPack})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodPost, Path: "/wordpacks/remove", Action: installs, Tenancy: "platform", Cache: "no-store", Do: k.removePack})
}

// sitePage is what was found in all that is public on a site.
type sitePage struct {
	Rows         []siteRow
	Newer, Older string
}

type siteRow struct {
	Title, Href, Say, Quote, Name, Kind string
}

// packsPage is the word packs of the cluster.
type packsPage struct {
	Basic      int
	Rows       []Installed
	Name, Text string // as typed
	Done       string
	Wrong      string
}

var (
	siteView  = console.Define[sitePage]("checks", "site")
	packsView = console.Define[packsPage]("checks", "packs")
)

// names are what the rules are called on screen.
var names = map[Rule]string{
	Identity: "身份证号", Mobile: "手机号", BankCard: "银行卡号", Plate: "车牌号", Home: "家庭住址", Typo: "错别字", Wording: "规范用语", Sensitive: "敏感词", Secret: "涉密",
	LeaderName: "领导姓名", LeaderPost: "领导职务", LeaderOrder: "领导排序", PictureText: "图片说明", HeadingOrder: "小标题", TableHeader: "表头",
	LinkText: "链接文字", LinkAddress: "链接地址", DeadLink: "死链", Missing: "缺项", TitleLength: "标题", Punctuation: "标点", Spaces: "空格", NearlySame: "雷同",
}

// Name is what a finding's rule is called on screen.
func (f Finding) Name() string { return names[f.Rule] }

// Look is how a finding's mark looks.
func (f Finding) Look() string {
	if f.Severity == Must || f.Rule == PictureText {
		return "bad"
	}
	return "warn"
}

const perPage = 50

func (k *Checks) showSite(c *fiber.Ctx) error {
	ctx := c.UserContext()
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site")) // the guard has read it
	number, err := strconv.Atoi(c.Query("p", "1"))
	if err != nil || number < 1 || number > 1<<20 {
		number = 1
	}
	hits, err := k.hits(ctx, id, kernel.Page{Number: number, Size: perPage})
	if err != nil {
		return err
	}
	var ids []int64
	for _, h := range hits {
		ids = append(ids, h.ArticleID)
	}
	titles := map[int64]string{}
	if len(ids) > 0 {
		all, _, err := k.Published.LiveMany(ctx, id, article.Kind, ids)
		if err != nil {
			return err
		}
		for _, l := range all {
			titles[l.ID] = l.Title
		}
	}
	var p sitePage
	for _, h := range hits {
		f := Finding{Rule: h.Rule, Severity: h.Severity}
		p.Rows = append(p.Rows, siteRow{titles[h.ArticleID], "/sites/" + id.String() + "/articles/" + strconv.FormatInt(h.ArticleID, 10), h.Say, h.Quote, f.Name(), f.Look()})
	}
	if number > 1 {
		p.Newer = c.Path() + "?p=" + strconv.Itoa(number-1)
	}
	if len(hits) == perPage {
		p.Older = c.Path() + "?p=" + strconv.Itoa(number+1)
	}
	return siteView.Show(k.Console, c, console.Page{Title: say(c, "体检"), Site: id}, p)
}

func say(c *fiber.Ctx, zh string) string { return console.Say(console.Language(c), zh) }

// sentences are what the screen of the packs says after an act.
var sentences = map[string]string{"imported": "已导入。已公开的稿件正在重新检查，结果在各站的“体检”里。", "removed": "已移除。已公开的稿件正在重新检查。"}

func (k *Checks) showPacks(c *fiber.Ctx) error {
	p := packsPage{}
	if s := sentences[c.Query("done")]; s != "" {
		p.Done = say(c, s)
	}
	return k.packList(c, p, fiber.StatusOK)
}

func (k *Checks) packList(c *fiber.Ctx, p packsPage, status int) error {
	p.Basic = len(Basic().Entries)
	var err error
	if p.Rows, err = k.Installed(c.UserContext(), kernel.Platform); err != nil {
		return err
	}
	return packsView.Show(k.Console, c, console.Page{Title: say(c, "词库"), Status: status}, p)
}

// importPack takes over what was pasted or chosen as a file.
func (k *Checks) importPack(c *fiber.Ctx) error {
	p := packsPage{Name: strings.Clone(c.FormValue("name")), Text: strings.Clone(c.FormValue("words"))}
	_, err := k.Import(c.UserContext(), kernel.Platform, p.Name, strings.NewReader(p.Text))
	switch fault.KindOf(err) {
	case fault.Invalid, fault.TooLarge:
		p.Wrong = console.Told(c, err)
		return k.packList(c, p, fiber.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/wordpacks?done=imported", fiber.StatusSeeOther)
}

func (k *Checks) removePack(c *fiber.Ctx) error {
	err := k.Remove(c.UserContext(), kernel.Platform, strings.Clone(c.FormValue("name")))
	if fault.Is(err, fault.NotFound) {
		return k.packList(c, packsPage{Wrong: console.Told(c, err)}, fiber.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/wordpacks?done=removed", fiber.StatusSeeOther)
}
