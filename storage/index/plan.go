package index

import "strings"

// sqlitePlan asks FTS5: each word is a phrase, which is exact. Terms hold letters, digits and Han only, so a quoted
// phrase cannot end early.
func sqlitePlan(q Query, ws [][]word) plan {
	phrases, often := make([]string, len(ws)), make([]string, len(ws))
	for i, alike := range ws {
		some, about := make([]string, len(alike)), make([]string, len(alike))
		for k, w := range alike {
			some[k], about[k] = w.fts5()
		}
		phrases[i], often[i] = anyOf(some, " OR "), anyOf(about, " OR ")
	}
	all := "(" + strings.Join(phrases, " AND ") + ")"
	scope := ""
	if len(q.Sites) <= maxScoped {
		var sites []string
		for _, s := range q.Sites {
			sites = append(sites, `"`+siteTerm(s)+`"`)
		}
		scope = " AND (scope : (" + strings.Join(sites, " OR ") + "))"
	}
	if q.Column != 0 {
		scope += ` AND (scope : "` + columnTerm(q.Column) + `")`
	}
	return plan{
		from:      "search_text JOIN search_docs AS d ON d.id = search_text.rowid",
		where:     "search_text MATCH ?",
		fromArgs:  []any{"({title body} : " + all + ")" + scope},
		inTitle:   "d.id IN (SELECT t.rowid FROM search_text AS t WHERE t.search_text MATCH ?)",
		titleArgs: []any{"({title} : " + all + ")" + scope},
		often:     "d.id IN (SELECT o.rowid FROM search_text AS o WHERE o.search_text MATCH ?)",
		oftenArgs: []any{"(scope : (" + strings.Join(often, " AND ") + "))" + scope},
	}
}

// fts5 is a word as a phrase, and as the terms that stand beside the scopes of a document that is about it.
func (w *word) fts5() (phrase, often string) {
	star := ""
	if w.open {
		star = " *"
	}
	terms := make([]string, len(w.terms))
	for i, t := range w.terms {
		terms[i] = `"` + oftenTerm(t) + `"`
		if i == len(w.terms)-1 {
			terms[i] += star
		}
	}
	return `"` + strings.Join(w.terms, " ") + `"` + star, anyOf([]string{strings.Join(terms, " AND ")}, "")
}

// anyOf puts what stands for the same thing in brackets.
func anyOf(some []string, or string) string { return "(" + strings.Join(some, or) + ")" }

// postgresPlan asks GIN for documents that have all terms, and the text for those in which they are neighbours. A word
// of one term needs no second look.
func postgresPlan(q Query, ws [][]word) plan {
	var p plan
	terms, often := make([]string, len(ws)), make([]string, len(ws))
	var phrases, title []string
	for i, alike := range ws {
		some, about, patterns, places := make([]string, len(alike)), make([]string, len(alike)), make([]string, len(alike)), make([]string, len(alike))
		look := false
		for k, w := range alike {
			some[k], about[k] = w.tsquery()
			patterns[k], places[k], look = w.pattern, "strpos(d.title, ?) > 0", look || len(w.terms) > 1
			p.titleArgs = append(p.titleArgs, w.pattern)
		}
		if terms[i], often[i] = anyOf(some, " | "), anyOf(about, " | "); look {
			phrases = append(phrases, strings.Join(patterns, "|"))
		}
		title = append(title, anyOf(places, " OR "))
	}
	if len(q.Sites) <= maxScoped {
		var sites []string
		for _, s := range q.Sites {
			sites = append(sites, "'~"+siteTerm(s)+"'")
		}
		terms = append(terms, "("+strings.Join(sites, " | ")+")")
	}
	if q.Column != 0 {
		terms = append(terms, "'~"+columnTerm(q.Column)+"'")
	}
	p.from, p.where = "search_any(?::tsquery, ?) AS found(id) JOIN search_docs AS d ON d.id = found.id", "true"
	p.fromArgs = []any{strings.Join(terms, " & "), strings.Join(phrases, ";")}
	p.inTitle = "(" + strings.Join(title, " AND ") + ")"
	p.often, p.oftenArgs = "(d.words @@ ?::tsquery)", []any{strings.Join(often, " & ")}
	return p
}

// tsquery is a word as its terms, and as those that stand beside the scopes of a document that is about it.
func (w *word) tsquery() (terms, often string) {
	all, about := make([]string, len(w.terms)), make([]string, len(w.terms))
	for i, t := range w.terms {
		star := ""
		if w.open && i == len(w.terms)-1 {
			star = ":*"
		}
		all[i], about[i] = "'"+t+"'"+star, "'~"+oftenTerm(t)+"'"+star
	}
	return anyOf(all, " & "), anyOf(about, " & ")
}
