package normalize

import "testing"

func TestFixSecurity(t *testing.T) {
	schemes := func(schemes string) string { return `{"components": {"securitySchemes": {` + schemes + `}}}` }
	testDocuments(t, fixSecurity, []documentTest{
		{"complete", schemes(`"a": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}, "b": {"type": "apiKey", "in": "header", "name": "X-Key"},
			"c": {"type": "openIdConnect", "openIdConnectUrl": "https://a.example"},
			"d": {"type": "oauth2", "flows": {"password": {"tokenUrl": "/t", "scopes": {}}, "implicit": {"authorizationUrl": "/a", "scopes": {}}, "clientCredentials": {"tokenUrl": "/t", "scopes": {"s": "d"}},
				"authorizationCode": {"authorizationUrl": "/a", "tokenUrl": "/t", "scopes": {}}}}`), "", ""},
		{"parts missing", schemes(`"a": {"type": "http"}, "b": {"type": "apiKey", "in": "body", "name": "k"}, "c": {"type": "apiKey", "in": "query"}, "d": {"type": "openIdConnect"},
			"e": {"type": "oauth2"}, "f": {"type": "oauth2", "flows": {}}, "g": {"type": "oauth2", "flows": {"password": {"tokenUrl": "/t"}}}, "h": {"type": "oauth2", "flows": {"implicit": {"tokenUrl": "/t", "scopes": {}}}},
			"i": {"type": "oauth2", "flows": {"password": {"authorizationUrl": "/a", "scopes": {}}}}, "j": {"type": "mutualTLS"}, "k": {}, "l": [], "m": {"type": {"a": 1}}, "n": {"type": "oauth2", "flows": {"password": 1}}`),
			schemes(``), "/components/securitySchemes/a /components/securitySchemes/b /components/securitySchemes/c /components/securitySchemes/d /components/securitySchemes/e " +
				"/components/securitySchemes/f /components/securitySchemes/g /components/securitySchemes/h /components/securitySchemes/i /components/securitySchemes/j " +
				"/components/securitySchemes/k /components/securitySchemes/l /components/securitySchemes/m /components/securitySchemes/n"},
		{"fields of other kinds", schemes(`"a": {"type": "http", "scheme": "Basic", "in": "header", "name": "Authorization", "bearerFormat": "JWT", "flows": {}, "x-a": 1}, "b": {"type": "apiKey", "in": "query", "name": "k", "bearerFormat": "JWT", "flows": {}}`),
			schemes(`"a": {"type": "http", "scheme": "Basic", "x-a": 1}, "b": {"type": "apiKey", "in": "query", "name": "k"}`),
			"/components/securitySchemes/a/bearerFormat /components/securitySchemes/a/flows /components/securitySchemes/a/in /components/securitySchemes/a/name " +
				"/components/securitySchemes/b/bearerFormat /components/securitySchemes/b/flows"},
	})
}

func TestFixRequirements(t *testing.T) {
	secured := func(requirements, ofGet string) string {
		return `{"security": ` + requirements + `, "components": {"securitySchemes": {"a": {"type": "http", "scheme": "basic"}}}, "paths": {"/a": {"get": {` + ofGet + `}}}}`
	}
	testDocuments(t, fixSecurity, []documentTest{
		{"known", secured(`[{"a": []}, {}]`, `"security": []`), "", ""},
		{"unknown", secured(`[{"b": []}, {"a": [], "c": []}]`, `"security": [{"a": {}}]`), secured(`[{"a": []}]`, ``), "/security/0/b /security/1/c /paths/~1a/get/security/0/a"},
		{"none", secured(`["a", null]`, ``), `{"components": {"securitySchemes": {"a": {"type": "http", "scheme": "basic"}}}, "paths": {"/a": {"get": {}}}}`, "/security/0 /security/1"},
	})
}
