package doctor

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/internal/httpx"
)

// Setting is a setting and where its value comes from.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
	From  string `json:"from"` // such as XSALE_BASE_URL, --organization or default
}

// The names of settings.
const (
	Account      = "account"
	Organization = "organization"
	BaseURL      = "base URL"
	TokenURL     = "token URL"
	Audience     = "audience"
	Scope        = "scope"
	TokenStore   = "token store"
)

var settingNames = []string{Account, Organization, BaseURL, TokenURL, Audience, Scope, TokenStore}

// fromDefault is the source of a setting that is not set.
const fromDefault = "default"

// setting returns a setting, with its default if it is not set.
func (s *Setup) setting(name string) Setting {
	for _, setting := range s.Settings {
		if setting.Name == name && setting.Value != "" {
			return setting
		}
	}
	defaults := map[string]string{
		BaseURL: authn.DefaultAPIURL, TokenURL: authn.DefaultTokenURL,
		Audience: authn.DefaultAudience, Scope: authn.DefaultScope, TokenStore: "cache",
	}
	return Setting{name, defaults[name], fromDefault}
}

// shownSettings returns the settings without personal data.
func (e *examination) shownSettings(mask func(string) string) []Setting {
	var shown []Setting
	for _, name := range settingNames {
		setting := e.setting(name)
		switch name {
		case Account, Organization:
			setting.Value = shape(setting.Value)
		case BaseURL, TokenURL:
			setting.Value = withoutUser(setting.Value)
		case TokenStore:
			if strings.Contains(setting.Value, "://") {
				setting.Value = "a URL" // which may contain a password
			}
		}
		setting.Value = mask(setting.Value)
		shown = append(shown, setting)
	}
	return append(shown, Setting{Name: "credentials", From: e.CredentialsFrom})
}

// addresses are the servers of the settings.
type addresses struct{ base, token *url.URL }

func (e *examination) checkConfiguration() Check {
	var problems []problem
	parse := func(name, address string) *url.URL {
		setting := e.setting(name)
		parsed, err := httpx.ParseEndpoint(name, address)
		if err == nil && parsed.Port() != "" {
			if port, invalid := strconv.ParseUint(parsed.Port(), 10, 16); invalid != nil || port == 0 {
				err = fmt.Errorf("%s has the port %s: want 1 to 65535", name, parsed.Port())
			}
		}
		if err != nil {
			parsed = nil
			problems = append(problems, problem{Failed, fmt.Sprintf("%v (from %s)", err, setting.From),
				fmt.Sprintf("correct %s, or leave it unset for production", setting.From)})
		}
		return parsed
	}
	e.addresses = addresses{parse(BaseURL, strings.TrimRight(e.setting(BaseURL).Value, "/")), parse(TokenURL, e.setting(TokenURL).Value)}
	if e.addresses.base != nil && e.addresses.token != nil {
		problems = append(problems, e.checkServers()...)
	}
	if scope := e.setting(Scope); !slices.Contains(strings.Fields(scope.Value), "openid") {
		problems = append(problems, problem{Failed, fmt.Sprintf("the scope (from %s) lacks openid, so logins give no ID token", scope.From),
			fmt.Sprintf("add openid to %s, or leave it unset for production", scope.From)})
	}
	if audience := e.setting(Audience); audience.Value != authn.DefaultAudience && e.setting(BaseURL).From == fromDefault {
		problems = append(problems, problem{Warning, fmt.Sprintf("the tokens are for another audience (from %s) than the API in production expects", audience.From),
			fmt.Sprintf("leave %s unset for production", audience.From)})
	}
	if name := e.setting(Organization).Value; name != "" {
		if err := httpx.CheckSegment(name); err != nil {
			problems = append(problems, problem{Failed, fmt.Sprintf("the organization (from %s) is not a name: %v", e.setting(Organization).From, err),
				"'xsale me' lists the names"})
		}
	}
	return summary("configuration", problems, e.describeSettings())
}

// checkServers looks for settings of two environments.
func (e *examination) checkServers() (problems []problem) {
	base, token := e.setting(BaseURL), e.setting(TokenURL)
	local := func(u *url.URL) bool { return httpx.Loopback(u.Hostname()) }
	production := func(u *url.URL, of string) bool {
		vendor, err := url.Parse(of)
		return err == nil && httpx.SameOrigin(u, vendor)
	}
	toAPI, toLogin := production(e.addresses.base, authn.DefaultAPIURL), production(e.addresses.token, authn.DefaultTokenURL)
	switch {
	case local(e.addresses.base) && toLogin:
		problems = append(problems, problem{Failed, fmt.Sprintf("the base URL (from %s) is this machine, but logins go to production", base.From),
			"for a sandbox, set XSALE_TOKEN_URL too, as 'xsale sandbox' prints it; for production, unset XSALE_BASE_URL"})
	case local(e.addresses.token) && toAPI:
		problems = append(problems, problem{Failed, fmt.Sprintf("logins go to this machine (from %s), but the base URL is production's", token.From),
			"for a sandbox, set XSALE_BASE_URL too, as 'xsale sandbox' prints it; for production, unset XSALE_TOKEN_URL"})
	case toAPI != toLogin:
		problems = append(problems, problem{Warning, fmt.Sprintf("only one of the base URL (from %s) and the token URL (from %s) is production's", base.From, token.From),
			"set both to the same environment, or unset both for production"})
	}
	if strings.Trim(e.addresses.token.Path, "/") == "" {
		problems = append(problems, problem{Failed, fmt.Sprintf("the token URL (from %s) has no path", token.From),
			"add the path of the token endpoint, such as /oauth/token"})
	}
	return problems
}

func (e *examination) describeSettings() string {
	from := map[string][]string{}
	var sources []string
	for _, name := range settingNames {
		setting := e.setting(name)
		if setting.Value == "" || name == Account {
			continue
		}
		if from[setting.From] == nil {
			sources = append(sources, setting.From)
		}
		from[setting.From] = append(from[setting.From], setting.Name)
	}
	var parts []string
	for _, source := range sources {
		parts = append(parts, fmt.Sprintf("%s from %s", strings.Join(from[source], ", "), source))
	}
	return strings.ReplaceAll(strings.Join(parts, "; "), "from "+fromDefault, "by default")
}

// problem is one finding of a check that may have several.
type problem struct {
	verdict        Verdict
	detail, remedy string
}

// summary combines problems into one check; detail is used if there are none.
func summary(name string, problems []problem, detail string) Check {
	check := Check{Name: name, Verdict: OK, Detail: detail}
	if len(problems) == 0 {
		return check
	}
	var details, remedies []string
	for _, p := range problems {
		check.Verdict = worse(check.Verdict, p.verdict)
		details = append(details, p.detail)
		if p.remedy != "" && !slices.Contains(remedies, p.remedy) {
			remedies = append(remedies, p.remedy)
		}
	}
	check.Detail, check.Remedy = strings.Join(details, "; "), strings.Join(remedies, "; ")
	return check
}

// withoutUser removes a user and password from a URL, even from one that cannot be parsed.
func withoutUser(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		scheme, rest = "", address
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
	}
	return cmp.Or(scheme, "https") + "://" + rest
}

// shape describes a personal value without showing it.
func shape(value string) string {
	if value == "" {
		return ""
	}
	return fmt.Sprintf("%d characters", len([]rune(value)))
}
