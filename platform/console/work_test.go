package console

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
)

// Must show 8 of the desk: sites are asked several at a time; they stand in their order, and one that fails, or panics, takes nothing down
// but the screen.
func TestSitesAreAskedAtOnce(t *testing.T) {
	var seats []Seat
	for i := range 40 {
		seats = append(seats, Seat{ID: kernel.SiteID(i + 1), Name: fmt.Sprint("站", i+1)})
	}
	c := &Console{}
	c.Plug(nil, func(_ context.Context, id kernel.SiteID) (Section, error) {
		return Section{Title: fmt.Sprint("待办", id)}, nil
	}, func(_ context.Context, id kernel.SiteID) (s Section, err error) {
		if id%2 == 0 {
			s.Title = "草稿"
		}
		return s, nil
	})
	all, err := c.workAt(t.Context(), seats)
	if err != nil || len(all) != len(seats) {
		t.Fatalf("%d sites, %v", len(all), err)
	}
	for i, w := range all {
		if w.ID != seats[i].ID || w.Sections[0].Title != fmt.Sprint("待办", i+1) || len(w.Sections) != 1+i%2 {
			t.Errorf("at %d stands %+v", i, w)
		}
	}
	c.Plug(nil, func(_ context.Context, id kernel.SiteID) (s Section, err error) {
		if id == 17 {
			panic("江水倒流")
		}
		return s, nil
	})
	if _, err := c.workAt(t.Context(), seats); err == nil || !strings.Contains(err.Error(), "site 17: 江水倒流") {
		t.Errorf("a room that panics: %v", err)
	}
}
