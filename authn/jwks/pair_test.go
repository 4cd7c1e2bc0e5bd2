package jwks

import (
	"encoding/json"
	"strings"
	"testing"
)

// Without one of the cases of checkPair, a row was accepted.
func TestA28_PairOfTokens(t *testing.T) {
	verifier := &Verifier{audience: "https://api.example"}
	const access = `{"sub":"auth0|5","aud":["https://api.example","https://login.example/userinfo"],"azp":"client","scope":"openid"}`
	const id = `{"sub":"auth0|5","aud":"client"}`
	for name, test := range map[string]struct{ access, id, want string }{
		"one login":            {access, id, ""},
		"a list of audiences":  {access, `{"sub":"auth0|5","aud":["other","client"],"azp":"client"}`, ""},
		"RFC 9068":             {`{"sub":"auth0|5","client_id":"client"}`, id, ""},
		"no client":            {`{"sub":"auth0|5"}`, id, ""},
		"two users":            {access, `{"sub":"auth0|6","aud":"client"}`, "different users"},
		"no user":              {`{}`, `{"aud":"client"}`, "different users"},
		"access token twice":   {access, access, "it is an access token"},
		"for another API":      {access, `{"sub":"auth0|5","aud":"https://other.example","scope":"read"}`, "it is an access token"},
		"another client":       {access, `{"sub":"auth0|5","aud":"other"}`, "another client"},
		"another client, 9068": {`{"sub":"auth0|5","client_id":"client"}`, `{"sub":"auth0|5","aud":"other"}`, "another client"},
		"for nobody":           {access, `{"sub":"auth0|5"}`, "no aud"},
	} {
		var parsed [2]claims
		for i, text := range []string{test.access, test.id} {
			if err := json.Unmarshal([]byte(text), &parsed[i]); err != nil {
				t.Fatal(err)
			}
		}
		err := verifier.checkPair(&parsed[0], &parsed[1])
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
