package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
)

// checker is the W3C's HTML checker as a service, one for all tests: it runs on Java, and takes longer to start than to read a
// thousand pages. ZHANQUN_TEST_VNU is the path of its vnu.jar. Without both the test is skipped by name, and with
// ZHANQUN_TEST_REQUIRE=1 their absence is fatal.
func checker(t *testing.T) string {
	t.Helper()
	jar := os.Getenv("ZHANQUN_TEST_VNU")
	_, err := exec.LookPath("java")
	if err == nil && jar != "" {
		address, err := checkerService()
		if err != nil {
			t.Fatal(err)
		}
		return address
	}
	if os.Getenv("ZHANQUN_TEST_REQUIRE") != "" {
		t.Fatalf("the HTML checker is required: ZHANQUN_TEST_VNU is %q, java: %v", jar, err)
	}
	t.Skip("no HTML checker: set ZHANQUN_TEST_VNU to vnu.jar, and install a Java runtime")
	return ""
}

var checkerService = sync.OnceValues(func() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	if err := ln.Close(); err != nil {
		return "", err
	}
	java, err := proof.Start(exec.Command("java", "-Xmx512m", "-Dnu.validator.servlet.bind-address=127.0.0.1",
		"-cp", os.Getenv("ZHANQUN_TEST_VNU"), "nu.validator.servlet.Main", port))
	if err != nil {
		return "", err
	}
	AtEnd(java.Kill)
	address := "http://127.0.0.1:" + port + "/?out=json"
	for range 600 {
		if _, err = complaints(address, []byte("<!doctype html>")); err == nil {
			return address, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return "", fmt.Errorf("the HTML checker did not start: %w", err)
})

var link = regexp.MustCompile(`href="((?:/z/[a-z0-9-]+)?/(?:c/[^"#?]+|a/[0-9]+))"`)

// Must show 7 (R1, R2, Q8): the checker finds no error and no warning in any kind of page of the demonstration: home, site map, columns,
// articles, the notice of a suspended site, and the error pages with the platform's own.
func TestEveryPageIsCleanHTML(t *testing.T) {
	t.Parallel()
	vnu := checker(t)
	cfg := seeded(t, Config{Data: t.TempDir()})
	address, _, _, _ := serving(t, "--demo", "--data="+cfg.Data)
	var sites []site.Listed
	_, listed, stderr := run(t, "", "site", "list", "--json", "--data="+cfg.Data)
	if err := json.Unmarshal([]byte(listed), &sites); err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	dir, names := t.TempDir(), map[string]string{} // address by file
	save := func(host, path string, want int) string {
		status, body, _ := fetch(t, address, host, path)
		if status != want {
			t.Errorf("%s%s answers %d, want %d", host, path, status, want)
		}
		name := filepath.Join(dir, fmt.Sprintf("%04d.html", len(names)))
		if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if names[name] = host + path; status == http.StatusOK {
			saysWhatItIs(t, host+path, body) // R2
		}
		return body
	}
	seen, levels := map[string]bool{}, map[string]bool{}
	for _, s := range sites {
		home := save(s.Host, s.Prefix+"/", http.StatusOK) + save(s.Host, s.Prefix+"/sitemap", http.StatusOK) + save(s.Host, s.Prefix+"/data", http.StatusOK)
		var variants []kernel.Variant // of one site of each level: the shells are the same
		if !levels[s.Level] {
			levels[s.Level], variants = true, kernel.Variants
		}
		for _, v := range variants {
			for _, rest := range []string{"/", "/sitemap", "/c/gonggao", render.StatementPath, render.PrivacyPath, render.ReportPath + "?page=%2F"} {
				save(s.Host, s.Prefix+v.Prefix()+rest, http.StatusOK)
			}
			save(s.Host, s.Prefix+v.Prefix()+"/nowhere", http.StatusNotFound)
		}
		articles := 0
		for _, m := range link.FindAllStringSubmatch(home, -1) {
			at := s.Host + m[1]
			isArticle := strings.Contains(m[1], "/a/")
			if seen[at] || isArticle && articles == 3 {
				continue
			}
			if seen[at] = true; isArticle {
				articles++
			}
			save(s.Host, m[1], http.StatusOK)
			if isArticle && articles == 1 {
				for _, v := range variants {
					save(s.Host, s.Prefix+v.Prefix()+strings.TrimPrefix(m[1], s.Prefix), http.StatusOK)
				}
			}
		}
		save(s.Host, s.Prefix+"/nowhere", http.StatusNotFound)
	}
	save("nobody.localhost", "/", http.StatusMisdirectedRequest)
	last := sites[len(sites)-1]
	if code, _, stderr := run(t, "", "site", "suspend", last.ID.String(), "--data="+cfg.Data, "--reason=系统维护", "--notice=本站维护升级。"); code != exitOK {
		t.Fatal(stderr)
	}
	for status := http.StatusOK; status == http.StatusOK; {
		status, _, _ = fetch(t, address, last.Host, last.Prefix+"/")
	}
	save(last.Host, last.Prefix+"/", http.StatusServiceUnavailable)
	const teeth = "an image without a text, in a list"
	names[filepath.Join(dir, "teeth.html")] = teeth
	if err := os.WriteFile(filepath.Join(dir, "teeth.html"), []byte("<!doctype html><html lang=zh-Hans><title>错</title><ul><img src=x></ul></html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	bitten := false
	for _, m := range check(t, vnu, dir) {
		if at := names[m.file]; at == teeth {
			bitten = true
		} else {
			t.Errorf("%s line %d: %s %s: %s %q", at, m.LastLine, m.Type, m.SubType, m.Message, m.Extract)
		}
	}
	if !bitten {
		t.Errorf("the checker does not mind %s", teeth)
	}
	t.Logf("%d pages checked", len(names)-1)
}

// complaint is what the checker says of a page.
type complaint struct {
	Type, SubType, Message, Extract string
	LastLine                        int
	file                            string
}

// check hands the pages of a folder to the checker.
func check(t *testing.T, vnu, dir string) []complaint {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.html"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no pages to check: %v", err)
	}
	var all []complaint
	for _, name := range files {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		found, err := complaints(vnu, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range found {
			m.file = name
			all = append(all, m)
		}
	}
	return all
}

func complaints(vnu string, page []byte) ([]complaint, error) {
	resp, err := http.Post(vnu, "text/html; charset=utf-8", bytes.NewReader(page))
	if err != nil {
		return nil, fmt.Errorf("the HTML checker: %w", err)
	}
	defer resp.Body.Close()
	var said struct{ Messages []complaint }
	if err := json.NewDecoder(resp.Body).Decode(&said); err != nil {
		return nil, fmt.Errorf("the HTML checker answers %s: %w", resp.Status, err)
	}
	return said.Messages, nil
}
