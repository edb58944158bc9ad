package console

import (
	"context"
	"log/slog"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
)

const setupPath = "/setup"

// setupPage makes the first administrator. Unit is who runs the platform; where the tree is empty the form asks for the city.
type setupPage struct {
	Unit                    string
	Login, Name, City, Code string
	Trouble                 string
}

var setupView = Define[setupPage](ownRoom, "setup")

// First answers every address of the console with the set-up page while there is no administrator, but its own form's and the language's.
func (c *Console) First(f *fiber.Ctx) (bool, error) {
	if c.SetUp == nil {
		return false, nil
	}
	if f.Method() == fiber.MethodPost && (f.Path() == setupPath || f.Path() == "/language") {
		return false, nil
	}
	has, err := c.Accounts.HasAdministrator(f.UserContext())
	if err != nil || has {
		return false, err
	}
	return true, c.showSetUp(f, setupPage{}, fiber.StatusOK)
}

func (c *Console) showSetUp(f *fiber.Ctx, p setupPage, status int) error {
	unit, err := c.runner(f.UserContext())
	if err != nil {
		return err
	}
	p.Unit = unit.Name
	return setupView.Show(c, f, Page{Title: Say(Language(f), "首次设置"), Status: status}, p)
}

// runner is the city, whose office runs the platform, or the zero Org where the tree has none yet.
func (c *Console) runner(ctx context.Context) (org.Org, error) {
	all, err := c.Orgs.All(ctx)
	if err != nil {
		return org.Org{}, err
	}
	for _, o := range all {
		if o.Level == org.City {
			return o, nil
		}
	}
	return org.Org{}, nil
}

// setUp makes the first administrator; whoever comes later is led to the way in.
func (c *Console) setUp(f *fiber.Ctx) error {
	ctx := f.UserContext()
	has, err := c.Accounts.HasAdministrator(ctx)
	if err != nil {
		return err
	}
	if has || c.SetUp == nil {
		return f.Redirect(signInPath, fiber.StatusSeeOther)
	}
	code, err := c.SetUp.Code()
	if err != nil {
		return err
	}
	form := identity.First{Typed: f.FormValue("code"), Login: f.FormValue("login"), Name: f.FormValue("name"), Password: f.FormValue("password")}
	p := setupPage{Login: form.Login, Name: form.Name, City: f.FormValue("city"), Code: f.FormValue("city_code")}
	form.Unit = func(ctx context.Context) (kernel.OrgID, error) {
		unit, err := c.runner(ctx)
		if err == nil && unit.ID == 0 {
			unit, err = c.Orgs.Create(ctx, org.Spec{Code: p.Code, Name: p.City, Level: org.City})
		}
		return unit.ID, err
	}
	if err = same(form.Password, f.FormValue("again")); err == nil {
		_, err = c.Accounts.SetUp(ctx, code, form, visit(f))
	}
	switch {
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.Forbidden), fault.Is(err, fault.Conflict):
		p.Trouble = Told(f, err)
		return c.showSetUp(f, p, fiber.StatusUnprocessableEntity)
	case err != nil:
		return err
	}
	if err := c.SetUp.Done(); err != nil {
		slog.WarnContext(ctx, "the set-up code was not removed; it opens nothing any more", "err", err)
	}
	return f.Redirect(signInPath+"?first=1", fiber.StatusSeeOther)
}
