package app

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/platform/console"
)

// wayfinding (A6, X4): the list of places is what the menus of the person's own sites offer, with their own work and nobody else's, found by the sound of
// its Chinese name; whoever is not signed in gets none, and a choice of appearance leads nowhere else.
func wayfinding(t *testing.T, io, both *worker) {
	list := func(w *worker) (all []console.Place, raw string) {
		t.Helper()
		r, err := http.NewRequest(http.MethodGet, consoleAt+"/palette", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "application/json")
		status, header, body := w.send(r)
		if status != http.StatusOK || header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %v: %s", status, header, body)
		}
		if err := json.Unmarshal([]byte(body), &all); err != nil {
			t.Fatal(err)
		}
		return all, body
	}
	io.write("只有作者找得到的稿件")
	mine, raw := list(io)
	if mine[1].Text != "写稿" && mine[1].Text != "Write" || mine[1].Initials != "xg" || mine[1].Sound != "xiegao" || mine[1].Href != io.base()+"/new" || mine[1].Group != io.site.Name {
		t.Errorf("the second place is %+v", mine[1])
	}
	if !strings.Contains(raw, "只有作者找得到的稿件") || strings.Contains(raw, "/reviews") || strings.Contains(raw, "/audit") {
		t.Errorf("the author may go to %s", raw)
	}
	for _, p := range mine {
		if p.Href != "/" && !strings.HasPrefix(p.Href+"/", "/sites/"+io.site.ID.String()+"/") {
			t.Errorf("a place of another site: %+v", p)
		}
	}
	if _, raw := list(both); strings.Contains(raw, "只有作者找得到的稿件") || !strings.Contains(raw, "/reviews") {
		t.Errorf("the reviewer may go to %s", raw)
	}
	if status, body := io.get("/palette"); status != http.StatusOK || !strings.Contains(body, "只有作者找得到的稿件") {
		t.Errorf("as a page: %d %s", status, body)
	}
	for _, row := range []struct {
		name, value, to string
		status          int
		leads, kept     string
	}{{"appearance", "dark", "/palette", 303, "/palette", "appearance=dark;"}, {"appearance", "", "//evil.example", 303, "/", "appearance=;"}, {"appearance", "pink", "/", 422, "", ""},
		{"density", "compact", "/", 303, "/", "density=compact;"}, {"density", "dark", "/", 422, "", ""}, {"rail", "folded", "/me", 303, "/me", "rail=folded;"}, {"rail", "", "/", 303, "/", "rail=;"}, {"lang", "en", "/", 303, "/", ""}} {
		status, header, _ := io.post("/appearance", url.Values{row.name: {row.value}, "to": {row.to}})
		if kept := strings.Join(header.Values("Set-Cookie"), "\n"); status != row.status || header.Get("Location") != row.leads || !strings.HasPrefix(kept, row.kept) || row.kept == "" && kept != "" || strings.Count(kept, "max-age") > 1 {
			t.Errorf("%+v: %d %s %q", row, status, header.Get("Location"), kept)
		}
	}
	plain := io.cookie
	io.cookie += "; appearance=dark; density=compact; rail=folded"
	if _, body := io.get("/"); !strings.Contains(body, `data-appearance="dark" data-density="compact" data-rail="folded"`) || !strings.Contains(body, `value="" aria-expanded="false"`) || !strings.Contains(body, `data-short="写稿" title="写稿"`) && !strings.Contains(body, `data-short="Wr" title="Write"`) {
		t.Error("the choice of dark, compact and folded is not kept")
	}
	io.cookie = plain + "; density=pink; rail=up"
	if _, body := io.get("/"); strings.Contains(body, "data-density") || strings.Contains(body, "data-rail") || !strings.Contains(body, `value="folded" aria-expanded="true"`) {
		t.Error("a choice that there is not has a look")
	}
	io.cookie = ""
	if status, _ := io.get("/palette"); status != http.StatusSeeOther {
		t.Errorf("nobody gets %d", status)
	}
	io.cookie = plain
}
