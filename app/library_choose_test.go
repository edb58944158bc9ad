package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// chooses: whoever writes finds what the library has, by kind and by word, as it would stand in a text; by its number it goes into the plain
// form, where nothing typed is lost. Who writes in one column alone finds what they brought in and what citizens have.
func (o *bureau) chooses(t *testing.T, io *worker, lake string, strangers ...*worker) {
	t.Helper()
	at, base := io.library()+"/choose", "/sites/"+o.site.ID.String()+"/articles"
	body := io.shows(at+"?shelf=picture&q=瀛湖", `data-alt="雪后的瀛湖"`, `data-markup="<figure><img src="/-/media/`+idIn(lake)+"/", "瀛湖雪景", `<option value="picture" selected>`)
	if strings.Contains(body, "表.pdf") {
		t.Errorf("a file is among the pictures: %s", body)
	}
	io.shows(at+"?shelf=bin&p=x", "瀛湖雪景", "表.pdf") // what is not understood narrows nothing
	io.shows(at+"?q=没有这种", "没有找到")
	io.shows(at+"?p=2", "没有找到", `href="`+at+`?p=1"`)
	for _, w := range strangers {
		if status, _ := w.get(at); status != http.StatusForbidden {
			t.Errorf("%s gets the choice: %d", w.account.Login, status)
		}
	}
	form := leaflet("冬季出游")
	form.Set("item", idIn(lake))
	status, _, body := io.multi(base+"/insert", form)
	if text := textarea(t, body); status != http.StatusOK || !strings.Contains(text, `/-/media/`+idIn(lake)+`/full.jpg" alt="雪后的瀛湖"`) || !strings.Contains(body, `value="冬季出游"`) {
		t.Errorf("a number of the library answers %d: %s", status, text)
	}
	form.Set("alt", "另写的说明")
	if _, _, body := io.multi(base+"/insert", form); !strings.Contains(textarea(t, body), `alt="另写的说明"`) {
		t.Errorf("words of one's own: %s", textarea(t, body))
	}
	narrow := o.hireFor("610902100", "library.narrow", 2, "IO")
	if body := narrow.shows(at, "没有找到"); strings.Contains(body, "瀛湖雪景") {
		t.Errorf("the writer of one column finds %s", body)
	}
	for _, w := range []*worker{io, narrow} {
		if w == io {
			form.Set("item", "7")
		} else {
			form.Set("item", idIn(lake))
		}
		if status, _, body := w.multi(base+"/insert", form); status != http.StatusUnprocessableEntity || !strings.Contains(body, "媒体库里没有这个编号的文件") || !strings.Contains(body, `value="`+form.Get("item")+`"`) || !strings.Contains(body, `value="冬季出游"`) {
			t.Errorf("%s with a number of nothing: %d %s", w.account.Login, status, body)
		}
	}
	if status, _, body := narrow.multi(io.library(), url.Values{"alt": {"自己的图"}}, file{"自己的.jpg", photo(t, 70, 50)}); status != http.StatusOK {
		t.Errorf("the writer of one column brings in: %d %s", status, body)
	}
	narrow.shows(at, "自己的.jpg")
}
