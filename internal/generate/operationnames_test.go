package generate

import (
	"strings"
	"testing"
)

// TestOperationsNamedLikeMethods checks that no operation takes the name of a field or method that its types have besides.
func TestOperationsNamedLikeMethods(t *testing.T) {
	for id, want := range map[string]string{
		"client": "ClientOperation", "raw": "RawOperation", "server": "ServerOperation", "handler": "HandlerOperation",
		"requestEditors": "RequestEditorsOperation", "marshalJSON": "MarshalJSONOperation", "writeByte": "WriteByteOperation", "scan": "Scan",
	} {
		code := codeOf(t, `"schemas":{}`, `"/a/{pathParam0}":{"get":{"operationId":"`+id+`","parameters":[{"name":"pathParam0","in":"path","required":true,"schema":{"type":"string"}}],"responses":{"204":{"description":""}}}}`)
		if !strings.Contains(code, "func (c *Client) "+want+"(ctx context.Context, pathParam0Param string") {
			t.Errorf("%s does not become %s", id, want)
		}
	}
}
