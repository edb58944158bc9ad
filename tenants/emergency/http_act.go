package emergency

import (
	"context"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/review"
)

func action(name string) policies.Action { return policies.Action(name) }

// act does one thing with the warning of the path and shows what became of it.
func (e *Emergency) act(c *fiber.Ctx, do func(ctx context.Context, k *Kept) (done string, err error)) error {
	k, err := e.found(c)
	if err != nil {
		return err
	}
	done, err := do(c.UserContext(), k)
	if err != nil {
		return e.sheet(c, k, err)
	}
	return see(c, screen(k.Site, k.ID, done))
}

// onEdition is act on the edition that the person has before the eyes, which has to be the newest.
func (e *Emergency) onEdition(c *fiber.Ctx, do func(ctx context.Context, k *Kept, edition publication.EditionID) (done string, err error)) error {
	return e.act(c, func(ctx context.Context, k *Kept) (string, error) {
		t, err := e.latest(ctx, k)
		if err != nil {
			return "", err
		}
		edition, ok := kernel.ParseID[publication.EditionID](c.FormValue("edition"))
		if !ok || t == nil || t.Edition != edition {
			return "", fault.New(fault.Conflict, "这条预警已经变了，请看过现在的内容再办。")
		}
		return do(ctx, k, edition)
	})
}

func (e *Emergency) send(c *fiber.Ctx) error {
	return e.act(c, func(ctx context.Context, k *Kept) (string, error) {
		_, err := e.Send(ctx, k.Site, k.ID, number(c, "version"))
		return "sent", err
	})
}

func (e *Emergency) review(c *fiber.Ctx) error {
	return e.onEdition(c, func(ctx context.Context, k *Kept, edition publication.EditionID) (string, error) {
		if c.FormValue("do") == "return" {
			return "returned", e.Reviews.Return(ctx, k.Site, edition, review.Words{Reason: typed(c, "reason")})
		}
		return "passed", e.Reviews.Pass(ctx, k.Site, edition, review.Words{Review: typed(c, "opinion"), Secrecy: typed(c, "secrecy")})
	})
}

func (e *Emergency) publish(c *fiber.Ctx) error {
	return e.onEdition(c, func(ctx context.Context, k *Kept, edition publication.EditionID) (string, error) {
		return "published", e.Publish(ctx, k.Site, edition, k.ID)
	})
}

func (e *Emergency) urgent(c *fiber.Ctx) error {
	return e.act(c, func(ctx context.Context, k *Kept) (string, error) {
		return "urgent", e.Urgent(ctx, k.Site, k.ID, number(c, "version"), typed(c, "words"))
	})
}

func (e *Emergency) settle(c *fiber.Ctx) error {
	return e.onEdition(c, func(ctx context.Context, k *Kept, edition publication.EditionID) (string, error) {
		if c.FormValue("do") != "refuse" {
			return "settled", e.Reviews.Settle(ctx, k.Site, edition, review.Words{Review: typed(c, "opinion"), Secrecy: typed(c, "secrecy")})
		}
		why := typed(c, "reason")
		if why == "" {
			return "", fault.In("reason", "不通过时请写明理由，预警会随即撤回。")
		}
		return "withdrawn", e.Reviews.Settle(ctx, k.Site, edition, review.Words{Reason: why})
	})
}

// end lifts a warning whose danger is over, or withdraws one that should not have been given.
func (e *Emergency) end(c *fiber.Ctx) error {
	return e.act(c, func(ctx context.Context, k *Kept) (string, error) {
		if c.FormValue("do") == "withdraw" {
			return "withdrawn", e.Withdraw(ctx, k.Site, k.ID, typed(c, "why"))
		}
		return "lifted", e.Lift(ctx, k.Site, k.ID, typed(c, "why"))
	})
}
