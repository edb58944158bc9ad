package paste

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// Bounds of a .docx: nothing of it is unpacked beyond them, whatever its directory says.
const (
	docxMost     = 10 << 20 // the file itself
	partsMost    = 4000
	partMost     = 24 << 20 // one part, unpacked
	unpackedMost = 64 << 20 // all parts that are read
)

// archive is the parts of a .docx.
type archive struct {
	parts map[string]*zip.File
	left  int64 // bytes that may still be unpacked
}

// Docx reads a word processor's file and cleans it as Clean does a clipboard; the parts of an official document are recognised.
func Docx(raw []byte) (Result, error) {
	a, err := openDocx(raw)
	if err != nil {
		return Result{}, err
	}
	d := &document{}
	b := &body{archive: a, document: d}
	if err := b.read(); err != nil {
		return Result{}, err
	}
	d.settle()
	r := d.official(true)
	if len(r.HTML) > longest {
		return Result{}, fault.New(fault.TooLarge, "文件里的正文超过 %d MB，请分成几篇导入。", longest>>20)
	}
	return r, nil
}

// openDocx refuses what is no .docx with a sentence that says what to do.
func openDocx(raw []byte) (*archive, error) {
	switch {
	case len(raw) > docxMost:
		return nil, fault.In("file", "文件超过 %d MB，请压缩其中的图片后再导入。", docxMost>>20)
	case len(raw) == 0:
		return nil, fault.In("file", "请选择要导入的 .docx 文件；选中的文件是空的，或者没有选。")
	case bytes.HasPrefix(raw, []byte("\xD0\xCF\x11\xE0")):
		return nil, fault.In("file", "这是旧的 .doc 文件，或加了密码。请在 WPS 或 Word 里去掉密码，另存为 .docx 后再导入。")
	case bytes.HasPrefix(raw, []byte("%PDF")):
		return nil, fault.In("file", "这是 PDF 文件。请导入它的 .docx 原稿，或复制其中的文字粘贴。")
	case !bytes.HasPrefix(raw, []byte("PK")):
		return nil, fault.In("file", "这不是 .docx 文件。请在 WPS 或 Word 里另存为 .docx 后再导入。")
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fault.Because(err, fault.Invalid, "文件不完整，请重新保存一份 .docx 后再导入。")
	}
	if len(z.File) > partsMost {
		return nil, fault.In("file", "文件里的部件太多，不像是一篇稿件。请把正文复制到新文档，保存后再导入。")
	}
	a := &archive{parts: map[string]*zip.File{}, left: unpackedMost}
	for _, f := range z.File {
		a.parts[strings.TrimPrefix(f.Name, "/")] = f
	}
	return a, nil
}

var errTooLarge = errors.New("more is packed into the file than may be unpacked")

// part unpacks a part; ok is false when there is none.
func (a *archive) part(name string) (raw []byte, ok bool, err error) {
	f := a.parts[name]
	if f == nil {
		return nil, false, nil
	}
	size := f.FileInfo().Size() // as the file says; the reader fails when it lies
	if size < 0 || size > min(partMost, a.left) {
		return nil, true, errTooLarge
	}
	r, err := f.Open()
	if err != nil {
		return nil, true, err
	}
	defer r.Close()
	a.left -= size
	raw = make([]byte, size)
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, true, err
	}
	if _, err := r.Read(make([]byte, 1)); err != io.EOF { // the sum is compared there
		return nil, true, fmt.Errorf("a part of %d bytes does not end there: %w", size, err)
	}
	return raw, true, nil
}

// spoilt is the sentence for a part that cannot be read.
func spoilt(err error) error {
	if errors.Is(err, errTooLarge) || errors.Is(err, errDeep) {
		return fault.Because(err, fault.TooLarge, "文件展开后太大，不像是一篇稿件。请把正文复制到新文档，保存后再导入。")
	}
	return fault.Because(err, fault.Invalid, "文件已经损坏，读不出正文。请重新保存一份 .docx 后再导入。")
}

// relations are what a part refers to, by id.
type relation struct {
	kind, target string
	outside      bool
}

func (a *archive) relations(part string) (map[string]relation, error) {
	dir, file := path.Split(part)
	raw, ok, err := a.part(dir + "_rels/" + file + ".rels")
	if err != nil || !ok {
		return nil, err
	}
	all := map[string]relation{}
	x := scanner(raw)
	err = x.root(func(e element) error {
		if e.name() == "Relationship" {
			r := relation{kind: path.Base(e.attr("Type")), target: e.attr("Target"), outside: e.attr("TargetMode") == "External"}
			if !r.outside {
				if !strings.HasPrefix(r.target, "/") {
					r.target = path.Join(dir, r.target)
				}
				r.target = strings.TrimPrefix(r.target, "/")
			}
			all[e.attr("Id")] = r
		}
		return x.skip()
	})
	return all, err
}

// main is the name of the part that holds the text.
func (a *archive) main() (string, error) {
	top, err := a.relations("")
	if err != nil {
		return "", err
	}
	for _, r := range top {
		if r.kind == "officeDocument" && a.parts[r.target] != nil {
			return r.target, nil
		}
	}
	if a.parts["word/document.xml"] != nil {
		return "word/document.xml", nil
	}
	return "", fault.In("file", "这不是 Word 文档（可能是表格、演示文稿或压缩包）。请选择 .docx 文件。")
}
