package xsaletest

import (
	"context"
	"net/http"
	"slices"

	"github.com/xsale-go/xsale/xsaletest/internal/sandboxapi"
)

func (s *state) ListTranslations(_ context.Context, request sandboxapi.ListTranslationsRequestObject) (sandboxapi.ListTranslationsResponseObject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	translations, found := s.translations[request.ID]
	if !found {
		return nil, newNoArticleProblem()
	}
	return sandboxapi.ListTranslations2XXJSONResponse{Body: slices.Clone(translations), StatusCode: http.StatusOK}, nil
}

func (s *state) SetTranslation(_ context.Context, request sandboxapi.SetTranslationRequestObject) (sandboxapi.SetTranslationResponseObject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	translations, found := s.translations[request.ID]
	if !found {
		return nil, newNoArticleProblem()
	}
	sameLanguage := func(t sandboxapi.Translation) bool { return t.LanguageID == request.Body.LanguageID }
	if index := slices.IndexFunc(translations, sameLanguage); index >= 0 {
		translations[index] = *request.Body
	} else {
		s.translations[request.ID] = append(translations, *request.Body)
	}
	return sandboxapi.SetTranslation2XXResponse{StatusCode: http.StatusNoContent}, nil
}

func newNoArticleProblem() *problem {
	return newProblem(http.StatusNotFound, "There is no such article.", problemError{"path id", "there is no such article"})
}
