package console

import (
	"slices"

	"github.com/zhanqun/zhanqun/policies"
)

// roleSays is what a post may do, in a sentence for whoever gives it.
type roleSays struct {
	Role       policies.Role
	Name, Says string
}

// contentRoles are what a content lead gives, technicalRoles what the security administrator gives.
var (
	contentRoles = []roleSays{
		{policies.IO, "信息员", "写稿、送审、回复办理情况。"},
		{policies.RV, "审核员", "审核别人写的稿件，通过或退回。"},
		{policies.SR, "保密审查员", "对别人写的稿件作保密审查。"},
		{policies.PB, "发布员", "发布、定时、撤回已经审过的稿件。"},
		{policies.CL, "内容主管", "管本单位的人员和内容，也能写稿、发布和撤回。"},
		{policies.LD, "分管领导", "签批重要稿件，审核，管本单位的人员。"},
		{policies.IE, "编辑集成员", "编排栏目和首页的位置，不改内容。"},
		{policies.LO, "联络员", "送审稿件，向上级报送信息。"},
		{policies.SE, "事项编辑", "维护办事指南和权责清单。"},
		{policies.LC, "来信受理员", "受理、分办来信。"},
		{policies.LH, "来信承办人", "办理分给自己的来信。"},
	}
	technicalRoles = []roleSays{
		{policies.PO, "平台运维员", "开通和维护网站、域名、主题、备份。"},
		{policies.SA, "安全管理员", "管账号、密码和安全策略，任命技术岗位。"},
		{policies.AA, "审计管理员", "查看和核对审计记录。"},
		{policies.SV, "监督员", "监督下级网站，不改内容。"},
	}
)

func (r roleSays) among(roles []string) bool { return slices.Contains(roles, string(r.Role)) }

// RoleName is what a post is called, a word of the catalogue.
func RoleName(role policies.Role) string {
	for _, r := range slices.Concat(contentRoles, technicalRoles) {
		if r.Role == role {
			return r.Name
		}
	}
	return string(role)
}
