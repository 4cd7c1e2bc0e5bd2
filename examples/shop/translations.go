package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/transfer"
	"github.com/xsale-go/xsale/wire"
)

// The languages to translate from and to. Their ids may differ for each organization.
const fromLanguage, toLanguage = 9, 2

// translator translates HTML, as DeepL and other services do.
type translator func(ctx context.Context, html string) (string, error)

// mark stands in for a translator.
func mark(_ context.Context, html string) (string, error) { return "[en] " + html, nil }

// readIDs returns the ids in a stream, separated by spaces or line breaks.
func readIDs(in io.Reader) (ids []int64, err error) {
	for {
		var id int64
		if _, err := fmt.Fscan(in, &id); errors.Is(err, io.EOF) {
			return ids, nil
		} else if err != nil {
			return nil, fmt.Errorf("id %d: %w", len(ids)+1, err)
		}
		ids = append(ids, id)
	}
}

// translateAll translates the articles that earlier calls have not translated. It may be killed and
// called again. Then at most one article for each worker is translated twice.
func (s *shop) translateAll(ctx context.Context, articles []int64, translate translator) (transfer.Summary, error) {
	translations := s.translations(translate)
	_, err := translations.AddAll(ctx, func(yield func(string, int64) bool) {
		for _, article := range articles {
			if !yield(strconv.FormatInt(article, 10), article) {
				return
			}
		}
	})
	if err != nil {
		return transfer.Summary{}, err
	}
	return translations.Run(ctx)
}

func (s *shop) translations(translate translator) *push[int64, struct{}] {
	return &push[int64, struct{}]{
		Flow:       s.flow("translations"),
		Idempotent: true,
		Send: func(ctx context.Context, item transfer.Item[int64]) (struct{}, error) {
			return struct{}{}, s.translateArticle(ctx, item.Value, translate)
		},
	}
}

func (s *shop) translateArticle(ctx context.Context, article int64, translate translator) error {
	var source xsale.Translation
	target := xsale.Translation{LanguageID: toLanguage}
	for translation, err := range s.xsale.Articles.ListTranslations(ctx, article) {
		switch {
		case err != nil:
			return err
		case translation.LanguageID == fromLanguage:
			source = translation
		case translation.LanguageID == toLanguage:
			target = translation // with its fields that the spec does not list
		}
	}
	if source.LanguageID == 0 {
		return transfer.Fail(fmt.Errorf("article %d has nothing in language %d", article, fromLanguage))
	}
	var err error
	if target.Name, err = translateField(ctx, source.Name, translate); err != nil {
		return err
	}
	if target.Description, err = translateField(ctx, source.Description, translate); err != nil {
		return err
	}
	return s.xsale.Articles.SetTranslation(ctx, article, target)
}

// translateField translates a field, unless it is absent or null.
func translateField(ctx context.Context, field wire.Nullable[string], translate translator) (wire.Nullable[string], error) {
	html, ok := field.Get()
	if !ok || html == "" {
		return field, nil
	}
	translated, err := translate(ctx, html)
	return wire.Some(translated), err
}
