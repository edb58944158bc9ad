package workday

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// maxYears bounds one file's years, so that a slip of the pen is not taken for three thousand years.
const maxYears = 200

// Parse reads a calendar: lines "date,kind,name" with kind holiday or workday, and among the comments the two lines
// "# version: …" and "# years: 2027" or "# years: 2007-2026", which say what is whole. A wrong file is an Invalid
// fault that names the line; nothing of it is used.
func Parse(r io.Reader) (*Calendar, error) {
	c := &Calendar{years: map[int]bool{}, days: map[day]bool{}}
	lines := bufio.NewScanner(r)
	n := 0
	for lines.Scan() {
		n++
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		comment, isComment := strings.CutPrefix(line, "#")
		var err error
		switch {
		case line == "" || strings.HasPrefix(line, "date,"):
		case isComment:
			err = c.comment(strings.TrimSpace(comment))
		default:
			err = c.row(line)
		}
		if err != nil {
			return nil, fault.Because(err, fault.Invalid, "工作日历第 %d 行不对：%s。", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read working-day calendar: %w", err)
	}
	if c.version == "" || len(c.years) == 0 {
		return nil, fault.New(fault.Invalid, "工作日历缺少“# version: …”或“# years: …”这一行。")
	}
	return c, nil
}

func (c *Calendar) comment(s string) error {
	if v, ok := strings.CutPrefix(s, "version:"); ok {
		c.version = strings.TrimSpace(v)
		return nil
	}
	v, ok := strings.CutPrefix(s, "years:")
	if !ok {
		return nil
	}
	from, to, span := strings.Cut(strings.TrimSpace(v), "-")
	if !span {
		to = from
	}
	a, errA := strconv.Atoi(from)
	b, errB := strconv.Atoi(to)
	if errA != nil || errB != nil || a < 1949 || b < a || b-a > maxYears {
		return fault.New(fault.Invalid, "年份“%s”应形如 2027 或 2007-2026", strings.TrimSpace(v))
	}
	for y := a; y <= b; y++ {
		c.years[y] = true
	}
	return nil
}

func (c *Calendar) row(line string) error {
	f := strings.SplitN(line, ",", 3)
	if len(f) < 2 {
		return fault.New(fault.Invalid, "应形如 2026-10-10,workday,国庆节")
	}
	t, err := time.ParseInLocation(time.DateOnly, f[0], kernel.Beijing)
	if err != nil {
		return fault.New(fault.Invalid, "日期“%s”应形如 2026-10-10", f[0])
	}
	d := dayOf(t)
	if _, twice := c.days[d]; twice {
		return fault.New(fault.Invalid, "日期 %s 出现了两次", f[0])
	}
	switch f[1] {
	case "holiday":
		c.days[d] = false
	case "workday":
		c.days[d] = true
	default:
		return fault.New(fault.Invalid, "类型“%s”应为 holiday 或 workday", f[1])
	}
	return nil
}
