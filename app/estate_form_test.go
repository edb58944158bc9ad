package app

import "github.com/zhanqun/zhanqun/platform/estate"

// formOf is a filled-in application of a unit.
func formOf(code string) estate.Form {
	return estate.Form{Org: code, Why: "公开本单位的政务信息", Document: "安政办函〔2026〕12号", Lead: "李某", LeadLogin: code + "-zhuguan", Leader: "王某", LeaderLogin: code + "-lingdao"}
}
