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

// authenticate returns the user of both tokens, which must be of one login. The problem does not
// repeat them.
func (s *tokenService) authenticate(header http.Header) (*user, *problem.Details) {
	access, accessErr := s.checkAccessToken(header.Get(accessTokenHeader))
	id, idErr := s.checkIDToken(header.Get(idTokenHeader))
	if accessErr == nil && idErr == nil && access.login != id.login {
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
		return access.user, nil
	}
	return nil, problem.New(http.StatusUnauthorized, "The tokens are invalid", details...).With("WWW-Authenticate", "Bearer")
}

func (s *tokenService) checkAccessToken(value string) (issuedToken, error) {
	if value == "" {
		return issuedToken{}, errMissing
	}
	scheme, token, found := strings.Cut(value, " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return issuedToken{}, errNotBearer
	}
	return s.verify(token, Audience)
}

func (s *tokenService) checkIDToken(token string) (issuedToken, error) {
	if token == "" {
		return issuedToken{}, errMissing
	}
	return s.verify(token, ClientID)
}
