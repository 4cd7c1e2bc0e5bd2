package codegen

import (
	"strings"
	"testing"
)

// Operations get other names than the fields and methods of their types.
func TestOperationsNamedLikeMethods(t *testing.T) {
	for id, want := range map[string]string{
		"client": "Client", "raw": "Raw2", "marshalJSON": "MarshalJSON2", "writeByte": "WriteByte2", "scan": "Scan",
	} {
		code := codeOf(t, `"schemas":{}`, `"/a/{params}":{"get":{"operationId":"`+id+`","parameters":[{"name":"params","in":"path","required":true,"schema":{"type":"string"}}],"responses":{"204":{"description":""}}}}`)
		if !strings.Contains(code, "func (c *Client) "+want+"(ctx context.Context, paramsParam string") {
			t.Errorf("%s does not become %s", id, want)
		}
	}
}
