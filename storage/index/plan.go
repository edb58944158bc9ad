package index

import "strings"

// sqlitePlan asks FTS5: each word is a phrase, which is exact. Terms hold letters, digits and Han only, so a quoted
// phrase cannot end early.
func sqlitePlan(q Query, ws []word) plan {
	var phrases, often []string
	for _, w := range ws {
		star := ""
		if w.open {
			star = " *"
		}
		phrases = append(phrases, `"`+strings.Join(w.terms, " ")+`"`+star)
		for i, t := range w.terms {
			if i < len(w.terms)-1 {
				often = append(often, `"`+oftenTerm(t)+`"`)
			} else {
				often = append(often, `"`+oftenTerm(t)+`"`+star)
			}
		}
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

// postgresPlan asks GIN for documents that have all terms, and the text for those in which they are neighbours. A word
// of one term needs no second look.
func postgresPlan(q Query, ws []word) plan {
	var p plan
	var terms, phrases, title, often []string
	for _, w := range ws {
		for i, t := range w.terms {
			star := ""
			if w.open && i == len(w.terms)-1 {
				star = ":*"
			}
			terms = append(terms, "'"+t+"'"+star)
			often = append(often, "'~"+oftenTerm(t)+"'"+star)
		}
		if len(w.terms) > 1 {
			phrases = append(phrases, w.pattern)
		}
		title = append(title, "strpos(d.title, ?) > 0")
		p.titleArgs = append(p.titleArgs, w.pattern)
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
	p.from, p.where = "search_ids(?::tsquery, ?) AS found(id) JOIN search_docs AS d ON d.id = found.id", "true"
	p.fromArgs = []any{strings.Join(terms, " & "), strings.Join(phrases, ";")}
	p.inTitle = "(" + strings.Join(title, " AND ") + ")"
	p.often, p.oftenArgs = "(d.words @@ ?::tsquery)", []any{strings.Join(often, " & ")}
	return p
}
