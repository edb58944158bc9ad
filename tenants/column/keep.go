package column

import "time"

// Soon reports whether the column's update cycle runs out within the days that its site has set, or a fifth of it, a week at most.
func (c *Column) Soon(now time.Time) bool {
	days := c.WarnDays
	if days == 0 {
		days = min(7, c.CycleDays/5+1)
	}
	return c.State == Active && !c.Overdue(now) && c.Overdue(now.AddDate(0, 0, days))
}
