package console

// Languages are what the console speaks, the first to everybody who has not chosen.
var Languages = []string{"zh-CN", "en"}

// Say is a sentence in a language. The Chinese sentence is its name in the catalogue.
func Say(lang, zh string) string {
	if en := english[zh]; lang == "en" && en != "" {
		return en
	}
	return zh
}
