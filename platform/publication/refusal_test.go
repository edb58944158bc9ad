package publication

import (
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// C1, C6, B12: the schema would refuse all of these too, but a person reads what to do instead, not that a row was refused.
func TestEveryRefusalSaysWhatToDo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		says := func(what string, err error, kind fault.Kind, sentence string) {
			t.Helper()
			if fault.KindOf(err) != kind || !strings.Contains(fault.Say(err), sentence) {
				t.Errorf("%s: got %v, want %s and the words %q", what, err, kind, sentence)
			}
		}
		place := Placing{20}

		plain := k.freeze(article(9), Ordinary, "平常")
		says("settle what owes nothing", k.Settle(k.ctx(), site, plain, yes(r1)), fault.Conflict, "没有待补的审核")

		returned := k.freeze(article(1), Ordinary, "退回")
		k.must(k.Approve(k.ctx(), site, returned, no(r1)))
		says("review what was returned", k.Approve(k.ctx(), site, returned, yes(r2)), fault.Conflict, "请作者修改后重新提交")
		says("an emergency of what was returned", k.PublishEmergency(k.ctx(), site, returned, place, r3), fault.Conflict, "已退回，不能紧急发布")

		old := k.freeze(article(2), Ordinary, "旧")
		k.freeze(article(2), Ordinary, "新")
		says("review what was overtaken", k.Approve(k.ctx(), site, old, yes(r1)), fault.Conflict, "请审核新的一版")
		says("an emergency of what was overtaken", k.PublishEmergency(k.ctx(), site, old, place, r3), fault.Conflict, "不能再发布这一版")

		out := k.public(article(3), "公开")
		says("publish twice", k.Publish(k.ctx(), site, out, place), fault.Conflict, "已经发布过")
		k.must(k.Erase(k.ctx(), article(3), Erasure{Reason: "涉及个人隐私", Basis: "汉滨法〔2026〕3号", By: r1, Approver: r2}))
		says("publish what was erased", k.Publish(k.ctx(), site, out, place), fault.Gone, "已依法删除")

		urgent := k.freeze(article(4), Ordinary, "汛情")
		k.must(k.PublishEmergency(k.ctx(), site, urgent, place, r1))
		says("the ordinary review of an emergency", k.Approve(k.ctx(), site, urgent, yes(r2)), fault.Conflict, "请办理补审")
		k.must(k.Settle(k.ctx(), site, urgent, yes(r2)))
		says("settle twice", k.Settle(k.ctx(), site, urgent, yes(r3)), fault.Conflict, "已经补审")

		gone := k.freeze(article(5), Ordinary, "误报")
		k.must(k.PublishEmergency(k.ctx(), site, gone, place, r1))
		k.must(k.Withdraw(k.ctx(), article(5), "误报"))
		says("settle what is no longer public", k.Settle(k.ctx(), site, gone, yes(r2)), fault.Conflict, "已不再公开")

		ended := article(6)
		k.public(ended, "停用")
		k.must(k.Depart(k.ctx(), ended, Departure{How: GoneForGood, Reason: "机构撤销"}))
		back := k.freeze(ended, Small, "再用")
		k.approve(back, r1)
		says("publish at an address that is gone", k.Publish(k.ctx(), site, back, place), fault.Conflict, "请先恢复它的网址")
		k.must(k.Erase(k.ctx(), ended, Erasure{Reason: "涉及个人隐私", Basis: "汉滨法〔2026〕3号", By: r1, Approver: r2}))
		back = k.freeze(ended, Small, "删后再用")
		k.approve(back, r1)
		says("publish at an address that is gone and was erased", k.Publish(k.ctx(), site, back, place), fault.Conflict, "请先恢复它的网址")
		k.must(k.TakeBack(k.ctx(), ended, "机构恢复"))
		k.must(k.Publish(k.ctx(), site, back, place))

		alone := batch
		alone.ID, alone.Reviewer = "alone", alone.Author
		says("a batch signed by one person", k.OpenBatch(k.ctx(), alone), fault.Forbidden, "不能是同一人")
	}, schema()...)
}
