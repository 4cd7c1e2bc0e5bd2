package xsaletest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// isLogin reports whether a request asks a login service for tokens, or for the keys that they are signed with: by the
// address that Auth0 has or, where there is another, by the grant in the body.
func isLogin(request *http.Request, body []byte) bool {
	if strings.HasSuffix(request.URL.Path, tokenPath) || strings.HasSuffix(request.URL.Path, keySetPath) {
		return true
	}
	if request.Method != http.MethodPost {
		return false
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) == nil {
		return members["grant_type"] != nil
	}
	form, err := url.ParseQuery(string(body))
	return err == nil && form.Has("grant_type")
}
