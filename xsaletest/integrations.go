package xsaletest

import (
	"context"
	"net/http"

	"github.com/xsale-go/xsale/xsaletest/internal/sandboxapi"
)

func (s *state) CreateIntegration(context.Context, sandboxapi.CreateIntegrationRequestObject) (sandboxapi.CreateIntegrationResponseObject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastIntegration++
	return sandboxapi.CreateIntegration2XXJSONResponse{Body: sandboxapi.Created{ID: s.lastIntegration}, StatusCode: http.StatusCreated}, nil
}

func (s *state) CreateParameter(_ context.Context, request sandboxapi.CreateParameterRequestObject) (sandboxapi.CreateParameterResponseObject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.hasIntegration(request.ID) {
		return nil, newProblem(http.StatusNotFound, "There is no such integration.", problemError{"path id", "there is no such integration"})
	}
	s.lastParameter++
	return sandboxapi.CreateParameter2XXJSONResponse{Body: sandboxapi.Created{ID: s.lastParameter}, StatusCode: http.StatusCreated}, nil
}

// The caller holds the lock.
func (s *state) hasIntegration(id int64) bool {
	return id >= 1 && id <= s.lastIntegration
}
