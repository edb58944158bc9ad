package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
)

// Hook is where a site's publications are announced, and how the last attempt came out.
type Hook struct {
	Site      kernel.SiteID
	ID        int64
	URL       string
	SetAt     time.Time
	TriedAt   time.Time // zero: not yet
	Outcome   string    // a status code, Blocked or Unreachable
	Delivered bool

	salt   string
	by     kernel.AccountID
	paused time.Time
}

// The outcomes that are no status code.
const (
	Blocked     = "blocked" // it leads to an address inside
	Unreachable = "unreachable"
)

// Bounds of a delivery.
const (
	hookWithin = 5 * time.Second
	hookFor    = 24 * time.Hour // older news is not delivered any more
)

// waits are the pauses after each failure; after the last there is no other attempt.
var waits = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}

// SetHook announces the site's publications at an address from now on. The secret by which the receiver knows that it is us is answered
// this once.
func (n *Notices) SetHook(ctx context.Context, id kernel.SiteID, raw string) (secret string, err error) {
	u, err := n.checkHook(raw)
	if err != nil {
		return "", err
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it never fails: the program ends instead
	h := Hook{Site: id, ID: n.IDs.Next(), URL: u.String(), SetAt: n.Now(), by: me(ctx), salt: hex.EncodeToString(salt)}
	if secret, err = n.secret(h); err != nil {
		return "", err
	}
	return secret, n.DB.InTx(ctx, func(ctx context.Context) error {
		if err := n.putHook(ctx, h); err != nil {
			return err
		}
		return n.hookRecord(ctx, id, "webhook.set", u.Hostname()) // an address may hold a password: the chain keeps the host
	})
}

// RemoveHook ends the announcements, those that wait for another attempt too.
func (n *Notices) RemoveHook(ctx context.Context, id kernel.SiteID) error {
	return n.DB.InTx(ctx, func(ctx context.Context) error {
		if err := n.dropHook(ctx, id); err != nil {
			return err
		}
		return n.hookRecord(ctx, id, "webhook.remove", "")
	})
}

func (n *Notices) hookRecord(ctx context.Context, id kernel.SiteID, action, after string) error {
	return n.Audit.Record(ctx, audit.Entry{Site: id, Action: action, Object: "site/" + id.String(), After: after})
}

// checkHook is an address that may be called: https, or http on this machine where that is allowed.
func (n *Notices) checkHook(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || len(raw) > 500 || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return nil, fault.In("url", "请写完整的 https 地址，不带用户名和“#”，最多 500 个字符。")
	}
	inner := loopback(u.Hostname()) && !n.forbids(netip.MustParseAddr("127.0.0.1"))
	if u.Scheme != "https" && (u.Scheme != "http" || !inner) {
		return nil, fault.In("url", "接收地址必须以 https:// 开头。")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && n.forbids(a) {
		return nil, fault.In("url", "接收地址不能在内网或本机。确实需要的，请平台运维人员用 --webhook-allow 放行。")
	}
	return u, nil
}

// secret signs what is sent to a hook.
func (n *Notices) secret(h Hook) (string, error) {
	key, err := n.derive("webhook")
	if err != nil {
		return "", err
	}
	m := hmac.New(sha256.New, key)
	fmt.Fprintf(m, "%d\n%d\n%s", h.Site, h.ID, h.salt)
	return hex.EncodeToString(m.Sum(nil)), nil
}

// Announce tells one hook of one public event.
type Announce struct {
	Hook, ID int64
	Event    string // "published" or "withdrawn"
	Object   string
	At       time.Time
	Failed   int // attempts so far
}

// Kind names the job.
func (Announce) Kind() string { return "notify.webhook" }

// announced is what the receiver reads: what every citizen could see, and no text.
type announced struct {
	Kind   string        `json:"kind"`
	Site   kernel.SiteID `json:"site"`
	Object string        `json:"object"`
	At     time.Time     `json:"at"`
}

// announce is called in the transaction of a publication or withdrawal.
func (n *Notices) announce(ctx context.Context, obj publication.Object, event string) error {
	h, ok, err := n.Hook(ctx, obj.Site)
	if err != nil || !ok {
		return err
	}
	return n.Queue.Add(ctx, obj.Site, Announce{Hook: h.ID, ID: n.IDs.Next(), Event: event, Object: obj.String(), At: n.Now()}, jobs.Options{})
}

// deliver makes one attempt. A hook that is gone, and a site that does not serve, end it.
func (n *Notices) deliver(ctx context.Context, id kernel.SiteID, j Announce) error {
	h, ok, err := n.Hook(ctx, id)
	if err != nil || !ok || h.ID != j.Hook || n.Now().After(j.At.Add(hookFor)) {
		return err
	}
	g, err := n.Sites.Get(ctx, id)
	if err != nil || g.State != site.Online && g.State != site.Trial {
		return err
	}
	if h.paused.After(n.Now()) {
		return n.Queue.Add(ctx, id, j, jobs.Options{RunAt: h.paused})
	}
	outcome, delivered, err := n.send(ctx, h, g, j)
	if err != nil {
		return err
	}
	return n.DB.InTx(ctx, func(ctx context.Context) error {
		h.TriedAt, h.Outcome, h.Delivered, h.paused = n.Now(), outcome, delivered, time.Time{}
		if delivered || j.Failed >= len(waits) {
			return n.tried(ctx, h)
		}
		h.paused = h.TriedAt.Add(waits[j.Failed])
		if err := n.tried(ctx, h); err != nil {
			return err
		}
		j.Failed++
		return n.Queue.Add(ctx, id, j, jobs.Options{RunAt: h.paused})
	})
}

// send sends one announcement. An error is ours; the receiver's are outcomes.
func (n *Notices) send(ctx context.Context, h Hook, g site.Site, j Announce) (code string, delivered bool, err error) {
	body, err := n.message(h, g, j)
	if err != nil {
		return "", false, err
	}
	secret, err := n.secret(h)
	if err != nil {
		return "", false, err
	}
	at := strconv.FormatInt(n.Now().Unix(), 10)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return Unreachable, false, nil //nolint:nilerr // an address that cannot be asked is the site's to put right
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "zhanqun")
	r.Header.Set("X-Zhanqun-Delivery", strconv.FormatInt(j.ID, 10))
	r.Header.Set("X-Zhanqun-Timestamp", at)
	r.Header.Set("X-Zhanqun-Signature", "sha256="+Sign(secret, at, body))
	answer, err := n.client.Do(r)
	switch {
	case ctx.Err() != nil:
		return "", false, ctx.Err() // we are told to stop: no attempt
	case errors.Is(err, errInside):
		return Blocked, false, nil
	case err != nil:
		return Unreachable, false, nil
	}
	defer answer.Body.Close() //nolint:errcheck // of what is only read
	code, delivered = outcome(h, answer)
	return code, delivered, nil
}

// Sign is the signature of a body sent at a moment, which the receiver computes too: HMAC-SHA256 over "moment.body", in hex.
func Sign(secret, at string, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(at + "."))
	m.Write(body)
	return hex.EncodeToString(m.Sum(nil))
}
