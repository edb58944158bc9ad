package console

// wordsVacant is what is said of posts that nobody carries.
var wordsVacant = map[string]string{
	"岗位空缺": "Vacancies",
	"哪些网站缺人：没有人担任、担任的人还没有登录过，或者三十天内任期届满。内容岗位由本单位的内容主管或分管领导任命；两样都没有的，由平台运维员发邀请。": "Where a site lacks people: nobody holds a post, its holder has never signed in, or the term ends within thirty days. The unit’s content lead or leader appoints; where there is neither, the platform operator invites.",
	"个网站有空缺":      "sites have vacancies",
	"每个网站的岗位都有人。": "Every site has its people.",
	"没有人":         "nobody",
	"还没有登录过":      "never signed in",
	"即将到期":        "ends soon",
	"已受邀请，还没有设密码，联系不上。": " was invited, has no password yet and cannot be reached.",
	"的任期到":           "’s term ends on",
	"内容主管或分管领导":      "Content lead or leader",
	"没有人能邀请同事、任免岗位。": "Nobody can invite colleagues or fill posts.",
	"没有人写稿和送审。":      "Nobody writes and sends in.",
	"送审的稿件没有人审核。":    "Nobody reviews what is sent in.",
	"送审的稿件没有人作保密审查。": "Nobody reviews what is sent in for secrets.",
	"审过的稿件没有人发布。":    "Nobody publishes what has passed.",
	"上级找不到人接收和报送信息。": "The superior finds nobody to send to and to hear from.",
}
