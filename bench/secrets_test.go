package bench

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/repr"
	"github.com/davecgh/go-spew/spew"
	"github.com/google/go-cmp/cmp"
	"github.com/k0kubun/pp/v3"
	"github.com/kr/pretty"
	"github.com/sanity-io/litter"
	"github.com/stretchr/testify/assert"
	"go.yaml.in/yaml/v3"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
)

// printers print values by reflection. Some of them ignore the methods of a value.
var printers = map[string]func(value any) string{
	"spew": func(value any) string { return spew.Sdump(value) + fmt.Sprint(spew.NewFormatter(value)) },
	"spew without methods": func(value any) string {
		return (&spew.ConfigState{Indent: " ", DisableMethods: true, MaxDepth: 12}).Sdump(value)
	},
	"testify": func(value any) string {
		var said recorder
		assert.Equal(&said, value, nil)
		assert.Equal(&said, value, reflect.Zero(reflect.TypeOf(value)).Interface())
		assert.Nil(&said, value)
		return said.String()
	},
	"go-cmp": func(value any) string {
		return cmp.Diff(value, reflect.Zero(reflect.TypeOf(value)).Interface(), cmp.Exporter(func(reflect.Type) bool { return true }))
	},
	"pretty": func(value any) string {
		return pretty.Sprint(value) + strings.Join(pretty.Diff(value, reflect.Zero(reflect.TypeOf(value)).Interface()), "\n")
	},
	"pp": func(value any) string {
		printer := pp.New()
		printer.SetColoringEnabled(false)
		printer.SetExportedOnly(false)
		return printer.Sprint(value)
	},
	"litter": func(value any) string {
		return litter.Options{HidePrivateFields: false}.Sdump(value)
	},
	"repr": func(value any) string { return repr.String(value, repr.IgnorePrivate()) + repr.String(value) },
	"yaml": func(value any) string {
		data, _ := yaml.Marshal(value)
		return string(data)
	},
	"gob": func(value any) string {
		var data bytes.Buffer
		gob.NewEncoder(&data).Encode(value)
		return data.String()
	},
	"fmt": func(value any) string { return fmt.Sprintf("%#v %+v %s", value, value, value) },
}

// recorder keeps what testify reports.
type recorder struct{ strings.Builder }

func (r *recorder) Errorf(format string, arguments ...any) { fmt.Fprintf(r, format, arguments...) }

// Printers that people have in their tests and logs show no password and no token. Before, all of
// them followed the pointer in a Secret.
func TestA18_PrintersShowNoSecret(t *testing.T) {
	const canary = "canary-5d1f"
	login := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"access_token":"%[1]s-access","id_token":"%[1]s-id","expires_in":86400}`, canary)
	}))
	defer login.Close()
	credentials := authn.Credentials{ClientID: "client", ClientSecret: authn.NewSecret(canary), Username: "user", Password: authn.NewSecret(canary)}
	config := authn.Config{Credentials: authn.Static(credentials), TokenURL: login.URL, EncryptionKey: authn.NewSecret(strings.Repeat(canary, 4))}
	source, err := authn.New(config)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	token, err := source.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client, err := xsale.New(xsale.WithTokenSource(source))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	graphs := []any{source, client, client.Orders, client.Doer()}
	for _, value := range append(graphs,
		credentials.Password, &credentials.Password, credentials, &credentials, config, token, *token,
		&authn.Error{Reason: authn.ErrMFARequired, MFAToken: authn.NewSecret(canary)},
	) {
		for name, print := range printers {
			if (name == "yaml" || name == "gob") && slices.Contains(graphs, value) {
				continue // they do not notice cycles, such as those of contexts, and run out of memory
			}
			t.Run(fmt.Sprintf("%s %T", name, value), func(t *testing.T) {
				defer func() { // some printers cannot print every value, which shows nothing either
					if problem := recover(); problem != nil && strings.Contains(fmt.Sprint(problem), canary) {
						t.Error("the panic contains a secret")
					}
				}()
				if text := print(value); strings.Contains(text, canary) || strings.Contains(text, fmt.Sprint([]byte(canary))[1:20]) {
					t.Error("printed a secret")
				}
			})
		}
	}
	for name, print := range printers { // or nothing was printed at all
		if text := print(struct{ Text string }{"visible"}); !strings.Contains(text, "visible") {
			t.Errorf("%s printed %q", name, text)
		}
	}
}
