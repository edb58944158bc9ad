package render

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// What a package may hold at most; the four that come with the program have 20 files and 30 kB each.
const (
	PackMost      = 4 << 20 // of the zip
	filesMost     = 300
	fileMost      = 1 << 20
	unpackedMost  = 8 << 20
	unpackedTimes = 100 // as large as the zip
)

// Problem is one thing that keeps a theme from being installed: where it is and what to do about it.
type Problem struct {
	File string // "" for the package
	Err  error
}

func (p Problem) String() string {
	if p.File == "" {
		return fault.Say(p.Err)
	}
	return p.File + "：" + fault.Say(p.Err)
}

// Pack is a theme as people hand it over: every byte of it, in memory. Whether it may be installed is Check's to say.
type Pack struct {
	Name, Title string // as its theme.toml says; filled by Check
	Digest      string // of its files, however they were packed
	Zip         []byte
	files       fs.FS
}

// ReadZip reads a package that somebody has sent: nothing outside of it is touched, and nothing is unpacked further than it says.
func ReadZip(b []byte) (*Pack, []Problem) {
	if len(b) > PackMost {
		return nil, packProblem("", fault.New(fault.TooLarge, "主题包有 %d KB，超过 %d KB。请缩小图片。", len(b)>>10, PackMost>>10))
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, packProblem("", fault.Because(err, fault.Invalid, "这不是 zip 文件，或者文件不完整。请重新打包。"))
	}
	files := map[string][]byte{}
	total := int64(0)
	for _, f := range z.File {
		name := strings.TrimSuffix(f.Name, "/")
		if err := entry(name, f.Mode()); err != nil {
			return nil, packProblem(f.Name, err)
		}
		if f.Mode().IsDir() {
			continue
		}
		body, err := unzip(f)
		if err != nil {
			return nil, packProblem(f.Name, err)
		}
		if p := put(files, name, body); p != nil {
			return nil, p
		}
		if total += int64(len(body)); total > unpackedTimes*int64(len(b)) {
			return nil, packProblem("", fault.New(fault.TooLarge, "主题包解开后比压缩包大 %d 倍以上，不像是主题。请重新打包。", unpackedTimes))
		}
	}
	return pack(files)
}

// ReadDir reads a package that lies in a folder.
func ReadDir(dir fs.FS) (*Pack, []Problem) {
	files := map[string][]byte{}
	var found []Problem
	err := fs.WalkDir(dir, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == "." {
			return err
		}
		if err := entry(p, d.Type()); err != nil {
			found = packProblem(p, err)
			return fs.SkipAll
		}
		if d.IsDir() {
			return nil
		}
		f, err := dir.Open(p)
		if err != nil {
			return err
		}
		defer f.Close()
		body, err := io.ReadAll(io.LimitReader(f, fileMost+1))
		if err != nil {
			return err
		}
		if found = put(files, p, body); found != nil {
			return fs.SkipAll
		}
		return nil
	})
	if err != nil {
		return nil, packProblem("", fault.Because(err, fault.Invalid, "读不了主题文件夹，请检查路径和权限。"))
	}
	if found != nil {
		return nil, found
	}
	return pack(files)
}

// entry refuses names that lead out of the package or differ between systems, and everything but files and folders.
func entry(name string, mode fs.FileMode) error {
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\:\x00") {
		return fault.New(fault.Invalid, "文件名不能通向主题包之外，也不能有反斜杠和冒号。请重新打包。")
	}
	if t := mode.Type(); t != 0 && t != fs.ModeDir {
		return fault.New(fault.Invalid, "主题包里只能有普通文件，不能有链接。请放入文件本身。")
	}
	return nil
}

// unzip reads one file, and stops where it grows too large, whatever it said of its size.
func unzip(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fault.Because(err, fault.Invalid, "这个文件解不开。请重新打包。")
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, fileMost+1))
	if err != nil {
		return nil, fault.Because(err, fault.Invalid, "这个文件解不开。请重新打包。")
	}
	return b, nil
}

func put(files map[string][]byte, name string, body []byte) []Problem {
	if len(body) > fileMost {
		return packProblem(name, fault.New(fault.TooLarge, "文件超过 %d KB。请缩小。", fileMost>>10))
	}
	total := len(body)
	for other, b := range files {
		if strings.EqualFold(other, name) {
			return packProblem(name, fault.New(fault.Invalid, "有两个文件只差大小写或者同名。请改名。"))
		}
		total += len(b)
	}
	files[name] = body
	if len(files) > filesMost || total > unpackedMost {
		return packProblem("", fault.New(fault.TooLarge, "主题包的文件超过 %d 个或 %d MB。请精简。", filesMost, unpackedMost>>20))
	}
	return nil
}

func packProblem(file string, err error) []Problem { return []Problem{{file, err}} }

// pack lays the files down in one order, without the folder that people pack around them.
func pack(files map[string][]byte) (*Pack, []Problem) {
	names := make([]string, 0, len(files))
	for n := range files {
		names = append(names, n)
	}
	slices.Sort(names)
	top := ""
	if i := slices.IndexFunc(names, func(n string) bool { return path.Base(n) == "theme.toml" }); i >= 0 && strings.Count(names[i], "/") == 1 && files["theme.toml"] == nil {
		top = path.Dir(names[i]) + "/"
	}
	var out bytes.Buffer
	w, sum := zip.NewWriter(&out), sha256.New()
	var errs []error
	for _, n := range names {
		rest, ok := strings.CutPrefix(n, top)
		if !ok {
			return nil, packProblem(n, fault.New(fault.Invalid, "文件在主题文件夹之外。请只打包主题文件夹。"))
		}
		fmt.Fprintf(sum, "%s %d\n", rest, len(files[n]))
		sum.Write(files[n]) // a hash never fails
		f, err := w.Create(rest)
		if err == nil {
			_, err = f.Write(files[n])
		}
		errs = append(errs, err)
	}
	err := errors.Join(append(errs, w.Close())...)
	var z *zip.Reader
	if err == nil {
		z, err = zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	}
	if err != nil {
		return nil, packProblem("", fault.Because(err, fault.Invalid, "这不是 zip 文件，或者文件不完整。请重新打包。"))
	}
	return &Pack{Digest: hex.EncodeToString(sum.Sum(nil)), Zip: out.Bytes(), files: z}, nil
}
