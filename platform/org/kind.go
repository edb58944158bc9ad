package org

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is what sort of division or organ an org is; official names and column words follow it.
type Kind string

// The kinds that rules ask for by name; the others are found in kinds.
const (
	KindMunicipality Kind = "直辖市"
	KindCity         Kind = "市"
	KindCounty       Kind = "县"
	KindCountyCity   Kind = "县级市"
	KindDistrict     Kind = "区"
	KindTown         Kind = "镇"
	KindRural        Kind = "乡"
	KindSubdistrict  Kind = "街道办事处"
	KindZone         Kind = "开发区管理委员会"
	KindDepartment   Kind = "department"
	KindOther        Kind = "其他" // 农场, 林场 and the like: no government of their own
)

// kinds lists, by level, the endings of names in the order they are tried.
var kinds = map[Level][]struct {
	ending string
	kind   Kind
}{
	Province: {{"特别行政区", "特别行政区"}, {"自治区", "自治区"}, {"省", "省"}, {"市", KindMunicipality}},
	City:     {{"市辖区", KindOther}, {"自治州", "自治州"}, {"地区", "地区"}, {"盟", "盟"}, {"市", KindCity}},
	County: {{"区划", KindOther}, {"自治县", "自治县"}, {"自治旗", "自治旗"}, {"开发区", KindZone}, {"园区", KindZone}, {"示范区", KindZone},
		{"管理区", KindZone}, {"试验区", KindZone}, {"产业区", KindZone}, {"工业区", KindZone}, {"管委会", KindZone}, {"管理委员会", KindZone},
		{"林区", "林区"}, {"特区", "特区"}, {"区", KindDistrict}, {"县", KindCounty}, {"旗", "旗"}, {"市", KindCountyCity}},
	Township: {{"街道办事处", KindSubdistrict}, {"街道", KindSubdistrict}, {"办事处", KindSubdistrict}, {"民族乡", "民族乡"},
		{"开发区", KindZone}, {"园区", KindZone}, {"示范区", KindZone}, {"管理区", KindZone}, {"工业区", KindZone}, {"管委会", KindZone},
		{"管理委员会", KindZone}, {"民族苏木", "苏木"}, {"苏木", "苏木"}, {"镇", KindTown}, {"乡", KindRural}},
}

// Valid reports whether k is one of the kinds.
func (k Kind) Valid() bool {
	if k == KindDepartment || k == KindOther {
		return true
	}
	for _, list := range kinds {
		for _, e := range list {
			if e.kind == k {
				return true
			}
		}
	}
	return false
}

// KindOf derives the kind from the level and the ending of the official name.
func KindOf(level Level, name string) Kind {
	if level == Dept {
		return KindDepartment
	}
	for _, e := range kinds[level] {
		if strings.HasSuffix(name, e.ending) {
			return e.kind
		}
	}
	return KindOther
}

// official names the organ of a division by its kind.
func official(k Kind, name string) string {
	switch k {
	case KindDepartment, KindOther:
		return name
	case KindSubdistrict:
		if strings.HasSuffix(name, "办事处") {
			return name
		}
		return name + "办事处"
	case KindZone:
		if strings.HasSuffix(name, "管理委员会") {
			return name
		}
		return strings.TrimSuffix(name, "管委会") + "管理委员会"
	case "地区", "盟":
		return name + "行政公署"
	case "特别行政区":
		return name + "政府"
	}
	return name + "人民政府"
}

// endings are cut from a name to make its short form, longest first.
var endings = []string{"经济技术开发区", "高新技术产业开发区", "管理委员会", "特别行政区", "街道办事处", "壮族自治区", "回族自治区", "维吾尔自治区",
	"经济开发区", "民族苏木", "自治区", "自治州", "自治县", "自治旗", "办事处", "民族乡", "管委会", "开发区", "示范区", "管理区", "街道",
	"地区", "林区", "特区", "新区", "苏木", "省", "市", "县", "区", "旗", "盟", "镇", "乡"}

// peoples are cut from the end of an autonomous division's name.
var peoples = strings.Fields("蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 哈萨克族 傣族 黎族 傈僳族 " +
	"佤族 畲族 高山族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 土族 达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯族 阿昌族 普米族 " +
	"塔吉克族 怒族 乌孜别克族 俄罗斯族 鄂温克族 德昂族 保安族 裕固族 京族 塔塔尔族 独龙族 鄂伦春族 赫哲族 门巴族 珞巴族 基诺族 各族 " +
	"蒙古 哈萨克 柯尔克孜 锡伯 塔吉克 傈僳 黎")

// ShortName is the name without its ending (汉滨区 → 汉滨), but never a single character (礼县 stays 礼县). A
// department loses its parent's name (安康市教育局 → 教育局).
func ShortName(k Kind, name, parent string) string {
	if k == KindDepartment {
		return atLeastTwo(strings.TrimPrefix(name, parent), name)
	}
	short := name
	for _, e := range endings {
		if cut, ok := strings.CutSuffix(name, e); ok {
			short = atLeastTwo(cut, name)
			break
		}
	}
	if k != "自治州" && k != "自治县" && k != "民族乡" {
		return short
	}
	for again := true; again; {
		again = slices.ContainsFunc(peoples, func(p string) bool {
			cut, ok := strings.CutSuffix(short, p)
			if ok = ok && utf8.RuneCountInString(cut) >= 2; ok {
				short = cut
			}
			return ok
		})
	}
	return short
}

func atLeastTwo(short, whole string) string {
	if utf8.RuneCountInString(short) < 2 {
		return whole
	}
	return short
}
