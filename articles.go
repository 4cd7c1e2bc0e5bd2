package xsale

import (
	"context"
	"iter"

	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/gen"
)

// ArticlesService reads and writes data of articles (towary), the stock items that offers sell. It
// is safe for concurrent use.
type ArticlesService service

// Translation is the name and the description of an article in one language; see
// [gen.Translation]. The text is HTML.
type Translation = gen.Translation

// ListTranslations returns the translations of an article, one for each language. See
// [OrdersService.List] for how lists are read.
//
// GET /{organizationName}/articles/{id}/translations, observed in public third-party scripts.
func (s *ArticlesService) ListTranslations(ctx context.Context, articleID int64, options ...call.Option) iter.Seq2[Translation, error] {
	return s.client.api.ListTranslationsSeq(ctx, s.name, articleID, s.checked(options)...)
}

// SetTranslation writes the translation of an article in the language that it names. It replaces the
// translation: absent fields are not sent, and the server may erase them. To change a field, read
// the translation, change it and write it back; unknown fields are kept.
//
// PUT /{organizationName}/articles/{id}/translations, observed in public third-party scripts. They
// write languages that the article may not have yet, so a missing one is probably created.
func (s *ArticlesService) SetTranslation(ctx context.Context, articleID int64, translation Translation, options ...call.Option) error {
	return s.client.api.SetTranslation(ctx, s.name, articleID, translation, s.checked(options, notID("LanguageId", translation.LanguageID))...)
}
