package xsaletest

import (
	"net/http"
	"slices"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/internal/problem"
	"github.com/xsale-go/xsale/wire/codec"
)

func (s *state) listTranslations(c *apiCall) (*response, error) {
	id, err := c.id()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	translations, found := s.translations[id]
	if !found {
		return nil, newNoArticleProblem()
	}
	return newResponse(http.StatusOK, slices.Clone(translations)), nil
}

func (s *state) setTranslation(c *apiCall) (*response, error) {
	id, err := c.id()
	if err != nil {
		return nil, err
	}
	var translation gen.Translation
	if err := codec.Unmarshal(c.body, &translation); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	translations, found := s.translations[id]
	if !found {
		return nil, newNoArticleProblem()
	}
	sameLanguage := func(t gen.Translation) bool { return t.LanguageID == translation.LanguageID }
	if index := slices.IndexFunc(translations, sameLanguage); index >= 0 {
		translations[index] = translation
	} else {
		s.translations[id] = append(translations, translation)
	}
	return newResponse(http.StatusNoContent, nil), nil
}

func newNoArticleProblem() *problem.Details {
	return problem.New(http.StatusNotFound, "There is no such article", problem.Field{Pointer: "path id", Detail: "want the id of an article"})
}
