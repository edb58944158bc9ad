package notify

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net"
	"net/mail"
	"net/smtp"
	"regexp"
	"strings"
	"testing"
	"time"

	catching "github.com/emersion/go-smtp"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

var linkIn = regexp.MustCompile(`https://console\.example\.gov\.cn/notices/mail/(\S+)`)

// read takes a letter apart as a mail program does.
func read(t testing.TB, data string) (subject, body string, header mail.Header) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(data))
	must(t, err)
	if subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, m.Body))
	must(t, err)
	return subject, strings.ReplaceAll(string(b), "\r\n", "\n"), m.Header
}

// subscribe confirms an address for the author and answers the letter with the link.
func (h *house) subscribe(c *catcher, address string) {
	h.t.Helper()
	must(h.t, h.Ask(h.by(h.author), address))
	must(h.t, h.Queue.Drain(context.Background()))
	all := c.all()
	if len(all) == 0 {
		h.t.Fatal("no letter asks for the confirmation")
	}
	_, body, _ := read(h.t, all[len(all)-1].data)
	must(h.t, h.Confirm(h.by(h.author), linkIn.FindStringSubmatch(body)[1]))
}

func mailed(t *testing.T, f func(t *testing.T, h *house, c *catcher)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, c := open(t, d), catch(t, false)
		h.Mail = &SMTP{Addr: c.at, From: "站群 <no-reply@example.gov.cn>", Within: 5 * time.Second}
		f(t, h, c)
	}, schema()...)
}

// X6: a stranger's address gets one letter that names nobody, and nothing else; the link opens once, for who has asked, for a day.
func TestAnAddressIsConfirmed(t *testing.T) {
	mailed(t, func(t *testing.T, h *house, c *catcher) {
		for _, bad := range []string{"", "a", "a@b\r\nBcc: c@d", "a@b\nx", "Name <a@b.cn>", "a@b.cn, c@d.cn", "名@例.cn", "a b@c.cn", `"a\"b"@c.cn`, strings.Repeat("a", 260) + "@b.cn"} {
			h.refuses(bad, h.Ask(h.by(h.author), bad), fault.Invalid)
		}
		h.refuses("kinds without an address", h.Choose(h.by(h.author), []Kind{Noted}), fault.Conflict)
		must(t, h.Ask(h.by(h.author), "officer@example.gov.cn"))
		h.refuses("kinds before it is confirmed", h.Choose(h.by(h.author), []Kind{Noted}), fault.Conflict)
		h.refuses("asked again at once", h.Ask(h.by(h.author), "stranger@example.com"), fault.Invalid)
		h.approve(h.freeze(1), "rejected")
		must(t, h.Queue.Drain(t.Context()))
		all := c.all()
		if len(all) != 1 || all[0].to != "officer@example.gov.cn" || all[0].from != "no-reply@example.gov.cn" {
			t.Fatalf("%+v", all)
		}
		subject, body, _ := read(t, all[0].data)
		if strings.Contains(subject+body, h.author.Name) || strings.Contains(body, secretTitle) {
			t.Errorf("a stranger reads %q %q", subject, body)
		}
		token := linkIn.FindStringSubmatch(body)[1]
		h.refuses("somebody else's link", h.Confirm(h.by(h.reviews), token), fault.NotFound)
		h.refuses("another link", h.Confirm(h.by(h.author), token[:20]), fault.NotFound)
		h.at = h.at.Add(askedFor)
		h.refuses("after a day", h.Confirm(h.by(h.author), token), fault.NotFound)
		h.at = h.at.Add(-time.Second)
		must(t, h.Confirm(h.by(h.author), token))
		h.refuses("the second time", h.Confirm(h.by(h.author), token), fault.NotFound)
		must(t, h.Forget(h.by(h.author)))
		h.comments(1)
		if len(c.all()) != 1 {
			t.Error("a letter after the end of letters")
		}
	})
}

// comments makes notices and lets the jobs run.
func (h *house) comments(n int) {
	h.t.Helper()
	for range n {
		must(h.t, h.DB.InTx(h.by(h.reviews), func(ctx context.Context) error {
			return h.Audit.Record(ctx, audit.Entry{Site: h.site, Action: "review.comment", Object: "article/1", After: "note/1"})
		}))
	}
	_ = h.Queue.Drain(context.Background()) // a server that fails is the test's to look at
}

// X6: one letter in ten minutes, however much happens; it says what and where and holds no word of a text; what was read, or may no
// longer be seen, is not in it; no notice is in two letters.
func TestLettersAreFewAndSayLittle(t *testing.T) {
	mailed(t, func(t *testing.T, h *house, c *catcher) {
		h.subscribe(c, "officer@example.gov.cn")
		must(t, h.Choose(h.by(h.author), []Kind{Noted, "no such kind"}))
		h.comments(3)
		h.comments(4)
		if got := len(c.all()); got != 2 { // the confirmation and the first
			t.Fatalf("%d letters", got)
		}
		subject, body, header := read(t, c.all()[1].data)
		if !strings.Contains(subject, "3 条") || !strings.Contains(body, "稿件有新批注（") || !strings.Contains(body, "3 件") || !strings.Contains(body, h.author.Name) ||
			strings.Contains(body, secretTitle) || strings.Contains(body, "正文") || header.Get("Auto-Submitted") != "auto-generated" {
			t.Errorf("%q %q %v", subject, body, header)
		}
		h.at = h.at.Add(together)
		h.comments(0)
		if got := len(c.all()); got != 3 {
			t.Fatalf("%d letters after ten minutes", got)
		}
		if subject, _, _ := read(t, c.all()[2].data); !strings.Contains(subject, "4 条") {
			t.Errorf("the second letter: %q", subject)
		}
		h.comments(2)
		must(t, h.ReadAll(h.by(h.author)))
		h.at = h.at.Add(together)
		h.comments(0)
		h.blind[h.author.ID] = true
		h.comments(1)
		h.at = h.at.Add(together)
		h.comments(0)
		if got := len(c.all()); got != 3 {
			t.Errorf("%d letters: what was read, or may not be known, was written", got)
		}
	})
}

// C7 (bad days): a server that asks to wait, hangs, breaks off or is away loses nothing and gets the letter once; a final no is given up,
// and the person reads why.
func TestNoLetterIsLostOrWrittenTwice(t *testing.T) {
	later := &catching.SMTPError{Code: 451, Message: "greylisted"}
	never := &catching.SMTPError{Code: 550, Message: "no such user"}
	for _, row := range []struct {
		name    string
		breaks  func(*catcher)
		mends   func(*catcher)
		refused bool
	}{
		{"asks to wait", func(c *catcher) { c.refuse = later }, func(c *catcher) { c.refuse = nil }, false},
		{"asks to wait after the letter", func(c *catcher) { c.refuse2 = later }, func(c *catcher) { c.refuse2 = nil }, false},
		{"breaks off in DATA", func(c *catcher) { c.hangUp = 1 }, func(*catcher) {}, false},
		{"hangs", func(c *catcher) { c.slow = 700 * time.Millisecond }, func(c *catcher) { c.slow = 0 }, false},
		{"knows nobody", func(c *catcher) { c.refuse = never }, func(c *catcher) { c.refuse = nil }, true},
		{"dislikes the letter", func(c *catcher) { c.refuse2 = never }, func(c *catcher) { c.refuse2 = nil }, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			h, c := open(t, dbtest.SQLite(t, schema()...)), catch(t, false)
			h.Mail = &SMTP{Addr: c.at, From: "no-reply@example.gov.cn", Within: 300 * time.Millisecond}
			h.subscribe(c, "officer@example.gov.cn")
			must(t, h.Choose(h.by(h.author), []Kind{Noted}))
			c.set(row.breaks)
			h.comments(2)
			if got := len(c.all()); got != 1 {
				t.Fatalf("%d letters while the server misbehaves", got)
			}
			c.set(row.mends)
			for range 3 {
				h.at = h.at.Add(time.Hour)
				h.comments(0)
			}
			a, err := h.address(t.Context(), h.author.ID)
			must(t, err)
			if got := len(c.all()); a.Refused != row.refused || got != map[bool]int{true: 1, false: 2}[row.refused] {
				t.Errorf("%d letters, refused %v", got, a.Refused)
			}
			h.sees(h.author, "noted*", "noted*") // in the console nothing is lost
		})
	}
	t.Run("is away", func(t *testing.T) {
		h, c := open(t, dbtest.SQLite(t, schema()...)), catch(t, false)
		h.Mail = &SMTP{Addr: c.at, From: "no-reply@example.gov.cn", Within: time.Second}
		h.subscribe(c, "officer@example.gov.cn")
		must(t, h.Choose(h.by(h.author), []Kind{Noted}))
		h.Mail.Addr = "127.0.0.1:1"
		h.comments(1)
		h.Mail.Addr = c.at
		h.at = h.at.Add(time.Hour)
		h.comments(0)
		if got := len(c.all()); got != 2 {
			t.Errorf("%d letters", got)
		}
	})
}

// d51: outside this machine nothing is said in the clear, to a certificate that nobody trusts nothing at all, and a password is only
// ever spoken over TLS.
func TestTheLineIsEncrypted(t *testing.T) {
	ctx := t.Context()
	letter := text{"一", "二"}.message("a@example.cn", "b@example.cn", "1", time.Now())
	c := catch(t, true)
	s := &SMTP{Addr: c.at, From: "a@example.cn", User: "notice", Password: "geheim", Roots: c.roots, Within: 5 * time.Second}
	must(t, s.Send(ctx, "b@example.cn", letter))
	c.mu.Lock()
	if c.who != "notice over TLS" || len(c.letters) != 1 {
		t.Errorf("signed in as %q, %d letters", c.who, len(c.letters))
	}
	c.mu.Unlock()
	s.Roots = nil
	if err := s.Send(ctx, "b@example.cn", letter); err == nil || errors.Is(err, errRefused) {
		t.Errorf("an unknown certificate: %v", err)
	}
	s.Roots, s.Password = c.roots, "falsch"
	if err := s.Send(ctx, "b@example.cn", letter); err == nil || errors.Is(err, errRefused) {
		t.Errorf("a wrong password: %v", err)
	}
	if got := len(c.all()); got != 1 {
		t.Errorf("%d letters", got)
	}
	clear := catch(t, false)
	conn, err := net.Dial("tcp", clear.at)
	must(t, err)
	client, err := smtp.NewClient(conn, "mail.example.gov.cn")
	must(t, err)
	defer client.Close()
	if err := s.enter(client, "mail.example.gov.cn", false, &tls.Config{ServerName: "mail.example.gov.cn"}); err == nil || !strings.Contains(err.Error(), "STARTTLS") { //nolint:gosec // nothing is said over it
		t.Errorf("a server without STARTTLS that is not this machine: %v", err)
	}
	if _, _, err := (&login{"u", "p", false}).Start(nil); err == nil {
		t.Error("AUTH LOGIN speaks in the clear")
	}
	for asked, want := range map[string]string{"Username:": "u", "Password:": "p"} {
		if got, err := (&login{"u", "p", true}).Next([]byte(asked), true); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", asked, got, err)
		}
	}
}

// Whatever stands in a name or a subject, a letter has the headers that we write and no others, and its body is what was written.
func FuzzMessage(f *testing.F) {
	f.Add("张三", "正文\n.\nQUIT", "站群 <no-reply@example.gov.cn>")
	f.Add("a\r\nBcc: x@y.cn\r\n\r\nbody", "x\r\n.\r\nMAIL FROM:<a@b>", "a\r\nX: y <a@b.cn>")
	f.Fuzz(func(t *testing.T, subject, body, from string) {
		m, err := mail.ReadMessage(strings.NewReader(string(text{subject, body}.message(from, "b@example.cn", "n1", time.Unix(0, 0)))))
		if _, bad := mail.ParseAddress(from); bad != nil {
			return // the configuration refuses it
		}
		must(t, err)
		if len(m.Header) != 9 {
			t.Fatalf("%d headers: %v", len(m.Header), m.Header)
		}
		b, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, m.Body))
		if err != nil || string(b) != strings.ReplaceAll(body, "\n", "\r\n") {
			t.Fatalf("%q became %q, %v", body, b, err)
		}
	})
}
