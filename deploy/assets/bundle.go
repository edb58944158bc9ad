package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// bundle makes one module of the sources and of what they import; every package of the lock must be in it.
func bundle(dir, modules string, lock *lockFile) ([]byte, error) {
	from, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	made := api.Build(api.BuildOptions{
		EntryPoints: []string{filepath.Join(from, "editor.js")}, AbsWorkingDir: from, NodePaths: []string{modules},
		Bundle: true, Format: api.FormatESModule, Platform: api.PlatformBrowser, Charset: api.CharsetUTF8,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, TreeShaking: api.TreeShakingTrue, LegalComments: api.LegalCommentsNone,
		Target: api.ES2020, Engines: []api.Engine{{Name: api.EngineChrome, Version: "108"}}, Metafile: true, LogLevel: api.LogLevelWarning,
		Banner: map[string]string{"js": "/* What this is made of, and under which licences: THIRD-PARTY.txt */"},
	})
	if len(made.Errors) > 0 || len(made.OutputFiles) != 1 {
		return nil, fmt.Errorf("bundle %s: %d errors, %d files", dir, len(made.Errors), len(made.OutputFiles))
	}
	var meta struct {
		Outputs map[string]struct {
			Inputs map[string]struct{ BytesInOutput int }
		}
	}
	if err := json.Unmarshal([]byte(made.Metafile), &meta); err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, out := range meta.Outputs {
		for in, size := range out.Inputs {
			_, below, ok := strings.Cut(filepath.ToSlash(in), "node_modules/")
			if !ok {
				continue
			}
			parts := strings.SplitN(below, "/", 3)
			name := parts[0]
			if strings.HasPrefix(name, "@") {
				name += "/" + parts[1]
			}
			used[name] = used[name] || size.BytesInOutput > 0 || strings.HasPrefix(name, "@tiptap/pm") // it only passes on
		}
	}
	for _, p := range lock.Packages {
		if !used[p.Name] {
			return nil, fmt.Errorf("the lock names %s, which the bundle does not hold", p.Name)
		}
	}
	return made.OutputFiles[0].Contents, nil
}
