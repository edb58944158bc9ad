package render

import "html/template"

// Sight is what there is to see of a text beside its words, for lists that show it. Whoever keeps the files makes it, with sizes, so that nothing
// jumps while they come.
type Sight struct {
	Picture template.HTML // an <img> or <picture>, or "": the first picture, or else the poster of the first film
	Heard   string        // 视频, 音频, or "" of a text that holds neither
	Length  string        // how long that is: "3:05", or ""
	Nth     int           // which it is in its list: without a picture the theme draws another one for each
}

// Dial is the address that dials the first number in a text; "" when there is none, and on a demonstration, which is called by nobody.
func Dial(s *Site, text string) string {
	if s.Demo {
		return ""
	}
	return telephone(text)
}
