package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// lockFile is what platform/console/assets.lock says: the sums of the sources and of the bundle made of them, and every package in it.
type lockFile struct {
	Sources, Bundle string // SHA-256
	Packages        []pinned
}

// pinned is one npm package: its exact version, the sum of its bytes as npm writes it, and the licence it declares.
type pinned struct{ Name, Version, Integrity, Licence string }

// permissive are the licences a part of the bundle may have.
var permissive = []string{"MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0"}

var pin = regexp.MustCompile(`^(@[a-z0-9-]+/)?[a-z0-9.-]+$`)

func readLock(at string) (*lockFile, error) {
	raw, err := os.ReadFile(at)
	if err != nil {
		return nil, err
	}
	l := &lockFile{}
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		switch {
		case len(f) == 0 || f[0] == "#":
		case f[0] == "sources" && len(f) == 2:
			l.Sources = f[1]
		case f[0] == "bundle" && len(f) == 2:
			l.Bundle = f[1]
		case len(f) == 4 && pin.MatchString(f[0]):
			l.Packages = append(l.Packages, pinned{f[0], f[1], f[2], f[3]})
		default:
			return nil, fmt.Errorf("%s: what is %q?", at, strings.TrimSpace(line))
		}
	}
	return l, nil
}

func (l *lockFile) write() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# What the editor's bundle is made of. Written by go run ./deploy/assets; a new version is written here with \"-\" for its sum.\n")
	fmt.Fprintf(&b, "sources %s\nbundle %s\n", l.Sources, l.Bundle)
	for _, p := range l.Packages {
		fmt.Fprintf(&b, "%s %s %s %s\n", p.Name, p.Version, p.Integrity, p.Licence)
	}
	return b.Bytes()
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// digestOf is the sum of a folder's files and their names.
func digestOf(dir string) (string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.js"))
	if err != nil {
		return "", err
	}
	slices.Sort(files)
	var all bytes.Buffer
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&all, "%s %s\n", filepath.Base(f), digest(body))
	}
	return digest(all.Bytes()), nil
}

// fetch unpacks a package below modules and answers the text of its licence. A "-" in the lock becomes the sum of what npm gives.
func (p *pinned) fetch(cache, modules string) (string, error) {
	name := strings.ReplaceAll(strings.TrimPrefix(p.Name, "@"), "/", "-") + "-" + p.Version + ".tgz"
	raw, err := os.ReadFile(filepath.Join(cache, name))
	if errors.Is(err, os.ErrNotExist) {
		raw, err = p.pack(cache, name)
	}
	if err != nil {
		return "", err
	}
	sum := sha512.Sum512(raw)
	have := "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
	if p.Integrity == "-" {
		p.Integrity = have
	}
	if p.Integrity != have {
		return "", fmt.Errorf("%s %s is not the package of the lock: %s", p.Name, p.Version, have)
	}
	to := filepath.Join(modules, filepath.FromSlash(p.Name))
	if err := unpack(raw, to); err != nil {
		return "", fmt.Errorf("unpack %s %s: %w", p.Name, p.Version, err)
	}
	return p.licence(to)
}

// pack asks npm for the package.
func (p *pinned) pack(cache, name string) ([]byte, error) {
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "zhanqun-npm-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("npm", "pack", "--silent", p.Name+"@"+p.Version)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("npm pack %s@%s: %w", p.Name, p.Version, err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	return raw, os.WriteFile(filepath.Join(cache, name), raw, 0o600)
}

// unpack writes the files of a package's archive, all of which stand below "package/".
func unpack(raw []byte, to string) error {
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		rel, ok := strings.CutPrefix(path.Clean(h.Name), "package/")
		if h.Typeflag != tar.TypeReg || !ok || !filepath.IsLocal(rel) {
			continue
		}
		body, err := io.ReadAll(t)
		if err != nil {
			return err
		}
		at := filepath.Join(to, filepath.FromSlash(rel))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(at, body, 0o600); err != nil {
			return err
		}
	}
}

// licence reads what the package declares, which must be permissive, and the words of its licence file where it has one.
func (p *pinned) licence(dir string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return "", err
	}
	var said struct{ License string }
	if err := json.Unmarshal(raw, &said); err != nil {
		return "", fmt.Errorf("read what %s says of itself: %w", p.Name, err)
	}
	if !slices.Contains(permissive, said.License) {
		return "", fmt.Errorf("%s %s is under %q, which may not be bundled", p.Name, p.Version, said.License)
	}
	p.Licence = said.License
	files, err := filepath.Glob(filepath.Join(dir, "[Ll][Ii][Cc][Ee][Nn][CcSs][Ee]*"))
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("\n%s\n%s %s\n%s\n", strings.Repeat("=", 80), p.Name, p.Version, strings.Repeat("=", 80))
	if len(files) == 0 {
		return "", fmt.Errorf("%s %s brings no licence file", p.Name, p.Version)
	}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			return "", err
		}
		text += fmt.Sprintf("\n--- %s\n\n%s\n", filepath.Base(f), strings.TrimSpace(strings.ReplaceAll(string(body), "\r\n", "\n")))
	}
	return text, nil
}
