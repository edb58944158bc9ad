package app

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// run is the program with arguments, on a data folder of its own unless they name one.
func run(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errw bytes.Buffer
	code = Main(context.Background(), args, strings.NewReader(stdin), &out, &errw)
	return code, out.String(), errw.String()
}

// Bad input of the command line: one sentence on stderr, exit code 1, no stack.
func TestWhatCannotBeMeantIsOneSentenceAndExitCodeOne(t *testing.T) {
	t.Setenv("LANG", "C.UTF-8")
	data := filepath.Join(t.TempDir(), "data")
	wrongKey := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(wrongKey, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, want, args string }{
		{"an unknown flag is named", "不认识的选项 --nope", "serve --nope"},
		{"an unknown command is named", "“nope”", "nope"},
		{"a command that is not whole lists what may follow", "list", "site"},
		{"a missing flag is named", "--org", "site create"},
		{"a missing argument is named", "file", "org import"},
		{"a bad number is told with its flag", "--public-port", "serve --public-port=x"},
		{"a listening address without a port", "--listen", "serve --listen=localhost"},
		{"another scheme", "http 或 https", "serve --public-scheme=gopher"},
		{"a database of another make", "mysql://…", "serve --database=mysql://u:secret@h/x"},
		{"PostgreSQL without a key file", "--key-file", "serve --database=postgres://u:secret@127.0.0.1:1/x"},
		{"an unreachable PostgreSQL", "连不上 PostgreSQL（127.0.0.1）", "site list --database=postgres://u:secret@127.0.0.1:1/x --key-file=" + wrongKey},
		{"an unreachable media store", "存储", "serve --media=s3://ak:secret@127.0.0.1:1/bucket?tls=false"},
		{"a media store that is none", "文件存储", "serve --media=ftp://h/x"},
		{"a proxy that is no network", "--trusted-proxies", "serve --trusted-proxies=nowhere"},
		{"a network for webhooks that is none", "--webhook-allow", "serve --webhook-allow=nowhere"},
		{"a mail server without a port", "mail.example.gov.cn:465", "serve --smtp=mail"},
		{"a sender that is none", "--smtp-from", "serve --smtp=127.0.0.1:25 --smtp-from=nobody"},
		{"a sender without a server", "--smtp", "serve --smtp-from=a@example.gov.cn"},
		{"a mail user without a password", "--smtp-password-file", "serve --smtp=127.0.0.1:25 --smtp-from=a@example.gov.cn --smtp-user=a"},
		{"a virus scanner without a port", "--clamd", "serve --clamd=clamd"},
		{"what a virus scanner cannot look at, without one", "--clamd", "serve --clamd-open"},
		{"a security contact that is no address", "mailto:security@example.gov.cn", "serve --security-contact=office --security-expires=2027-06-30"},
		{"a security contact for ever", "--security-expires", "serve --security-contact=mailto:a@example.gov.cn"},
		{"a day of nobody", "mailto:security@example.gov.cn", "serve --security-expires=2027-06-30"},
		{"a cache of a folder", "--media-cache", "serve --media-cache=100"},
		{"a cache of less than nothing", "--media-cache", "serve --media=s3://ak:secret@127.0.0.1:1/bucket?tls=false --media-cache=-1"},
		{"a folder without a database", "没有数据库", "site list"},
		{"a certificate folder without certificates", "没有可用的证书", "serve --tls-dir=" + t.TempDir()},
		{"a file that is not there", "打不开文件", "org import /nowhere.csv"},
		{"a key of the wrong size", "32 个字节", "org import - --key-file=" + wrongKey},
		{"a backup to nowhere", "--to", "backup"},
		{"a backup of nothing", "没有数据库", "backup --to=" + data},
		{"an archive that is not there", "打不开备份文件", "verify /nowhere.tar"},
		{"an archive that is none", "已损坏", "verify " + wrongKey},
		{"a restore without a place", "--into", "restore " + wrongKey},
		{"a size that is none", "--min-free", "doctor --min-free=lots"},
		{"a takedown of half an address", "完整的地址", "takedown hanbin.localhost/a/1"},
		{"a takedown without a reason", "--reason", "takedown http://hanbin.localhost/a/1"},
		{"a takedown that no node hears", "没有完成", "takedown http://hanbin.localhost/a/1 --reason=x --node=127.0.0.1:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := append([]string{"--data=" + filepath.Join(data, c.name), "--listen=127.0.0.1:0", "--ops-listen=127.0.0.1:0"}, strings.Fields(c.args)...)
			code, _, stderr := run(t, "", args...)
			if code != exitFailed || !strings.Contains(stderr, c.want) {
				t.Errorf("got exit %d and %q, want 1 and a sentence with %q", code, stderr, c.want)
			}
			if strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, "goroutine") || strings.Contains(stderr, "secret") {
				t.Errorf("want one line without a stack or a secret, got %q", stderr)
			}
		})
	}
}

func TestHelpIsCompleteInBothLanguages(t *testing.T) {
	for word, text := range texts {
		if text[0] == "" || text[1] == "" || text[0] == text[1] {
			t.Errorf("%s: %q", word, text)
		}
	}
	for lang, want := range map[string][2]string{"zh": {"启动服务", "用法："}, "en": {"run the server", "Usage: "}} {
		code, out, _ := run(t, "", "--lang="+lang, "--help")
		if code != exitOK || !strings.Contains(out, want[0]) || !strings.Contains(out, want[1]) || !strings.Contains(out, "ZHANQUN_DATABASE") {
			t.Errorf("%s: exit %d\n%s", lang, code, out)
		}
	}
	t.Setenv("LANG", "en_US.UTF-8")
	if _, out, _ := run(t, "", "site", "create", "--help"); !strings.Contains(out, "open a site") {
		t.Errorf("LANG is not followed:\n%s", out)
	}
}

func TestConfigPrintHidesSecrets(t *testing.T) {
	t.Setenv("ZHANQUN_DATABASE", "postgres://city:hunter2@db:5432/sites?sslpassword=hunter3")
	t.Setenv("ZHANQUN_MEDIA", "s3://access:hunter4@store:9000/bucket")
	t.Setenv("ZHANQUN_KEY_FILE", "/etc/zhanqun/key")
	for _, args := range [][]string{{"config", "print"}, {"config", "print", "--json"}} {
		code, out, stderr := run(t, "", args...)
		if code != exitOK || strings.Contains(out, "hunter") || strings.Contains(out, "access") || !strings.Contains(out, "city") || !strings.Contains(out, "/etc/zhanqun/key") {
			t.Errorf("exit %d %s\n%s", code, stderr, out)
		}
	}
}

func TestTheFlagsFillWhatIsLeftOut(t *testing.T) {
	for _, c := range []struct {
		name         string
		in           Config
		scheme, port string
	}{
		{"a trial on this machine shows its port", Config{}, "http", "8080"},
		{"another port of the trial", Config{Listen: "127.0.0.1:9000"}, "http", "9000"},
		{"a real domain is https behind something", Config{Domain: "ankang.gov.cn"}, "https", "0"},
		{"a trial with certificates", Config{TLSDir: "tls", TLSListen: "127.0.0.1:9443"}, "https", "9443"},
		{"what is given stands", Config{PublicScheme: "http", PublicPort: 81, Domain: "ankang.gov.cn"}, "http", "81"},
	} {
		got, err := c.in.Resolve()
		if err != nil || got.PublicScheme != c.scheme || strconv.Itoa(got.PublicPort) != c.port {
			t.Errorf("%s: got %s %d, %v", c.name, got.PublicScheme, got.PublicPort, err)
		}
	}
}

// A second serve on the same data folder is refused, naming the other's pid; a lock left by a dead one is no lock.
func TestOneServeForADataFolder(t *testing.T) {
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "zhanqun.lock"), []byte("999999\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	release, err := lockData(data)
	if err != nil {
		t.Fatalf("a stale lock: %v", err)
	}
	code, _, stderr := run(t, "", "serve", "--data="+data, "--listen=127.0.0.1:0", "--ops-listen=127.0.0.1:0")
	if code != exitFailed || !strings.Contains(stderr, "pid "+strconv.Itoa(os.Getpid())) {
		t.Errorf("got exit %d and %q", code, stderr)
	}
	release()
	if release, err = lockData(data); err != nil {
		t.Fatalf("after the other has gone: %v", err)
	}
	release()
}

// The key is made once beside SQLite, readable by its owner only, and belongs to its database for ever.
func TestTheKeyAndTheDatabaseBelongTogether(t *testing.T) {
	data := t.TempDir()
	csv := "code,name,level,parent_code\n610000,陕西省,province,\n"
	if code, _, stderr := run(t, csv, "org", "import", "-", "--data="+data); code != exitOK {
		t.Fatal(stderr)
	}
	file := filepath.Join(data, "key")
	info, err := os.Stat(file)
	if err != nil || info.Size() != keySize || info.Mode().Perm() != 0o600 {
		t.Fatalf("got %v, %v", info, err)
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func() error
		want   string
	}{
		"another key is refused": {func() error { return os.WriteFile(file, bytes.Repeat([]byte{7}, keySize), 0o600) }, "不是这个数据库的"},
		"no key is not replaced": {func() error { return os.Remove(file) }, "找不到密钥文件"},
	} {
		if err := c.change(); err != nil {
			t.Fatal(err)
		}
		if code, _, stderr := run(t, "", "site", "list", "--data="+data); code != exitFailed || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit %d, %q", name, code, stderr)
		}
		if err := os.WriteFile(file, kept, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, out, stderr := run(t, "", "site", "list", "--json", "--data="+data); code != exitOK || strings.TrimSpace(out) != "[]" {
		t.Errorf("with its key again: exit %d, %q %q", code, out, stderr)
	}
}

func TestWithPostgresTheKeyIsGivenAndChecked(t *testing.T) {
	url := dbtest.PostgresURL(t)
	dir := t.TempDir()
	key := func(name string, b byte) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, bytes.Repeat([]byte{b}, keySize), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	mine, other := key("mine", 1), key("other", 2)
	list := func(key string) (int, string) {
		code, _, stderr := run(t, "", "site", "list", "--data="+dir, "--database="+url, "--key-file="+key)
		return code, stderr
	}
	if code, stderr := list(filepath.Join(dir, "absent")); code != exitFailed || !strings.Contains(stderr, "找不到密钥文件") {
		t.Errorf("an absent key: exit %d, %q", code, stderr)
	}
	if code, stderr := list(mine); code != exitOK {
		t.Errorf("the first key: %q", stderr)
	}
	if code, stderr := list(other); code != exitFailed || !strings.Contains(stderr, "不是这个数据库的") {
		t.Errorf("another key: exit %d, %q", code, stderr)
	}
}

const fourOrgs = "code,name,level,parent_code\n610000,陕西省,province,\n610900,安康市,city,610000\n610902,汉滨区,county,610900\n610902104,五里镇,township,610902\n"

// A1, A2: sites are opened, listed, suspended and closed from the command line.
func TestTheLifeOfASiteOnTheCommandLine(t *testing.T) {
	data := "--data=" + t.TempDir()
	must := func(stdin string, args ...string) string {
		t.Helper()
		code, out, stderr := run(t, stdin, append(args, data)...)
		if code != exitOK {
			t.Fatalf("%v: exit %d, %s", args, code, stderr)
		}
		return out
	}
	must(fourOrgs, "org", "import", "-")
	if out := must("org_code\n610900\n610902\n", "site", "import", "-", "--dry-run"); !strings.Contains(out, "独立站点 2") {
		t.Errorf("dry run: %q", out)
	}
	if out := must("", "site", "list", "--json"); strings.TrimSpace(out) != "[]" {
		t.Errorf("the dry run wrote %s", out)
	}
	must("org_code\n610900\n610902\n", "site", "import", "-")
	must("", "site", "create", "--org=610902104")
	var sites []map[string]any
	if err := json.Unmarshal([]byte(must("", "site", "list", "--json")), &sites); err != nil || len(sites) != 3 {
		t.Fatalf("got %v, %v", sites, err)
	}
	for _, s := range sites {
		for _, field := range []string{"id", "name", "kind", "level", "host", "prefix", "state", "url"} {
			if v, ok := s[field].(string); !ok || v == "" && field != "prefix" {
				t.Errorf("%v: %s is %v", s["name"], field, s[field])
			}
		}
	}
	town := sites[2]
	if town["kind"] != "channel" || town["prefix"] != "/z/wuli" || town["url"] != "http://hanbin.ankang.localhost:8080/z/wuli/" {
		t.Errorf("the township is %v", town)
	}
	must("", "site", "domain", "add", "ankang.localhost", "www.ankang.gov.cn")
	if out := must("", "site", "show", "ankang.localhost"); !strings.Contains(out, "www.ankang.gov.cn primary=false verified=false token=") {
		t.Errorf("show: %q", out)
	}
	verify := []string{"site", "domain", "verify", "ankang.localhost", "www.ankang.gov.cn", "--note=查验域名证书，演示"}
	if code, _, stderr := run(t, "", append(verify, data)...); code != exitFailed || !strings.Contains(stderr, "还在试用") {
		t.Errorf("a real domain during the trial: exit %d, %q", code, stderr)
	}
	for role, login := range map[string]string{"PO": "ops", "SA": "security", "AA": "audit"} {
		must("", "admin", "create", "--login="+login, "--name=张三", "--org=610900", "--role="+role)
	}
	must("", verify...)
	must("", "site", "domain", "primary", "ankang.localhost", "www.ankang.gov.cn")
	must("", "site", "domain", "remove", "www.ankang.gov.cn", "ankang.localhost")
	must("", "site", "suspend", "hanbin.ankang.localhost/z/wuli", "--reason=机房检修", "--notice=本站检修，暂停服务。")
	if out := must("", "site", "show", "hanbin.ankang.localhost/z/wuli", "--json"); !strings.Contains(out, `"state": "suspended"`) {
		t.Errorf("show: %s", out)
	}
	must("", "site", "resume", "hanbin.ankang.localhost/z/wuli", "--reason=检修完毕")
	must("", "site", "close", "hanbin.ankang.localhost/z/wuli", "--reason=机构合并", "--notice=本站将于月底关停。")
	must("", "site", "close", "hanbin.ankang.localhost/z/wuli", "--reason=机构合并", "--notice=本站已关停，内容并入汉滨区政府网站。")
	if code, _, stderr := run(t, "", "site", "create", "--org=610902104", "--kind=subsite", "--host=wuli.gov.cn", data); code != exitFailed || !strings.Contains(stderr, "安政办发〔2015〕71号") {
		t.Errorf("d48, a township's own host: exit %d, %q", code, stderr)
	}
}

func TestABadTableIsReportedLineByLineAndWritesNothing(t *testing.T) {
	data := "--data=" + t.TempDir()
	code, out, stderr := run(t, fourOrgs+"6109,坏代码,county,610900\n610903,无上级,county,999999\n", "org", "import", "-", data)
	if code != exitFailed || !strings.Contains(out, "第 6 行") || !strings.Contains(out, "第 7 行") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("got exit %d\n%s%s", code, out, stderr)
	}
	if _, out, _ := run(t, fourOrgs, "org", "import", "-", "--dry-run", data); !strings.Contains(out, "新增 4") {
		t.Errorf("something was written: %s", out)
	}
}

// The two signatures of an import, its progress and its bad rows (B12).
func TestImportingDocumentsFromTheCommandLine(t *testing.T) {
	data := "--data=" + t.TempDir()
	for _, c := range []struct{ stdin, args string }{{fourOrgs, "org import -"}, {"org_code\n610900\n610902\n", "site import -"}} {
		if code, _, stderr := run(t, c.stdin, append(strings.Fields(c.args), data)...); code != exitOK {
			t.Fatal(stderr)
		}
	}
	lines := `{"id":"a1","title":"关于甲的通知","number":"甲发〔2020〕1号","issuer":"甲","date":"2020-03-01","effective":"","status":"有效","level":"国务院文件","category":"","region":"","source":"x","licence":"y","body_html":"<p>正文</p>"}
{"id":"a2","title":
`
	importing := func(args ...string) (int, string, string) {
		return run(t, lines, append([]string{"import", "documents", "-", "--batch=old", data}, args...)...)
	}
	if code, _, stderr := importing("--author=jia=甲", "--reviewer=jia=甲"); code != exitFailed || !strings.Contains(stderr, "不能是同一个人") {
		t.Errorf("one person: exit %d, %q", code, stderr)
	}
	if code, _, stderr := importing("--author=jia", "--reviewer=yi-bing"); code != exitFailed || !strings.Contains(stderr, "yi-bing=姓名") {
		t.Errorf("an unknown reviewer: exit %d, %q", code, stderr)
	}
	if code, out, _ := importing("--author=jia", "--reviewer=yi-bing=乙", "--dry-run", "--json"); code != exitPartly || !strings.Contains(out, `"imported": 1`) {
		t.Errorf("dry run: exit %d, %s", code, out)
	}
	code, out, stderr := importing("--author=jia", "--reviewer=yi-bing=乙", "--json")
	if code != exitPartly || !strings.Contains(out, `"imported": 1`) || !strings.Contains(out, `"line": 2`) || !strings.Contains(stderr, "第 2 行") {
		t.Errorf("got exit %d\n%s%s", code, out, stderr)
	}
	if code, out, _ := importing("--author=jia", "--reviewer=yi-bing"); code != exitPartly || !strings.Contains(out, "已有 1") {
		t.Errorf("the second time: exit %d, %s", code, out)
	}
}
