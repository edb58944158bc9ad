// Package identity knows the people: accounts, and the appointments that say who holds which role where, since when,
// by which document.
//
// It serves 安政办发〔2015〕71号 五(二) (谁主管谁负责、谁发布谁负责: every act has a named person with a post) and
// 四(三) (技术 and 内容 never meet in one person on one site). A role is an appointment with a term, never a flag.
// What a role may do is policies'. A person signs in with a password (password.go) and has a session (signin.go) until it is
// unused for half an hour; a guesser waits longer each time, and nobody else does (d51, 五(一)). Where a second factor is due (factor.go) the
// password opens the second step only.
package identity

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
)

// State says whether an account may act.
type State string

// The states. A disabled account keeps its appointments, none of which is live.
const (
	Active   State = "active"
	Disabled State = "disabled"
)

// Account is one person.
type Account struct {
	ID    kernel.AccountID
	Login string // unique, lower case
	Name  string
	Org   kernel.OrgID // the unit the person works in; roles come from appointments
	State State
}

// Actor is the account as the one who acts through via: "console", "cli" or "import".
func (a Account) Actor(via string) kernel.Actor {
	return kernel.Actor{Account: a.ID, Org: a.Org, Name: a.Name, Via: via}
}

// System is the actor of work that no account has ordered through a page: via is "cli", "job", "import", "demo" or "setup".
// Whoever runs the program on the server is trusted with the first appointments, and the chain says so.
func System(via string) kernel.Actor {
	names := map[string]string{"cli": "服务器命令行", "job": "后台任务", "import": "批量导入", "demo": "演示数据", "setup": "首次设置"}
	return kernel.Actor{Name: names[via], Via: via}
}

// AppointmentID names an appointment.
type AppointmentID int64

func (id AppointmentID) String() string { return strconv.FormatInt(int64(id), 10) }

// Appointment is a role given to a person.
type Appointment struct {
	ID       AppointmentID
	Account  kernel.AccountID
	Role     policies.Role
	Org      kernel.OrgID
	Site     kernel.SiteID // 0: every site of the org
	Column   int64         // 0: every column; otherwise Site is set, and the role reaches this column and those below it
	From, To time.Time     // from From until before To; a zero To is "until ended"
	Document string        // number of the paper that appoints
	By       kernel.AccountID
}

// Held is the appointment as one site sees it: org is the appointment's org, column the object's column followed by
// those above it, or nothing where the object lies in none.
func (a Appointment) Held(org policies.OrgFacts, id kernel.SiteID, site policies.SiteFacts, column ...int64) policies.Held {
	scoped := a.Column == 0
	for _, c := range column {
		scoped = scoped || c == a.Column
	}
	h := policies.Hold(a.Role, org, site, scoped)
	if a.Site != 0 && a.Site != id {
		h.Relation = policies.Other
	}
	return h
}

// Accounts is the people in a store.
type Accounts struct {
	db        *db.DB
	now       kernel.Clock
	ids       kernel.IDs
	log       *audit.Log
	relations Relations
	seats     chan struct{} // where passwords are computed
	tidied    atomic.Int64  // Unix seconds
	sealer    sealer
	idle      time.Duration
	sessions  int  // that a person may have at once, unless the store says otherwise
	must      bool // roles must have a second factor
	passkeys  *webauthn.WebAuthn
	provider  *provider // nil: people sign in by password only
}

// New returns the people in d; relations is asked whenever a person is entered or appointed.
func New(d *db.DB, now kernel.Clock, ids kernel.IDs, log *audit.Log, relations Relations) *Accounts {
	return &Accounts{db: d, now: now, ids: ids, log: log, relations: relations,
		seats: make(chan struct{}, seats), idle: Idle, sessions: UsualSessions}
}

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]$`)

// Create opens an account that is active and has no appointment. ID and State of a are given by the server.
func (s *Accounts) Create(ctx context.Context, a Account) (Account, error) {
	if err := mayChange(kernel.ActorFrom(ctx)); err != nil {
		return Account{}, err
	}
	a.Login = strings.ToLower(strings.TrimSpace(a.Login))
	if !loginForm.MatchString(a.Login) {
		return Account{}, fault.In("login", "登录名须为 3 至 64 个小写字母、数字或 . _ -，首尾须为字母或数字。")
	}
	var err error
	if a.Name, err = plain("name", "姓名", a.Name, 64); err != nil {
		return Account{}, err
	}
	if a.Org <= 0 {
		return Account{}, fault.In("org", "请选择这个人所在的单位。")
	}
	a.State = Active
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.relations.Place(ctx, a.Org); err != nil {
			return err
		}
		if a.ID, err = s.insertAccount(ctx, a, s.now()); err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "user.create", Object: "account/" + a.ID.String(), After: string(Active),
			Note: map[string]string{"login": a.Login, "name": a.Name, "org": a.Org.String()}})
	})
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

// Enable and Disable turn an account on and off; nobody does it to the own account. Both answer a Conflict fault
// when the account is so already.
func (s *Accounts) Enable(ctx context.Context, id kernel.AccountID) error {
	return s.turn(ctx, id, Disabled, Active, "user.enable")
}

// Disable ends at once all that the person may do; the appointments stay on record. See Enable.
func (s *Accounts) Disable(ctx context.Context, id kernel.AccountID) error {
	return s.turn(ctx, id, Active, Disabled, "user.disable")
}

func (s *Accounts) turn(ctx context.Context, id kernel.AccountID, was, to State, action string) error {
	actor := kernel.ActorFrom(ctx)
	if err := mayChange(actor); err != nil {
		return err
	}
	if actor.Account == id {
		return fault.New(fault.Forbidden, "不能停用或启用自己的账号，请由另一位安全管理员办理。")
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.lock(ctx, id); err != nil {
			return err
		}
		changed, err := s.setState(ctx, id, was, to)
		if err != nil {
			return err
		}
		if !changed {
			return fault.New(fault.Conflict, "这个账号已经是这种状态，请刷新后再看。")
		}
		if to == Disabled {
			if err := s.deleteSessions(ctx, id); err != nil {
				return err
			}
		}
		return s.log.Record(ctx, audit.Entry{Action: action, Object: "account/" + id.String(), Before: string(was), After: string(to)})
	})
}

// mayChange refuses a citizen, who has neither an account nor the server.
func mayChange(a kernel.Actor) error {
	if a.Account == 0 && (a.Via == "" || a.Via == "console") {
		return fault.New(fault.Forbidden, "请先登录，再由有权的人员办理。")
	}
	return nil
}

// plain is a line that a person typed: trimmed, not empty, at most most characters, nothing invisible.
func plain(field, label, text string, most int) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", fault.In(field, "请填写%s。", label)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return "", fault.In(field, "%s里有不可见的字符，请重新输入。", label)
	case utf8.RuneCountInString(text) > most:
		return "", fault.In(field, "%s最多 %d 个字，请缩短。", label, most)
	}
	return text, nil
}
