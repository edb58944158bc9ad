package render

import (
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	tree "text/template/parse"

	"golang.org/x/net/html"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

var (
	action   = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	external = regexp.MustCompile(`(?i)^\s*(https?:)?//|^\s*(data|javascript|vbscript|file):`)
	leading  = []string{"href", "src", "action", "formaction", "poster", "srcset", "data", "background", "cite", "xlink:href"}
)

// views looks at every template of the theme's own: first as it is written, so that what no sample reaches is seen too, then as it is meant.
func (f *finder) views(r *Renderer, t *theme) {
	for _, v := range r.defined {
		file := v.Room() + "/" + v.Name() + ".html"
		b, err := fs.ReadFile(t.files, file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			f.add(file, viewFault(err))
			continue
		}
		before := len(f.found)
		f.text(file, string(b))
		if len(f.found) > before {
			continue
		}
		u := *t // parsing needs the drawings' names only
		u.motifs = []string{"/"}
		set, err := parseView(&u, r.rooms[v.Room()], v)
		if err != nil {
			f.add(file, viewFault(err))
			continue
		}
		trees := map[string]*tree.Tree{}
		for _, t := range set.Templates() {
			trees[t.Name()] = t.Tree
		}
		c := cost{trees: trees, known: map[string]int{}}
		if c.of("main"); c.wrong != nil {
			f.add(file, c.wrong)
		} else if err := v.check(set); err != nil {
			f.add(file, viewFault(err))
		}
	}
}

// text refuses elements, attributes and addresses that a template may not write, in every branch of it.
func (f *finder) text(file, src string) {
	z := html.NewTokenizer(strings.NewReader(action.ReplaceAllString(src, "")))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		t := z.Token()
		if fenced[t.Data] {
			f.add(file, fault.New(fault.Invalid, "模板里不能写 %s：它会执行、加载别的东西，或越出正文。请删去。", "<"+t.Data+">"))
		}
		for _, a := range t.Attr {
			switch {
			case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
				f.add(file, fault.New(fault.Invalid, "模板里不能写 %s：它会执行、加载别的东西，或越出正文。请删去。", "the attribute "+a.Key))
			case slices.Contains(leading, a.Key) && external.MatchString(a.Val):
				f.add(file, fault.New(fault.Invalid, "模板不能引用外部地址“%s”。请用页面数据里的链接，图片放进 pictures。", excerpt(a.Val)))
			case a.Key == "href" && a.Val == "#":
				f.add(file, fault.New(fault.Invalid, "链接“#”要靠脚本才有用。没有脚本也要能用，请写真实的地址。"))
			}
		}
	}
}

// cost counts what a template may do at most, so that a page cannot keep a processor: loops over numbers, and templates that call
// each other again and again.
type cost struct {
	trees map[string]*tree.Tree
	known map[string]int
	wrong error
}

const (
	costMost  = 20_000_000
	rangeCost = 20 // rows of a list
)

func (c *cost) of(name string) int {
	if n, ok := c.known[name]; ok {
		return n
	}
	c.known[name] = 0 // one that calls itself follows data that ends
	n := 0
	if t := c.trees[name]; t != nil {
		n = c.list(t.Root)
	}
	if c.known[name] = n; n > costMost && c.wrong == nil {
		c.wrong = fault.New(fault.Invalid, "模板“%s”套得太多，一页要算太久。请减少循环和互相套用。", name)
	}
	return n
}

func (c *cost) list(l *tree.ListNode) int {
	if l == nil {
		return 0
	}
	n := 0
	for _, at := range l.Nodes {
		switch at := at.(type) {
		case *tree.IfNode:
			n += c.list(at.List) + c.list(at.ElseList)
		case *tree.WithNode:
			n += c.list(at.List) + c.list(at.ElseList)
		case *tree.RangeNode:
			if !data(at.Pipe) && c.wrong == nil {
				c.wrong = fault.New(fault.Invalid, "模板只能对页面数据循环，不能写“%s”。", excerpt("range "+at.Pipe.String()))
			}
			n += min(rangeCost*c.list(at.List), costMost+1) + c.list(at.ElseList)
		case *tree.TemplateNode:
			n += c.of(at.Name)
		default:
			n++
		}
		n = min(n, costMost+1)
	}
	return n
}

// data says whether what is looped over comes from the page: a field, a variable, or a function of ours over them. A number is none.
func data(p *tree.PipeNode) bool {
	if p == nil || len(p.Cmds) == 0 {
		return false
	}
	switch first := p.Cmds[len(p.Cmds)-1].Args[0].(type) {
	case *tree.FieldNode, *tree.VariableNode, *tree.DotNode, *tree.ChainNode:
		return true
	case *tree.IdentifierNode:
		return slices.Contains([]string{"tiles", "leaves", "slice"}, first.Ident)
	}
	return false
}

var (
	drawing  = []string{"svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs", "linearGradient", "radialGradient", "stop", "title", "desc", "clipPath", "pattern", "mask", "text", "tspan", "use", "symbol"}
	harmless = regexp.MustCompile(`^url\(#[\w-]+\)$|^[^(]*$|^(matrix|translate|rotate|scale|skew[XY]|rgba?)\(`)
)

// picture refuses a file that is not what its name says, and a drawing that is a program.
func picture(ext string, b []byte) error {
	wrong := fault.New(fault.Invalid, "内容不是 %s 图片。请重新导出。", strings.TrimPrefix(ext, "."))
	switch ext {
	case ".png":
		if !strings.HasPrefix(string(b), "\x89PNG\r\n\x1a\n") {
			return wrong
		}
		return nil
	case ".webp":
		if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP" {
			return wrong
		}
		return nil
	}
	d := xml.NewDecoder(strings.NewReader(string(b)))
	first := true
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) && !first {
			if activeSVG.Match(b) {
				return fault.New(fault.Invalid, "图画里有脚本、样式或外部引用。请导出为只有图形的 SVG。")
			}
			return nil
		}
		if err != nil {
			return wrong
		}
		switch t := tok.(type) {
		case xml.Directive:
			return fault.New(fault.Invalid, "图画里不能有 DOCTYPE 或实体。请导出为只有图形的 SVG。")
		case xml.StartElement:
			if first && t.Name.Local != "svg" {
				return wrong
			}
			first = false
			if err := shape(t); err != nil {
				return err
			}
		}
	}
}

func shape(t xml.StartElement) error {
	if !slices.Contains(drawing, t.Name.Local) {
		return fault.New(fault.Invalid, "图画里不能有 <%s>。请导出为只有图形的 SVG。", t.Name.Local)
	}
	for _, a := range t.Attr {
		name := strings.ToLower(a.Name.Local)
		if strings.HasPrefix(name, "on") || name == "href" || name == "style" || !harmless.MatchString(a.Value) {
			return fault.New(fault.Invalid, "图画里有脚本、样式或外部引用。请导出为只有图形的 SVG。")
		}
	}
	return nil
}
