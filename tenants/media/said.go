package media

import (
	"context"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
)

// Said is what whoever cannot hear or see an item reads in its place: its transcript, its captions where they say something else, or why there
// is neither.
type Said struct {
	Item ID
	Name string
	Seen bool
	Text string
}

// Said are the words of the films and recordings that a text names, each once: those with which an edition was frozen, or without one those of
// this moment.
func (m *Media) Said(ctx context.Context, site kernel.SiteID, edition int64, body string) (all []Said, err error) {
	ids := Named(body)
	if len(ids) == 0 {
		return nil, nil
	}
	have, err := m.several(ctx, site, ids)
	if err != nil {
		return nil, err
	}
	words, err := m.words(ctx, site, edition, timed(have)...)
	for _, id := range ids {
		if w := words[id]; w != nil {
			all = append(all, Said{id, have[id].Name, have[id].Seen(), w.text()})
		}
	}
	return all, err
}

// text is all that the words say.
func (w *Words) text() string {
	all := []string{w.Transcript}
	if w.Captions != "" && linesOf(w.Captions) != w.Transcript {
		all = append(all, linesOf(w.Captions))
	}
	return strings.TrimSpace(strings.Join(append(all, w.Waiver), "\n"))
}

// speak gives an item the words of another, unless it has words of its own or is not one that needs them: a copy says what the original says.
func (m *Media) speak(ctx context.Context, from, to *Item) error {
	if !from.Timed() || !to.Timed() {
		return nil
	}
	was, err := m.words(ctx, from.Site, 0, from.ID)
	if err != nil || was[from.ID] == nil {
		return err
	}
	have, err := m.words(ctx, to.Site, 0, to.ID)
	if err != nil || have[to.ID] != nil {
		return err
	}
	w := was[from.ID]
	return m.PutWords(ctx, to.Site, to.ID, Words{Captions: w.Captions, Transcript: w.Transcript, Waiver: w.Waiver})
}
