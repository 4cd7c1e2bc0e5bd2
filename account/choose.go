package account

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/similar"
)

// ErrNone means that no account is named and none is current.
var ErrNone = errors.New("no account: pass a name, set XSALE_ACCOUNT, run 'xsale account use NAME', or set XSALE_CLIENT_ID, XSALE_CLIENT_SECRET, XSALE_USERNAME and XSALE_PASSWORD")

// Load returns the account with a name, in any case of its letters. For an empty name it is the one
// that XSALE_ACCOUNT names, else the current one, else the error is [ErrNone]. It does not read the
// secrets, and no other variables of the environment.
func Load(name string) (*Account, error) {
	if name == "" {
		name = os.Getenv("XSALE_ACCOUNT")
	}
	f, err := readFile()
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = f.current
	}
	if name == "" {
		return nil, ErrNone
	}
	return f.find(name)
}

// List returns all accounts in the order of the file, and the name of the current one, which may be
// empty or, if someone has edited the file, not in the list.
func List() (accounts []*Account, current string, err error) {
	f, err := readFile()
	if err != nil {
		return nil, "", err
	}
	if a, err := f.find(f.current); err == nil {
		return f.accounts, a.Name, nil // in the case of its letters
	}
	return f.accounts, f.current, nil
}

func (f *file) find(name string) (*Account, error) {
	names := make([]string, len(f.accounts))
	for i, a := range f.accounts {
		if strings.EqualFold(a.Name, name) {
			return a, nil
		}
		names[i] = a.Name
	}
	hint := ""
	if meant := similar.Names(name, names); len(meant) > 0 {
		hint = " (did you mean " + strings.Join(meant, " or ") + "?)"
	}
	return nil, fmt.Errorf("there is no account %q in %s%s: 'xsale account list' shows the names", name, f.path, hint)
}

var (
	credentialNames = []string{"XSALE_CLIENT_ID", "XSALE_CLIENT_SECRET", "XSALE_USERNAME", "XSALE_PASSWORD"}
	addressNames    = []string{"XSALE_BASE_URL", "XSALE_TOKEN_URL"}
)

// credentialVariables returns the names of the variables with credentials that are set.
func credentialVariables() (set []string) {
	for _, name := range credentialNames {
		if os.Getenv(name) != "" {
			set = append(set, name)
		}
	}
	return set
}

// Choose returns the account that the command line uses. The name is that of the flag --account, or
// empty. The account is nil if neither the name nor XSALE_ACCOUNT is set, and the environment has all
// four credentials, or just the client ID and its secret, for 'xsale login'. It is also nil if there is
// no account to choose.
//
// XSALE_ORGANIZATION, XSALE_AUDIENCE and XSALE_SCOPE take precedence over the account's settings. So
// do the credentials, if they and the addresses in the environment are those of the account. If they
// are not, the error names the variables: secrets of one account never go to the user, the
// application or the addresses of another.
func Choose(name string) (*Account, error) {
	set := credentialVariables()
	whole := len(set) == len(credentialNames)
	application := slices.Equal(set, credentialNames[:2])
	if (whole || application) && name == "" && os.Getenv("XSALE_ACCOUNT") == "" {
		return nil, nil
	}
	found, err := Load(name)
	if errors.Is(err, ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a := *found
	if foreign, err := a.foreignVariables(set, whole); err != nil {
		return nil, err
	} else if len(foreign) > 0 {
		return nil, fmt.Errorf("account %s is not the one in the environment, by %s: unset these variables, or use the environment's account, with all of %s and without --account and XSALE_ACCOUNT",
			a.Name, strings.Join(foreign, ", "), strings.Join(credentialNames, ", "))
	}
	a.fromEnvironment = whole
	for variable, setting := range map[string]*string{
		"XSALE_ORGANIZATION": &a.Organization,
		"XSALE_AUDIENCE":     &a.Audience,
		"XSALE_SCOPE":        &a.Scope,
	} {
		if value := os.Getenv(variable); value != "" {
			*setting = value
		}
	}
	return &a, nil
}

// foreignVariables returns the variables that would mix another account into this one.
func (a *Account) foreignVariables(set []string, whole bool) (foreign []string, err error) {
	own := map[string]string{"XSALE_CLIENT_ID": a.ClientID, "XSALE_USERNAME": a.Username}
	for _, name := range set {
		if value, public := own[name]; public && value == os.Getenv(name) || !public && whole {
			continue
		}
		foreign = append(foreign, name)
	}
	api, login, err := a.endpoints()
	if err != nil {
		return nil, err
	}
	for i, own := range []*url.URL{api, login} {
		value := os.Getenv(addressNames[i])
		if value == "" && whole { // the environment's credentials are for the vendor then
			value = []string{xsale.DefaultBaseURL, authn.DefaultTokenURL}[i]
		}
		if value == "" {
			continue
		}
		address, err := httpx.ParseEndpoint(addressNames[i], value)
		if err != nil {
			return nil, err
		}
		if !httpx.SameOrigin(address, own) || strings.TrimRight(address.Path, "/") != strings.TrimRight(own.Path, "/") {
			foreign = append(foreign, fmt.Sprintf("%s (%s, not %s)", addressNames[i], address, own))
		}
	}
	return foreign, nil
}
