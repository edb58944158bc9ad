package console

import "maps"

// Languages are what the console speaks, the first to everybody who has not chosen.
var Languages = []string{"zh-CN", "en"}

// english is the catalogue: what a screen says in Chinese, and in English. Each room's words stand in a file of their own.
var english = joined(
	wordsFrame,
	wordsDesk,
	wordsEditor,
	wordsVersions,
	wordsPeople,
	wordsVacant,
	wordsChecks,
	wordsEstate,
	wordsPaste,
)

// Say is a sentence in a language. The Chinese sentence is its name in the catalogue.
func Say(lang, zh string) string {
	if en := english[zh]; lang == "en" && en != "" {
		return en
	}
	return zh
}

func joined(rooms ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, words := range rooms {
		maps.Copy(all, words)
	}
	return all
}
