package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/site"
)

var itemLink = regexp.MustCompile(`href="(/sites/\d+/media/\d+)">([^<]*)</a>`)

// itemOf is the address of an item that the library shows.
func (w *worker) itemOf(name string) string {
	w.t.Helper()
	_, body := w.get(w.library())
	for _, m := range itemLink.FindAllStringSubmatch(body, -1) {
		if m[2] == name {
			return m[1]
		}
	}
	w.t.Fatalf("the library shows no %s: %s", name, body)
	return ""
}

func (w *worker) library() string { return "/sites/" + w.site.ID.String() + "/media" }

func idIn(address string) string { return address[strings.LastIndexByte(address, '/')+1:] }

// B13, E7, A11, A12 (d12): the library over its routes: files come in by a plain form, are found, described, moved, replaced in drafts, thrown away and
// taken back, each press with a result for each; nobody but the site's own editors has it, and nothing that citizens read changes by it.
func TestTheMediaLibrary(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, other, next := o.hire("library.writer", "IO"), o.hire("library.reviewer", "RV", "SR", "PB"), o.hireAt("610902", "library.county", "IO")
		at := io.library()
		if _, body := io.get("/"); !strings.Contains(body, `href="`+at+`"`) {
			t.Error("the menu has no line for it")
		}
		if _, body := other.get("/"); strings.Contains(body, `href="`+at+`"`) {
			t.Error("the menu offers it to a reviewer")
		}
		for _, w := range []*worker{other, next} {
			if status, _ := w.get(at); status != http.StatusForbidden {
				t.Errorf("%s gets the library: %d", w.account.Login, status)
			}
		}
		o.bringsIn(t, io)
		lake := io.itemOf("湖.jpg")
		o.describes(t, io, lake)
		o.chooses(t, io, lake, other, next)
		o.replaces(t, io, other, lake)
		o.crops(t, io, lake)
		o.throwsAway(t, io)
		o.shares(t, io)
		for path, want := range map[string]int{at + "?shelf=nothing": 303, at + "?p=0": 303, at + "?p=x": 303, at + "?%zz": 303, at + "?p=9&as=table": 200, at + "/7": 404, at + "/x": 404, lake + "/swap": 404, lake + "/swap?by=7": 404, at + "/7/swap?by=" + idIn(lake): 404} {
			if status, _ := io.get(path); status != want {
				t.Errorf("%s answers %d, want %d", path, status, want)
			}
		}
		if !o.DB.Postgres() { // they are the same on both
			o.cleanHTML(t)
		}
	})
}

// bringsIn: a form with files, of which one is refused in a sentence and holds up no other.
func (o *bureau) bringsIn(t *testing.T, io *worker) {
	t.Helper()
	at := io.library()
	io.wants(at, url.Values{}, http.StatusUnprocessableEntity, "没有收到文件")
	form := url.Values{"screen": {"library"}, "query": {"as=table"}, "alt": {"雪后的瀛湖"}, "folder": {"风景"}}
	if status, header, body := io.multi(at, form, file{"湖.jpg", photo(t, 1200, 800)}); status != http.StatusSeeOther || header.Get("Location") != at+"?added=1&as=table" {
		t.Fatalf("uploading answers %d %s: %s", status, header.Get("Location"), body)
	}
	if _, body := io.get(at + "?added=1&as=table"); !strings.Contains(body, "已放进媒体库") || !strings.Contains(body, "<td>风景</td>") || !strings.Contains(body, "JPG") {
		t.Errorf("the table shows %s", body)
	}
	form.Set("folder", strings.Repeat("长", 41))
	if status, _, body := io.multi(at, form, file{"山.jpg", photo(t, 90, 60)}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "最多 40 个字") || !strings.Contains(body, `value="雪后的瀛湖"`) {
		t.Errorf("a long folder answers %d: %s", status, body)
	}
	if status, _, body := io.multi(at, form); status != http.StatusUnprocessableEntity || !strings.Contains(body, "请先选择文件") {
		t.Errorf("no file answers %d: %s", status, body)
	}
	form.Set("folder", "")
	status, _, body := io.multi(at, form, file{"山.jpg", photo(t, 90, 60)}, file{"页面.html", []byte("<html><script>alert(1)</script>")}, file{"表.pdf", pdf})
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, "网页和 SVG 里可以藏程序") || !strings.Contains(body, ">山.jpg</a>") || !strings.Contains(body, ">表.pdf</a>") {
		t.Errorf("three files, one a web page, answer %d: %s", status, body)
	}
	if status, _, body := io.multi(at, url.Values{}, file{"脚本.pdf", append([]byte("%PDF-1.4\n"), pdf...)}); status != http.StatusOK || !strings.HasPrefix(body, `{"items":[{`) {
		t.Errorf("a script's upload answers %d: %s", status, body)
	}
}

// describes: what is said of an item is checked, kept over what was seen, and leaves what was typed standing.
func (o *bureau) describes(t *testing.T, io *worker, lake string) {
	t.Helper()
	form := url.Values{"version": {"1"}, "title": {"瀛湖雪景"}, "alt": {"雪后的瀛湖"}, "source": {"本单位拍摄"}, "licence": {"可以使用"}, "x": {"30"}, "y": {"左边"}}
	if status, _, body := io.post(lake, form); status != http.StatusUnprocessableEntity || !strings.Contains(body, "0 到 100") || !strings.Contains(body, `value="左边" aria-invalid="true"`) || !strings.Contains(body, `value="瀛湖雪景"`) {
		t.Errorf("a focus in words answers %d: %s", status, body)
	}
	form.Set("y", "70")
	io.wants(lake, form, http.StatusSeeOther, lake+"?done=saved")
	io.wants(lake, form, http.StatusConflict, "刚被别人改过")
	for path, want := range map[string]string{lake + "?done=saved": "公开的网页没有变", lake: "干部library.writer", io.library(): `class="fx3 fy7"`, io.library() + "?q=雪景": "瀛湖雪景", io.library() + "?folder=风景": "瀛湖雪景", io.library() + "?shelf=file": "表.pdf"} {
		if status, body := io.get(path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s answers %d without %q: %s", path, status, want, body)
		}
	}
	for path, want := range map[string]int{"/articles/new?media=" + idIn(lake): http.StatusOK, "/articles/new?media=7": http.StatusNotFound} {
		status, body := io.get("/sites/" + o.site.ID.String() + path)
		if status != want || want == http.StatusOK && !strings.Contains(textarea(t, body), `/-/media/`+idIn(lake)+`/full.jpg" alt="雪后的瀛湖" width="800" height="1200"`) {
			t.Errorf("writing about it: %s answers %d: %s", path, status, body)
		}
	}
	if _, body := io.get(io.library() + "?shelf=file"); strings.Contains(body, "瀛湖雪景") {
		t.Error("a picture is among the files")
	}
}

// replaces: a new file stands in the place of the old one in drafts, and citizens see the old one until the change was reviewed.
func (o *bureau) replaces(t *testing.T, io, other *worker, lake string) {
	t.Helper()
	at := io.write("冬游瀛湖")
	form := leaflet("冬游瀛湖")
	picture := strings.Replace(lake, "/media/", "/-/media/", 1)
	form.Set("version", "1")
	form.Set("marked", "1")
	form.Set("body", `<p>欢迎。</p><figure><img src="`+strings.TrimPrefix(picture, "/sites/"+o.site.ID.String())+`/full.jpg" alt="" width="800" height="1200"/></figure>`)
	io.wants(at, form, http.StatusSeeOther, "saved")
	send := func() url.Values { return url.Values{"version": {fmt.Sprint(io.article(at).Version)}} }
	if status, _, body := io.post(at+"/send", send()); status != http.StatusUnprocessableEntity || !strings.Contains(body, "有 1 张图片没有说明") || !regexp.MustCompile(`role="alert">[^<]* <a href="#f\d+">看位置</a>`).MatchString(body) {
		t.Errorf("a picture without words is sent: %d %s", status, body)
	}
	form.Set("version", fmt.Sprint(io.article(at).Version))
	form.Set("body", strings.Replace(form.Get("body"), `alt=""`, `alt="雪后的瀛湖"`, 1))
	io.wants(at, form, http.StatusSeeOther, "saved")
	io.wants(at+"/send", send(), http.StatusSeeOther, "sent")
	other.wants(at+"/review", other.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
	if _, body := io.get(lake); !strings.Contains(body, "冬游瀛湖") || !strings.Contains(body, "网站上公开的那一版里有它") {
		t.Errorf("where it is used: %s", body)
	}
	io.wants(io.library()+"/bulk", url.Values{"do": {"bin"}, "id": {idIn(lake)}}, http.StatusOK, "正在网站上公开（冬游瀛湖）")
	for name, c := range map[string]struct {
		f    []file
		want string
	}{"nothing": {nil, "请选择一个新文件"}, "two": {[]file{{"a.pdf", pdf}, {"b.pdf", pdf}}, "请选择一个新文件"}, "a form": {[]file{{"表.pdf", pdf}}, "图片只能换成图片"}, "the same": {[]file{{"湖.jpg", photo(t, 1200, 800)}}, "完全一样"}} {
		if status, _, body := io.multi(lake+"/replace", url.Values{}, c.f...); status != http.StatusUnprocessableEntity || !strings.Contains(body, c.want) {
			t.Errorf("replaced by %s: %d %s", name, status, body)
		}
	}
	status, header, _ := io.multi(lake+"/replace", url.Values{}, file{"新湖.jpg", photo(t, 600, 900)})
	to := header.Get("Location")
	_, by, ok := strings.Cut(to, "/swap?by=")
	if status != http.StatusSeeOther || !ok {
		t.Fatalf("replacing answers %d %s", status, to)
	}
	if _, body := io.get(io.library() + "/" + by); !strings.Contains(body, `value="本单位拍摄"`) || !strings.Contains(body, "<dd>风景</dd>") {
		t.Errorf("what was said of the old one is not said of the new one: %s", body)
	}
	if status, body := io.get(to); status != http.StatusOK || !strings.Contains(body, "冬游瀛湖") || !strings.Contains(body, "换好后要送审") {
		t.Errorf("the choice answers %d: %s", status, body)
	}
	io.wants(lake+"/swap", url.Values{"by": {by}}, http.StatusUnprocessableEntity, "请勾选 1 到")
	io.wants(lake+"/swap", url.Values{"by": {"7"}, "article": {idIn(at)}}, http.StatusNotFound, "")
	if status, _, body := io.post(lake+"/swap", url.Values{"by": {by}, "article": {idIn(at), "7"}}); status != http.StatusOK || !strings.Contains(body, "办成 1，没有办成 1") || !strings.Contains(body, `name="article" value="`+idIn(at)+`"`) {
		t.Errorf("replacing everywhere answers %d: %s", status, body)
	}
	if d := io.article(at); !strings.Contains(d.Payload.Body, "/-/media/"+by+"/full.jpg") || d.State != "draft" {
		t.Errorf("the draft is %s, %s", d.State, d.Payload.Body)
	}
	for item, want := range map[string]int{idIn(lake): http.StatusOK, by: http.StatusNotFound} {
		if status, _, _ := o.askFor(o.site.URL("/-/media/" + item + "/full.jpg")); status != want {
			t.Errorf("before the review citizens get %s: %d", item, status)
		}
	}
	io.wants(io.library()+"/"+by+"/swap", url.Values{"by": {idIn(lake)}, "article": {idIn(at)}, "do": {"swap"}}, http.StatusOK, "办成 1，没有办成 0")
	if d := io.article(at); !strings.Contains(d.Payload.Body, "/-/media/"+idIn(lake)+"/full.jpg") {
		t.Errorf("taken back, the draft is %s", d.Payload.Body)
	}
}

// crops: a part of a picture by the plain form; what was typed stays when it cannot be, and the first one is put back from the new one's page.
func (o *bureau) crops(t *testing.T, io *worker, lake string) {
	t.Helper()
	form := url.Values{"cut-x": {"60"}, "cut-y": {"0"}, "cut-w": {"50"}, "cut-h": {"半"}}
	io.wants(lake+"/crop", form, http.StatusUnprocessableEntity, `name="cut-h" inputmode="numeric" pattern="[0-9]{1,3}" required value="半" aria-invalid="true"`)
	form.Set("cut-h", "50")
	io.wants(lake+"/crop", form, http.StatusUnprocessableEntity, "裁剪框超出了图片的右边")
	form.Set("cut-w", "40")
	status, header, _ := io.post(lake+"/crop", form)
	_, cut, ok := strings.Cut(header.Get("Location"), "/swap?by=")
	if status != http.StatusSeeOther || !ok || header.Get("Location") != lake+"/swap?by="+cut {
		t.Fatalf("cropping answers %d %s", status, header.Get("Location"))
	}
	if _, body := io.get(io.library() + "/" + cut); !strings.Contains(body, `href="`+io.library()+"/"+cut+"/swap?by="+idIn(lake)+`"`) || !strings.Contains(body, "320 × 600") || !strings.Contains(body, `value="本单位拍摄"`) {
		t.Errorf("what was cut out: %s", body)
	}
	if _, body := io.get(lake); strings.Contains(body, "恢复原图") {
		t.Error("the original is to be put in its own place")
	}
	io.wants(io.library()+"/7/crop", form, http.StatusNotFound, "")
	io.wants(io.library()+"/bulk", url.Values{"do": {"bin"}, "id": {cut}}, http.StatusOK, "办成 1")
}

// throwsAway: many at once, with a result for each and the way back.
func (o *bureau) throwsAway(t *testing.T, io *worker) {
	t.Helper()
	bulk, hill, form := io.library()+"/bulk", idIn(io.itemOf("山.jpg")), idIn(io.itemOf("表.pdf"))
	io.wants(bulk, url.Values{"do": {"bin"}}, http.StatusUnprocessableEntity, "请先勾选文件")
	io.wants(bulk, url.Values{"id": {hill}}, http.StatusUnprocessableEntity, "请选择要做什么")
	io.wants(bulk, url.Values{"do": {"bin"}, "id": make([]string, 201)}, http.StatusUnprocessableEntity, "一次最多处理 200 个文件")
	if status, _, body := io.post(bulk, url.Values{"do": {"move"}, "to": {"旧物"}, "id": {hill, form, "7"}}); status != http.StatusOK || !strings.Contains(body, "办成 2，没有办成 1") || !strings.Contains(body, `name="id" value="`+hill+`:"`) {
		t.Errorf("moving answers %d: %s", status, body)
	}
	io.wants(bulk, url.Values{"do": {"moveback"}, "id": {hill + ":", form + ":表格"}}, http.StatusOK, "办成 2，没有办成 0")
	if _, body := io.get(io.library() + "?folder=表格"); !strings.Contains(body, "表.pdf") || strings.Contains(body, "山.jpg") {
		t.Errorf("moved back: %s", body)
	}
	fullShelf(t, io, hill)
	if status, _, body := io.post(bulk, url.Values{"do": {"bin"}, "query": {"folder=表格"}, "id": {hill, form}}); status != http.StatusOK || !strings.Contains(body, "办成 2，没有办成 0") || !strings.Contains(body, `name="do" value="unbin"`) || !strings.Contains(body, "folder=%E8%A1%A8%E6%A0%BC") {
		t.Errorf("throwing away answers %d: %s", status, body)
	}
	if _, body := io.get(io.library() + "?shelf=bin"); !strings.Contains(body, "山.jpg") || !strings.Contains(body, "删除后保留到") || !strings.Contains(body, `value="unbin"`) {
		t.Errorf("the bin shows %s", body)
	}
	if _, body := io.get(io.library() + "/" + hill); !strings.Contains(body, "到下面的时间自动清除") {
		t.Errorf("an item in the bin: %s", body)
	}
	io.wants(bulk, url.Values{"do": {"unbin"}, "id": {hill}}, http.StatusOK, "办成 1，没有办成 0")
	io.wants(bulk, url.Values{"do": {"unbin"}, "id": {hill}}, http.StatusOK, "不在回收站里")
}

// shares: the county lets the sites below take copies of one picture, until it takes that back; the town's own copy stays.
func (o *bureau) shares(t *testing.T, io *worker) {
	t.Helper()
	lead := o.hireAt("610902", "library.lead", "CL")
	county, _, ok := o.Sites.ByAddress("http://hanbin.ankang.localhost:8080/")
	if !ok {
		t.Fatal("汉滨区 has no site")
	}
	at, mine := "/sites/"+county.ID.String()+"/media", io.library()
	for _, name := range []string{"区徽.jpg", "内部.jpg"} {
		if status, _, body := lead.multi(at, url.Values{"screen": {"library"}}, file{name, photo(t, 90+len(name), 60)}); status != http.StatusSeeOther {
			t.Fatalf("uploading answers %d: %s", status, body)
		}
	}
	_, body := lead.get(at)
	item := ""
	for _, m := range itemLink.FindAllStringSubmatch(body, -1) {
		if m[2] == "区徽.jpg" {
			item = idIn(m[1])
		}
	}
	shown := mine + "/shared/" + county.ID.String() + "/" + item + "/full.jpg"
	sees := func(when string, want int, words string) {
		t.Helper()
		if status, body := io.get(mine + "/shared"); status != http.StatusOK || !strings.Contains(body, words) || strings.Contains(body, "内部") {
			t.Errorf("%s the town is shown %d: %s", when, status, body)
		}
		if status, _ := io.get(shown); status != want {
			t.Errorf("%s the town gets the picture: %d", when, status)
		}
	}
	sees("before", http.StatusNotFound, "现在没有别的网站共享给本站的文件")
	if status, _ := io.get(mine + "/shares"); status != http.StatusForbidden {
		t.Errorf("an officer shares: %d", status)
	}
	lead.wants(at+"/shares", url.Values{"item": {item}}, http.StatusUnprocessableEntity, "请选择共享给谁")
	lead.wants(at+"/shares", url.Values{"item": {item}, "to": {"site"}, "address": {"http://nowhere.localhost/"}}, http.StatusUnprocessableEntity, "没有这个网址的网站")
	lead.wants(at+"/shares", url.Values{"item": {item}, "to": {"site"}, "address": {county.URL("/")}}, http.StatusUnprocessableEntity, "这是本站")
	lead.wants(at+"/shares", url.Values{"folder": {""}, "to": {"below"}}, http.StatusUnprocessableEntity, "请选择要共享的文件夹")
	lead.wants(at+"/shares", url.Values{"item": {item}, "to": {"below"}}, http.StatusSeeOther, "shares?done=given")
	lead.wants(at+"/shares", url.Values{"item": {item}, "to": {"site"}, "address": {o.site.URL("/")}}, http.StatusSeeOther, "shares?done=given")
	_, body = lead.get(at + "/shares?done=given&item=" + item)
	grants := regexp.MustCompile(`name="grant" value="(\d+)"`).FindAllStringSubmatch(body, -1)
	if len(grants) != 2 || !strings.Contains(body, "下属单位的全部网站") || !strings.Contains(body, o.site.Name) || !strings.Contains(body, "干部library.lead") {
		t.Fatalf("what is shared: %s", body)
	}
	sees("shared", http.StatusOK, county.Name)
	io.wants(mine+"/shared", url.Values{}, http.StatusUnprocessableEntity, "请勾选 1 到")
	if status, _, body := io.post(mine+"/shared", url.Values{"take": {county.ID.String() + ":" + item, county.ID.String() + ":7", "x"}}); status != http.StatusOK || !strings.Contains(body, "办成 1，没有办成 2") {
		t.Errorf("taking answers %d: %s", status, body)
	}
	for _, g := range grants {
		lead.wants(at+"/shares/end", url.Values{"grant": {g[1]}}, http.StatusSeeOther, "shares?done=ended")
	}
	lead.wants(at+"/shares/end", url.Values{"grant": {grants[0][1]}}, http.StatusNotFound, "")
	sees("taken back", http.StatusNotFound, "现在没有别的网站共享给本站的文件")
	if _, body := io.get(io.itemOf("区徽.jpg")); !strings.Contains(body, "来自</dt><dd>"+county.Name) {
		t.Errorf("the copy says %s", body)
	}
}

// fullShelf: X4, A11: whoever may tidy the files reads on the first screen when the room for them is nearly or wholly used, and nothing before.
func fullShelf(t *testing.T, io *worker, item string) {
	ctx := kernel.WithActor(t.Context(), identity.System("cli"))
	set := func(mb, stored int64) {
		t.Helper()
		if err := io.Sites.SetQuota(ctx, io.site.ID, site.Quota{StorageMB: mb}); err != nil {
			t.Fatal(err)
		}
		err := io.DB.InTx(ctx, func(ctx context.Context) error {
			_, err := io.DB.Conn(ctx).NewRaw("UPDATE media SET stored = ? WHERE site_id = ? AND id = ?", stored, io.site.ID, item).Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var was int64
	if err := io.DB.Conn(ctx).NewRaw("SELECT stored FROM media WHERE site_id = ? AND id = ?", io.site.ID, item).Scan(ctx, &was); err != nil {
		t.Fatal(err)
	}
	set(10, 8<<20)
	io.lacks("/", "存放文件的空间")
	set(10, 95<<20/10)
	io.shows("/", "存放文件的空间", "快用完", " / 10.0 MB", io.library())
	set(10, 11<<20)
	io.shows("/", "存放文件的空间", "已用完")
	set(0, was)
	io.lacks("/", "存放文件的空间")
}
