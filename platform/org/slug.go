package org

import (
	"strings"

	"github.com/mozillazg/go-pinyin"
)

// readings are place names and surnames whose characters read otherwise than a character alone: one line a reading,
// syllables parted by a space. The longest name that fits wins.
var readings = parseReadings(`
陕西 shaan xi
重庆 chong qing
长安 chang an
旬阳 xun yang
岚皋 lan gao
石泉 shi quan
汉阴 han yin
曾溪 zeng xi
曾家 zeng jia
柞水 zha shui
吴堡 wu bu
华阴 hua yin
大荔 da li
洛南 luo nan
西乡 xi xiang
厦门 xia men
六安 lu an
六合 lu he
番禺 pan yu
单县 shan xian
乐亭 lao ting
乐清 yue qing
莘县 shen xian
蔚县 yu xian
浚县 xun xian
铅山 yan shan
渑池 mian chi
尉犁 yu li
东阿 dong e
东莞 dong guan
莞城 guan cheng
解州 hai zhou
盱眙 xu yi
郫都 pi du
筠连 jun lian
犍为 qian wei
荥经 ying jing
荥阳 xing yang
监利 jian li
黄陂 huang pi
桐柏 tong bai
柏乡 bai xiang
宿州 su zhou
宿迁 su qian
宿豫 su yu
宿城 su cheng
宿松 su song
大城 dai cheng
枞阳 zong yang
歙县 she xian
黟县 yi xian
井陉 jing xing
会稽 kuai ji
会泽 hui ze
阆中 lang zhong
北碚 bei bei
秭归 zi gui
珲春 hun chun
句容 ju rong
嵊州 sheng zhou
台州 tai zhou
漯河 luo he
中牟 zhong mu
牟平 mu ping
泌阳 bi yang
沁阳 qin yang
武陟 wu zhi
尉氏 wei shi
洪洞 hong tong
隰县 xi xian
朝阳 chao yang
朝天 chao tian
都江堰 du jiang yan
成都 cheng du
行唐 xing tang
闵行 min hang
太行 tai hang
曲阜 qu fu
曲靖 qu jing
曲江 qu jiang
阳曲 yang qu
繁峙 fan shi
蚌埠 beng bu
亳州 bo zhou
儋州 dan zhou
涪陵 fu ling
綦江 qi jiang
猇亭 xiao ting
勐海 meng hai
勐腊 meng la
砀山 dang shan
蠡县 li xian
鄱阳 po yang
婺源 wu yuan
栖霞 qi xia
侯马 hou ma
闽侯 min hou
牂牁 zang ke
那曲 na qu
巴彦淖尔 ba yan nao er
呼和浩特 hu he hao te
锡林郭勒 xi lin guo le
`)

// single are characters whose common reading in place names is not the first one of the table.
var single = map[rune]string{'长': "chang", '重': "chong", '曾': "zeng", '朝': "chao", '都': "du", '曲': "qu", '行': "xing", '堡': "bu", '柏': "bai"}

func parseReadings(s string) map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(s) {
		if f := strings.Fields(line); len(f) > 1 {
			out[f[0]] = f[1:]
		}
	}
	return out
}

// Syllables reads a name aloud: lower-case pinyin without tones, a syllable each; letters and digits are kept as
// they are, everything else is silent.
func Syllables(name string) []string {
	args := pinyin.NewArgs()
	var out []string
	rs := []rune(name)
	for i := 0; i < len(rs); {
		if n, read := phrase(rs[i:]); n > 0 {
			out = append(out, read...)
			i += n
			continue
		}
		r := rs[i]
		i++
		if s, ok := single[r]; ok {
			out = append(out, s)
		} else if p := pinyin.SinglePinyin(r, args); len(p) > 0 {
			out = append(out, p[0])
		} else if r < 128 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') {
			out = append(out, strings.ToLower(string(r)))
		}
	}
	return out
}

func phrase(rs []rune) (int, []string) {
	for n := min(len(rs), 4); n >= 2; n-- {
		if read, ok := readings[string(rs[:n])]; ok {
			return n, read
		}
	}
	return 0, nil
}

// SlugOf is the pinyin of a short name for addresses (汉滨 → hanbin); of a department its initials, as government
// domains have them (人社局 → rsj). It may be "" when nothing of the name can be read.
func SlugOf(k Kind, short string) string {
	syllables := Syllables(short)
	if k == KindDepartment {
		for i, s := range syllables {
			syllables[i] = s[:1]
		}
	}
	s := strings.Join(syllables, "")
	return s[:min(len(s), 40)]
}
