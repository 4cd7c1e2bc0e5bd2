package call

import (
	"net/http"
	"testing"
)

// When a pattern was looked for anywhere in the header, the text of a realm kept rejected tokens in
// use, and single quotes cost a login.
func TestA07_InsufficientScopeIsAParameter(t *testing.T) {
	for challenge, want := range map[string]bool{
		`Bearer error="insufficient_scope"`:                               true,
		`Bearer error=insufficient_scope`:                                 true,
		`Bearer error='insufficient_scope'`:                               true,
		`Bearer error = "insufficient_scope"`:                             true,
		`bearer ERROR="Insufficient_Scope"`:                               true,
		`Bearer error=" insufficient_scope "`:                             true,
		`Bearer error="insufficient\_scope"`:                              true,
		`Bearer realm="a, b=\"c\"", error="insufficient_scope"`:           true,
		`Bearer realm='a "b', error='insufficient_scope', scope='x'`:      true,
		`Bearer realm="x" error="insufficient_scope" scope="y"`:           true,
		`Bearer realm="x";error=insufficient_scope;scope="y"`:             true,
		`Basic realm="x", Bearer error="insufficient_scope"`:              true,
		`Negotiate YWJj==, DPoP algs="ES256", error="insufficient_scope"`: true,
		`Bearer scope="x", error="insufficient_scope`:                     true,

		``:                                        false,
		`Bearer`:                                  false,
		`Bearer error`:                            false,
		`Bearer error=`:                           false,
		`error="`:                                 false,
		`insufficient_scope`:                      false,
		`Bearer error="invalid_token"`:            false,
		`Bearer error="insufficient_scope_x"`:     false,
		`Bearer error="not insufficient_scope"`:   false,
		`Bearer x-error="insufficient_scope"`:     false,
		`Bearer error_code="insufficient_scope"`:  false,
		`Bearer realm="error=insufficient_scope"`: false,
		`Bearer realm="a, error=insufficient_scope, b"`:                                                 false,
		`Bearer realm="\", error=insufficient_scope"`:                                                   false,
		`Bearer realm='x, error="insufficient_scope"'`:                                                  false,
		`Bearer error="invalid_token", error_description="not error=insufficient_scope"`:                false,
		`Bearer error="invalid_token", error_description="or is it, error=\"insufficient_scope\", yes"`: false,
	} {
		if got := outOfScope(http.Header{"Www-Authenticate": {challenge}}); got != want {
			t.Errorf("%s: got %v", challenge, got)
		}
	}
	several := http.Header{"Www-Authenticate": {`Basic realm="x"`, `Bearer error="insufficient_scope"`}}
	if !outOfScope(several) {
		t.Error("the second header is ignored")
	}
}

func FuzzOutOfScope(f *testing.F) {
	f.Add(`Bearer realm="a\", error='insufficient_scope`)
	f.Fuzz(func(t *testing.T, challenge string) {
		for rest := challenge; rest != ""; {
			_, _, next := nextParameter(rest)
			if len(next) >= len(rest) {
				t.Fatalf("%q: no progress at %q", challenge, rest)
			}
			rest = next
		}
	})
}
