package notify

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/jobs"
)

// Bounds of letters.
const (
	together   = 10 * time.Minute // what happens within it is one letter
	askEach    = 10 * time.Minute // between two letters to an address that nobody has confirmed
	askedFor   = 24 * time.Hour   // how long such a letter's link opens
	lettersMax = 100              // lines of one letter
)

// Address is where a person's letters go.
type Address struct {
	Account kernel.AccountID
	Address string // confirmed, or ""
	Asked   string // written to once, not confirmed yet, or ""
	AskedAt time.Time
	Kinds   []Kind // that are mailed
	Mailed  time.Time
	Refused bool // the mail server has refused the address
}

// Mails reports whether the kind is mailed to the person.
func (a Address) Mails(k Kind) bool { return a.Address != "" && slices.Contains(a.Kinds, k) }

// derive makes a key of its own from the installation's, or fails where there is none.
func (n *Notices) derive(purpose string) ([]byte, error) {
	if len(n.Key) == 0 {
		return nil, fault.New(fault.Unavailable, "这台服务器现在没有密钥文件，请联系平台运维人员。")
	}
	return hkdf.Key(sha256.New, n.Key, nil, "zhanqun notify "+purpose, 32)
}

// insert writes a notice and, for who wants that, asks for a letter about it.
func (n *Notices) insert(ctx context.Context, row Notice) error {
	if n.Mail == nil {
		return n.put(ctx, row, "")
	}
	a, err := n.address(ctx, row.Account)
	if err != nil {
		return err
	}
	if !a.Mails(row.Kind) {
		return n.put(ctx, row, "")
	}
	if err := n.put(ctx, row, "due"); err != nil {
		return err
	}
	return n.write(ctx, a)
}

// write has a letter sent, at the earliest when the one before it is old enough. The key names the moment, so that what is added while
// a letter is being written waits for the next one.
func (n *Notices) write(ctx context.Context, a Address) error {
	at := n.Now()
	if next := a.Mailed.Add(together); !a.Mailed.IsZero() && next.After(at) {
		at = next
	}
	key := fmt.Sprintf("%d:%d", a.Account, at.Unix()/int64(together/time.Second))
	return n.Queue.Add(ctx, kernel.Platform, Letter{a.Account}, jobs.Options{Key: key, RunAt: at})
}

// Ask writes one letter to the address, by which its owner confirms it; until then it gets nothing else.
func (n *Notices) Ask(ctx context.Context, typed string) error {
	if n.Mail == nil {
		return fault.In("address", "这个平台没有设置邮件服务器，通知只在工作台里看。")
	}
	address, err := plainAddress(typed)
	if err != nil {
		return err
	}
	return n.DB.InTx(ctx, func(ctx context.Context) error {
		a, err := n.address(ctx, me(ctx))
		if err != nil {
			return err
		}
		if a.Asked != "" && n.Now().Before(a.AskedAt.Add(askEach)) {
			return fault.In("address", "确认邮件刚刚发出，请查收；没有收到的话，请十分钟以后再试。")
		}
		a.Account, a.Asked, a.AskedAt = me(ctx), address, n.Now()
		if err := n.saveAddress(ctx, a); err != nil {
			return err
		}
		if err := n.Queue.Add(ctx, kernel.Platform, AskLetter{a.Account}, jobs.Options{Key: a.Account.String() + ":" + strconv.FormatInt(a.AskedAt.Unix(), 10)}); err != nil {
			return err
		}
		return n.personal(ctx, "user.mail.ask")
	})
}

// plainAddress is an address that is nothing but an address: no name, no comment, no line end.
func plainAddress(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	bad := strings.ContainsFunc(typed, func(r rune) bool { return r <= ' ' || r > '~' })
	a, err := mail.ParseAddress(typed)
	if err != nil || bad || a.Address != typed || len(typed) > 254 || strings.ContainsAny(typed, `"<>()[],;:\`) {
		return "", fault.In("address", "请写一个完整的电子邮箱地址，例如 name@example.gov.cn。")
	}
	return typed, nil
}

// Token is what the letter's link holds: it says nothing by itself, and opens only for the person who has asked.
func (n *Notices) token(a Address) (string, error) {
	key, err := n.derive("mail")
	if err != nil {
		return "", err
	}
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%d\n%d\n%s", a.Account, a.AskedAt.UnixMicro(), a.Asked)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)), nil
}

// Opens answers the address that the link confirms for the actor.
func (n *Notices) Opens(ctx context.Context, token string) (string, error) {
	a, err := n.address(ctx, me(ctx))
	if err != nil {
		return "", err
	}
	want, err := n.token(a)
	if err != nil {
		return "", err
	}
	if a.Asked == "" || !hmac.Equal([]byte(want), []byte(token)) || !n.Now().Before(a.AskedAt.Add(askedFor)) {
		return "", fault.New(fault.NotFound, "这个链接已经用过或已经过期，也可能是用别的账号登录了。请在“通知”里重新填写邮箱。")
	}
	return a.Asked, nil
}

// Confirm takes the address of the link into use, once.
func (n *Notices) Confirm(ctx context.Context, token string) error {
	return n.DB.InTx(ctx, func(ctx context.Context) error {
		address, err := n.Opens(ctx, token)
		if err != nil {
			return err
		}
		a, err := n.address(ctx, me(ctx))
		if err != nil {
			return err
		}
		a.Address, a.Asked, a.AskedAt, a.Refused = address, "", time.Time{}, false
		if err := n.saveAddress(ctx, a); err != nil {
			return err
		}
		return n.personal(ctx, "user.mail.on")
	})
}

// Forget ends all letters to the actor.
func (n *Notices) Forget(ctx context.Context) error {
	return n.DB.InTx(ctx, func(ctx context.Context) error {
		if err := n.dropAddress(ctx, me(ctx)); err != nil {
			return err
		}
		return n.personal(ctx, "user.mail.off")
	})
}

// Choose says which kinds are mailed to the actor.
func (n *Notices) Choose(ctx context.Context, chosen []Kind) error {
	return n.DB.InTx(ctx, func(ctx context.Context) error {
		a, err := n.address(ctx, me(ctx))
		if err != nil {
			return err
		}
		if a.Address == "" {
			return fault.New(fault.Conflict, "请先填写并确认邮箱。")
		}
		a.Kinds = nil
		for _, k := range kinds {
			if slices.Contains(chosen, k.Kind) {
				a.Kinds = append(a.Kinds, k.Kind)
			}
		}
		if err := n.saveAddress(ctx, a); err != nil {
			return err
		}
		return n.personal(ctx, "user.mail.kinds")
	})
}

// personal records what the actor has done with the own letters; the address itself is nobody else's business.
func (n *Notices) personal(ctx context.Context, action string) error {
	return n.Audit.Record(ctx, audit.Entry{Action: action, Object: "account/" + me(ctx).String()})
}

// Letter writes to a person about what is due.
type Letter struct{ Account kernel.AccountID }

// Kind names the job.
func (Letter) Kind() string { return "notify.letter" }

// AskLetter writes to an address that waits for its owner.
type AskLetter struct{ Account kernel.AccountID }

// Kind names the job.
func (AskLetter) Kind() string { return "notify.ask" }

// errRefused says that the mail server will never take this letter.
var errRefused = errors.New("notify: the letter was refused for good")

// letter sends one letter about everything that is due and still the person's to know. It returns an error, so that the queue tries
// again, when the server could not be reached or asked to wait; nothing is marked until the server has taken the letter.
func (n *Notices) letter(ctx context.Context, who kernel.AccountID) error {
	if n.Mail == nil {
		return nil
	}
	a, err := n.address(ctx, who)
	if err != nil {
		return err
	}
	due, err := n.dueOf(ctx, who)
	if err != nil || len(due) == 0 {
		return err
	}
	if a.Address == "" {
		return n.marked(ctx, due, "", a)
	}
	if !a.Mailed.IsZero() && n.Now().Before(a.Mailed.Add(together)) {
		return n.write(ctx, a)
	}
	person, err := n.Accounts.Get(ctx, who)
	if err != nil {
		return err
	}
	lines, err := n.worth(ctx, person, due)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return n.marked(ctx, due, "", a)
	}
	text, err := n.compose(ctx, person, lines)
	if err != nil {
		return err
	}
	err = n.Mail.Send(ctx, a.Address, text.message(n.Mail.From, a.Address, fmt.Sprintf("n%d", due[len(due)-1].ID), n.Now()))
	state := "sent"
	if errors.Is(err, errRefused) {
		slog.Warn("a letter was refused", "account", who, "err", err)
		state, a.Refused, err = "refused", true, nil
	}
	if err != nil {
		return err
	}
	a.Mailed = n.Now()
	return n.marked(ctx, due, state, a)
}

// worth are the notices that the person has not read and may still know.
func (n *Notices) worth(ctx context.Context, person identity.Account, due []Notice) (lines []Notice, err error) {
	for _, row := range due {
		if !row.ReadAt.IsZero() || person.State != identity.Active || len(lines) == lettersMax {
			continue
		}
		_, ok, err := n.subject(as(ctx, person.ID), row)
		if err != nil {
			return nil, err
		}
		if ok {
			lines = append(lines, row)
		}
	}
	return lines, nil
}

// ask sends the letter with the link; a refused one is the person's to see.
func (n *Notices) ask(ctx context.Context, who kernel.AccountID) error {
	a, err := n.address(ctx, who)
	if err != nil || n.Mail == nil || a.Asked == "" || !n.Now().Before(a.AskedAt.Add(askedFor)) {
		return err
	}
	token, err := n.token(a)
	if err != nil {
		return err
	}
	text := confirmation(n.Origin + "/notices/mail/" + token)
	err = n.Mail.Send(ctx, a.Asked, text.message(n.Mail.From, a.Asked, fmt.Sprintf("a%d-%d", who, a.AskedAt.UnixMicro()), n.Now()))
	if errors.Is(err, errRefused) {
		return n.DB.InTx(ctx, func(ctx context.Context) error { return n.refuseAsked(ctx, a) })
	}
	return err
}
