package identity

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// LinkKind is what a link is for.
type LinkKind string

// The kinds: a new colleague sets the first password, somebody who has forgotten it a new one.
const (
	Invitation LinkKind = "invitation"
	Reset      LinkKind = "reset"
)

// within is how long a link lives. An invitation is handed over between offices; a reset between two people on the telephone.
func (k LinkKind) within() time.Duration {
	if k == Invitation {
		return 72 * time.Hour
	}
	return time.Hour
}

// Link is a new one. Token is 256 random bits in base64url, shown this once: the store has its digest only.
type Link struct {
	Kind    LinkKind
	Token   string
	Expires time.Time
}

// errLink answers every link that opens nothing, whatever the reason.
func errLink() error {
	return fault.New(fault.NotFound, "这个链接已经用过、已经过期，或者抄得不全。请向给您链接的人再要一个。")
}

// MakeLink makes a link by which the account's owner sets a password, once; those made before it open nothing any more. Who may make
// one for whom is decided by who calls, but nobody makes an own one: whoever finds an open screen would keep the account.
func (s *Accounts) MakeLink(ctx context.Context, id kernel.AccountID, kind LinkKind) (Link, error) {
	actor, now := kernel.ActorFrom(ctx), s.now()
	if err := mayChange(actor); err != nil {
		return Link{}, err
	}
	if actor.Account == id {
		return Link{}, fault.New(fault.Forbidden, "自己的密码请在“我的账号”里更换。")
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // it never fails: the program ends instead
	link := Link{Kind: kind, Token: base64.RawURLEncoding.EncodeToString(raw), Expires: now.Add(kind.within())}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		a, err := s.lock(ctx, id)
		if err != nil {
			return err
		}
		if a.State != Active {
			return fault.New(fault.Conflict, "%s的账号已停用，请先启用再给链接。", a.Name)
		}
		if err := s.endLinks(ctx, id, now); err != nil {
			return err
		}
		row := linkRow{Digest: sessionID(link.Token), Kind: string(kind), AccountID: int64(id), ByAccount: int64(actor.Account), MadeAt: now, ExpiresAt: link.Expires}
		if err := s.insertLink(ctx, row); err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "user.link", Object: "account/" + id.String(), After: string(kind)})
	})
	return link, err
}

// Opens answers whose password a link sets, and does not use it: mail scanners and previews follow links too. It answers a NotFound
// fault when the link is not there, used, expired, or its account is disabled.
func (s *Accounts) Opens(ctx context.Context, token string) (Account, LinkKind, error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(32) {
		return Account{}, "", errLink()
	}
	a, kind, err := s.openLink(ctx, sessionID(token), s.now())
	if err == nil && (a.ID == 0 || a.State != Active) {
		err = errLink()
	}
	return a, kind, err
}

// UseLink sets the password of a link's account and ends its sessions. Of any number of uses at once one succeeds; the others
// answer what Opens answers.
func (s *Accounts) UseLink(ctx context.Context, token, password string, v Visit) (Account, error) {
	a, kind, err := s.Opens(ctx, token)
	if err != nil {
		return Account{}, err
	}
	if err := CheckPassword(a, password); err != nil {
		return Account{}, err
	}
	leave, err := s.seat(ctx)
	if err != nil {
		return Account{}, err
	}
	if _, _, err = s.Opens(ctx, token); err != nil { // used while this one waited: it costs nothing more
		leave()
		return Account{}, err
	}
	made := newSecret(password).String()
	leave()
	now := s.now()
	err = s.db.InTx(kernel.WithActor(ctx, a.Actor("console")), func(ctx context.Context) error {
		if a, err = s.lock(ctx, a.ID); err != nil {
			return err
		}
		used, err := s.useLink(ctx, sessionID(token), now)
		if err != nil {
			return err
		}
		if !used || a.State != Active {
			return errLink()
		}
		if err := s.putSecret(ctx, a.ID, made, now); err != nil {
			return err
		}
		if err := s.deleteSessions(ctx, a.ID); err != nil {
			return err
		}
		if err := s.forget(ctx, int64(a.ID), v.clean().client()); err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "user.password", Object: "account/" + a.ID.String(), Note: map[string]string{"link": string(kind)}})
	})
	return a, err
}
