package swagger2

import "testing"

func TestConvertSecurity(t *testing.T) {
	const location = "/securityDefinitions/s"
	scheme := func(name, scheme, want, reports string) conversion {
		return conversion{name: name, base: `"securityDefinitions": {"s": ` + scheme + `}`, at: "/components/securitySchemes/s", want: want, reports: reports}
	}
	const bearer = `{"type": "http", "scheme": "bearer"}`
	runConversions(t, []conversion{
		scheme("basic", `{"type": "basic", "description": "D", "x-a": 1}`, `{"type": "http", "scheme": "basic", "description": "D", "x-a": 1}`, ""),
		scheme("key", `{"type": "apiKey", "name": "Authorization", "in": "header", "description": "D"}`, `{"type": "apiKey", "name": "Authorization", "in": "header", "description": "D"}`, ""),
		scheme("key in an unknown location", `{"type": "apiKey", "name": "x-key"}`, `{"type": "apiKey", "name": "x-key", "in": "header"}`, "swagger2-security "+location+"/in"),
		scheme("key without a name", `{"type": "apiKey", "in": "header"}`, ``, "swagger2-security "+location),
		scheme("implicit", `{"type": "oauth2", "flow": "implicit", "authorizationUrl": "https://a/auth", "scopes": {"read": "R"}, "x-a": 1}`,
			`{"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "https://a/auth", "scopes": {"read": "R"}}}, "x-a": 1}`, ""),
		scheme("password", `{"type": "oauth2", "flow": "password", "tokenUrl": "https://a/token", "scopes": {}}`, `{"type": "oauth2", "flows": {"password": {"tokenUrl": "https://a/token", "scopes": {}}}}`, ""),
		scheme("application", `{"type": "oauth2", "flow": "application", "tokenUrl": "https://a/token", "scopes": {}}`, `{"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://a/token", "scopes": {}}}}`, ""),
		scheme("access code", `{"type": "oauth2", "flow": "accessCode", "authorizationUrl": "https://a/auth", "tokenUrl": "https://a/token", "scopes": {}}`,
			`{"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": "https://a/auth", "tokenUrl": "https://a/token", "scopes": {}}}}`, ""),
		scheme("fields that the flow does not have", `{"type": "oauth2", "flow": "implicit", "authorizationUrl": "https://a/auth", "tokenUrl": "https://a/token", "tokenName": "t", "scopes": {}}`,
			`{"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "https://a/auth", "scopes": {}}}}`, "swagger2-dropped "+location+"/tokenName, swagger2-dropped "+location+"/tokenUrl"),
		scheme("no scopes", `{"type": "oauth2", "flow": "password", "tokenUrl": "https://a/token"}`, `{"type": "oauth2", "flows": {"password": {"tokenUrl": "https://a/token", "scopes": {}}}}`, "swagger2-security "+location+"/scopes"),
		scheme("invalid URL", `{"type": "oauth2", "flow": "password", "description": "D", "scopes": {}}`, `{"type": "http", "scheme": "bearer", "description": "D"}`, "swagger2-security "+location),
		scheme("one address of two", `{"type": "oauth2", "flow": "accessCode", "tokenUrl": "https://a/token", "scopes": {}}`, bearer, "swagger2-security "+location),
		scheme("no flow", `{"type": "oauth2", "tokenUrl": "https://a/token", "scopes": {}}`, bearer, "swagger2-security "+location),
		scheme("of OpenAPI 3", `{"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}`, `{"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}`, ""),
		scheme("unknown type", `{"type": "saml"}`, ``, "swagger2-security "+location),
		scheme("type of a wrong type", `{"type": ["basic"]}`, ``, "swagger2-security "+location),
		scheme("wrong type", `"basic"`, ``, "swagger2-dropped "+location),
		{name: "requirements of an operation", base: post(`"security": [{"s": ["read"]}], ` + okResponse), at: operationPointer + "/security", want: `[{"s": ["read"]}]`},
	})
}
