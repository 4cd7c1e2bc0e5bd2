package normalize

import "testing"

func TestCleanDescriptions(t *testing.T) {
	testDocuments(t, cleanDescriptions, []documentTest{
		{"plain", `{"info": {"title": "Zamówienia 😀", "description": "a\n\tb"}}`, "", ""},
		{"line ends", `{"info": {"description": "a\r\nb\rc\n\r"}}`, `{"info": {"description": "a\nb\nc\n\n"}}`, "/info/description"},
		{"invisible characters", `{"info": {"title": "\ufeffa\u0000b\u202ec\u200bd\u0085\ufffd", "x-summary": "\u001b[31m"}}`,
			`{"info": {"title": "abcd", "x-summary": "[31m"}}`, "/info/title /info/x-summary"},
		{"not a string", inGet(`{"summary": 1, "description": {"a": "b"}, "x-description": null}`), inGet(`{}`),
			"/paths/~1a/get/description /paths/~1a/get/summary /paths/~1a/get/x-description"},
		{"author's names", `{"components": {"schemas": {"A": {"properties": {"title": {"description": "a\rb"}, "summary": {}}}}}}`,
			`{"components": {"schemas": {"A": {"properties": {"title": {"description": "a\nb"}, "summary": {}}}}}}`,
			"/components/schemas/A/properties/title/description"},
		{"form parts with these names", inGet(`{"requestBody": {"content": {"multipart/form-data": {"encoding": {"title": {"style": "form"}, "description": {"contentType": "a/b"}}}}}}`), "", ""},
		{"a server variable with this name", `{"servers": [{"url": "/{title}", "variables": {"title": {"default": "a"}}}]}`, "", ""},
		{"a schema named like a keyword", `{"components": {"schemas": {"content": {"description": "a\rb", "example": {"title": 1}}}}}`,
			`{"components": {"schemas": {"content": {"description": "a\nb", "example": {"title": 1}}}}}`, "/components/schemas/content/description"},
		{"not in data", `{"components": {"schemas": {"A": {"example": {"title": 1, "description": "a\rb"}, "default": {"title": "a\rb"}}}}}`, "", ""},
	})
}
