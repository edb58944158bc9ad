// Package events lets a room say what happened without knowing who listens: typed Go calls to subscribers
// in the same transaction (安政办发〔2015〕71号 二(二)：采集、审核、报送、复制、传递各环节衔接).
//
// It is not a queue: a subscriber that wants work done later adds a job, and a subscriber's error undoes
// the change that was announced.
package events

import (
	"context"
	"fmt"
)

// Topic carries events of one type. Its zero value is ready. On is called before serving only; Emit is safe
// for concurrent use afterwards.
type Topic[E any] struct{ subscribers []subscriber[E] }

type subscriber[E any] struct {
	name string
	call func(context.Context, E) error
}

// On subscribes f under a name that errors carry. Subscribers are called in the order of subscription.
func (t *Topic[E]) On(name string, f func(ctx context.Context, e E) error) {
	t.subscribers = append(t.subscribers, subscriber[E]{name, f})
}

// Emit tells every subscriber, inside the caller's transaction. The first error stops it and is returned, so
// that the transaction fails.
func (t *Topic[E]) Emit(ctx context.Context, e E) error {
	for _, s := range t.subscribers {
		if err := s.call(ctx, e); err != nil {
			return fmt.Errorf("tell %s: %w", s.name, err)
		}
	}
	return nil
}
