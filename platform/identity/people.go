package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// Colleague is a person as a list of people shows one.
type Colleague struct {
	Account
	Posts   []Appointment // not over, oldest first; some may begin later
	Entered bool          // has set a password
}

// peopleMost bounds a list of people.
const peopleMost = 300

// Colleagues are the people of a unit, and those of other units who hold a post there, by name.
func (s *Accounts) Colleagues(ctx context.Context, org kernel.OrgID) ([]Colleague, error) {
	list, err := s.people(ctx, "c.org_id = ? OR c.id IN (SELECT account_id FROM appointments WHERE org_id = ? AND ended_at IS NULL)", int64(org), int64(org))
	if err != nil {
		return nil, err
	}
	return s.withPosts(ctx, list)
}

// Search finds people whose login or name holds a text, by login; "" finds the first of all.
func (s *Accounts) Search(ctx context.Context, text string) ([]Colleague, error) {
	pattern := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(line(strings.TrimSpace(text), 64)) + "%"
	list, err := s.people(ctx, `c.login LIKE ? ESCAPE '\' OR c.name LIKE ? ESCAPE '\'`, strings.ToLower(pattern), pattern)
	if err != nil {
		return nil, err
	}
	return s.withPosts(ctx, list)
}

// Colleague is one person with the posts.
func (s *Accounts) Colleague(ctx context.Context, id kernel.AccountID) (Colleague, error) {
	list, err := s.people(ctx, "c.id = ?", int64(id))
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "没有这个人。")
	}
	if err != nil {
		return Colleague{}, err
	}
	list, err = s.withPosts(ctx, list)
	if err != nil {
		return Colleague{}, err
	}
	return list[0], nil
}

// At reports whether the person belongs to a unit or holds a post there.
func (c Colleague) At(org kernel.OrgID) bool {
	return c.Org == org || slices.ContainsFunc(c.Posts, func(a Appointment) bool { return a.Org == org })
}

func (s *Accounts) withPosts(ctx context.Context, list []Colleague) ([]Colleague, error) {
	ids := make([]int64, len(list))
	for i, c := range list {
		ids[i] = int64(c.ID)
	}
	posts, err := s.postsOf(ctx, ids, s.now())
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Posts = posts[list[i].ID]
	}
	return list, nil
}

// Invite opens an account, gives it the posts and makes the link by which its owner sets the first password, all or nothing. Who
// may give a post may invite to it; ID, Account and By of the posts are given by the server.
func (s *Accounts) Invite(ctx context.Context, a Account, posts []Appointment) (Account, Link, error) {
	if len(posts) == 0 {
		return Account{}, Link{}, fault.In("role", "请至少选择一个岗位。")
	}
	var link Link
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if a, err = s.Create(ctx, a); err != nil {
			return err
		}
		for _, p := range posts {
			p.Account = a.ID
			if _, err := s.Appoint(ctx, p); err != nil {
				return err
			}
		}
		link, err = s.MakeLink(ctx, a.ID, Invitation)
		return err
	})
	if err != nil {
		return Account{}, Link{}, err
	}
	return a, link, nil
}

// ChangePassword gives the account another password when old is the present one, and ends every session but that of token. A wrong old one
// counts and waits as at a sign-in: whoever finds an open screen does not guess there.
func (s *Accounts) ChangePassword(ctx context.Context, id kernel.AccountID, token, old, password string, v Visit) error {
	v, now := v.clean(), s.now()
	a, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := CheckPassword(a, password); err != nil {
		return err
	}
	leave, err := s.seat(ctx)
	if err != nil {
		return err
	}
	defer leave()
	c, err := s.prove(ctx, a, old, v, now)
	if err != nil {
		return err
	}
	made := newSecret(password).String()
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.lock(ctx, id); err != nil {
			return err
		}
		if still, err := s.credentials(ctx, a.Login); err != nil || still.version != c.version {
			if err == nil {
				err = fault.New(fault.Conflict, "密码刚刚在别处换过，请重新登录。")
			}
			return err
		}
		if err := s.putSecret(ctx, id, made, now); err != nil {
			return err
		}
		if err := s.endOthers(ctx, id, token); err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "user.password", Object: "account/" + id.String()})
	})
}

// prove answers the credentials when the password is the account's; a wrong one is counted and noted. The seat is taken.
func (s *Accounts) prove(ctx context.Context, a Account, password string, v Visit, now time.Time) (credentials, error) {
	if left, err := s.left(ctx, int64(a.ID), v.client(), now); err != nil || left > 0 {
		if err == nil {
			err = Wait(left).say()
		}
		return credentials{}, err
	}
	c, err := s.credentials(ctx, a.Login)
	if err != nil {
		return c, err
	}
	if outcome := c.judge(password); outcome != SignedIn {
		if err := s.fail(ctx, int64(a.ID), a.ID, outcome, v, now); err != nil {
			return c, err
		}
		return c, fault.In("old", "现在的密码不对，请重新输入。")
	}
	return c, nil
}

// EndOthers ends every session of the account but that of token.
func (s *Accounts) EndOthers(ctx context.Context, id kernel.AccountID, token string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error { return s.endOthers(ctx, id, token) })
}

func (s *Accounts) endOthers(ctx context.Context, id kernel.AccountID, token string) error {
	rows, err := s.sessionsOf(ctx, id, s.now())
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.ID == sessionID(token) {
			continue
		}
		if err := s.end(ctx, Ended, "id = ?", r.ID); err != nil {
			return fmt.Errorf("end the others: %w", err)
		}
	}
	return nil
}

// AppointAll gives a person several posts, all or none.
func (s *Accounts) AppointAll(ctx context.Context, id kernel.AccountID, posts []Appointment) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		for _, p := range posts {
			p.Account = id
			if _, err := s.Appoint(ctx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

// Post is an appointment, over or not.
func (s *Accounts) Post(ctx context.Context, id AppointmentID) (Appointment, error) {
	return s.appointment(ctx, id)
}
