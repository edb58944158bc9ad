package console

import (
	"fmt"
	"strings"
)

// Languages are what the console speaks, the first to everybody who has not chosen.
var Languages = []string{"zh-CN", "en"}

// Say is a sentence in a language. The Chinese sentence is its name in the catalogue; args fill its verbs.
func Say(lang, zh string, args ...any) string {
	if lang == "en" {
		if en, ok := english[zh]; ok {
			zh = en
		}
	}
	if len(args) == 0 || !strings.Contains(zh, "%") {
		return zh
	}
	return fmt.Sprintf(zh, args...)
}

// Translated reports whether the catalogue has the sentence: a test asks for every one that a screen says.
func Translated(zh string) bool { return english[zh] != "" }
