package app_test

import (
	"strings"
	"testing"
)

// M1, D4, LP2: a supervisor of the demonstration sees one light of each colour, reminds a site in one press, looks at what a pause would move, and finds the working days; the portal's
// officer finds it on the first screen and on the list.
func TestTheBoardInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	city := staffOf(t, data, "安康市")
	d.enter(1366, city["SV"])
	d.press("nav.rail a", "时限看板")
	d.look("board")
	d.fill("#q", "安康市人民政府")
	d.press("form.sift button", "筛选")
	d.says("超期")
	d.look("board-portal")
	d.press("td button", "提醒")
	d.says("已提醒：")
	d.press("td a", "逐项时限")
	d.look("clocks")
	d.press("tbody tr:has(.mark.ok) td.wide a", "重要政务活动") // the one that has time
	d.says("经过")
	d.fill("#why-pause", "等部门回函")
	d.press("button", "先看截止时间怎么变")
	d.says("如果一天以后恢复")
	d.look("clock")
	d.press("nav.rail a", "时限看板")
	d.press("a.button", "工作日历")
	d.look("calendar")
	d.enter(1366, city["IO"])
	d.says("上级提醒：")
	work := d.reads()
	for _, want := range []string{"正常", "临近", "超期"} {
		if !strings.Contains(work, want) {
			t.Errorf("the first screen has no clock that is %s:\n%s", want, work)
		}
	}
	d.look("work-clocks")
	d.press("nav.rail a", "稿件")
	d.says("截止")
	d.look("list-clocks")
}
