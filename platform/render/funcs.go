package render

import (
	"fmt"
	"hash/fnv"
	"html/template"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// funcs are what a view may call: dates, drawings and the arithmetic of tiles. No function reads data.
func (t *theme) funcs() template.FuncMap {
	return template.FuncMap{
		"day": day, "minute": minute, "iso": iso,
		"icon":     t.icon,
		"tiles":    t.tiles,
		"motif":    func(i int) string { return t.motifs[i%len(t.motifs)] },
		"panorama": func() string { return t.panorama },
		"per":      per,
		"key":      key,
		"tel":      tel,
		"dial":     func(href string) string { return strings.TrimPrefix(href, "tel:") },
		"parent":   parent,
		"leaves":   leaves,
	}
}

func shellFuncs() template.FuncMap {
	return template.FuncMap{"per": per, "domain": domain, "tel": tel, "minute": minute, "iso": iso}
}

// 国办发〔2017〕47号 附件: 发布时间 YYYY-MM-DD HH:MM.
func day(t time.Time) string    { return show(t, "2006-01-02") }
func minute(t time.Time) string { return show(t, "2006-01-02 15:04") }
func iso(t time.Time) string    { return show(t, "2006-01-02T15:04:05+08:00") }

func show(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(kernel.Beijing).Format(layout)
}

// per is how many of n tiles stand in a row of at most limit, so that the last row is as full as can be.
func per(n, limit int) int {
	best, worst := 1, 1<<30
	for k := 2; k <= limit; k++ {
		if empty := (k - n%k) % k; n >= k && empty <= worst {
			best, worst = k, empty
		}
	}
	if n <= limit && n > 0 {
		return n
	}
	return best
}

// key is an id for an element, from a text.
func key(s string) string {
	h := fnv.New32a()
	h.Write([]byte(s)) // a hash never fails
	return fmt.Sprintf("k%08x", h.Sum32())
}

var notDialled = regexp.MustCompile(`[^0-9+]`)

// telephone is the address that dials the first number in s, "" when there is none a telephone could dial.
func telephone(s string) string {
	first := s
	if i := strings.IndexAny(s, "、；;，,/（(转"); i >= 0 {
		first = s[:i]
	}
	n := notDialled.ReplaceAllString(first, "")
	if len(n) < 3 || len(n) > 15 || strings.ContainsAny(s, "演示xX") {
		return ""
	}
	return "tel:" + n
}

// Call is whom to call about a site, its number in Note as people write it, and in Href where a telephone can dial it; a demonstration's
// is called by nobody.
func Call(s *Site) Link {
	l := Link{Text: or(s.Sponsor, s.Name), Note: s.Phone}
	if !s.Demo {
		l.Href = telephone(s.Phone)
	}
	return l
}

// tel lets an address that dials pass html/template, and nothing else.
func tel(href string) template.URL {
	n, ok := strings.CutPrefix(href, "tel:")
	if !ok || n == "" || notDialled.MatchString(strings.ReplaceAll(n, "-", "")) {
		return ""
	}
	return template.URL(href)
}

// parent is the crumb above the page's own; the zero Link when that is the home page.
func parent(crumbs []Link) Link {
	if len(crumbs) < 2 || crumbs[len(crumbs)-2].Text == "首页" {
		return Link{}
	}
	return crumbs[len(crumbs)-2]
}

// leaves are the links of a directory that stand in no group.
func leaves(links []Link) []Link {
	return slices.DeleteFunc(slices.Clone(links), func(l Link) bool { return len(l.Children) > 0 })
}

// Tile is a link with a drawing of its own.
type Tile struct {
	Link
	Icon template.HTML
}

func (t *theme) icon(name string) template.HTML {
	if i, ok := t.icons[name]; ok {
		return i
	}
	return t.icons["doc"]
}

// tiles gives every link the drawing its words ask for, and no drawing twice.
func (t *theme) tiles(links []Link) []Tile {
	used := map[string]bool{}
	out := make([]Tile, len(links))
	for i, l := range links {
		name := t.pick(l.Text, used)
		used[name] = true
		out[i] = Tile{l, t.icon(name)}
	}
	return out
}

func (t *theme) pick(text string, used map[string]bool) string {
	for _, w := range iconWords {
		if strings.Contains(text, w.word) && !used[w.icon] && t.icons[w.icon] != "" {
			return w.icon
		}
	}
	for _, spare := range spareIcons {
		if !used[spare] && t.icons[spare] != "" {
			return spare
		}
	}
	return "doc"
}

// iconWords are tried in order: the more special word stands first.
var iconWords = []struct{ word, icon string }{
	{"依申请", "apply"}, {"指南", "compass"}, {"制度", "scale"}, {"法定", "checklist"}, {"年报", "chart"}, {"公报", "gazette"},
	{"规划", "chart"}, {"统计", "chart"}, {"财政", "coins"}, {"预决算", "coins"}, {"预算", "coins"}, {"采购", "cart"},
	{"公积金", "coins"}, {"社保", "shield"}, {"社会保障", "shield"}, {"社会保险", "shield"}, {"医保", "medical"}, {"医疗", "medical"}, {"卫生", "medical"}, {"健康", "medical"},
	{"不动产", "house"}, {"住房", "house"}, {"宅基地", "house"}, {"建房", "house"}, {"教育", "school"}, {"入学", "school"}, {"考试", "pencil"}, {"职称", "medal"}, {"人才", "medal"}, {"人才", "people"}, {"工伤", "medical"},
	{"户籍", "idcard"}, {"户口", "idcard"}, {"身份", "idcard"}, {"证件", "idcard"}, {"企业", "briefcase"}, {"就业", "briefcase"}, {"失业", "handshake"}, {"劳动", "gavel"}, {"维权", "gavel"}, {"仲裁", "gavel"},
	{"交通", "bus"}, {"出行", "bus"}, {"公交", "bus"}, {"车", "bus"}, {"养老", "elder"}, {"老年", "elder"}, {"残疾", "care"}, {"低保", "care"}, {"救助", "care"}, {"民政", "care"},
	{"生育", "family"}, {"婚", "family"}, {"儿童", "family"}, {"妇", "family"}, {"农", "sprout"}, {"林", "sprout"}, {"茶", "sprout"}, {"水", "water"}, {"电费", "bolt"}, {"供电", "bolt"}, {"燃气", "flame"},
	{"环境", "leaf"}, {"生态", "leaf"}, {"税", "receipt"}, {"缴费", "receipt"}, {"补贴", "receipt"}, {"旅游", "mountain"}, {"走进", "mountain"}, {"概况", "mountain"}, {"风光", "mountain"},
	{"便民", "house"}, {"村务", "board"}, {"社区", "board"}, {"公告", "megaphone"}, {"公示", "megaphone"}, {"要闻", "gazette"}, {"动态", "gazette"}, {"新闻", "gazette"},
	{"解读", "lamp"}, {"问答", "question"}, {"文件", "doc"}, {"政策", "doc"}, {"法规", "scale"}, {"规范性", "stamp"}, {"报告", "book"}, {"领导", "people"}, {"机构", "building"}, {"职能", "building"},
	{"信箱", "mail"}, {"来信", "mail"}, {"留言", "mail"}, {"互动", "chat"}, {"征集", "pencil"}, {"调查", "checklist"}, {"访谈", "chat"}, {"回应", "chat"}, {"热线", "phone"}, {"电话", "phone"}, {"值班", "phone"},
	{"服务", "hand"}, {"办事", "hand"}, {"审批", "stamp"}, {"许可", "stamp"}, {"专题", "star"}, {"专栏", "star"}, {"政府", "building"}, {"公开", "book"},
}

var spareIcons = []string{"doc", "star", "book", "people", "building", "hand", "compass", "checklist", "chat", "board"}
