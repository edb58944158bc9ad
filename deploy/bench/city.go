package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// target is an address that is asked: a site's home page.
type target struct{ host, path string }

// fill opens sites of real places in a new data folder and publishes documents on them, all through the command line.
func (b *bench) fill(ctx context.Context) error {
	b.say("opening %d sites …", b.sites)
	orgs, sites, err := divisions(b.divisions, b.sites)
	if err != nil {
		return fmt.Errorf("bench: read divisions: %w", err)
	}
	if _, err := b.command(ctx, orgs, "org", "import", "-"); err != nil {
		return err
	}
	if _, err := b.command(ctx, sites, "site", "import", "-"); err != nil {
		return err
	}
	b.say("publishing %d documents …", b.documents)
	return b.publish(ctx, b.documents)
}

// publish imports n new documents in a batch of its own.
func (b *bench) publish(ctx context.Context, n int) error {
	b.batch++
	var lines bytes.Buffer
	e := json.NewEncoder(&lines)
	for i := range n {
		title := fmt.Sprintf("关于第%d批第%d项便民措施的公告", b.batch, i+1)
		body := strings.Repeat("<p>为方便群众办事，现将有关安排公告如下，请相互转告。办理地点、时间和所需材料见附表，咨询请到服务窗口。</p>", 6)
		if err := e.Encode(map[string]string{"id": fmt.Sprintf("%d-%d", b.batch, i), "title": title, "date": fmt.Sprintf("2024-%02d-%02d", i%12+1, i%28+1), "body_html": body}); err != nil {
			return err
		}
	}
	_, err := b.command(ctx, lines.Bytes(), "import", "documents", "-", "--batch", fmt.Sprintf("bench-%d-%d", os.Getpid(), b.batch),
		"--author", "bench.author=编辑", "--reviewer", "bench.reviewer=审核")
	return err
}

// command runs one command of the program on the data folder and returns what it prints.
func (b *bench) command(ctx context.Context, in []byte, args ...string) ([]byte, error) {
	c := exec.CommandContext(ctx, b.binary, append(args, "--data", b.data)...)
	var out, said bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(in), &out, &said
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("bench: zhanqun %s: %w\n%s", strings.Join(args, " "), err, said.Bytes())
	}
	return out.Bytes(), nil
}

// statistical are divisions that stand in the tree and are no government.
var statistical = map[string]bool{"市辖区": true, "县": true, "省直辖县级行政区划": true, "自治区直辖县级行政区划": true}

// divisions takes city after city, each with all below it, until n of their divisions have a site, and returns both as the
// program imports them.
func divisions(name string, n int) (orgs, sites []byte, err error) {
	rows, err := readDivisions(name)
	if err != nil {
		return nil, nil, err
	}
	below := map[string][][]string{}
	for _, row := range rows {
		below[row[3]] = append(below[row[3]], row)
	}
	var o, s bytes.Buffer
	o.WriteString("code,name,level,parent_code\n")
	s.WriteString("org_code\n")
	var take func(row []string)
	take = func(row []string) {
		if n <= 0 {
			return
		}
		fmt.Fprintln(&o, strings.Join(row, ","))
		if row[2] != "province" && !statistical[row[1]] {
			n--
			fmt.Fprintln(&s, row[0])
		}
		for _, child := range below[row[0]] {
			take(child)
		}
	}
	for _, province := range below[""] {
		if strings.HasSuffix(province[1], "省") { // the others have districts where these have cities
			take(province)
		}
	}
	return o.Bytes(), s.Bytes(), nil
}

func readDivisions(name string) ([][]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.Reader = bufio.NewReader(f)
	if filepath.Ext(name) == ".gz" {
		if r, err = gzip.NewReader(r); err != nil {
			return nil, err
		}
	}
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil || len(rows) < 2 {
		return nil, fmt.Errorf("%s: %d rows, %w", name, len(rows), err)
	}
	return rows[1:], nil
}

// addresses are the home pages of all sites.
func (b *bench) addresses(ctx context.Context) ([]target, error) {
	raw, err := b.command(ctx, nil, "site", "list", "--json")
	if err != nil {
		return nil, err
	}
	var sites []struct{ URL string }
	if err := json.Unmarshal(raw, &sites); err != nil {
		return nil, fmt.Errorf("bench: read the sites: %w", err)
	}
	var all []target
	for _, s := range sites {
		u, err := url.Parse(s.URL)
		if err != nil {
			return nil, fmt.Errorf("bench: %q: %w", s.URL, err)
		}
		all = append(all, target{u.Hostname(), u.Path})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("bench: %s holds no site", b.data)
	}
	return all, nil
}
