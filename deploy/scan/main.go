// Command scan looks at the source with gosec, gitleaks and govulncheck, and holds what they find to a list of explanations:
//
//	go run ./deploy/scan [-db vulndb.tgz]
//
// A finding that explained.tsv does not explain fails, and so does an explanation that nothing matches any more. The tools are
// installed in these versions when they are not there; the known vulnerabilities are read from an archive, without a network.
// A clean scan is no evidence of anything (promises 0): the tests are.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// explained is a line each: rule, file, the source line, why it is all right.
//
//go:embed explained.tsv
var explained string

// tools and the versions whose findings were explained.
var tools = []struct{ name, pkg, version string }{
	{"gosec", "github.com/securego/gosec/v2/cmd/gosec", "v2.30.0"},
	{"gitleaks", "github.com/zricethezav/gitleaks/v8", "v8.30.1"},
	{"govulncheck", "golang.org/x/vuln/cmd/govulncheck", "v1.9.0"},
}

// finding is one thing a tool points at. For a known vulnerability the file is the module and the code says whether we call it.
type finding struct{ rule, file, code string }

func (f finding) key() string { return f.rule + "\t" + f.file + "\t" + f.code }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	db := flag.String("db", filepath.Join(shared(), "vulndb.tgz"), "the archive of known vulnerabilities")
	flag.Parse()
	if err := scan(ctx, *db, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// shared is where the real input of tests stands.
func shared() string {
	if dir := os.Getenv("ZHANQUN_CORPUS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "shared", "data")
}

func scan(ctx context.Context, db string, out io.Writer) error {
	work, err := os.MkdirTemp("", "zhanqun-scan-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	var all []finding
	for _, look := range []func(context.Context, string) ([]finding, error){
		security, secrets,
		func(ctx context.Context, work string) ([]finding, error) { return vulnerabilities(ctx, work, db) },
	} {
		found, err := look(ctx, work)
		if err != nil {
			return err
		}
		all = append(all, found...)
	}
	return judge(all, explained, out)
}

// tool is the path of a tool in its version, installed when it is not there.
func tool(ctx context.Context, name string) (string, error) {
	i := slices.IndexFunc(tools, func(t struct{ name, pkg, version string }) bool { return t.name == name })
	t := tools[i]
	bin, err := exec.CommandContext(ctx, "go", "env", "GOBIN", "GOPATH").Output()
	if err != nil {
		return "", err
	}
	dirs := strings.Split(string(bin), "\n")
	if dirs[0] == "" {
		dirs[0] = filepath.Join(dirs[1], "bin")
	}
	at := filepath.Join(dirs[0], name)
	if have, err := exec.CommandContext(ctx, "go", "version", "-m", at).Output(); err == nil && strings.Contains(string(have), "\t"+t.version) {
		return at, nil
	}
	if said, err := exec.CommandContext(ctx, "go", "install", t.pkg+"@"+t.version).CombinedOutput(); err != nil {
		return "", fmt.Errorf("install %s: %w\n%s", name, err, said)
	}
	return at, nil
}

// report runs a tool that writes its findings to a file, and whose exit code says no more than the file does.
func report(ctx context.Context, name, file string, args ...string) ([]byte, error) {
	at, err := tool(ctx, name)
	if err != nil {
		return nil, err
	}
	said, err := exec.CommandContext(ctx, at, args...).CombinedOutput()
	b, missing := os.ReadFile(file)
	if missing != nil {
		return nil, fmt.Errorf("%s: %w\n%s", name, errors.Join(err, missing), said)
	}
	return b, nil
}

func security(ctx context.Context, work string) ([]finding, error) {
	file := filepath.Join(work, "gosec.json")
	b, err := report(ctx, "gosec", file, "-fmt=json", "-quiet", "-out="+file, "./...")
	if err != nil {
		return nil, err
	}
	var r struct {
		Errors map[string]any `json:"Golang errors"`
		Issues []struct {
			Rule string `json:"rule_id"`
			File string `json:"file"`
			Line string `json:"line"`
		}
		Stats struct{ Files int }
	}
	if err := json.Unmarshal(b, &r); err != nil || len(r.Errors) > 0 || r.Stats.Files == 0 {
		return nil, fmt.Errorf("gosec has not read the tree: %w %v", err, r.Errors)
	}
	var all []finding
	for _, i := range r.Issues {
		f, err := at(i.Rule, i.File, i.Line)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// at is a finding with the source line it points at, so that an explanation follows its line and no other.
func at(rule, file, line string) (finding, error) {
	first, _, _ := strings.Cut(line, "-")
	n, err := strconv.Atoi(first)
	if err != nil {
		return finding{}, err
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return finding{}, err
	}
	lines := strings.Split(string(src), "\n")
	root, err := os.Getwd()
	if err != nil {
		return finding{}, err
	}
	if rel, err := filepath.Rel(root, file); err == nil {
		file = filepath.ToSlash(rel)
	}
	return finding{rule, file, strings.Join(strings.Fields(lines[n-1]), " ")}, nil
}

// secrets looks at the files of every commit that led here and at those that stand here. What it finds is not repeated.
func secrets(ctx context.Context, work string) (all []finding, err error) {
	for where, more := range map[string][]string{"git": {"--log-opts=HEAD"}, "dir": nil} {
		file := filepath.Join(work, where+".json")
		args := append([]string{where, ".", "--no-banner", "--redact", "--report-format=json", "--report-path=" + file}, more...)
		b, err := report(ctx, "gitleaks", file, args...)
		if err != nil {
			return nil, err
		}
		var found []struct{ RuleID, File, Match string }
		if err := json.Unmarshal(b, &found); err != nil {
			return nil, fmt.Errorf("gitleaks: %w", err)
		}
		for _, f := range found {
			all = append(all, finding{f.RuleID, filepath.ToSlash(f.File), strings.Join(strings.Fields(f.Match), " ")})
		}
	}
	return all, nil
}

func vulnerabilities(ctx context.Context, work, db string) ([]finding, error) {
	dir := filepath.Join(work, "vulndb")
	root, err := unpack(db, dir)
	if err != nil {
		return nil, fmt.Errorf("known vulnerabilities of %s: %w", db, err)
	}
	bin, err := tool(ctx, "govulncheck")
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, bin, "-db", "file://"+filepath.ToSlash(root), "-format", "json", "./...")
	var said bytes.Buffer
	c.Stderr = &said
	b, err := c.Output() // with -format json its exit code is about itself only
	if err != nil {
		return nil, fmt.Errorf("govulncheck: %w\n%s", err, said.Bytes())
	}
	return affected(b)
}

// affected reads govulncheck's messages: how near each known vulnerability comes is said by its longest trace.
func affected(b []byte) ([]finding, error) {
	near := map[string]finding{}
	rank := map[string]int{}
	for d := json.NewDecoder(bytes.NewReader(b)); ; {
		var m struct {
			Finding *struct {
				OSV   string
				Trace []struct{ Module, Package, Function string }
			}
		}
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("govulncheck: %w", err)
		}
		if m.Finding == nil || len(m.Finding.Trace) == 0 {
			continue
		}
		t, how, r := m.Finding.Trace[0], "required, not imported", 1
		if t.Package != "" {
			how, r = "imported, not called", 2
		}
		if t.Function != "" {
			how, r = "called", 3
		}
		if r > rank[m.Finding.OSV] {
			rank[m.Finding.OSV], near[m.Finding.OSV] = r, finding{m.Finding.OSV, t.Module, how}
		}
	}
	var all []finding
	for _, f := range near {
		all = append(all, f)
	}
	return all, nil
}

// unpack puts the archive into dir and returns the folder that holds its index.
func unpack(archive, dir string) (root string, err error) {
	f, err := os.Open(archive)
	if err != nil {
		return "", err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return "", err
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return "", err
		}
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(h.Name) {
			continue
		}
		to := filepath.Join(dir, h.Name)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return "", err
		}
		b, err := io.ReadAll(io.LimitReader(t, 64<<20))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(to, b, 0o600); err != nil {
			return "", err
		}
		if filepath.Base(filepath.Dir(to)) == "index" {
			root = filepath.Dir(filepath.Dir(to))
		}
	}
	if root == "" {
		return "", errors.New("no index in it")
	}
	return root, nil
}

// judge prints every finding with its explanation and fails on what is unexplained, on either side.
func judge(all []finding, explained string, out io.Writer) error {
	reasons, used := map[string]string{}, map[string]bool{}
	var bad error
	for line := range strings.Lines(explained) {
		line = strings.TrimSuffix(line, "\n")
		if cut := strings.LastIndexByte(line, '\t'); cut > 0 && !strings.HasPrefix(line, "#") {
			reasons[line[:cut]] = line[cut+1:]
		}
	}
	slices.SortFunc(all, func(a, b finding) int { return strings.Compare(a.key(), b.key()) })
	all = slices.Compact(all)
	for _, f := range all {
		used[f.key()] = true
		reason := reasons[f.key()]
		if reason == "" {
			reason = "UNEXPLAINED"
			bad = errors.Join(bad, fmt.Errorf("unexplained: %s", f.key()))
		}
		fmt.Fprintf(out, "%s\t%s\n", f.key(), reason)
	}
	for key := range reasons {
		if !used[key] {
			bad = errors.Join(bad, fmt.Errorf("explained.tsv explains what is not found any more: %s", key))
		}
	}
	fmt.Fprintf(out, "scan: %d findings, %d explanations\n", len(all), len(reasons))
	return bad
}
