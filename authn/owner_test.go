package authn

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
)

// Without checkOwner, the tokens of two users, and those of another client, were used.
func TestA28_TokensOfAnotherOwner(t *testing.T) {
	type claims = map[string]any
	jwe := "eyJhbGciOiJkaXIifQ..aXY.dGV4dA.dGFn"
	for name, test := range map[string]struct {
		access, id string
		want       string // in the error; empty for tokens that are used
	}{
		"two users":                 {unsigned(claims{"sub": "auth0|canary-5"}), unsigned(claims{"sub": "auth0|canary-6"}), "different users"},
		"two numbers":               {unsigned(claims{"sub": 5}), unsigned(claims{"sub": 6}), "different users"},
		"two large numbers":         {unsigned(claims{"sub": 9007199254740992}), unsigned(claims{"sub": 9007199254740993}), "different users"},
		"a number and a string":     {unsigned(claims{"sub": 5}), unsigned(claims{"sub": "6"}), "different users"},
		"another client":            {unsigned(claims{"sub": "a"}), unsigned(claims{"sub": "a", "aud": "canary-client"}), "another client"},
		"other clients":             {"opaque", unsigned(claims{"aud": []string{"canary-client", "other"}}), "another client"},
		"another party":             {unsigned(claims{"azp": "canary-client"}), unsigned(claims{"aud": "client-id"}), "another client"},
		"another party of the ID":   {"opaque", unsigned(claims{"aud": []string{"client-id", "canary-client"}, "azp": "canary-client"}), "another client"},
		"a number as party":         {unsigned(claims{"azp": 5}), "opaque", "another client"},
		"empty party":               {unsigned(claims{"azp": ""}), unsigned(claims{"azp": nil}), ""},
		"an access token for both":  {unsigned(claims{"aud": []string{DefaultAudience}, "azp": "client-id"}), unsigned(claims{"aud": []string{DefaultAudience}, "azp": "client-id"}), "another client"},
		"Auth0":                     {unsigned(claims{"sub": "a", "aud": []string{DefaultAudience, "https://login.example/userinfo"}, "azp": "client-id"}), unsigned(claims{"sub": "a", "aud": "client-id"}), ""},
		"audience as a list":        {unsigned(claims{"sub": "a", "aud": DefaultAudience}), unsigned(claims{"sub": "a", "aud": []string{"other", "client-id"}, "azp": "client-id"}), ""},
		"the same number":           {unsigned(claims{"sub": 5}), unsigned(claims{"sub": "5"}), ""},
		"no claims":                 {unsigned(claims{}), unsigned(claims{}), ""},
		"one user":                  {unsigned(claims{"sub": "a"}), unsigned(claims{}), ""},
		"odd claims":                {unsigned(claims{"sub": []int{1}}), unsigned(claims{"sub": true, "aud": 7}), ""},
		"empty audience":            {"opaque", unsigned(claims{"aud": []string{}}), ""},
		"opaque":                    {"opaque", "opaque", ""},
		"encrypted access token":    {jwe, unsigned(claims{"sub": "a", "aud": "client-id"}), ""},
		"encrypted ID token":        {unsigned(claims{"sub": "a"}), jwe, ""},
		"escaped characters in sub": {"e30.eyJzdWIiOiJhXHUwMDdjYiJ9.", unsigned(claims{"sub": "a|b"}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := newFakeServer(t, step{body: tokenBody(test.access, test.id, 3600)}).source(t).Token(t.Context())
				if test.want == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				if !errors.Is(err, ErrInvalidResponse) || !strings.Contains(err.Error(), test.want) {
					t.Fatalf("got %v", err)
				}
				if text := printed(err); strings.Contains(text, test.id) || strings.Contains(text, "canary") {
					t.Errorf("the error contains a token: %s", fmt.Sprint(err))
				}
			})
		})
	}
}
