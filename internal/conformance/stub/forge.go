package stub

import (
	"encoding/json"
	"testing"
)

// ForgeTokens replaces the tokens in the data of an entry with unencrypted ones, as someone who
// knows the format but not the key could.
func ForgeTokens(t *testing.T, data []byte) []byte {
	t.Helper()
	var parts map[string]any
	if err := json.Unmarshal(data, &parts); err != nil {
		t.Fatal(err)
	}
	tokens, _ := parts["tokens"].(map[string]any)
	for _, part := range tokens {
		part.(map[string]any)["data"] = []byte(`{"access_token":"forged","id_token":"forged","lifetime":3600000000000}`)
	}
	if len(tokens) != 1 {
		t.Fatalf("no tokens in the entry: %s", data)
	}
	forged, err := json.Marshal(parts)
	if err != nil {
		t.Fatal(err)
	}
	return forged
}
