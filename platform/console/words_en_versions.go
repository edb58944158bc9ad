package console

// wordsVersions is what tenants/desk says about autosaves, versions, merging, the bin, schedules and previews.
var wordsVersions = map[string]string{
	"下面是自动保存的文字，请接着写；保存或送审以后才算数。": "Below is the text that was kept automatically; go on writing. It counts once it is saved or sent.",
	"不要": "Discard",
	"恢复": "Restore",
	"您有没保存完的文字，自动保存于": "You have text that was never saved, kept automatically at",
}
