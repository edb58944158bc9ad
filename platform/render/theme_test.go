package render

import (
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/zhanqun/zhanqun/themes"
)

// with is the built-in themes and a few files more.
func with(t *testing.T, more map[string]string) fs.FS {
	t.Helper()
	all := fstest.MapFS{}
	err := fs.WalkDir(themes.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(themes.FS, p)
		all[p] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for p, s := range more {
		all[p] = &fstest.MapFile{Data: []byte(s)}
	}
	return all
}

// V2, d53: whatever a theme makes of a view, the page keeps its identity or is refused, with the reason.
func TestHostileThemes(t *testing.T) {
	const toml = "parent = \"base\"\n"
	theme := func(files map[string]string) map[string]string {
		m := map[string]string{"evil/theme.toml": toml, "evil/evil.css": ""}
		maps.Copy(m, files)
		return m
	}
	main := func(s string) map[string]string {
		return theme(map[string]string{"evil/word/show.html": `{{define "main"}}` + s + `{{end}}`})
	}
	site := county()
	site.Theme = "evil"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string // the reason, or "" when the page must keep everything
	}{
		{"it redefines the shell", theme(map[string]string{"evil/word/show.html": `{{define "main"}}<h1>x</h1>{{end}}{{define "shell"}}no footer{{end}}{{define "name"}}x{{end}}`}), ""},
		{"it brings a shell of its own", theme(map[string]string{"evil/render/shell.html": "x", "evil/shell/shell.html": "x"}), ""},
		{"it hides the footer by style", theme(map[string]string{"evil/evil.css": "footer{display:none}.zq-foot{display:none !important}"}), ""},
		{"it opens a textarea", main("<h1>x</h1><textarea>"), "ends in a non-text context"},
		{"it opens a comment", main("<h1>x</h1><div hidden>"), "<div> is not closed"},
		{"it closes main", main("</main><h1>x</h1>"), "</main> closes nothing"},
		{"it opens a details", main("<details><summary>x</summary>"), "<details> is not closed"},
		{"it brings a script", main("<script>x()</script>"), "a view may not write <script>"},
		{"it brings a style", main(`<h1 style="color:red">x</h1>`), "a view may not write the attribute style"},
		{"it brings a handler", main(`<h1 onclick="x()">x</h1>`), "a view may not write the attribute onclick"},
		{"it changes the base", main(`<base href="https://evil.example/">`), "a view may not write <base>"},
		{"it frames", main(`<iframe src="/x"></iframe>`), "a view may not write <iframe>"},
		{"it opens a template", main(`<template>`), "a view may not write <template>"},
		{"it reads what is not there", main(`{{.Data.Secret}}`), "Secret"},
		{"it has no main", theme(map[string]string{"evil/word/show.html": `{{define "main"}}{{template "gone" .}}{{end}}`}), "gone"},
		{"its text cannot be read", theme(map[string]string{"evil/theme.toml": toml + "[tokens]\nink = \"#999999\"\n"}), "contrast of 2.85"},
		{"its colour is no colour", theme(map[string]string{"evil/theme.toml": toml + "[tokens]\nink = \"red\"\n"}), "must be #rrggbb"},
		{"its style fetches", theme(map[string]string{"evil/evil.css": `a{background:url("https://evil.example/x.png")}`}), "no picture of the theme"},
		{"its style imports", theme(map[string]string{"evil/evil.css": `@import "x.css";`}), "may not import"},
		{"its picture runs", theme(map[string]string{"evil/pictures/icon.svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>`}), "not a picture a theme may carry"},
		{"its icon runs", theme(map[string]string{"evil/icons/doc.svg": `<svg><script>x</script></svg>`}), "not a picture a theme may carry"},
		{"it is its own grandparent", theme(map[string]string{"evil/theme.toml": "parent = \"evil\"\n"}), "its own ancestor"},
		{"its parent is gone", theme(map[string]string{"evil/theme.toml": "parent = \"nobody\"\n"}), "is not there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := func() ([]byte, error) {
				r, err := New(Config{Themes: with(t, c.files)}, wordViews(wordsHTML), wordsView)
				if err != nil {
					return nil, err
				}
				return wordsView.HTML(r, Shell{Site: site, Head: Head{Article: &ArticleMeta{PubDate: "2026-01-01 08:00"}, Column: &ColumnMeta{}}}, words{"甲"})
			}()
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Fatalf("got %v, want %q", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			doc := parse(t, b)
			if foot := all(doc, "footer", "zq-foot"); len(foot) != 1 || !strings.Contains(inner(foot[0]), "6109020001") || len(tags(doc)) != 17 || len(all(doc, "a", "zq-skip")) != 1 {
				t.Errorf("lost its identity: %d footers, tags %v", len(foot), tags(doc))
			}
		})
	}
}

// No lone last tile: the last row is as full as the number allows.
func TestTilesPerRow(t *testing.T) {
	for _, c := range []struct{ n, limit, want int }{{0, 4, 1}, {1, 4, 1}, {4, 4, 4}, {5, 6, 5}, {6, 4, 3}, {8, 8, 8}, {8, 4, 4}, {9, 4, 3}, {10, 8, 5}, {7, 4, 4}, {5, 3, 3}, {13, 8, 7}} {
		if got := per(c.n, c.limit); got != c.want {
			t.Errorf("%d tiles, at most %d in a row: got %d, want %d", c.n, c.limit, got, c.want)
		}
	}
}

// No drawing twice in a row of tiles, whatever the words.
func TestTilesHaveOwnIcons(t *testing.T) {
	th := renderer(t).themes["city"]
	for _, text := range []string{"社会保障 不动产登记 公积金 教育入学 医疗保健 户籍办理 企业开办 交通出行", "甲 乙 丙 丁 戊 己 庚 辛", "公告 公示 公告栏 通知公告"} {
		seen := map[string]bool{}
		var links []Link
		for _, w := range strings.Fields(text) {
			links = append(links, Link{Text: w})
		}
		for _, tile := range th.tiles(links) {
			if seen[string(tile.Icon)] {
				t.Errorf("%s: %s has the drawing of another", text, tile.Text)
			}
			seen[string(tile.Icon)] = true
		}
	}
	for _, w := range iconWords {
		if th.icons[w.icon] == "" {
			t.Errorf("%s asks for the icon %s, which nobody drew", w.word, w.icon)
		}
	}
}
