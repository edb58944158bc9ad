package index

import "strings"

// sqlitePlan asks FTS5: each word is a phrase, which is exact. Terms hold letters, digits and Han only, so a quoted
// phrase cannot end early.
func sqlitePlan(q Query, ws []word) plan {
	var phrases []string
	for _, w := range ws {
		p := `"` + strings.Join(w.terms, " ") + `"`
		if w.open {
			p += " *"
		}
		phrases = append(phrases, p)
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
		score:     "-bm25(search_text, 0, 10, 1)",
	}
}

// postgresPlan asks GIN for documents that have all terms, and the text for those in which they are neighbours. A word
// of one term needs no second look.
func postgresPlan(q Query, ws []word) plan {
	var p plan
	var terms, phrases, title, score []string
	for _, w := range ws {
		for i, t := range w.terms {
			t = "'" + t + "'"
			if w.open && i == len(w.terms)-1 {
				t += ":*"
			}
			terms = append(terms, t)
		}
		if len(w.terms) > 1 {
			phrases = append(phrases, w.pattern)
		}
		title = append(title, "strpos(d.title, ?) > 0")
		p.titleArgs = append(p.titleArgs, w.pattern)
		score = append(score, occurrences)
		p.scoreArgs = append(p.scoreArgs, w.pattern, w.pattern, len(w.pattern))
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
	p.score = "(" + strings.Join(score, " + ") + ")"
	return p
}

// occurrences is BM25 without the rarity of the word, for one word: how often it stands in the text, saturating, and
// less in a long text. A title counts ten times, as for FTS5. 3,000 bytes are an ordinary text.
const occurrences = "(SELECT o * 2.2 / (o + 0.3 + 0.9 * octet_length(d.body) / 3000.0) FROM (SELECT (CASE WHEN strpos(d.title, ?) > 0 THEN 10 ELSE 0 END" +
	" + (octet_length(d.body) - octet_length(replace(d.body, ?, ''))) / ?)::float8 AS o) AS n)"
