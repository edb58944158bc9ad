package review

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// usualReasons are what reviewers say most often when they return a text, on a site that has no list of its own. They are proposed: what is
// typed beside one is added, and nobody has to choose one.
var usualReasons = []string{"标题不准确，请重新拟定。", "数据、时间或名称有误，请核对。", "文号、落款或日期不完整，请补全。", "涉及个人信息，请隐去。", "图片或附件不清楚，请更换。", "请按公文格式调整。", "内容重复，本站已发布过。"}

// Bounds of a site's own list.
const (
	ReasonsMost = 20
	ReasonMost  = 100 // characters
)

// Reasons are what is proposed to the reviewers of a site when they return a text; own says whether the site has set them.
func (d *Desk) Reasons(ctx context.Context, site kernel.SiteID) (all []string, own bool, err error) {
	words, err := d.reasonsOf(ctx, site)
	if err != nil || words == "" {
		return slices.Clone(usualReasons), false, err
	}
	return strings.Split(words, "\n"), true, nil
}

// SetReasons keeps a site's own list, a line each; without a line the program's list counts again.
func (d *Desk) SetReasons(ctx context.Context, site kernel.SiteID, typed string) error {
	who, err := actor(ctx)
	if err != nil {
		return err
	}
	words, err := tidyReasons(typed)
	if err != nil {
		return err
	}
	return d.DB.InTx(ctx, func(ctx context.Context) error {
		was, err := d.reasonsOf(ctx, site)
		if err != nil || was == words {
			return err
		}
		if err := d.putReasons(ctx, site, words, who); err != nil {
			return err
		}
		return d.Audit.Record(ctx, audit.Entry{Site: site, Action: "review.reasons", Object: "site/" + site.String(), Before: was, After: words})
	})
}

// tidyReasons takes away blanks, empty lines and lines that stand there already, and refuses what no list can hold.
func tidyReasons(typed string) (string, error) {
	var all []string
	for line := range strings.Lines(strings.ReplaceAll(typed, "\r", "\n")) {
		line = strings.TrimSpace(line)
		if line == "" || slices.Contains(all, line) {
			continue
		}
		if !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) {
			return "", fault.In("reasons", "有一条理由里有看不见的字符，请重新填写。")
		}
		if utf8.RuneCountInString(line) > ReasonMost {
			return "", fault.In("reasons", "每条理由最多 %d 个字，请精简。", ReasonMost)
		}
		all = append(all, line)
	}
	if len(all) > ReasonsMost {
		return "", fault.In("reasons", "最多列 %d 条理由，请只留最常用的。", ReasonsMost)
	}
	return strings.Join(all, "\n"), nil
}
