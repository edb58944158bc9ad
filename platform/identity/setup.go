package identity

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/policies"
)

// administrators are the three whom one person never is together once the trial is over (三员分立).
var administrators = []policies.Role{policies.PO, policies.SA, policies.AA}

// IsTechnical reports whether a role is one of the three administrators'.
func IsTechnical(r policies.Role) bool {
	return r == policies.PO || r == policies.SA || r == policies.AA
}

// HasAdministrator reports whether somebody active is an administrator now. While nobody is, the console shows its set-up page.
func (s *Accounts) HasAdministrator(ctx context.Context) (bool, error) {
	seats, err := s.administrators(ctx, s.now())
	return len(seats) > 0, err
}

// Trial reports whether the installation is on trial (试用): until platform operator, security administrator and audit administrator are
// three different people, each of whom is no more than that.
func (s *Accounts) Trial(ctx context.Context) (bool, error) {
	seats, err := s.administrators(ctx, s.now())
	if err != nil {
		return true, err
	}
	held, holds := map[string]bool{}, map[int64]string{}
	for _, seat := range seats {
		if was := holds[seat.AccountID]; was != "" && was != seat.Role {
			return true, nil
		}
		holds[seat.AccountID], held[seat.Role] = seat.Role, true
	}
	return len(held) < len(administrators), nil
}

// OutOfTrial answers a Conflict fault while the installation is on trial: no site goes online on a real domain then.
func (s *Accounts) OutOfTrial(ctx context.Context) error {
	trial, err := s.Trial(ctx)
	if err == nil && trial {
		err = fault.New(fault.Conflict, "平台还在试用，网站不能用正式域名上线：请先把平台运维员、安全管理员、审计管理员任命给三个不同的人。")
	}
	return err
}

// setupWho is under which number wrong set-up codes are counted; no account and no bucket has it.
const setupWho = -1 << 20

// First is what a person types to become the first administrator.
type First struct {
	Typed    string // the code, as the person has read it
	Login    string
	Name     string
	Password string
	// Unit finds the unit that runs the platform, inside the transaction.
	Unit func(ctx context.Context) (kernel.OrgID, error)
}

// SetUp makes the first administrator, who holds all three posts until others are named: the installation is on trial. code is what the
// server keeps, "" where it keeps none. Wrong codes make their client wait as wrong passwords do. Once there is an administrator it
// answers a Conflict fault to everybody.
func (s *Accounts) SetUp(ctx context.Context, code string, f First, v Visit) (Account, error) {
	v, now := v.clean(), s.now()
	a := Account{Login: strings.ToLower(strings.TrimSpace(f.Login)), Name: strings.TrimSpace(f.Name)}
	leave, err := s.seat(ctx) // which also lets wrong codes come one after the other
	if err != nil {
		return Account{}, err
	}
	defer leave()
	if left, err := s.left(ctx, setupWho, v.client(), now); err != nil || left > 0 {
		if err == nil {
			err = Wait(left).say()
		}
		return Account{}, err
	}
	if !sameCode(f.Typed, code) {
		if err := s.fail(ctx, setupWho, 0, WrongSetupCode, v, now); err != nil {
			return Account{}, err
		}
		return Account{}, fault.In("code", "设置码不对。它在服务器的启动信息里，也在数据目录的 setup-code 文件里；也可以运行 zhanqun admin setup-code 查看。")
	}
	if err := CheckPassword(a, f.Password); err != nil {
		return Account{}, err
	}
	made := newSecret(f.Password).String()
	err = s.db.InTx(kernel.WithActor(ctx, System("setup")), func(ctx context.Context) error {
		if err := s.lockSetup(ctx, now); err != nil {
			return err
		}
		if a, err = s.first(ctx, a, f); err != nil {
			return err
		}
		if err := s.putSecret(ctx, a.ID, made, now); err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "user.first", Object: "account/" + a.ID.String(), Note: map[string]string{"login": a.Login, "ip": address(v.IP)}})
	})
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

// first opens the account with its three posts, unless there is an administrator.
func (s *Accounts) first(ctx context.Context, a Account, f First) (Account, error) {
	has, err := s.HasAdministrator(ctx)
	if err != nil {
		return a, err
	}
	if has {
		return a, fault.New(fault.Conflict, "已经有管理员了，请直接登录。")
	}
	if a.Org, err = f.Unit(ctx); err != nil {
		return a, err
	}
	if a, err = s.Create(ctx, a); err != nil {
		return a, err
	}
	for _, role := range administrators {
		if _, err := s.Appoint(ctx, Appointment{Account: a.ID, Role: role, Org: a.Org, Document: "首次设置（试用）"}); err != nil {
			return a, err
		}
	}
	return a, s.setupDone(ctx, a.ID)
}

// sameCode compares a typed code with the kept one, whatever its case and hyphens, and tells nothing by its time.
func sameCode(typed, code string) bool {
	plain := func(text string) [32]byte { return sha256.Sum256([]byte(bareCode(text))) }
	a, b := plain(typed), plain(code)
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && code != ""
}
