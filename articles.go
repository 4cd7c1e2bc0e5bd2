package xsale

import (
	"context"
	"errors"
	"fmt"
	"github.com/xsale-go/xsale/call"
	"iter"
	"net/http"

	"github.com/xsale-go/xsale/gen"
)

// ArticlesService reads and writes what belongs to articles (towary), the stock items that offers
// sell. It is safe for concurrent use.
type ArticlesService service

// Translation is the name and the description of an article in one language. The description is
// HTML.
type Translation = gen.Translation

// ListTranslations returns the translations of an article, one for each language. See
// [OrdersService.List] on how a list is read.
//
// GET /{organizationName}/articles/{id}/translations, observed in public third-party scripts.
func (s *ArticlesService) ListTranslations(ctx context.Context, articleID int64, options ...call.Option) iter.Seq2[Translation, error] {
	return call.Stream[Translation](ctx, listTranslations, options, func(ctx context.Context, edit call.Edit) (*http.Response, error) {
		if s.err != nil {
			return nil, s.err
		}
		return s.client.api.ListTranslations(ctx, s.name, articleID, edit)
	})
}

// SetTranslation writes the translation of an article in the language that it names. Members that
// are absent are not sent; a translation that was read is written back whole, with the members that
// this package does not know.
//
// PUT /{organizationName}/articles/{id}/translations, observed in public third-party scripts. They
// write languages that the article need not have yet, so that a missing one is probably created.
func (s *ArticlesService) SetTranslation(ctx context.Context, articleID int64, translation Translation, options ...call.Option) error {
	return call.Execute(ctx, setTranslation, options, func(ctx context.Context, edit call.Edit) (*http.Response, error) {
		if err := errors.Join(s.err, checkTranslation(translation)); err != nil {
			return nil, err
		}
		return s.client.api.SetTranslation(ctx, s.name, articleID, translation, edit)
	})
}

func checkTranslation(translation Translation) error {
	if translation.LanguageID == 0 {
		return fmt.Errorf("%w: LanguageID is not set", ErrInvalid)
	}
	return nil
}
