package org_test

import (
	"testing"

	"github.com/zhanqun/zhanqun/platform/org"
)

// domain.md 4: official names and column words follow the org's kind.
func TestKindsAndOfficialNames(t *testing.T) {
	for _, row := range []struct {
		level    org.Level
		name     string
		kind     org.Kind
		official string
		short    string
		slug     string
		emblem   bool
	}{
		{org.Province, "陕西省", "省", "陕西省人民政府", "陕西", "shaanxi", true},
		{org.Province, "重庆市", "直辖市", "重庆市人民政府", "重庆", "chongqing", true},
		{org.Province, "宁夏回族自治区", "自治区", "宁夏回族自治区人民政府", "宁夏", "ningxia", true},
		{org.Province, "香港特别行政区", "特别行政区", "香港特别行政区政府", "香港", "xianggang", false},
		{org.City, "安康市", org.KindCity, "安康市人民政府", "安康", "ankang", true},
		{org.City, "恩施土家族苗族自治州", "自治州", "恩施土家族苗族自治州人民政府", "恩施", "enshi", true},
		{org.City, "大兴安岭地区", "地区", "大兴安岭地区行政公署", "大兴安岭", "daxinganling", false},
		{org.City, "锡林郭勒盟", "盟", "锡林郭勒盟行政公署", "锡林郭勒", "xilinguole", false},
		{org.County, "汉滨区", org.KindDistrict, "汉滨区人民政府", "汉滨", "hanbin", true},
		{org.County, "旬阳市", org.KindCountyCity, "旬阳市人民政府", "旬阳", "xunyang", true},
		{org.County, "柞水县", org.KindCounty, "柞水县人民政府", "柞水", "zhashui", true},
		{org.County, "礼县", org.KindCounty, "礼县人民政府", "礼县", "lixian", true},
		{org.County, "屏边苗族自治县", "自治县", "屏边苗族自治县人民政府", "屏边", "pingbian", true},
		{org.County, "浦东新区", org.KindDistrict, "浦东新区人民政府", "浦东", "pudong", true},
		{org.County, "安康高新技术产业开发区", org.KindZone, "安康高新技术产业开发区管理委员会", "安康", "ankang", false},
		{org.County, "神农架林区", "林区", "神农架林区人民政府", "神农架", "shennongjia", true},
		{org.Township, "老城街道", org.KindSubdistrict, "老城街道办事处", "老城", "laocheng", false},
		{org.Township, "老城街道办事处", org.KindSubdistrict, "老城街道办事处", "老城", "laocheng", false},
		{org.Township, "五里镇", org.KindTown, "五里镇人民政府", "五里", "wuli", false},
		{org.Township, "长安镇", org.KindTown, "长安镇人民政府", "长安", "changan", false},
		{org.Township, "某某乡", org.KindRural, "某某乡人民政府", "某某", "moumou", false},
		{org.Township, "官司岭彝族民族乡", "民族乡", "官司岭彝族民族乡人民政府", "官司岭", "guansiling", false},
		{org.Township, "恒口示范区管委会", org.KindZone, "恒口示范区管理委员会", "恒口示范区", "hengkoushifanqu", false},
		{org.Township, "红星农场", org.KindOther, "红星农场", "红星农场", "hongxingnongchang", false},
		{org.Dept, "人社局", org.KindDepartment, "人社局", "人社局", "rsj", false},
	} {
		g := org.Org{Name: row.name, Level: row.level, Kind: org.KindOf(row.level, row.name)}
		if g.Kind != row.kind || !g.Kind.Valid() {
			t.Errorf("%s is %s, want %s", row.name, g.Kind, row.kind)
		}
		if g.Official() != row.official {
			t.Errorf("%s is officially %s, want %s", row.name, g.Official(), row.official)
		}
		short := org.ShortName(g.Kind, row.name, "")
		if short != row.short {
			t.Errorf("%s is %s for short, want %s", row.name, short, row.short)
		}
		if slug := org.SlugOf(g.Kind, short); slug != row.slug {
			t.Errorf("%s reads %s, want %s", row.name, slug, row.slug)
		}
		if g.ShowsEmblem() != row.emblem {
			t.Errorf("%s shows the emblem: %v", row.name, g.ShowsEmblem())
		}
	}
	if got := org.ShortName(org.KindDepartment, "安康市教育局", "安康市"); got != "教育局" {
		t.Errorf("a department's short name is %s", got)
	}
}
