package render

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

type zipped struct {
	name string
	mode fs.FileMode
	body string
}

func zipOf(t *testing.T, files ...zipped) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		h.SetMode(f.mode)
		out, err := w.CreateHeader(h)
		if err == nil {
			_, err = out.Write([]byte(f.body))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// promises.md, theme zip: whatever a package says of its files, nothing but plain files inside it is read, and no more than fits.
func TestPackagesAreReadWithCare(t *testing.T) {
	plain := func(name, body string) zipped { return zipped{name, 0o644, body} }
	manifest := plain("theme.toml", goodTOML)
	var many []zipped
	for i := range filesMost + 1 {
		many = append(many, plain(fmt.Sprintf("pictures/p%d.svg", i), "x"))
	}
	for _, c := range []struct {
		name string
		zip  []byte
		want string
	}{
		{"up the tree", zipOf(t, manifest, plain("../../etc/passwd", "x")), "文件名不能通向主题包之外"},
		{"from the root", zipOf(t, manifest, plain("/etc/passwd", "x")), "文件名不能通向主题包之外"},
		{"with the other slash", zipOf(t, manifest, plain(`..\x`, "x")), "文件名不能通向主题包之外"},
		{"on a drive", zipOf(t, manifest, plain("c:x", "x")), "文件名不能通向主题包之外"},
		{"a link", zipOf(t, manifest, zipped{"pictures/x.svg", fs.ModeSymlink | 0o777, "/etc/passwd"}), "不能有链接"},
		{"a device", zipOf(t, manifest, zipped{"pictures/x.svg", fs.ModeDevice | 0o777, ""}), "不能有链接"},
		{"one name twice", zipOf(t, manifest, plain("a.css", "x"), plain("A.css", "y")), "只差大小写或者同名"},
		{"a bomb", zipOf(t, manifest, plain("pictures/x.svg", strings.Repeat("0", 2*fileMost))), "文件超过"},
		{"a bomb of small ones", zipOf(t, manifest, plain("a.svg", strings.Repeat("0", fileMost-1)), plain("b.svg", strings.Repeat("0", fileMost-1))), "大 100 倍以上"},
		{"too many files", zipOf(t, many...), "超过 300 个"},
		{"too much in all", func() []byte {
			var large []zipped
			for i := range 9 {
				large = append(large, plain(fmt.Sprintf("pictures/p%d.svg", i), noise(fileMost-100)))
			}
			return zipOf(t, large...)
		}(), "8 MB"},
		{"a file that cannot be unpacked", func() []byte {
			z := zipOf(t, plain("theme.toml", noise(2000)))
			z[100] ^= 0xff
			return z
		}(), "解不开"},
		{"no zip", []byte("PK no"), "不是 zip 文件"},
		{"too large", make([]byte, PackMost+1), "主题包有 4096 KB"},
		{"a file beside the folder", zipOf(t, plain("shan/theme.toml", goodTOML), plain("note.txt", "x")), "在主题文件夹之外"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, found := ReadZip(c.zip); !strings.Contains(problems(found), c.want) {
				t.Errorf("got %q, want %q", problems(found), c.want)
			}
		})
	}
	folder, found := ReadDir(goodTheme(nil))
	if found != nil {
		t.Fatal(problems(found))
	}
	var around []zipped
	for n, f := range goodTheme(nil) {
		around = append(around, plain("shan/"+n, string(f.Data)))
	}
	sent, found := ReadZip(zipOf(t, around...))
	if found != nil || sent.Digest != folder.Digest {
		t.Errorf("in a zip with a folder around it: %q, digests %s and %s", problems(found), sent.Digest, folder.Digest)
	}
	again, found := ReadZip(folder.Zip)
	if found != nil || again.Digest != folder.Digest {
		t.Errorf("what is kept is another package: %q", problems(found))
	}
}

// FuzzPackages: nothing that somebody sends as a package, a stylesheet or a selector ends the server.
func FuzzPackages(f *testing.F) {
	f.Add(".zq-foot{display:none}")
	f.Add("@media print{main{display:none}}/*")
	f.Add("a:not(:hover)>b,[x=\"}\"]{color:red!important}")
	f.Add("PK\x03\x04")
	r, err := New(Config{}, wordViews(wordsHTML), wordsView)
	if err != nil {
		f.Fatal(err)
	}
	samples := Samples()
	f.Fuzz(func(t *testing.T, s string) {
		if p, _ := ReadZip([]byte(s)); p != nil {
			r.Check(p, samples)
		}
		if p, _ := ReadDir(goodTheme(map[string]string{"shan.css": s})); p != nil {
			for _, f := range r.Check(p, samples) {
				if fault.KindOf(f.Err) == "" {
					t.Fatalf("%q: %v is no sentence", s, f.Err)
				}
			}
		}
	})
}
