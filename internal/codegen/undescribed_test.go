package codegen

import (
	"strings"
	"testing"
)

func TestResultOfUndescribedResponses(t *testing.T) {
	const response, none = "(*http.Response, error)", "error"
	for _, test := range []struct{ method, responses, want string }{
		{"get", `"200":{"description":""}`, response},
		{"get", `"200":{"description":"","content":{}},"404":{"description":""}`, response},
		{"get", `"2XX":{"description":""}`, response},
		{"get", `"200":{"description":""},"206":{"description":""}`, response},
		{"get", `"200":{"description":""},"204":{"description":""}`, response},
		{"get", `"404":{"description":""}`, response},
		{"get", `"default":{"description":""}`, response},
		{"get", `"204":{"description":""}`, none},
		{"get", `"204":{"description":""},"205":{"description":""}`, none},
		{"get", `"200":{"description":"","content":{"application/json":{"schema":{"type":"string"}}}},"202":{"description":""}`, "(string, error)"},
		{"head", `"200":{"description":""}`, none},
		{"post", `"200":{"description":""}`, none},
		{"put", `"201":{"description":""}`, none},
		{"delete", `"default":{"description":""}`, none},
	} {
		code := codeOf(t, `"schemas":{}`, `"/a":{"`+test.method+`":{"operationId":"a","responses":{`+test.responses+`}}}`)
		if !strings.Contains(code, "func (c *Client) A(ctx context.Context, options ...call.Option) "+test.want+" {") {
			t.Errorf("%s with %s is not %s", test.method, test.responses, test.want)
		}
	}
}
