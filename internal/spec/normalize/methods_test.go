package normalize

import "testing"

func TestCollectMethods(t *testing.T) {
	testDocuments(t, collectMethods, []documentTest{
		{"normal", inPaths(`{"/a": {"get": {}, "x-oai-additionalOperations": {"COPY": {}}}, "x-b": {"query": {}}}`), "", ""},
		{"of OpenAPI 3.2", inPaths(`{"/a": {"query": {"summary": "Q"}, "additionalOperations": {"COPY": {}, "M-SEARCH": {}}}}`),
			inPaths(`{"/a": {"x-oai-additionalOperations": {"QUERY": {"summary": "Q"}, "COPY": {}, "M-SEARCH": {}}}}`),
			"/paths/~1a/query /paths/~1a/additionalOperations/COPY /paths/~1a/additionalOperations/M-SEARCH"},
		{"in lower case", inPaths(`{"/a": {"x-oai-additionalOperations": {"copy": {}}}}`), inPaths(`{"/a": {"x-oai-additionalOperations": {"COPY": {}}}}`),
			"/paths/~1a/x-oai-additionalOperations/copy"},
		{"with a field of their own", inPaths(`{"/a": {"get": {}, "additionalOperations": {"GET": {"summary": "other"}, "Post": {}}}}`),
			inPaths(`{"/a": {"get": {}, "post": {}}}`), "/paths/~1a/additionalOperations/GET /paths/~1a/additionalOperations/Post"},
		{"twice", inPaths(`{"/a": {"query": {}, "additionalOperations": {"QUERY": {}}}}`), inPaths(`{"/a": {"x-oai-additionalOperations": {"QUERY": {}}}}`),
			"/paths/~1a/query /paths/~1a/additionalOperations/QUERY"},
		{"not operations", inPaths(`{"/a": {"query": 1, "additionalOperations": {"A B": {}, "COPY": []}, "x-oai-additionalOperations": []}}`), inPaths(`{"/a": {}}`),
			"/paths/~1a/query /paths/~1a/additionalOperations/A B /paths/~1a/additionalOperations/COPY /paths/~1a/x-oai-additionalOperations"},
		{"in a shared path item", `{"components": {"pathItems": {"P": {"query": {}}}}}`, `{"components": {"pathItems": {"P": {"x-oai-additionalOperations": {"QUERY": {}}}}}}`,
			"/components/pathItems/P/query"},
	})
}
