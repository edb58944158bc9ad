package events

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// d41: one hop tells the next within the same transaction.
func TestEmit(t *testing.T) {
	t.Run("a topic without subscribers accepts every event", func(t *testing.T) {
		var topic Topic[int]
		if err := topic.Emit(context.Background(), 1); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("the first error stops the rest and names the subscriber", func(t *testing.T) {
		var topic Topic[int]
		broken := errors.New("no room")
		var got []string
		topic.On("first", func(_ context.Context, e int) error { got = append(got, "first"); return nil })
		topic.On("second", func(_ context.Context, e int) error { got = append(got, "second"); return broken })
		topic.On("third", func(_ context.Context, e int) error { got = append(got, "third"); return nil })
		err := topic.Emit(context.Background(), 7)
		if !errors.Is(err, broken) || !strings.Contains(err.Error(), "second") {
			t.Errorf("got error %v", err)
		}
		if want := "first,second"; strings.Join(got, ",") != want {
			t.Errorf("called %v, want %s", got, want)
		}
	})
	t.Run("every subscriber gets the same event", func(t *testing.T) {
		var topic Topic[string]
		n := 0
		for range 3 {
			topic.On("x", func(_ context.Context, e string) error { n += len(e); return nil })
		}
		if err := topic.Emit(context.Background(), "ab"); err != nil || n != 6 {
			t.Errorf("got %d, %v", n, err)
		}
	})
}
