// Package mediatest has the files that tests bring to a site: what somebody may send who means no good, and what becomes of each.
package mediatest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/corpus"
)

// File is a file, and its fate: it is kept as Kind, or refused in a sentence that has Say in it.
type File struct {
	What   string // what it tries, for the list of fates in docs/promises.md
	Name   string
	Raw    []byte
	Kind   string // "" of what is refused
	Say    string
	Pieces string // the kind as which it is kept when it comes in pieces, where that is another fate: no film stands in memory whole
}

// Mark is in every script of the files: whatever runs one of them has it in its title.
const Mark = "zhanqun-script-ran"

const script = "<script>document.title='" + Mark + "'</script>"

// EICAR is the string that every scanner takes for a virus; in two parts, so that none takes this file for one.
const EICAR = `X5O!P%@AP[4\PZX54(P^)7CC)7}` + `$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`

// Hostile are the files. Those that name an address outside name bait, where nobody may be seen to come.
func Hostile(bait string) []File {
	var all []File
	add := func(what, kind, say string, files ...File) {
		for _, f := range files {
			f.What, f.Kind, f.Say = what, kind, say
			all = append(all, f)
		}
	}
	hidden(add)
	refused(add)
	bombs(add)
	named(add)
	films(add, bait)
	return all
}

type adder func(what, kind, say string, files ...File)

// hidden are pictures and documents with something else in them.
func hidden(add adder) {
	png, jpg, gif := drawn("png", 40, 30), drawn("jpg", 40, 30), GIF(1)
	comment := join(gif[:len(gif)-1], []byte("\x21\xfe"+string(rune(len(script)))+script+"\x00\x3b"))
	add("a script inside or behind a PNG", "png", "", File{Name: "字.png", Raw: saying(script)}, File{Name: "尾.png", Raw: join(png, []byte(script))}, File{Name: "网页.htm", Raw: png})
	add("a script or an archive behind a JPEG", "jpg", "", File{Name: "尾.jpg", Raw: join(jpg, []byte(script))}, File{Name: "包.jpg", Raw: join(jpg, Zip("a.html"))})
	add("a script inside or behind a GIF", "gif", "", File{Name: "尾.gif", Raw: join(gif, []byte(script))}, File{Name: "注.gif", Raw: comment})
	add("GIF and JavaScript at once", "", "不完整", File{Name: "两用.gif", Raw: []byte("GIF89a/*\x00\x00\x00\x00\x00*/=1;" + script)})
	add("PDF and HTML at once", "pdf", "", File{Name: "两用.pdf", Raw: []byte("%PDF-1.7\n" + script + "\n1 0 obj<<>>endobj\n%%EOF\n")},
		File{Name: "动作.pdf", Raw: []byte("%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")})
	add("HTML in front of a PDF", "", "藏程序", File{Name: "网页.pdf", Raw: []byte("<html>" + script + "\n%PDF-1.7\n%%EOF")})
	add("HTML in the container of a document or of sound", "docx", "", File{Name: "通知.docx", Raw: Zip("word/document.xml", "index.html")})
	add("HTML behind the head of an MP3", "mp3", "", File{Name: "网页.mp3", Raw: []byte("ID3\x04\x00\x00\x00\x00\x00\x00<html>" + script)})
}

// refused are files that are no site's.
func refused(add adder) {
	png, jpg := drawn("png", 60, 40), drawn("jpg", 60, 40)
	add("SVG and HTML, under any name", "", "藏程序", File{Name: "图.svg", Raw: []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="x()">` + script + `</svg>`)},
		File{Name: "页.jpg", Raw: []byte("\ufeff <!DOCTYPE HTML>" + script)}, File{Name: "网页.mp4", Raw: []byte("<html>" + script + strings.Repeat("x", 2000))})
	add("a wrong extension of a document", "", "和名称不符", File{Name: "假.xlsx", Raw: Zip("word/document.xml")}, File{Name: "假.jpg", Raw: []byte("%PDF-1.7\n%%EOF\n")})
	add("a film under another kind's name", "", "其实是 MP4", File{Name: "假.mp3", Raw: Box("ftyp", "isom\x00\x00\x00\x00", Box("moov", ""))})
	add("a program", "", "这是程序", File{Name: "程序.pdf", Raw: []byte("MZ\x90\x00")}, File{Name: "脚本.pdf", Raw: []byte("#!/bin/sh\n")}, File{Name: "程序.mp4", Raw: []byte("MZ" + strings.Repeat("x", 2000))})
	add("macros", "", "有宏", File{Name: "宏.docx", Raw: Zip("word/document.xml", "word/vbaProject.bin")}, File{Name: "宏.xls", Raw: OLE("_VBA_PROJECT")})
	add("an archive", "", "请解开", File{Name: "包.zip", Raw: Zip("../../etc/passwd")}, File{Name: "包.rar", Raw: []byte("Rar!\x1a\x07\x00")})
	add("the EICAR string where nothing looks for viruses", "", "没有上传：只收", File{Name: "病毒.pdf", Raw: []byte(EICAR)}, File{Name: "病毒.com", Raw: []byte(EICAR)})
	add("a file that was cut off", "", "不完整", File{Name: "半张.png", Raw: png[:len(png)/2]}, File{Name: "半张.jpg", Raw: jpg[:len(jpg)/2]}, File{Name: "半份.pdf", Raw: []byte("%PDF-1.7\n1 0 obj")})
	add("an empty file", "", "是空的", File{Name: "空.jpg"})
	add("pictures of other formats", "", "后再上传", File{Name: "手机.jpg", Raw: []byte("\x00\x00\x00\x18ftypheic")}, File{Name: "新.avif", Raw: []byte("\x00\x00\x00\x18ftypavif")}, File{Name: "旧.bmp", Raw: []byte("BM\x00\x00")})
	add("films and sound of other formats", "", "MP3 或 M4A", File{Name: "片.mkv", Raw: []byte("\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x23\x42\x82\x88matroska")}, File{Name: "片.avi", Raw: []byte("RIFF\x00\x00\x00\x00AVI LIST")}, File{Name: "录音.amr", Raw: []byte("#!AMR\n")})
	add("anything else", "", "没有上传", File{Name: "旧.exe", Raw: OLE("")}, File{Name: "文.txt", Raw: []byte("你好")}, File{Name: "表.csv", Raw: []byte("=cmd|' /C calc'!A0")})
}

// bombs are small and say that they become large.
func bombs(add adder) {
	add("a picture that unpacks to gigabytes", "", "像素太多", File{Name: "炸.png", Raw: PNGHead(50_000, 50_000, 8)}, File{Name: "深.png", Raw: PNGHead(6_000, 6_000, 16)},
		File{Name: "逐.jpg", Raw: inPasses()}, File{Name: "大.gif", Raw: vast()})
	add("a document that unpacks to gigabytes", "", "大得出奇", File{Name: "炸.docx", Raw: Swollen()})
}

// named are pictures under names that say something else than they show, or lead elsewhere.
func named(add adder) {
	png := drawn("png", 44, 30)
	add("a name with folders, line ends, text that runs backwards, or four thousand characters", "png", "", File{Name: "../../../etc/passwd.png", Raw: png}, File{Name: `C:\桌面\a` + "\r\nSet-Cookie: x.png", Raw: png},
		File{Name: "图\u202egpj.png", Raw: png}, File{Name: strings.Repeat("长", 4000) + ".png", Raw: png})
}

// films have ffmpeg look elsewhere, or say that they do.
func films(add adder, bait string) {
	list := "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" + bait + "\n#EXT-X-ENDLIST\n"
	add("a playlist under a film's name", "", "没有上传：只收", File{Name: "单.mp4", Raw: []byte(list)}, File{Name: "拼.mp4", Raw: []byte("ffconcat version 1.0\nfile '" + bait + "'\n")})
	add("a playlist behind the head of a film", "", "不完整", File{Name: "头.mp4", Raw: join(Box("ftyp", "isom\x00\x00\x02\x00isommp41"), []byte(list+strings.Repeat("#\n", 40))), Pieces: "mp4"})
	add("a playlist behind the head of an MP3", "mp3", "", File{Name: "单.mp3", Raw: []byte("ID3\x04\x00\x00\x00\x00\x00\x00" + list)})
	add("a film whose pictures lie elsewhere", "mp4", "", File{Name: "外.mp4", Raw: elsewhere(bait)})
}

// Real are files that others have made, out of the real input of tests.
func Real(t testing.TB) (all []File) {
	t.Helper()
	for _, c := range [][3]string{
		{"hostile/bomb-30000x30000.png", "", "像素太多"}, {"hostile/eicar.com.txt", "", "没有上传"}, {"hostile/empty.pdf", "", "是空的"}, {"hostile/formula-injection.csv", "", "没有上传"},
		{"hostile/gbk-filename.zip", "", "请解开"}, {"hostile/html-as.png", "", "藏程序"}, {"hostile/huge-dimensions-65500x65500.jpg", "", "像素太多"}, {"hostile/polyglot-gif-js.gif", "", "像素太多"},
		{"hostile/script.svg", "", "藏程序"}, {"hostile/truncated.mp4", "", "不完整"}, {"hostile/zip-slip.zip", "", "请解开"}, {"hostile/javascript-link.docx", "docx", ""}, {"hostile/pdf-with-js.pdf", "pdf", ""},
		{"exif/Canon_40D.jpg", "jpg", ""}, {"exif/DSCN0010.jpg", "jpg", ""}, {"exif/landscape_6.jpg", "jpg", ""}, {"exif/image02206.jpg", "jpg", ""},
		{"img/anim.gif", "gif", ""}, {"img/banner.png", "png", ""}, {"img/emblem-safe.svg", "", "藏程序"}, {"img/photo.jpg", "jpg", ""}, {"img/photo.webp", "jpg", ""},
		{"av/speech.m4a", "m4a", ""}, {"av/speech.mp3", "mp3", ""}, {"av/speech.txt", "", "没有上传"}, {"av/video-faststart.mp4", "mp4", ""}, {"av/video.webm", "webm", ""}, {"av/video-faststart.vtt", "", "没有上传"},
	} {
		raw, err := os.ReadFile(corpus.Path(t, "media/"+c[0]))
		if err != nil {
			t.Fatal(err)
		}
		f := File{What: "real: " + c[0], Name: filepath.Base(c[0]), Raw: raw, Kind: c[1], Say: c[2]}
		if f.Name == "truncated.mp4" {
			f.Pieces = "mp4"
		}
		all = append(all, f)
	}
	var names []string
	if err := json.NewDecoder(corpus.Open(t, "media/hostile/hostile-filenames.json")).Decode(&names); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		all = append(all, File{What: "real: a name", Name: name, Raw: drawn("png", 48, 30), Kind: "png"})
	}
	return all
}

// Fates are the rows of docs/promises.md: each thing that is tried, once, and what becomes of it.
func Fates() string {
	var out strings.Builder
	seen := map[string]bool{}
	for _, f := range Hostile("") {
		if seen[f.What] {
			continue
		}
		seen[f.What] = true
		fate := "refused: “…" + f.Say + "…”"
		if f.Kind != "" {
			fate = shown(f.Kind)
		}
		if f.Pieces != "" {
			fate += "; in pieces: " + shown(f.Pieces)
		}
		out.WriteString("| " + f.What + " | " + fate + " |\n")
	}
	return out.String()
}

// shown is how a kind that was kept goes out.
func shown(kind string) string {
	switch kind {
	case "jpg", "png":
		return "kept as " + kind + ", written anew from its points"
	case "gif":
		return "kept as gif, without what is no frame"
	case "mp3", "mp4":
		return "kept as " + kind + ", found to be no film or sound by ffmpeg, and then not shown"
	}
	return "kept as " + kind + ", handed out to be kept only"
}
