package notify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// catcher is a real mail server on loopback that keeps what it takes, and misbehaves when it is told to.
type catcher struct {
	at    string
	roots *x509.CertPool

	mu       sync.Mutex
	letters  []caught
	attempts int
	refuse   *smtp.SMTPError // of every recipient
	refuse2  *smtp.SMTPError // of every letter, after it has come
	hangUp   int             // this many letters are broken off in the middle
	slow     time.Duration   // before a recipient is answered
	who      string          // signed in last
}

type caught struct{ from, to, data string }

// catch starts a catcher; with a certificate it offers STARTTLS.
func catch(t *testing.T, certificate bool) *catcher {
	t.Helper()
	c := &catcher{}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s := smtp.NewServer(smtp.BackendFunc(func(conn *smtp.Conn) (smtp.Session, error) { return &talk{c: c, conn: conn}, nil }))
	s.Domain, s.AllowInsecureAuth, s.ErrorLog = "localhost", true, log.New(io.Discard, "", 0)
	if certificate {
		s.TLSConfig, c.roots = ownCertificate(t)
	}
	c.at = ln.Addr().String()
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.Serve(ln) }) // it answers that it was closed
	t.Cleanup(func() { s.Close(); wg.Wait() })
	return c
}

func ownCertificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	leaf := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "catcher"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, &key.PublicKey, key)
	must(t, err)
	parsed, err := x509.ParseCertificate(der)
	must(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}

func (c *catcher) set(f func(*catcher)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c)
}

func (c *catcher) all() []caught {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]caught(nil), c.letters...)
}

// talk is one connection.
type talk struct {
	c    *catcher
	conn *smtp.Conn
	one  caught
}

func (s *talk) Reset()        { s.one = caught{} }
func (s *talk) Logout() error { return nil }

func (s *talk) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *talk) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "notice" || password != "geheim" {
			return smtp.ErrAuthFailed
		}
		_, encrypted := s.conn.TLSConnectionState()
		s.c.set(func(c *catcher) {
			c.who = user
			if encrypted {
				c.who += " over TLS"
			}
		})
		return nil
	}), nil
}

func (s *talk) Mail(from string, _ *smtp.MailOptions) error {
	s.one.from = from
	return nil
}

func (s *talk) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.one.to = to
	s.c.mu.Lock()
	slow, refuse := s.c.slow, s.c.refuse
	s.c.attempts++
	s.c.mu.Unlock()
	time.Sleep(slow)
	if refuse != nil {
		return refuse
	}
	return nil
}

func (s *talk) Data(r io.Reader) error {
	s.c.mu.Lock()
	hang, refuse := s.c.hangUp > 0, s.c.refuse2
	s.c.hangUp = max(0, s.c.hangUp-1)
	s.c.mu.Unlock()
	if hang {
		s.conn.Conn().Close()
		return errors.New("broken off")
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if refuse != nil {
		return refuse
	}
	s.one.data = string(b)
	s.c.set(func(c *catcher) { c.letters = append(c.letters, s.one) })
	return nil
}
