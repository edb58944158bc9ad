package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"
)

// SMTP is the mail server that takes our letters. Outside this machine the line is encrypted or nothing is said.
type SMTP struct {
	Addr     string // host:port; 465 speaks TLS from the first byte, any other port by STARTTLS
	From     string // "站群 <no-reply@example.gov.cn>"
	User     string // "" signs in nowhere
	Password string
	Roots    *x509.CertPool // nil: the system's
	Within   time.Duration  // of one letter; 0: a minute
}

// Send hands one letter over. errRefused says that this address or letter is refused for good; any other error may pass.
func (s *SMTP) Send(ctx context.Context, to string, message []byte) error {
	within := s.Within
	if within == 0 {
		within = time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	c, err := s.open(ctx)
	if err != nil {
		return fmt.Errorf("speak to the mail server %s: %w", s.Addr, err)
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	from, err := mail.ParseAddress(s.From)
	if err != nil {
		return fmt.Errorf("the sender %q: %w", s.From, err)
	}
	if err := c.Mail(from.Address); err != nil {
		return fmt.Errorf("the mail server refuses the sender: %w", err)
	}
	if err := c.Rcpt(to); err != nil {
		return forGood("the recipient", err)
	}
	w, err := c.Data()
	if err != nil {
		return fmt.Errorf("begin the letter: %w", err)
	}
	if _, err := w.Write(message); err != nil {
		return fmt.Errorf("write the letter: %w", err)
	}
	if err := w.Close(); err != nil {
		return forGood("the letter", err)
	}
	_ = c.Quit() // it has taken the letter: how it says goodbye changes nothing
	return nil
}

// forGood tells a server's final no from one that may pass.
func forGood(what string, err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) && answer.Code >= 500 && answer.Code < 600 {
		return fmt.Errorf("%w: %s: %d", errRefused, what, answer.Code)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// open connects, encrypts and signs in.
func (s *SMTP) open(ctx context.Context) (*smtp.Client, error) {
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return nil, err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.Addr)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // a connection that is closed already fails at its next word
	}
	cfg := &tls.Config{ServerName: host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
	if port == "465" {
		conn = tls.Client(conn, cfg)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	if err := s.enter(c, host, port == "465", cfg); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

func (s *SMTP) enter(c *smtp.Client, host string, encrypted bool, cfg *tls.Config) error {
	if ok, _ := c.Extension("STARTTLS"); ok && !encrypted {
		if err := c.StartTLS(cfg); err != nil {
			return err
		}
		encrypted = true
	}
	if !encrypted && !loopback(host) {
		return errors.New("it offers no STARTTLS, and nothing is sent in the clear")
	}
	if s.User == "" {
		return nil
	}
	_, ways := c.Extension("AUTH")
	if !strings.Contains(ways, "PLAIN") && strings.Contains(ways, "LOGIN") {
		return c.Auth(&login{s.User, s.Password, encrypted || loopback(host)})
	}
	return c.Auth(smtp.PlainAuth("", s.User, s.Password, host))
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// login is AUTH LOGIN, the only way in that some servers know.
type login struct {
	user, password string
	safe           bool
}

// Start begins the exchange, on a line that nobody reads.
func (l *login) Start(*smtp.ServerInfo) (string, []byte, error) {
	if !l.safe {
		return "", nil, errors.New("a password is not sent in the clear")
	}
	return "LOGIN", nil, nil
}

// Next answers what the server asks for.
func (l *login) Next(asked []byte, more bool) ([]byte, error) {
	switch word := strings.ToLower(string(asked)); {
	case !more:
		return nil, nil
	case strings.HasPrefix(word, "user"):
		return []byte(l.user), nil
	case strings.HasPrefix(word, "pass"):
		return []byte(l.password), nil
	}
	return nil, fmt.Errorf("the mail server asks for %q", asked)
}
