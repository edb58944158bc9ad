package paste

import (
	"strconv"
	"strings"
)

// numeral writes a number as a word processor's format of this name does; one that is not known is written in digits.
func numeral(format string, n int) string {
	if n < 1 || n > 9999 {
		return strconv.Itoa(n)
	}
	switch format {
	case "chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCountingThousand", "taiwaneseCounting", "ideographTraditional":
		return counting(n)
	case "ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital":
		return strings.Map(func(r rune) rune { return []rune(digits)[r-'0'] }, strconv.Itoa(n))
	case "lowerLetter":
		return letters(n, 'a')
	case "upperLetter":
		return letters(n, 'A')
	case "lowerRoman":
		return strings.ToLower(roman(n))
	case "upperRoman":
		return roman(n)
	case "decimalEnclosedCircle", "decimalEnclosedCircleChinese":
		if n <= 20 {
			return string(rune(0x2460 + n - 1))
		}
	case "decimalFullWidth", "decimalFullWidth2":
		return strings.Map(func(r rune) rune { return r - '0' + 0xFF10 }, strconv.Itoa(n))
	case "decimalZero":
		return pad(n)
	}
	return strconv.Itoa(n)
}

const digits = "〇一二三四五六七八九"

// counting is a number below ten thousand in Chinese: 十二, 一百零三.
func counting(n int) string {
	if n < 20 && n >= 10 {
		return strings.TrimPrefix(counting(n+10), "二")[0:len("十")] + ones(n%10)
	}
	var b strings.Builder
	owed := false
	for _, u := range []struct {
		n    int
		name string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		switch d := n / u.n % 10; {
		case d > 0:
			if owed {
				b.WriteString("零")
			}
			b.WriteString(ones(d) + u.name)
			owed = false
		case b.Len() > 0:
			owed = true
		}
	}
	return b.String()
}

func ones(d int) string {
	if d == 0 {
		return ""
	}
	return string([]rune(digits)[d])
}

// letters repeats a letter beyond the alphabet: a … z, aa, bb.
func letters(n int, first rune) string {
	return strings.Repeat(string(first+rune((n-1)%26)), min((n-1)/26+1, 9))
}

func roman(n int) string {
	var b strings.Builder
	for _, u := range []struct {
		n    int
		name string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for n >= u.n {
			b.WriteString(u.name)
			n -= u.n
		}
	}
	return b.String()
}
