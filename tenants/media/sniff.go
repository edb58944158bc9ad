package media

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"path"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// types are the kinds that are kept, by their usual extension, and what they are called on the wire.
var types = map[string]string{
	"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif",
	"pdf":  "application/pdf",
	"doc":  "application/msword",
	"xls":  "application/vnd.ms-excel",
	"ppt":  "application/vnd.ms-powerpoint",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"wps":  "application/vnd.ms-works", "et": "application/octet-stream", "dps": "application/octet-stream",
	"ofd": "application/ofd",
	"mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm",
	"m4a": "audio/mp4", "mp3": "audio/mpeg", "ogg": "audio/ogg", "wav": "audio/wav",
}

// old are the kinds that share one container of the years before 2007, in which only the name tells them apart.
var old = []string{"doc", "xls", "ppt", "wps", "et", "dps"}

// Bounds of what a packed document may become when somebody opens it, as its own directory says.
const (
	unpackedMost = 300 << 20
	entriesMost  = 10_000
)

// sniffed is what the first bytes say, and what to say of those that are not taken.
var refused = []struct {
	begins string
	at     int
	say    string
}{
	{"avif", 8, "AVIF 图片还不能用，请另存为 JPG 或 PNG 后再上传。"},
	{"heic", 8, "HEIC 图片（苹果手机的格式）还不能用，请另存为 JPG 后再上传。"},
	{"mif1", 8, "HEIC 图片（苹果手机的格式）还不能用，请另存为 JPG 后再上传。"},
	{"ftyp", 4, "视频请另存为 MP4，音频请另存为 MP3 或 M4A 后再上传。"},
	{"\x1aE\xdf\xa3", 0, "视频请另存为 MP4，音频请另存为 MP3 或 M4A 后再上传。"}, // Matroska that is no WebM
	{"AVI ", 8, "视频请另存为 MP4，音频请另存为 MP3 或 M4A 后再上传。"},
	{"FLV\x01", 0, "视频请另存为 MP4，音频请另存为 MP3 或 M4A 后再上传。"},
	{"0&\xb2u\x8ef\xcf\x11", 0, "视频请另存为 MP4，音频请另存为 MP3 或 M4A 后再上传。"}, // Windows Media
	{"fLaC", 0, "视频请另存为 MP4，音频请另存为 MP3 或 M4A 后再上传。"},
	{"#!AMR", 0, "视频请另存为 MP4，音频请另存为 MP3 或 M4A 后再上传。"},
	{"BM", 0, "BMP 图片请另存为 JPG 或 PNG 后再上传。"},
	{"II*\x00", 0, "TIFF 图片请另存为 JPG 或 PNG 后再上传。"},
	{"MM\x00*", 0, "TIFF 图片请另存为 JPG 或 PNG 后再上传。"},
	{"MZ", 0, "这是程序，不能上传。"},
	{"\x7fELF", 0, "这是程序，不能上传。"},
	{"#!", 0, "这是程序，不能上传。"},
	{"Rar!", 0, "压缩包请解开，把里面的文件分别上传。"},
	{"7z\xbc\xaf", 0, "压缩包请解开，把里面的文件分别上传。"},
}

// sniff says by its bytes what a file is. The name only has to agree; where the bytes cannot tell, it decides between cousins.
func sniff(name string, raw []byte) (kind string, err error) {
	ext := extension(name)
	begins := func(s string) bool { return bytes.HasPrefix(raw, []byte(s)) }
	switch {
	case len(raw) == 0:
		return "", fault.In("file", "“%s”是空的，请检查后重新上传。", short(name))
	case begins("\xff\xd8\xff"):
		return "jpg", nil
	case begins("\x89PNG\r\n\x1a\n"):
		return "png", nil
	case begins("GIF87a"), begins("GIF89a"):
		return "gif", nil
	case begins("RIFF") && len(raw) > 12 && string(raw[8:12]) == "WEBP":
		return "webp", nil
	case begins("%PDF-"):
		kind, err = "pdf", whole(name, bytes.Contains(raw[max(len(raw)-2048, 0):], []byte("%%EOF")))
	case begins("PK\x03\x04"):
		kind, err = packed(name, raw)
	case begins("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		kind, err = compound(name, ext, raw)
	default:
		if kind = avKind(raw); kind == "" {
			return "", unknown(name, raw)
		}
		kind = soundOf(kind, ext)
		err = whole(name, lengthwise(kind, raw))
	}
	if err == nil && !namedLike(kind, ext) {
		err = misnamed(name, kind)
	}
	return kind, err
}

func extension(name string) string { return strings.TrimPrefix(strings.ToLower(path.Ext(name)), ".") }

// soundOf is the kind of what is only heard: recorders call it by the general name inside.
func soundOf(kind, ext string) string {
	if kind == "mp4" && ext == "m4a" {
		return ext
	}
	return kind
}

func misnamed(name, kind string) error {
	return fault.In("file", "“%s”的内容其实是 %s，和名称不符。请改正名称后再上传。", short(name), strings.ToUpper(kind))
}

func whole(name string, is bool) error {
	if !is {
		return fault.In("file", "“%s”不完整，可能没有传完或没有存好，请重新上传。", short(name))
	}
	return nil
}

// unknown says why a file of none of the kinds is not taken.
func unknown(name string, raw []byte) error {
	for _, r := range refused {
		if len(raw) > r.at && bytes.HasPrefix(raw[r.at:], []byte(r.begins)) {
			return fault.In("file", "“%s”没有上传：%s", short(name), r.say)
		}
	}
	head := strings.ToLower(string(raw[:min(len(raw), 1024)]))
	for _, mark := range []string{"<!doctype html", "<html", "<svg", "<script", "<?xml", "<?php"} {
		if strings.Contains(head, mark) {
			return fault.In("file", "“%s”没有上传：网页和 SVG 里可以藏程序，不能放在网站上。图片请另存为 PNG，文字请贴进正文。", short(name))
		}
	}
	return fault.In("file", "“%s”没有上传：只收 JPG、PNG、GIF、WebP 图片，MP4、MOV、WebM 视频，MP3、M4A、OGG、WAV 音频，和 PDF、OFD、Word、Excel、PPT、WPS 文件。", short(name))
}

// parts tell by a part of its own what a packed document is.
var parts = map[string]string{"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx", "OFD.xml": "ofd"}

// packed looks into the directory of a packed document and unpacks nothing of it.
func packed(name string, raw []byte) (kind string, err error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return "", whole(name, false)
	}
	if len(z.File) > entriesMost {
		return "", fault.In("file", "“%s”里面的部件太多，像是有意做坏的，没有上传。", short(name))
	}
	var size uint64
	for _, f := range z.File {
		if size += f.UncompressedSize64; f.UncompressedSize64 > unpackedMost || size > unpackedMost {
			return "", fault.In("file", "“%s”打开后会大得出奇，像是有意做坏的，没有上传。", short(name))
		}
		if strings.Contains(strings.ToLower(f.Name), "vbaproject") {
			return "", macros(name)
		}
		if k := parts[f.Name]; k != "" {
			kind = k
		}
	}
	if kind == "" {
		return "", fault.In("file", "“%s”没有上传：压缩包请解开，把里面的文件分别上传。", short(name))
	}
	return kind, nil
}

func macros(name string) error {
	return fault.In("file", "“%s”里有宏（小程序），不能放在网站上。请另存为不带宏的文件后再上传。", short(name))
}

// compound looks at the header of an old document: that its directory is in it, and that there are no macros.
func compound(name, ext string, raw []byte) (kind string, err error) {
	if !slices.Contains(old, ext) {
		return "", unknown(name, nil)
	}
	if len(raw) < 512 {
		return "", whole(name, false)
	}
	sector := int64(1) << min(binary.LittleEndian.Uint16(raw[30:]), 16)
	for _, at := range append([]int{48}, span(76, 512, 4)...) { // where the directory is, and the tables
		if n := binary.LittleEndian.Uint32(raw[at:]); n < 0xfffffffa && (int64(n)+1)*sector >= int64(len(raw)) {
			return "", whole(name, false)
		}
	}
	for _, part := range []string{"_VBA_PROJECT", "Macros"} {
		wide := make([]byte, 0, 2*len(part))
		for i := range len(part) {
			wide = append(wide, part[i], 0)
		}
		if bytes.Contains(raw, append(wide, 0, 0)) { // a name in the directory, not in the words
			return "", macros(name)
		}
	}
	return ext, nil
}

func span(from, to, step int) (all []int) {
	for ; from < to; from += step {
		all = append(all, from)
	}
	return all
}
