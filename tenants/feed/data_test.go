package feed

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// fits holds a value to a JSON Schema as this room writes them; what it has no rule for is a fault.
func fits(schema map[string]any, v any, defs map[string]any, at string) error {
	if ref, is := schema["$ref"].(string); is {
		def, ok := defs[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
		if !ok {
			return fmt.Errorf("%s: nothing stands at %s", at, ref)
		}
		return fits(def, v, defs, at)
	}
	ok := false
	switch schema["type"] {
	case "string":
		var s string
		if s, ok = v.(string); ok {
			ok = formed(schema["format"], s)
		}
	case "integer":
		var n float64
		if n, ok = v.(float64); ok {
			ok = n == float64(int64(n))
		}
	case "boolean":
		_, ok = v.(bool)
	case "array":
		list, is := v.([]any)
		for i, one := range list {
			if err := fits(schema["items"].(map[string]any), one, defs, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
		ok = is
	case "object":
		return fitsObject(schema, v, defs, at)
	}
	if !ok {
		return fmt.Errorf("%s: %v is no %v %v", at, v, schema["type"], schema["format"])
	}
	return nil
}

func fitsObject(schema map[string]any, v any, defs map[string]any, at string) error {
	o, is := v.(map[string]any)
	if !is {
		return fmt.Errorf("%s: %v is no object", at, v)
	}
	fields, closed := schema["properties"].(map[string]any)
	for _, name := range asList(schema["required"]) {
		if _, has := o[name.(string)]; !has {
			return fmt.Errorf("%s: %s is missing", at, name)
		}
	}
	for name, one := range o {
		field, known := fields[name].(map[string]any)
		if !known && !closed {
			continue // the description of the descriptions is OpenAPI's to say
		}
		if !known {
			return fmt.Errorf("%s: %s is not described", at, name)
		}
		if err := fits(field, one, defs, at+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func formed(format any, s string) bool {
	switch format {
	case nil:
		return true
	case "uri":
		u, err := url.Parse(s)
		return err == nil && u.IsAbs()
	case "date":
		_, err := time.Parse(time.DateOnly, s)
		return err == nil
	case "date-time":
		_, err := time.Parse(time.RFC3339, s)
		return err == nil
	}
	return false
}

// doorTo is the handler of the table by its name, in the form the router has it.
func (h *house) doorTo(id string) func(r *web.Request) (any, error) {
	all := doors()
	i := slices.IndexFunc(all, func(d door) bool { return d.id == id })
	return func(r *web.Request) (any, error) { return all[i].do(h.Feeds, h.ctx, r) }
}

// read asks a door and holds its answer to openapi.json.
func (h *house) read(id string, s *render.Site, params ...string) map[string]any {
	h.t.Helper()
	said, err := h.doorTo(id)(asked(s, params))
	h.must(err)
	description := h.plain(describe(s))
	defs := description["components"].(map[string]any)["schemas"].(map[string]any)
	for path, item := range description["paths"].(map[string]any) {
		get := item.(map[string]any)["get"].(map[string]any)
		if get["operationId"] != id {
			continue
		}
		schema := get["responses"].(map[string]any)["200"].(map[string]any)["content"].(map[string]any)["application/json"].(map[string]any)["schema"].(map[string]any)
		if err := fits(schema, any(h.plain(said)), defs, path); err != nil {
			h.t.Errorf("%s: %v", id, err)
		}
		return h.plain(said)
	}
	h.t.Fatalf("%s is not described", id)
	return nil
}

// plain is a value as whoever reads the JSON has it.
func (h *house) plain(v any) (out map[string]any) {
	h.t.Helper()
	b, err := inJSON(v)
	h.must(err)
	h.must(json.Unmarshal(b, &out))
	return out
}

func (h *house) denies(kind fault.Kind, id string, s *render.Site, params ...string) {
	h.t.Helper()
	if said, err := h.doorTo(id)(asked(s, params)); !fault.Is(err, kind) || fault.Say(err) == "" {
		h.t.Errorf("%s %v: got %+v, %v, want %s", id, params, said, err, kind)
	}
}

// J5, A12: each door answers as openapi.json says, ids as texts, of its own site and of what is public only.
func TestDataDoors(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.texts[101] = Text{IsDocument: true, Number: "汉政发〔2026〕1号", Issuer: "汉滨区人民政府", WrittenOn: "2026-11-20", Validity: "abolished", SourceURL: "http://老站/1?a=b c"}
		h.publish(h.county, 101, 1, "文件")
		h.publish(h.county, 102, 2, "公告")
		h.publish(h.other, 103, 1, "邻站")
		if s := h.read("site", h.channel); s["demo"] != true || s["id"] != "2" || s["url"] != "https://hanbin.gov.cn/z/wuli/" || s["sitemap"] != "https://hanbin.gov.cn/z/wuli/sitemap.xml" {
			t.Errorf("site: %v", s)
		}
		columns := h.read("columns", h.county)["columns"].([]any)
		if second := columns[1].(map[string]any); len(columns) != 2 || second["parent"] != "1" || second["articles"] != "https://hanbin.gov.cn/-/api/v1/articles?column=2" || columns[0].(map[string]any)["parent"] != nil {
			t.Errorf("columns: %v", columns)
		}
		one := h.read("article", h.county, "id", "101")
		if d := one["document"].(map[string]any); d["number"] != "汉政发〔2026〕1号" || d["validity"] != "abolished" || one["id"] != "101" || one["body_html"] != "<p>正文 & <b>粗</b></p>" || one["url"] != "https://hanbin.gov.cn/a/101" {
			t.Errorf("article: %v", one)
		}
		list := h.read("articles", h.county)["articles"].([]any)
		if first := list[0].(map[string]any); len(list) != 2 || first["id"] != "102" || first["body_html"] != nil || first["document"] != nil {
			t.Errorf("articles: %v", list)
		}
		if list := h.read("articles", h.county, "?column", "2")["articles"].([]any); len(list) != 1 || list[0].(map[string]any)["column"] != "2" {
			t.Errorf("of a column: %v", list)
		}
		if all := h.read("openapi", h.channel); all["openapi"] != "3.1.0" || !strings.Contains(fmt.Sprint(all["info"]), "五里镇人民政府（演示） 数据接口") || !strings.Contains(fmt.Sprint(all["servers"]), "https://hanbin.gov.cn/z/wuli/-/api/v1") {
			t.Errorf("openapi: %v", all["info"])
		}
		h.denies(fault.NotFound, "article", h.county, "id", "103") // another site's
		h.denies(fault.NotFound, "article", h.county, "id", "0101")
		h.denies(fault.NotFound, "article", h.county, "id", "999")
		h.denies(fault.NotFound, "articles", h.county, "?column", "9")
		for name, value := range map[string]string{"column": "x", "since": "2026-02-30", "size": "101", "cursor": "1"} {
			h.denies(fault.Invalid, "articles", h.county, "?"+name, value)
		}
		for _, size := range []string{"0", "-1", "1e1", "9999999999999999999"} {
			h.denies(fault.Invalid, "articles", h.county, "?size", size)
		}
		h.withdraw(h.county, 101)
		h.denies(fault.Gone, "article", h.county, "id", "101")
		if list := h.read("articles", h.county)["articles"].([]any); len(list) != 1 {
			t.Errorf("withdrawn: %v", list)
		}
	})
}

// J5: whoever follows next sees everything once and ends, in whatever size, though texts are published and withdrawn meanwhile; next is spelled in
// the one way of an address.
func TestFollowingNext(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for id := int64(1); id <= 11; id++ {
			h.publish(h.county, id, 1+id%2, fmt.Sprintf("第%d篇", id))
		}
		day := h.now.Format(time.DateOnly)
		for _, row := range []struct {
			params []string
			want   int
			next   string
		}{
			{[]string{"?size", "3"}, 11, `^https://hanbin.gov.cn/-/api/v1/articles\?cursor=\d+-\d+&size=3$`},
			{[]string{"?size", "4", "?column", "2", "?since", day}, 6, `^https://hanbin.gov.cn/-/api/v1/articles\?column=2&cursor=\d+-\d+&since=` + day + `&size=4$`},
			{[]string{"?size", "1", "?column", "1"}, 11, `articles\?column=1&cursor=\d+-\d+&size=1$`},
			{nil, 11, ""},
			{[]string{"?since", h.now.AddDate(0, 0, 1).Format(time.DateOnly)}, 0, ""},
		} {
			var ids []string
			params := row.params
			for n := 0; n < 20; n++ {
				said := h.read("articles", h.county, params...)
				for _, a := range said["articles"].([]any) {
					ids = append(ids, a.(map[string]any)["id"].(string))
				}
				next, more := said["next"].(string)
				if !more {
					break
				}
				if !regexp.MustCompile(row.next).MatchString(next) {
					t.Errorf("%v: next is %s", row.params, next)
				}
				u, err := url.Parse(next)
				h.must(err)
				params = nil
				for name, value := range u.Query() {
					params = append(params, "?"+name, value[0])
				}
				h.publish(h.county, 99, 1, "刚发布的") // a newer one moves nothing
				h.withdraw(h.county, 99)
			}
			sorted := slices.Clone(ids)
			slices.Sort(sorted)
			if len(slices.Compact(sorted)) != len(ids) || len(ids) != row.want {
				t.Errorf("%v: got %v, want %d", row.params, ids, row.want)
			}
		}
	})
}

// J5: the table, the description and the parameters that the router knows are of one mind: each path once, each parameter described, the usual
// value the one that is never spelled out.
func TestTheTableOfDoors(t *testing.T) {
	h := &house{t: t}
	description := h.plain(describe(&render.Site{Name: "甲", Origin: "https://a.gov.cn"}))
	paths := description["paths"].(map[string]any)
	if len(paths) != len(doors()) {
		t.Errorf("%d paths, %d doors", len(paths), len(doors()))
	}
	for _, d := range doors() {
		get := paths[strings.ReplaceAll(d.path, ":id", "{id}")].(map[string]any)["get"].(map[string]any)
		names := map[string]bool{}
		for _, p := range append([]any{}, asList(get["parameters"])...) {
			p := p.(map[string]any)
			names[p["name"].(string)] = true
			if p["in"] == "path" && p["required"] != true || p["description"] == "" {
				t.Errorf("%s: parameter %v", d.path, p)
			}
			if usual, has := p["schema"].(map[string]any)["default"]; has && fmt.Sprint(usual) != d.query[2].byDefault {
				t.Errorf("%s: default %v is spelled %q", d.path, usual, d.query[2].byDefault)
			}
		}
		if len(names) != len(d.query)+strings.Count(d.path, ":") || get["operationId"] != d.id || get["summary"] == "" {
			t.Errorf("%s: %v", d.path, get)
		}
	}
	if err := fits(map[string]any{"type": "object", "required": []any{"a"}, "properties": map[string]any{}}, map[string]any{}, nil, "teeth"); err == nil {
		t.Error("a field that is missing is not missed")
	}
}

// J5: people read of every door that has an address of its own, and of every parameter.
func TestThePageForPeople(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		page := h.get(h.people, h.channel)
		for _, d := range doors() {
			at := `href="/z/wuli/-/api/v1` + d.path + `"`
			if strings.Contains(page, at) == strings.Contains(d.path, ":") {
				t.Errorf("the page and %s", at)
			}
			for _, p := range d.query {
				if !strings.Contains(page, "<li>"+p.name+"：") {
					t.Errorf("the page does not tell of %s", p.name)
				}
			}
		}
		for _, want := range []string{`href="/z/wuli/feed.xml"`, `href="/z/wuli/rss.xml"`, `href="/z/wuli/feed.json"`, `href="/z/wuli/c/dongtai"`, `<link rel="canonical" href="https://hanbin.gov.cn/z/wuli/data">`} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %s", want)
			}
		}
	})
}

func asList(v any) []any { all, _ := v.([]any); return all }

// FuzzAsk: no question breaks anything, and a mark that is taken is the one that was written.
func FuzzAsk(f *testing.F) {
	for _, s := range [][4]string{{"1", "2026-11-27", "20", "1764209000000000-5"}, {"", "", "", "-"}, {"１", "0000-00-00", "-0", "9007199254740992-1"}, {"9223372036854775807", "9999-12-31", "100", "1-9223372036854775807"}} {
		f.Add(s[0], s[1], s[2], s[3])
	}
	f.Fuzz(func(t *testing.T, column, since, size, cursor string) {
		q, err := ask(map[string]string{"column": column, "since": since, "size": size, "cursor": cursor})
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if q.size < 1 || q.size > sizeMost || q.column <= 0 || q.since.Year() < -1 {
			t.Fatalf("%+v", q)
		}
		if again := writeMark(&publication.Row{Object: publication.Object{ID: q.after.ID}, FirstPublishedAt: q.after.ShownAt}); again != cursor {
			t.Fatalf("%q was read as %q", cursor, again)
		}
	})
}
