package account

import (
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
)

const (
	vendorAndSandbox = `
current: shop
accounts:
  shop: {client_id: shop-client, username: shop-user, organization: acme, secrets: file}
  sandbox:
    client_id: sandbox-client
    username: sandbox-user
    base_url: http://127.0.0.1:8080
    token_url: http://127.0.0.1:8080/oauth/token
    secrets: file
`
	vendorVariables  = "XSALE_CLIENT_ID=shop-client XSALE_CLIENT_SECRET=s XSALE_USERNAME=shop-user XSALE_PASSWORD=p"
	sandboxVariables = "XSALE_CLIENT_ID=sandbox-client XSALE_CLIENT_SECRET=s XSALE_USERNAME=sandbox-user XSALE_PASSWORD=p XSALE_BASE_URL=http://127.0.0.1:8080 XSALE_TOKEN_URL=http://127.0.0.1:8080/oauth/token"
)

// Each mix of the flag, the environment and the file gives one account as a whole, or an error that
// names what is mixed.
func TestChoose(t *testing.T) {
	for _, test := range []struct{ name, variables, want, wantErr string }{
		{"", "", "shop", ""},
		{"sandbox", "", "sandbox", ""},
		{"", "XSALE_ACCOUNT=sandbox", "sandbox", ""},
		{"shop", "XSALE_ACCOUNT=sandbox", "shop", ""},
		{"shpo", "", "", "did you mean shop?"},
		{"", "XSALE_ACCOUNT=nope", "", `no account "nope"`},

		// The environment has everything.
		{"", vendorVariables, "", ""},
		{"", sandboxVariables, "", ""},
		{"shop", vendorVariables, "shop from environment", ""},
		{"sandbox", sandboxVariables, "sandbox from environment", ""},
		{"", "XSALE_ACCOUNT=sandbox " + sandboxVariables, "sandbox from environment", ""},
		{"shop", sandboxVariables, "", "account shop is not the one in the environment, by XSALE_CLIENT_ID, XSALE_USERNAME, XSALE_BASE_URL (http://127.0.0.1:8080, not https://api.xsale.ai), XSALE_TOKEN_URL (http://127.0.0.1:8080/oauth/token, not https://login.futuriti.pl/oauth/token): unset"},
		{"sandbox", vendorVariables, "", "XSALE_CLIENT_ID, XSALE_USERNAME, XSALE_BASE_URL (https://api.xsale.ai, not http://127.0.0.1:8080), XSALE_TOKEN_URL ("},
		{"", "XSALE_ACCOUNT=shop " + sandboxVariables, "", "account shop is not the one in the environment, by XSALE_CLIENT_ID"},
		{"shop", vendorVariables + " XSALE_BASE_URL=http://127.0.0.1:8080", "", "environment, by XSALE_BASE_URL (http://127.0.0.1:8080, not https://api.xsale.ai): unset"},

		{"", "XSALE_CLIENT_ID=web-client XSALE_CLIENT_SECRET=s", "", ""}, // of an application whose users log in
		{"shop", "XSALE_CLIENT_ID=web-client XSALE_CLIENT_SECRET=s", "", "environment, by XSALE_CLIENT_ID, XSALE_CLIENT_SECRET"},

		// It has a part.
		{"", "XSALE_PASSWORD=p", "", "environment, by XSALE_PASSWORD"},
		{"shop", "XSALE_PASSWORD=p", "", "environment, by XSALE_PASSWORD"},
		{"", "XSALE_CLIENT_SECRET=s XSALE_PASSWORD=p", "", "XSALE_CLIENT_SECRET, XSALE_PASSWORD"},
		{"", "XSALE_CLIENT_ID=shop-client", "shop", ""},
		{"", "XSALE_CLIENT_ID=other", "", "environment, by XSALE_CLIENT_ID"},
		{"", "XSALE_USERNAME=sandbox-user", "", "environment, by XSALE_USERNAME"},
		{"", "XSALE_BASE_URL=http://127.0.0.1:8080", "", "environment, by XSALE_BASE_URL"},
		{"", "XSALE_TOKEN_URL=http://127.0.0.1:8080/oauth/token", "", "environment, by XSALE_TOKEN_URL"},
		{"sandbox", "XSALE_BASE_URL=http://127.0.0.1:8081", "", "environment, by XSALE_BASE_URL"},
		{"sandbox", "XSALE_TOKEN_URL=http://127.0.0.1:8080/other", "", "environment, by XSALE_TOKEN_URL"},
		{"sandbox", "XSALE_BASE_URL=http://127.0.0.1:8080/", "sandbox", ""},
		{"", "XSALE_BASE_URL=https://API.xsale.ai:443/", "shop", ""},
		{"", "XSALE_BASE_URL=https://me:canary@api.xsale.ai", "", "XSALE_BASE_URL contains a user or password"},
	} {
		useConfig(t, vendorAndSandbox)
		for variable := range strings.FieldsSeq(test.variables) {
			name, value, _ := strings.Cut(variable, "=")
			t.Setenv(name, value)
		}
		a, err := Choose(test.name)
		if test.wantErr != "" {
			wantError(t, err, test.wantErr)
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("a password is shown: %v", err)
			}
			continue
		}
		got := ""
		if a != nil {
			got = a.Name
			if a.fromEnvironment {
				got += " from environment"
			}
		}
		if err != nil || got != test.want {
			t.Errorf("--account %q with %s: got %q, %v, want %q", test.name, test.variables, got, err, test.want)
		}
	}
}

func TestChooseTakesOtherSettingsOfTheEnvironment(t *testing.T) {
	useConfig(t, vendorAndSandbox)
	t.Setenv("XSALE_ORGANIZATION", "other")
	t.Setenv("XSALE_SCOPE", "openid other")
	a, err := Choose("")
	if err != nil || a.Organization != "other" || a.Scope != "openid other" {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := Load(""); err != nil || a.Organization != "acme" {
		t.Errorf("%+v, %v", a, err)
	}
}

// A service without a home directory has no accounts, and needs none.
func TestNoDirectory(t *testing.T) {
	useConfig(t, "")
	for _, name := range []string{"XSALE_CONFIG_DIR", "HOME", "XDG_CONFIG_HOME", "AppData"} {
		t.Setenv(name, "")
	}
	if a, err := Choose(""); a != nil || err != nil {
		t.Errorf("%v, %v", a, err)
	}
	_, err := Choose("shop")
	wantError(t, err, `no account "shop"`)
	_, err = Add(t.Context(), newAccount("shop"), newSecrets("shop"), false)
	wantError(t, err, "XSALE_CONFIG_DIR")
}

func TestFrom(t *testing.T) {
	useConfig(t, vendorAndSandbox)
	for name, want := range map[string]string{"": "https://api.xsale.ai", "sandbox": "http://127.0.0.1:8080"} {
		client, err := xsale.New(From(name))
		if err != nil || client.BaseURL() != want {
			t.Fatalf("%q: %v", name, err)
		}
		client.Close()
	}
	client, err := xsale.New(From("shop"), xsale.WithOrganization("later"))
	if err != nil || client.Organization("").Name() != "later" {
		t.Fatal(err)
	}
	client.Close()
	_, err = xsale.New(From("shpo"))
	wantError(t, err, "did you mean shop?")
	t.Setenv("XSALE_TOKEN_STORE", "redis://host")
	_, err = xsale.New(From("shop"))
	wantError(t, err, "XSALE_TOKEN_STORE")

	useConfig(t, "")
	_, err = xsale.New(From(""))
	wantError(t, err, "XSALE_ACCOUNT", "account use", "XSALE_PASSWORD")
	for variable := range strings.FieldsSeq(sandboxVariables) {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	client, err = xsale.New(From(""))
	if err != nil || client.BaseURL() != "http://127.0.0.1:8080" {
		t.Fatal(err)
	}
	client.Close()
}
