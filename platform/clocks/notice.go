package clocks

import (
	"fmt"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// sentence is what a notice says of a clock.
func (k *Clock) sentence(r Rule, now time.Time) string {
	end := k.DueAt.In(kernel.Beijing).Format("1月2日 15:04")
	if r.Unit != Hour {
		end = k.DueAt.Add(-time.Nanosecond).In(kernel.Beijing).Format("1月2日")
	}
	if now.After(k.DueAt) {
		return fmt.Sprintf("“%s”已超期：%s应在 %s前办结。", k.Title, r.Title, end)
	}
	return fmt.Sprintf("“%s”快到期了：%s请在 %s前办结。", k.Title, r.Title, end)
}

// reminder is what a superior's press says.
func (l Line) reminder() string {
	var what []string
	for _, one := range []struct {
		name string
		cell Cell
	}{{"每周更新", l.Week}, {"首页更新", l.Home}, {"重要政务活动", l.Hours}, {"规范性文件", l.Days}, {"紧急发布补审", l.Debts}, {"其他时限", l.Other}} {
		if one.cell.Light == Red || one.cell.Light == Amber {
			what = append(what, one.name+lightWord(one.cell.Light))
		}
	}
	if l.Over > 0 {
		what = append(what, fmt.Sprintf("%d 个栏目超期", l.Over))
	}
	if l.Near > 0 {
		what = append(what, fmt.Sprintf("%d 个栏目临近", l.Near))
	}
	return "上级提醒：" + strings.Join(what, "、") + "，请尽快办理。"
}
