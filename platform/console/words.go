package console

import (
	"maps"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

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
	wordsFaultsPublic,
	wordsChecks,
	wordsEstate,
	wordsPaste,
	wordsClocks,
	wordsColumns,
	wordsRequests,
	wordsForms,
	wordsMedia,
	wordsChoose,
	wordsInterpretation,
	wordsAV,
	wordsUpload,
	wordsPics,
	wordsLife,
	wordsNotify,
	wordsWatch,
	wordsSession,
	wordsRefusals,
	wordsSearch,
	wordsVisits,
	wordsNumbering,
	wordsDisclosure,
	wordsNetworks,
	wordsOutside,
	wordsCorrection,
	wordsLimit,
	wordsEmergency,
	wordsThemes,
	wordsFaults,
	wordsFaultsSites,
	wordsFaultsTenants,
	wordsFaultsRooms,
)

// Say is a sentence in a language. The Chinese sentence is its name in the catalogue.
func Say(lang, zh string) string {
	if en := english[zh]; lang == "en" && en != "" {
		return en
	}
	return zh
}

// SayFault is the sentence of an error in a language.
func SayFault(lang string, err error) string {
	if lang != "en" {
		return fault.Say(err)
	}
	return fault.SayIn(err, func(zh string) string { return english[zh] })
}

func joined(rooms ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, words := range rooms {
		maps.Copy(all, words)
	}
	return all
}
