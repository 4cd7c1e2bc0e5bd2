package xsaletest

import (
	"net/http"

	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/internal/problem"
)

func (s *state) createIntegration(*apiCall) (*response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastIntegration++
	return newResponse(http.StatusCreated, gen.Created{ID: s.lastIntegration}), nil
}

func (s *state) createParameter(c *apiCall) (*response, error) {
	id, err := c.id()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.hasIntegration(id) {
		return nil, problem.New(http.StatusNotFound, "There is no such integration", problem.Field{Pointer: "path id", Detail: "there is no such integration"})
	}
	s.lastParameter++
	return newResponse(http.StatusCreated, gen.Created{ID: s.lastParameter}), nil
}

// The caller holds the lock.
func (s *state) hasIntegration(id int64) bool {
	return id >= 1 && id <= s.lastIntegration
}
