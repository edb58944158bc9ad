package app

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
)

// typedPassword is where a command takes a password from: standard input, never the arguments, which other users of the machine see.
type typedPassword struct {
	Stdin bool `name:"password-stdin" help:"${f_password_stdin}"`
}

// read is the first line of standard input, or a new password that is shown once.
func (p typedPassword) read(s *session) (password string, shown bool, err error) {
	if !p.Stdin {
		return identity.NewPassword(), true, nil
	}
	text, err := bufio.NewReader(io.LimitReader(s.in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, fault.Because(err, fault.Invalid, "读不了标准输入，请把密码作为一行传入。")
	}
	if text = strings.TrimRight(text, "\r\n"); text == "" {
		return "", false, fault.In("password-stdin", "标准输入里没有密码，请把密码作为一行传入。")
	}
	return text, false, nil
}

// administered is a person as the admin commands print one.
type administered struct {
	ID       kernel.AccountID `json:"id"`
	Login    string           `json:"login"`
	Name     string           `json:"name"`
	Org      string           `json:"org,omitempty"`
	Role     policies.Role    `json:"role,omitempty"`
	Password string           `json:"password,omitempty"` // a new one, shown this once
}

func (s *session) printPerson(v administered) error {
	return s.print(v, func(w io.Writer) {
		fmt.Fprintf(w, "%s  %s  %s", v.ID, v.Login, v.Name)
		if v.Role != "" {
			fmt.Fprintf(w, "  %s（%s）  %s", v.Role.Name(), v.Role, v.Org)
		}
		fmt.Fprintln(w)
		if v.Password != "" {
			fmt.Fprintf(w, s.words.say("password_once")+"\n", v.Password)
		}
	})
}

type adminCreate struct {
	Login    string `name:"login" required:"" placeholder:"LOGIN" help:"${f_login}"`
	Name     string `name:"name" required:"" placeholder:"NAME" help:"${f_person}"`
	Org      string `name:"org" required:"" placeholder:"CODE" help:"${f_unit}"`
	Role     string `name:"role" required:"" placeholder:"ROLE" help:"${f_role}"`
	Document string `name:"document" placeholder:"NUMBER" help:"${f_document}"`
	Link     bool   `name:"link" help:"${f_link}"`
	typedPassword
}

// Run opens an account with an appointment, and a password or the link to set one.
func (c adminCreate) Run(s *session) error {
	if c.Link {
		return c.invite(s)
	}
	password, shown, err := c.read(s)
	if err != nil {
		return err
	}
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	unit, err := h.Orgs.ByCode(s.ctx, c.Org)
	if err != nil {
		return err
	}
	wanted := identity.Account{Login: strings.TrimSpace(c.Login), Name: strings.TrimSpace(c.Name), Org: unit.ID}
	if err := identity.CheckPassword(wanted, password); err != nil {
		return err
	}
	role := policies.Role(strings.ToUpper(strings.TrimSpace(c.Role)))
	var made identity.Account
	err = h.DB.InTx(s.ctx, func(ctx context.Context) (err error) {
		if made, err = h.Accounts.Create(ctx, wanted); err != nil {
			return err
		}
		_, err = h.Accounts.Appoint(ctx, identity.Appointment{Account: made.ID, Role: role, Org: unit.ID, Document: cmp.Or(c.Document, "服务器命令行设立")})
		return err
	})
	if err != nil {
		return err
	}
	if err := h.Accounts.SetPassword(s.ctx, made.ID, password); err != nil {
		return err
	}
	v := administered{ID: made.ID, Login: made.Login, Name: made.Name, Org: unit.Name, Role: role}
	if shown {
		v.Password = password
	}
	return s.printPerson(v)
}

// invite opens the account without a password, as for the first content lead of a unit, who invites everybody else.
func (c adminCreate) invite(s *session) error {
	if c.Stdin {
		return fault.In("link", "--link 和 --password-stdin 只能用一个。")
	}
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	unit, err := h.Orgs.ByCode(s.ctx, c.Org)
	if err != nil {
		return err
	}
	role := policies.Role(strings.ToUpper(strings.TrimSpace(c.Role)))
	post := identity.Appointment{Role: role, Org: unit.ID, Document: cmp.Or(c.Document, "服务器命令行设立")}
	a, link, err := h.Accounts.Invite(s.ctx, identity.Account{Login: c.Login, Name: c.Name, Org: unit.ID}, []identity.Appointment{post})
	if err != nil {
		return err
	}
	return s.printLink(linked{administered{ID: a.ID, Login: a.Login, Name: a.Name, Org: unit.Name, Role: role}, s.cfg.linkURL(link.Token), link.Expires})
}

// loginArg is a person as one types it.
type loginArg struct {
	Login string `arg:"" help:"${f_login}"`
}

// of opens the house and finds the person.
func (a loginArg) of(s *session, f func(h *House, a identity.Account) error) error {
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	person, err := h.Accounts.Find(s.ctx, a.Login)
	if err != nil {
		return err
	}
	return f(h, person)
}

type adminPassword struct {
	loginArg
	typedPassword
}

// Run sets a new password, which ends the person's sessions.
func (c adminPassword) Run(s *session) error {
	password, shown, err := c.read(s)
	if err != nil {
		return err
	}
	return c.of(s, func(h *House, a identity.Account) error {
		if err := h.Accounts.SetPassword(s.ctx, a.ID, password); err != nil {
			return err
		}
		v := administered{ID: a.ID, Login: a.Login, Name: a.Name}
		if shown {
			v.Password = password
		}
		return s.printPerson(v)
	})
}

type adminSessions struct {
	loginArg
	End bool `name:"end" help:"${f_end}"`
}

// signedIn is a session as `admin sessions` prints it.
type signedIn struct {
	ID    string    `json:"id"`
	IP    string    `json:"ip,omitempty"`
	Agent string    `json:"agent,omitempty"`
	Began time.Time `json:"began"`
	Seen  time.Time `json:"seen"`
	Ended bool      `json:"ended"`
}

// Run lists a person's sessions, and ends them when it is asked to.
func (c adminSessions) Run(s *session) error {
	return c.of(s, func(h *House, a identity.Account) error {
		all, err := h.Accounts.Sessions(s.ctx, a.ID, "")
		if err != nil {
			return err
		}
		list := make([]signedIn, len(all))
		for i, v := range all {
			list[i] = signedIn{ID: v.ID, Agent: v.Agent, Began: v.Began, Seen: v.Seen, Ended: c.End}
			if v.IP.IsValid() {
				list[i].IP = v.IP.String()
			}
			if !c.End {
				continue
			}
			if err := h.Accounts.EndSession(s.ctx, a.ID, v.ID); err != nil && !fault.Is(err, fault.NotFound) { // it has ended by itself
				return err
			}
		}
		return s.print(list, func(w io.Writer) {
			for _, v := range list {
				fmt.Fprintf(w, "%s  %s  %-15s  %s\n", v.Began.In(kernel.Beijing).Format(time.DateTime), v.Seen.In(kernel.Beijing).Format(time.DateTime), v.IP, v.Agent)
			}
			word := "sessions_live"
			if c.End {
				word = "sessions_ended"
			}
			fmt.Fprintf(w, s.words.say(word)+"\n", len(list))
		})
	})
}

type adminReset struct{ loginArg }

// linked is a person with the link that sets the password.
type linked struct {
	administered
	Link    string    `json:"link"`
	Expires time.Time `json:"expires"`
}

// Run makes a link for a person who has forgotten the password.
func (c adminReset) Run(s *session) error {
	return c.of(s, func(h *House, a identity.Account) error {
		link, err := h.Accounts.MakeLink(s.ctx, a.ID, identity.Reset)
		if err != nil {
			return err
		}
		return s.printLink(linked{administered{ID: a.ID, Login: a.Login, Name: a.Name}, s.cfg.linkURL(link.Token), link.Expires})
	})
}

func (s *session) printLink(v linked) error {
	return s.print(v, func(w io.Writer) {
		fmt.Fprintf(w, "%s  %s  %s\n", v.ID, v.Login, v.Name)
		fmt.Fprintf(w, s.words.say("link_once")+"\n", v.Expires.In(kernel.Beijing).Format(time.DateTime), v.Link)
	})
}

type adminFactor struct{ loginArg }

// Run removes the second factor of a person who has lost phone and recovery codes.
func (c adminFactor) Run(s *session) error {
	return c.of(s, func(h *House, a identity.Account) error {
		if err := h.Accounts.RemoveFactor(s.ctx, a.ID); err != nil {
			return err
		}
		return s.printPerson(administered{ID: a.ID, Login: a.Login, Name: a.Name})
	})
}
