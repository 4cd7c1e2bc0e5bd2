package xsaletest

import (
	"errors"
	"net/http"
	"strings"

	"github.com/xsale-go/xsale/internal/problem"
)

// Headers of every API call.
const (
	accessTokenHeader = "Authorization"
	idTokenHeader     = "x-id-token"
)

var (
	errMissing   = errors.New("is missing")
	errNotBearer = errors.New(`is not of the form "Bearer <token>"`)
	errMismatch  = errors.New("is from a different login than the access token")
)

// authenticate requires both tokens of one login. The problem does not repeat them.
func (s *tokenService) authenticate(header http.Header) *problem.Details {
	accessLogin, accessErr := s.checkAccessToken(header.Get(accessTokenHeader))
	idLogin, idErr := s.checkIDToken(header.Get(idTokenHeader))
	if accessErr == nil && idErr == nil && accessLogin != idLogin {
		idErr = errMismatch
	}
	var details []problem.Field
	if accessErr != nil {
		details = append(details, problem.Field{Pointer: "header " + accessTokenHeader, Detail: "the access token " + accessErr.Error()})
	}
	if idErr != nil {
		details = append(details, problem.Field{Pointer: "header " + idTokenHeader, Detail: "the ID token " + idErr.Error()})
	}
	if details == nil {
		return nil
	}
	return problem.New(http.StatusUnauthorized, "The tokens are invalid", details...).With("WWW-Authenticate", "Bearer")
}

func (s *tokenService) checkAccessToken(value string) (login int64, err error) {
	if value == "" {
		return 0, errMissing
	}
	scheme, token, found := strings.Cut(value, " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return 0, errNotBearer
	}
	return s.verify(token, Audience)
}

func (s *tokenService) checkIDToken(token string) (login int64, err error) {
	if token == "" {
		return 0, errMissing
	}
	return s.verify(token, ClientID)
}
