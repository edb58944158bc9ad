package paste

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
)

// packed is a .docx of these parts.
func packed(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	wml      = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	relTypes = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// wordFile is a .docx with this body; more are further parts, each referred to by its kind: "styles" is word/styles.xml.
func wordFile(t testing.TB, body string, more map[string]string, links ...string) []byte {
	t.Helper()
	parts := map[string]string{"word/document.xml": `<?xml version="1.0"?><w:document ` + wml + `><w:body>` + body + `<w:sectPr/></w:body></w:document>`}
	var rels strings.Builder
	for kind, text := range more {
		parts["word/"+kind+".xml"] = text
		fmt.Fprintf(&rels, `<Relationship Id="x%s" Type="%s%[1]s" Target="%[1]s.xml"/>`, kind, relTypes)
	}
	for _, l := range links {
		rels.WriteString(l)
	}
	parts["word/_rels/document.xml.rels"] = `<Relationships>` + rels.String() + `</Relationships>`
	return packed(t, parts)
}

// lying is a document whose directory is wrong by so many bytes about its text.
func lying(t testing.TB, by int) []byte {
	t.Helper()
	text := []byte(`<w:document ` + wml + `><w:body></w:body></w:document>`)
	var squeezed, file bytes.Buffer
	f, err := flate.NewWriter(&squeezed, flate.BestSpeed)
	if err == nil {
		_, err = f.Write(text)
	}
	if err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(&file)
	part, err := z.CreateRaw(&zip.FileHeader{Name: "word/document.xml", Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(text),
		CompressedSize64: uint64(squeezed.Len()), UncompressedSize64: uint64(len(text) + by)})
	if err == nil {
		_, err = part.Write(squeezed.Bytes())
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// padded is a part of nearly the size that is taken, in which nothing stands.
func padded(name string) string {
	return "<w:" + name + ">" + strings.Repeat(" ", partMost-100) + "</w:" + name + ">"
}

const (
	someStyles = `<w:styles ` + wml + `><w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style><w:style w:type="paragraph" w:styleId="a7"><w:name w:val="公文标题"/><w:basedOn w:val="1"/></w:style>` +
		`<w:style w:styleId="T"><w:name w:val="Title"/></w:style><w:style w:styleId="L2"><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style><w:style w:styleId="p"><w:basedOn w:val="q"/></w:style><w:style w:styleId="q"><w:basedOn w:val="p"/></w:style></w:styles>`
	someNumbers = `<w:numbering ` + wml + `><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val=""/></w:lvl></w:abstractNum>` +
		`<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl><w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2.%3"/></w:lvl></w:abstractNum>` +
		`<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num></w:numbering>`
)

func para(props, text string) string {
	return `<w:p><w:pPr>` + props + `</w:pPr><w:r><w:t xml:space="preserve">` + text + `</w:t></w:r></w:p>`
}

func num(id, level int) string {
	return fmt.Sprintf(`<w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr>`, level, id)
}

// B5: each thing that a word processor's file says of its words.
func TestDocx(t *testing.T) {
	link := `<Relationship Id="r1" Type="` + relTypes + `hyperlink" Target="https://www.gov.cn/a?b=1&amp;c=2" TargetMode="External"/>`
	local := `<Relationship Id="r2" Type="` + relTypes + `hyperlink" Target="file:///C:/a.docx" TargetMode="External"/>`
	cell := func(props, text string) string {
		return `<w:tc><w:tcPr>` + props + `</w:tcPr>` + para("", text) + `</w:tc>`
	}
	for _, c := range []struct{ name, body, want string }{
		{"words", para("", "甲"), `<p>甲</p>`},
		{"runs are joined", `<w:p><w:r><w:t>甲</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>乙</w:t></w:r><w:r><w:rPr><w:b w:val="0"/></w:rPr><w:t>丙</w:t></w:r></w:p>`, `<p>甲<strong>乙</strong>丙</p>`},
		{"marks", `<w:p><w:r><w:rPr><w:i/><w:u w:val="single"/><w:strike/></w:rPr><w:t>甲</w:t></w:r><w:r><w:rPr><w:u w:val="none"/><w:vertAlign w:val="superscript"/></w:rPr><w:t>2</w:t></w:r></w:p>`, `<p><em><u><s>甲</s></u></em><sup>2</sup></p>`},
		{"hidden words", `<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>秘</w:t></w:r><w:r><w:t>甲</w:t></w:r></w:p>`, `<p>甲</p>`},
		{"revisions", `<w:p><w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:ins><w:r><w:t>增</w:t></w:r></w:ins></w:p>`, `<p>增</p>`},
		{"tabs and lines", `<w:p><w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t><w:br w:type="page"/></w:r></w:p>`, `<p>甲 乙<br/>丙</p>`},
		{"alignment", para(`<w:jc w:val="center"/>`, "甲") + para(`<w:jc w:val="both"/>`, "乙"), "<p class=\"ta-c\">甲</p>\n<p>乙</p>"},
		{"headings by style, its base and its level", para("", "前") + para(`<w:pStyle w:val="1"/>`, "甲") + para(`<w:pStyle w:val="a7"/>`, "乙") + para(`<w:pStyle w:val="L2"/>`, "丙") + para(`<w:pStyle w:val="p"/>`, "丁"), "<p>前</p>\n<h2>甲</h2>\n<h2>乙</h2>\n<h3>丙</h3>\n<p>丁</p>"},
		{"a list", para(num(1, 0), "甲") + para(num(1, 1), "子") + para(num(1, 0), "乙"), `<ol><li>甲<ul><li>子</li></ul></li><li>乙</li></ol>`},
		{"a list that is interrupted keeps its numbers as words", para(num(1, 0), "甲") + para("", "中") + para(num(1, 0), "乙"), "<p>1. 甲</p>\n<p>中</p>\n<p>2. 乙</p>"},
		{"a list that begins later", para(num(3, 0), "甲") + para(num(3, 0), "乙"), "<p>5. 甲</p>\n<p>6. 乙</p>"},
		{"numbers of official documents are words, and headings", para(num(2, 0), "总体要求") + para(num(2, 1), "原则") + para(num(2, 2), "细目") + para(num(2, 0), "任务"), "<h2>一、总体要求</h2>\n<h3>（一）原则</h3>\n<p>一.一.1 细目</p>\n<h2>二、任务</h2>"},
		{"a link", `<w:p><w:hyperlink r:id="r1"><w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t>甲</w:t></w:r></w:hyperlink><w:hyperlink r:id="r2"><w:r><w:t>乙</w:t></w:r></w:hyperlink></w:p>`, `<p><a href="https://www.gov.cn/a?b=1&amp;c=2" rel="noopener">甲</a>乙</p>`},
		{"a link by field, as WPS writes it", `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "https://www.gov.cn/" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>甲</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t>乙</w:t></w:r></w:p>`, `<p><a href="https://www.gov.cn/" rel="noopener">甲</a>乙</p>`},
		{"joined cells", `<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>` + cell("", "甲") + cell(`<w:gridSpan w:val="2"/>`, "乙") + `</w:tr><w:tr>` + cell(`<w:vMerge w:val="restart"/>`, "丙") + cell("", "1") + cell("", "2") + `</w:tr><w:tr>` + cell(`<w:vMerge/>`, "") + cell("", "3") + cell("", "4") + `</w:tr></w:tbl>`,
			`<table><thead><tr><th scope="col">甲</th><th colspan="2" scope="col">乙</th></tr></thead><tbody><tr><td rowspan="2">丙</td><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></tbody></table>`},
		{"a table in a control", `<w:sdt><w:sdtContent>` + para("", "甲") + `</w:sdtContent></w:sdt>`, `<p>甲</p>`},
		{"a box with words, said twice for older programs", `<w:p><w:r><w:t>外</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent>` + para("", "内") + `</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>` + para("", "内") + `</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>`, "<p>外</p>\n<p>内</p>"},
		{"what looks like HTML", para("", "&lt;script&gt;alert(1)&lt;/script&gt;"), `<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>`},
		{"another prefix", strings.NewReplacer("<w:", "<ns0:", "</w:", "</ns0:").Replace(para("", "甲")), `<p>甲</p>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Docx(wordFile(t, c.body, map[string]string{"styles": someStyles, "numbering": someNumbers}, link, local))
			if err != nil || r.HTML != c.want {
				t.Errorf("got  %s, %v\nwant %s", r.HTML, err, c.want)
			}
		})
	}
}

// B5: a note stands below the text; the text says which; only the notes it refers to.
func TestNotesOfAFile(t *testing.T) {
	note := func(id, text string) string {
		return `<w:footnote w:id="` + id + `">` + para("", text) + `</w:footnote>`
	}
	notes := `<w:footnotes ` + wml + `>` + note("0", "分隔") + note("7", " 乙注") + note("3", " 甲注") + `</w:footnotes>`
	r, err := Docx(wordFile(t, `<w:p><w:r><w:t>甲</w:t><w:footnoteReference w:id="3"/><w:t>乙</w:t><w:footnoteReference w:id="7"/></w:r></w:p>`, map[string]string{"footnotes": notes}))
	want := "<p>甲<sup>[1]</sup>乙<sup>[2]</sup></p>\n<p>[1] 甲注</p>\n<p>[2] 乙注</p>"
	if err != nil || r.HTML != want {
		t.Errorf("%s, %v", r.HTML, err)
	}
}

// Bad input: a file too large, of another kind, cut off, packed to burst: one sentence, and little time.
func TestFilesThatAreRefused(t *testing.T) {
	whole := wordFile(t, strings.Repeat(para("", "甲乙丙丁戊己庚辛"), 200), nil)
	deep := wordFile(t, strings.Repeat("<w:sdt>", 5000)+strings.Repeat("</w:sdt>", 5000), nil)
	many := map[string]string{}
	for i := range partsMost + 1 {
		many[fmt.Sprint("x/", i)] = ""
	}
	for _, c := range []struct {
		name string
		file []byte
		kind fault.Kind
		says string
	}{
		{"nothing", nil, fault.Invalid, "请选择"}, {"more than is taken", make([]byte, docxMost+1), fault.Invalid, "超过 10 MB"},
		{"an old file, or one with a password", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), fault.Invalid, "另存为 .docx"}, {"a PDF", []byte("%PDF-1.4"), fault.Invalid, "PDF"},
		{"a page", []byte("<html>"), fault.Invalid, "不是 .docx"}, {"another archive", packed(t, map[string]string{"a.txt": "甲"}), fault.Invalid, "不是 Word 文档"},
		{"cut off", whole[:len(whole)/2], fault.Invalid, "不完整"}, {"too many parts", packed(t, many), fault.Invalid, "部件太多"},
		{"a bomb", wordFile(t, para("", strings.Repeat("甲", partMost/3+1)), nil), fault.TooLarge, "展开后太大"},
		{"a bomb beside the text", wordFile(t, para("", "甲"), map[string]string{"styles": "<w:styles>" + strings.Repeat(" ", partMost) + "</w:styles>"}), fault.TooLarge, "展开后太大"},
		{"a part that says less than it holds", lying(t, -1), fault.Invalid, "已经损坏"}, {"a part that says more", lying(t, 1), fault.Invalid, "已经损坏"}, {"a part that says the truth", lying(t, 0), "", ""},
		{"parts that are small enough, and too much together", wordFile(t, para("", "甲"), map[string]string{"styles": padded("styles"), "numbering": padded("numbering"), "footnotes": padded("footnotes")}), fault.TooLarge, "展开后太大"},
		{"deep", deep, fault.TooLarge, "展开后太大"}, {"XML that ends too soon", packed(t, map[string]string{"word/document.xml": "<w:document><w:body><w:p>"}), fault.Invalid, "已经损坏"},
		{"an entity of its own", packed(t, map[string]string{"word/document.xml": `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><w:document><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>`}), fault.Invalid, "已经损坏"},
		{"more paragraphs than a book", wordFile(t, strings.Repeat("<w:p/>", piecesMost+1), nil), fault.TooLarge, "展开后太大"},
		{"a text longer than an article", wordFile(t, strings.Repeat(para("", strings.Repeat("甲", 1000)), longest/3000+1), nil), fault.TooLarge, "请分成几篇"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Docx(c.file)
			if fault.KindOf(err) != c.kind || !strings.Contains(fault.Say(err), c.says) || r.HTML != "" {
				t.Errorf("%v: %s", err, r.HTML)
			}
		})
	}
}

// L1, d47: the real files, those whose text stands in an altChunk as well: all their words, and the title beside.
func TestRealFiles(t *testing.T) {
	for name, want := range map[string][]string{
		"docs/cn-law/中华人民共和国国徽法.docx":   {"第一条 为了维护国徽的尊严", "本法自1991年10月1日起施行"},
		"docs/cn-law/中华人民共和国国旗法.docx":   {"第四条 中华人民共和国国旗是中华人民共和国的象征和标志", "本法自1990年10月1日起施行"},
		"docs/cn-law/中华人民共和国行政许可法.docx": {"<h2>第一章 总 则</h2>", "第八十三条 本法自2004年7月1日起施行"},
		"docs/mammoth/simple-list.docx": {"<ul><li>Apple</li><li>Banana</li></ul>"}, "docs/mammoth/footnotes.docx": {"<p>[2] Fin.</p>"}, "docs/mammoth/tables.docx": {"<td>Bottom right</td>"},
		"docs/mammoth/tiny-picture.docx": {""}, "media/hostile/javascript-link.docx": {"<p>点击</p>"},
	} {
		raw, err := os.ReadFile(corpus.Path(t, name))
		if err != nil {
			t.Fatal(err)
		}
		r, err := Docx(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, w := range want {
			if !strings.Contains(r.HTML, w) {
				t.Errorf("%s holds no %q:\n%s", name, w, r.HTML)
			}
		}
		if law := strings.TrimSuffix(filepath.Base(name), ".docx"); strings.HasPrefix(law, "中华") && r.Found.Title != law {
			t.Errorf("%s is called %q", law, r.Found.Title)
		}
		if s := render.Sanitise(r.HTML); s != r.HTML || strings.Contains(r.HTML, "javascript") {
			t.Errorf("%s became %s", name, r.HTML)
		}
		if strings.Contains(name, "picture") && (len(r.Pictures) != 1 || r.Pictures[0].Type != "image/png") {
			t.Errorf("%s has the pictures %+v", name, r.Pictures)
		}
	}
}

// B5: an altChunk in any form that programs write, and one in a form that is not read is said.
func TestChunks(t *testing.T) {
	page := "<html><head><style>p{color:red}</style></head><body><h1>甲</h1><p style='color:red'>乙</p></body></html>"
	mhtOf := func(encoding, body string) string {
		return "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html; charset=\"utf-8\"\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n" + body + "\r\n--b--\r\n"
	}
	for _, c := range []struct{ name, part, text, want string }{
		{"a page", "a.html", page, "<p>乙</p>"}, {"words", "a.txt", "甲\n乙", "<p>甲</p>\n<p>乙</p>"},
		{"quoted", "a.mht", mhtOf("quoted-printable", "<p class=3D\"x\">=E4=B9=99</p>"), "<p>乙</p>"}, {"base64", "a.mht", mhtOf("base64", "PHA+5LmZPC9wPg=="), "<p>乙</p>"},
		{"one part", "a.mht", "MIME-Version: 1.0\r\nContent-Type: text/html; charset=gb2312\r\n\r\n<p>\xd2\xd2</p>", "<p>乙</p>"},
		{"a form that is not read", "a.rtf", `{\rtf1 x}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Docx(packed(t, map[string]string{
				"word/document.xml":            `<w:document ` + wml + `><w:body><w:altChunk r:id="c"/></w:body></w:document>`,
				"word/_rels/document.xml.rels": `<Relationships><Relationship Id="c" Type="` + relTypes + `aFChunk" Target="` + c.part + `"/></Relationships>`,
				"word/" + c.part:               c.text,
			}))
			if err != nil || r.HTML != c.want || (c.want == "") != (r.Seen.Chunks == 1) {
				t.Errorf("%q, %v, %+v", r.HTML, err, r.Seen)
			}
		})
	}
}

// B5: numbers as word processors write them.
func TestNumerals(t *testing.T) {
	for _, c := range []struct {
		format string
		n      int
		want   string
	}{
		{"chineseCounting", 1, "一"}, {"chineseCounting", 10, "十"}, {"chineseCounting", 11, "十一"}, {"chineseCounting", 20, "二十"}, {"chineseCounting", 21, "二十一"}, {"chineseCounting", 101, "一百零一"},
		{"chineseCountingThousand", 110, "一百一十"}, {"chineseCountingThousand", 1005, "一千零五"}, {"chineseCountingThousand", 1050, "一千零五十"}, {"ideographDigital", 203, "二〇三"}, {"lowerLetter", 28, "bb"}, {"upperLetter", 26, "Z"},
		{"lowerRoman", 1994, "mcmxciv"}, {"decimalEnclosedCircle", 3, "③"}, {"decimalEnclosedCircle", 21, "21"}, {"decimalFullWidth", 12, "１２"}, {"decimalZero", 7, "07"}, {"decimal", 12345, "12345"}, {"what is that", 4, "4"},
	} {
		if got := numeral(c.format, c.n); got != c.want {
			t.Errorf("%d as %s is %q, want %q", c.n, c.format, got, c.want)
		}
	}
}

// B5, d51: whatever a file says, it is refused with a sentence or becomes a text that settles.
func FuzzDocx(f *testing.F) {
	for _, s := range []string{para("", "甲"), para(num(2, 1), "乙") + para(num(1, 8), "丙"), `<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge/><w:gridSpan w:val="-1"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>`,
		`<w:p><w:hyperlink r:id="r1"><w:r><w:sym w:char="F0E0"/><w:fldChar w:fldCharType="end"/></w:r></w:hyperlink></w:p>`, `<w:p><w:r><w:footnoteReference w:id="1"/><w:drawing><a:blip r:embed="i"/></w:drawing></w:r></w:p>`, `<w:p><w:r><w:t>`} {
		f.Add(s, someStyles, someNumbers)
	}
	f.Fuzz(func(t *testing.T, body, styles, numbers string) {
		r, err := Docx(wordFile(t, body, map[string]string{"styles": styles, "numbering": numbers}))
		if err != nil {
			if fault.KindOf(err) == "" {
				t.Fatal(err)
			}
			return
		}
		if s := render.Sanitise(r.HTML); s != r.HTML {
			t.Fatalf("%q\nsanitised %q", r.HTML, s)
		}
		settles(t, r.HTML)
	})
}

// B5, d51: the file itself, byte by byte.
func FuzzDocxFile(f *testing.F) {
	f.Add(wordFile(f, para("", "甲"), nil))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if r, err := Docx(raw); err != nil && fault.KindOf(err) == "" || err == nil && render.Sanitise(r.HTML) != r.HTML {
			t.Fatalf("%v, %q", err, r.HTML)
		}
	})
}
