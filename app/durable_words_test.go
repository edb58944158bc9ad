package app

import (
	"errors"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
)

func addColumn(w *works) (deed, error) {
	n := w.next()
	slug := fmt.Sprintf("lanmu-%d", n)
	return deed{
		do: func() error {
			_, err := w.Columns.Add(w.ctx, w.Site, column.Spec{Kind: "notice", Name: "通知" + numeral(n), Slug: slug, CycleDays: 30})
			return err
		},
		check: func() error {
			tree, err := w.Columns.Tree(w.ctx, w.Site)
			if err != nil {
				return err
			}
			found := 0
			for _, k := range tree.All() {
				if k.Path == slug {
					found++
				}
			}
			return want("columns "+slug, found, 1, nil)
		},
	}, nil
}

func createArticle(w *works) (deed, error) {
	var id article.ID
	return deed{
		do: func() (err error) { id, err = w.draft(); return err },
		check: func() error {
			d, err := w.Articles.Get(w.ctx, w.Site, id)
			if err != nil {
				return err
			}
			return want("state", d.State, article.Drafted, nil)
		},
	}, nil
}

func editArticle(w *works) (deed, error) {
	id, err := w.draft()
	p := payload(w.next())
	return deed{
		do: func() error { return w.Articles.Edit(w.by(w.Author), w.Site, id, 1, p) },
		check: func() error {
			d, err := w.Articles.Get(w.ctx, w.Site, id)
			if err != nil {
				return err
			}
			return want("title", d.Payload.Title, p.Title, nil)
		},
	}, err
}

func submitArticle(w *works) (deed, error) {
	id, err := w.draft()
	return deed{
		do: func() error { _, err := w.Articles.Submit(w.by(w.Author), w.Site, id, 1); return err },
		check: func() error {
			t, err := w.Published.Latest(w.ctx, w.object(id))
			if err != nil {
				return err
			}
			return want("author", t.Author, w.Author, nil)
		},
	}, err
}

func approveStep(w *works) (deed, error) {
	_, e, err := w.submitted()
	return deed{
		do: func() error { return w.sign(e, 0) },
		check: func() error {
			t, err := w.Published.Trail(w.ctx, w.Site, e)
			if err != nil {
				return err
			}
			return want("steps", len(t.Steps), 1, nil)
		},
	}, err
}

// live checks that citizens see the article, in the list and in the full text.
func (w *works) live(id article.ID, column int64) error {
	l, err := w.Published.Live(w.ctx, w.object(id))
	if err != nil {
		return err
	}
	missing, err := w.Index.Missing(w.ctx, w.Site, []int64{id})
	return errors.Join(want("place", l.Place, column, nil), want("missing in the full text", len(missing), 0, err))
}

func publishArticle(w *works) (deed, error) {
	id, err := w.approved()
	return deed{
		do:    func() error { return w.Articles.Publish(w.by(w.Signers[2]), w.Site, id) },
		check: func() error { return w.live(id, w.Places[0]) },
	}, err
}

func publishEmergency(w *works) (deed, error) {
	id, e, err := w.submitted()
	return deed{
		do: func() error {
			return w.Published.PublishEmergency(w.by(w.Signers[2]), w.Site, e, publication.Placing{Place: w.Places[0]}, w.Signers[2])
		},
		check: func() error { return w.live(id, w.Places[0]) },
	}, err
}

func moveArticle(w *works) (deed, error) {
	id, err := w.published()
	return deed{
		do:    func() error { return w.Articles.Recolumn(w.by(w.Author), w.Site, id, w.Places[1]) },
		check: func() error { return w.live(id, w.Places[1]) },
	}, err
}

func (w *works) gone(id article.ID) error {
	missing, err := w.Index.Missing(w.ctx, w.Site, []int64{id})
	if err != nil {
		return err
	}
	_, err = w.Published.Live(w.ctx, w.object(id))
	return errors.Join(want("missing in the full text", len(missing), 1, nil), want("kind of failure", fault.KindOf(err), fault.Gone, nil))
}

func withdrawArticle(w *works) (deed, error) {
	id, err := w.published()
	return deed{
		do:    func() error { return w.Articles.Withdraw(w.by(w.Signers[2]), w.Site, id, "数据有误") },
		check: func() error { return w.gone(id) },
	}, err
}

func eraseArticle(w *works) (deed, error) {
	id, err := w.published()
	return deed{
		do: func() error {
			return w.Published.Erase(w.by(w.Signers[2]), w.object(id), publication.Erasure{Reason: "法院判决", Basis: "（2026）陕民终1号", By: w.Signers[1], Approver: w.Signers[2]})
		},
		check: func() error { return w.gone(id) },
	}, err
}
