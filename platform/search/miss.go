package search

import (
	"cmp"
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
)

// What is kept of searches that found nothing, and how long.
const (
	missWaiting = 2000 // in memory
	missEachDay = 200  // words of one site and day
	missDays    = 90
	missDigits  = 6 // so many figures may be a number of a person
	writeEach   = 5 * time.Second
)

// miss is a word that nothing was found for on one day.
type miss struct {
	site kernel.SiteID
	day  string // in Beijing, 2026-11-27
	word string
}

// Missed is a word that people looked for in vain.
type Missed struct {
	Word  string
	Times int64
	Last  string // the last day of it
}

// note counts a search in vain. It is not written down where it could tell of a person: numbers, addresses, whole sentences.
func (s *Search) note(site kernel.SiteID, text string) {
	digits := 0
	for _, r := range text {
		if unicode.IsNumber(r) {
			digits++
		}
	}
	if utf8.RuneCountInString(text) > wordMost || digits >= missDigits || strings.ContainsAny(text, "@＠") {
		return
	}
	s.missed.Add(miss{site, s.day(0), text}, 1)
}

// day is the date in Beijing so many days ago.
func (s *Search) day(ago int) string {
	return s.Now().In(kernel.Beijing).AddDate(0, 0, -ago).Format(time.DateOnly)
}

// Flush writes what waits. What cannot be written waits on.
func (s *Search) Flush(ctx context.Context) error {
	return s.missed.Flush(ctx, func(a, b miss) int {
		return cmp.Or(cmp.Compare(a.site, b.site), cmp.Compare(a.day, b.day), cmp.Compare(a.word, b.word))
	}, func(ctx context.Context, all []kernel.Counted[miss, int64]) error {
		return s.DB.InTx(ctx, func(ctx context.Context) error {
			for _, m := range all {
				if err := s.count(ctx, m.Key, m.Value); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// Run writes every few seconds, and once more when ctx ends.
func (s *Search) Run(ctx context.Context) error {
	return kernel.FlushEach(ctx, writeEach, "words that nothing was found for", s.Flush)
}
