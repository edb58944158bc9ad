package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// Certificates answers TLS from a folder: <name>.crt with <name>.key, or <name>.pem holding both. Which names a
// certificate is for is read from the certificate itself. A changed folder is read again without a restart.
type Certificates struct {
	dir    string
	loaded atomic.Pointer[certificates]
}

type certificates struct {
	byName map[string]*tls.Certificate // "a.gov.cn", "*.gov.cn"
	seen   map[string]string           // file -> size and time, to notice a change
}

// OpenCertificates reads the folder; one that holds no usable pair is an error.
func OpenCertificates(dir string) (*Certificates, error) {
	c := &Certificates{dir: dir}
	if _, err := c.Reload(); err != nil {
		return nil, err
	}
	return c, nil
}

// Listener answers TLS on ln: HTTP/1.1 only, TLS 1.2 and above.
func (c *Certificates) Listener(ln net.Listener) net.Listener {
	return tls.NewListener(ln, &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetCertificate: c.pick})
}

// Watch looks at the folder on every tick and reads it again when a file has changed, until ctx ends. A pair that
// cannot be read leaves everything as it was.
func (c *Certificates) Watch(ctx context.Context, tick <-chan time.Time, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
		if changed, err := c.Reload(); err != nil {
			log.Error("certificates kept", "err", err)
		} else if changed {
			log.Info("certificates reloaded", "names", len(c.loaded.Load().byName))
		}
	}
}

var errNoName = errors.New("tls: no certificate for this name")

func (c *Certificates) pick(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name, ok := host([]byte(hello.ServerName))
	if !ok {
		return nil, errNoName
	}
	by := c.loaded.Load().byName
	if cert := by[name]; cert != nil {
		return cert, nil
	}
	if _, above, ok := strings.Cut(name, "."); ok && by["*."+above] != nil {
		return by["*."+above], nil
	}
	return nil, errNoName
}

// Reload reads the folder when a file in it has changed since the last time.
func (c *Certificates) Reload() (changed bool, err error) {
	seen, err := c.look()
	if err != nil {
		return false, err
	}
	if have := c.loaded.Load(); have != nil && maps.Equal(have.seen, seen) {
		return false, nil
	}
	next := &certificates{byName: map[string]*tls.Certificate{}, seen: seen}
	for file := range seen {
		base, kind := strings.CutSuffix(file, ".crt")
		key := base + ".key"
		if !kind {
			if !strings.HasSuffix(file, ".pem") {
				continue
			}
			key = file
		}
		cert, err := tls.LoadX509KeyPair(filepath.Join(c.dir, file), filepath.Join(c.dir, key))
		if err != nil {
			return false, fmt.Errorf("read certificate %s: %w", file, err)
		}
		if cert.Leaf == nil {
			if cert.Leaf, err = x509.ParseCertificate(cert.Certificate[0]); err != nil {
				return false, fmt.Errorf("read certificate %s: %w", file, err)
			}
		}
		for _, name := range cert.Leaf.DNSNames {
			next.add(strings.ToLower(name), &cert)
		}
	}
	if len(next.byName) == 0 {
		return false, fmt.Errorf("read certificates: no pair of <name>.crt and <name>.key, and no <name>.pem, in %s", c.dir)
	}
	c.loaded.Store(next)
	return true, nil
}

// add keeps, of two certificates for one name, the one that lasts longer.
func (c *certificates) add(name string, cert *tls.Certificate) {
	if have := c.byName[name]; have == nil || have.Leaf.NotAfter.Before(cert.Leaf.NotAfter) {
		c.byName[name] = cert
	}
}

func (c *Certificates) look() (map[string]string, error) {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return nil, fmt.Errorf("read certificates: %w", err)
	}
	seen := map[string]string{}
	for _, e := range entries {
		switch filepath.Ext(e.Name()) {
		case ".crt", ".key", ".pem":
			info, err := os.Stat(filepath.Join(c.dir, e.Name())) // follows links, which renewal tools replace
			if err != nil {
				return nil, fmt.Errorf("read certificates: %w", err)
			}
			seen[e.Name()] = fmt.Sprint(info.Size(), info.ModTime().UnixNano())
		}
	}
	return seen, nil
}
