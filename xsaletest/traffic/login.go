package traffic

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// loginRequest reports whether a request asks a login service for tokens or signing keys: by the
// paths of Auth0 or, for another service, by the grant in the body.
func loginRequest(request *http.Request, body []byte) bool {
	if strings.HasSuffix(request.URL.Path, "/oauth/token") || strings.HasSuffix(request.URL.Path, "/.well-known/jwks.json") {
		return true
	}
	if request.Method != http.MethodPost {
		return false
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) == nil {
		return fields["grant_type"] != nil
	}
	form, err := url.ParseQuery(string(body))
	return err == nil && form.Has("grant_type")
}
