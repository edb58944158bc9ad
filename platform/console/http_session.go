package console

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/web"
)

// sessionLeft is how long the session goes on by itself, for the script that announces its end. Without script nothing is said: a
// number on a page grows old.
type sessionLeft struct {
	Left  int    `json:"left"`  // seconds
	At    string `json:"at"`    // the time of day of the end
	Final bool   `json:"final"` // it ends then whatever is done
}

func (c *Console) sessionRoutes() []web.DoorRoute {
	return []web.DoorRoute{
		{Method: fiber.MethodGet, Path: "/session/left", Quiet: true, Do: c.tellSession},
		{Method: fiber.MethodPost, Path: "/session", SignedIn: true, Do: c.keepSession},
	}
}

// left is how long the session of the request lasts; nothing where it has just ended.
func (c *Console) left(f *fiber.Ctx) (sessionLeft, error) {
	r, err := c.Accounts.Rest(f.UserContext(), web.SessionToken(f))
	if fault.Is(err, fault.Forbidden) {
		return sessionLeft{}, nil
	}
	if err != nil {
		return sessionLeft{}, err
	}
	left := r.Left()
	return sessionLeft{max(int(left/time.Second), 1), c.Now().Add(left).In(kernel.Beijing).Format("15:04:05"), r.AtAll <= r.Unused}, nil
}

// tellSession answers how long the session lasts, which is no use of it; 401 says that there is none.
func (c *Console) tellSession(f *fiber.Ctx) error {
	left, err := c.left(f)
	if err != nil {
		return err
	}
	if left.Left == 0 {
		return f.Status(fiber.StatusUnauthorized).JSON(map[string]string{"state": "signin"})
	}
	return f.JSON(left)
}

// keepSession is the press that says that somebody is there: being asked was the use that it wants.
func (c *Console) keepSession(f *fiber.Ctx) error {
	if f.Get(fiber.HeaderAccept) == fiber.MIMEApplicationJSON {
		return c.tellSession(f)
	}
	return f.Redirect(local(f.FormValue("to")), fiber.StatusSeeOther)
}
