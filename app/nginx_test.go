package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/proof"
)

// front is an nginx with the settings of deploy/nginx/zhanqun.conf, of which only addresses and paths are changed.
type front struct {
	*proof.Child
	address, secure string // where it listens, plain and with TLS
	access          string // a log of status and of what each node answered
}

// newFront starts nginx before the nodes, or skips where there is none.
func newFront(t *testing.T, nodes []*process) *front {
	t.Helper()
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		nginx = "/usr/sbin/nginx" // not on the path of every user
	}
	if _, err := os.Stat(nginx); err != nil {
		if os.Getenv("ZHANQUN_TEST_REQUIRE") != "" {
			t.Fatal("no nginx: install nginx-light")
		}
		t.Skip("no nginx: install nginx-light")
	}
	dir := t.TempDir()
	f := &front{address: freeAddress(t), secure: freeAddress(t), access: filepath.Join(dir, "access.log")}
	text := shipped(t, nodes, f, dir)
	conf := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(nginx, "-p", dir, "-c", conf, "-e", filepath.Join(dir, "error.log"))
	said := &lines{}
	cmd.Stdout, cmd.Stderr = said, said
	if f.Child, err = proof.Start(cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Kill)
	for tick := time.NewTicker(20 * time.Millisecond); ; <-tick.C {
		select {
		case <-f.Ended:
			t.Fatalf("nginx has ended: %v\n%s", f.Err, said)
		default:
		}
		if c, err := net.Dial("tcp", f.address); err == nil {
			c.Close()
			return f
		}
	}
}

// shipped is the file of deploy/nginx with the addresses and paths of this test, inside the frame that a
// distribution's nginx.conf gives it.
func shipped(t *testing.T, nodes []*process, f *front, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "deploy", "nginx", "zhanqun.conf"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	swap := func(old, new string) {
		t.Helper()
		if strings.Count(text, old) != 1 {
			t.Fatalf("deploy/nginx/zhanqun.conf has %q not once: this test no longer proves it", old)
		}
		text = strings.Replace(text, old, new, 1)
	}
	const first, second = "    server 10.0.0.11:8080 max_fails=1 fail_timeout=5s;\n", "    server 10.0.0.12:8080 max_fails=1 fail_timeout=5s;\n"
	var all strings.Builder
	for _, n := range nodes {
		all.WriteString(strings.Replace(first, "10.0.0.11:8080", n.address, 1))
	}
	cert, key := certificate(t, dir)
	swap(first, all.String())
	swap(second, "")
	swap("listen 80 default_server;", "listen "+f.address+" default_server;")
	swap("listen 443 ssl default_server;", "listen "+f.secure+" ssl default_server;")
	swap("/etc/zhanqun/tls/ankang.gov.cn.crt", cert)
	swap("/etc/zhanqun/tls/ankang.gov.cn.key", key)
	frame := "daemon off; master_process off; pid nginx.pid; error_log error.log;\nevents { worker_connections 1024; }\nhttp {\n"
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		frame += fmt.Sprintf("%s_temp_path %s;\n", kind, kind)
	}
	return frame + "log_format nodes '$status $upstream_status';\naccess_log access.log nodes;\n" + text + "}\n"
}

// certificate writes a self-signed one.
func certificate(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ankang.localhost"}, DNSNames: []string{"ankang.localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	pkcs, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "site.crt"), filepath.Join(dir, "site.key")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// hidden counts the requests of which citizens saw one good answer while a node had failed them.
func (f *front) hidden(t *testing.T) (all, retried int) {
	t.Helper()
	b, err := os.ReadFile(f.access)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		all++
		if strings.Contains(line, ",") {
			retried++
		}
	}
	return all, retried
}
