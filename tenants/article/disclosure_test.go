package article

import (
	"context"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

// D2: only what is disclosed proactively may become public: the room says so in sentences, and the schema refuses what the room let through.
func TestOnlyProactiveDisclosureBecomesPublic(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, row := range []struct{ how, ground, field, says string }{
			{OnRequest, "", "ground", "写明理由"}, {Withheld, " ", "ground", "写明理由"}, {"secret", "x", "disclosure", "没有“secret”"}, {Withheld, strings.Repeat("长", 501), "ground", "太长"},
		} {
			p := news("一")
			p.Disclosure, p.Ground = row.how, row.ground
			_, err := h.Create(h.ctx, h.city.ID, 1, "", p)
			refused(t, row.how, err, fault.Invalid, row.says)
		}
		held := news("涉及个人隐私的材料")
		held.Disclosure, held.Ground = OnRequest, "政府信息公开条例第十五条"
		id, err := h.Create(h.ctx, h.city.ID, 1, "", held)
		h.must(err)
		_, err = h.Submit(h.ctx, h.city.ID, id, 1)
		refused(t, "sending what is disclosed on request", err, fault.Conflict, "主动公开")
		err = h.DB.InTx(h.ctx, func(ctx context.Context) error {
			_, err := h.DB.Conn(ctx).NewRaw("UPDATE articles SET state = 'submitted', edition_id = 1 WHERE id = ?", id).Exec(ctx)
			return err
		})
		if !db.Refused(err) {
			t.Errorf("the schema answers %v", err)
		}
		held.Disclosure = Proactive
		h.must(h.Edit(h.ctx, h.city.ID, id, 1, held))
		d, err := h.Get(h.ctx, h.city.ID, id)
		h.must(err)
		if d.Payload.Ground != "" {
			t.Errorf("a ground for disclosing: %q", d.Payload.Ground)
		}
		h.review(h.city, id)
		h.must(h.Publish(h.ctx, h.city.ID, id))
		held.Disclosure, held.Ground = Withheld, "政府信息公开条例第十四条"
		refused(t, "withholding what is public", h.Edit(h.ctx, h.city.ID, id, 3, held), fault.Invalid, "请先撤回")
		h.must(h.Withdraw(h.ctx, h.city.ID, id, "公开属性有误"))
		h.must(h.Edit(h.ctx, h.city.ID, id, 3, held))
		_, err = h.Submit(h.ctx, h.city.ID, id, 4)
		refused(t, "sending it once more", err, fault.Conflict, "主动公开")
	})
}
