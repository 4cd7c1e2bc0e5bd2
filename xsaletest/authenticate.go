package xsaletest

import (
	"errors"
	"net/http"
	"strings"
)

// The headers that every API call carries.
const (
	accessTokenHeader = "Authorization"
	idTokenHeader     = "x-id-token"
)

var (
	errMissing   = errors.New("is missing")
	errNotBearer = errors.New(`is not written as "Bearer" and the token`)
	errMismatch  = errors.New("is from another login than the access token")
)

// authenticate lets only calls through that carry both tokens of one login.
func (s *tokenService) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if violations := s.checkTokens(r.Header); len(violations) > 0 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			newProblem(http.StatusUnauthorized, "The tokens are refused.", violations...).write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// checkTokens returns what is wrong with the tokens of a call. The tokens themselves are no part of it.
func (s *tokenService) checkTokens(header http.Header) []violation {
	accessLogin, accessErr := s.checkAccessToken(header.Get(accessTokenHeader))
	idLogin, idErr := s.checkIDToken(header.Get(idTokenHeader))
	if accessErr == nil && idErr == nil && accessLogin != idLogin {
		idErr = errMismatch
	}
	var violations []violation
	if accessErr != nil {
		violations = append(violations, violation{accessTokenHeader, "the access token " + accessErr.Error()})
	}
	if idErr != nil {
		violations = append(violations, violation{idTokenHeader, "the ID token " + idErr.Error()})
	}
	return violations
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
