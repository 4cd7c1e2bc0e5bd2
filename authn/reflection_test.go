package authn

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"text/template"

	"github.com/xsale-go/xsale/internal/conformance/reflected"
)

// When a Secret held a pointer to its value, and a Source the connections with the last login,
// printers by reflection, such as those of test libraries, printed both.
func TestA18_NothingToReflect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t)
		source := server.source(t, func(c *Config) {
			c.Store = &MemoryStore{}
			c.EncryptionKey = NewSecret(strings.Repeat(canaryPassword, 2))
		})
		token, err := source.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		config := server.config()
		config.HTTPClient = nil // the caller's own
		config.EncryptionKey = NewSecret(canaryPassword)
		failing := newFakeServer(t, permanentFailures["MFA"].response).source(t)
		_, failure := failing.Token(t.Context())
		synctest.Wait() // nothing may change what is printed
		for _, value := range []any{
			NewSecret(canaryPassword), new(NewSecret(canaryPassword)), []Secret{NewSecret(canaryPassword)}, map[Secret]Secret{NewSecret(canaryPassword): NewSecret(canaryIDToken)},
			testCredentials(), new(testCredentials()), config, token, *token, source, failing, failure, failing.failure, source.flight,
			&MemoryStore{}, source.Token, source.Edit, Static(testCredentials()),
		} {
			text := reflected.Print(value)
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
				text += fmt.Sprintf(verb, value)
			}
			var page bytes.Buffer
			if err := template.Must(template.New("").Parse(`{{.}} {{printf "%#v" .}}`)).Execute(&page, value); err == nil {
				text += page.String()
			}
			checkNoSecret(t, fmt.Sprintf("%T", value), text)
		}
		if !strings.Contains(reflected.Print(source), "authn.Token") {
			t.Error("the tokens of the Source were not looked at")
		}
	})
}

func TestA18_SecretsCompare(t *testing.T) {
	if a, b := NewSecret("value"), NewSecret("value"); a != b || !reflect.DeepEqual(a, b) || a == NewSecret("valuf") || a == (Secret{}) {
		t.Error("equal secrets differ, or others are equal")
	}
	if NewSecret("") != (Secret{}) {
		t.Error("the empty secret is not the zero Secret")
	}
	for length := range 200 {
		if value := strings.Repeat("ł", length); NewSecret(value).Reveal() != value {
			t.Fatalf("%d characters were not revealed", length)
		}
	}
	if a, b := NewSecret("canary-1").masked, NewSecret("canary-2").masked; a[16:23] == b[16:23] {
		t.Error("two secrets share a key stream")
	}
}
