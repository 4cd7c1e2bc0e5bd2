package doctor

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/similar"
)

// knownVariables are those that the library and the commands read.
var knownVariables = []string{
	"XSALE_CLIENT_ID", "XSALE_CLIENT_SECRET", "XSALE_USERNAME", "XSALE_PASSWORD",
	"XSALE_ORGANIZATION", "XSALE_BASE_URL", "XSALE_TOKEN_URL", "XSALE_AUDIENCE", "XSALE_SCOPE",
	"XSALE_TOKEN_STORE", "XSALE_ACCOUNT", "XSALE_CONFIG_DIR", "XSALE_REDIRECT_URL",
}

// givenVariables are those that commands set for other programs.
var givenVariables = []string{
	"XSALE_KEY", "XSALE_ATTEMPT", "XSALE_OUTCOME", "XSALE_REASON", "XSALE_SECRETS_OF",
	"XSALE_PROXY_URL", "XSALE_PROXY_SECRET", "XSALE_PROXY_SECRET_FILE",
}

// credentialVariables come as a set.
var credentialVariables = knownVariables[:4]

func (e *examination) checkEnvironment(context.Context) []Check {
	var problems []problem
	set := 0
	for _, variable := range e.Environ {
		name, value, _ := strings.Cut(variable, "=")
		known := name
		if runtime.GOOS == "windows" {
			known = strings.ToUpper(name)
		}
		switch {
		case slices.Contains(knownVariables, known):
			set++
			if found := checkValue(name, value); found != "" {
				problems = append(problems, problem{Warning, fmt.Sprintf("%s %s", name, found), "correct " + name})
			}
		case slices.Contains(givenVariables, known):
		case meant(name) != "":
			problems = append(problems, problem{Warning, name + " is not a variable of this program", fmt.Sprintf("rename it to %s, or remove it", meant(name))})
		case strings.HasPrefix(strings.ToUpper(name), "XSALE_"):
			problems = append(problems, problem{Warning, name + " is not a variable of this program", "remove it, or rename it if it is for another program"})
		}
	}
	problems = append(problems, e.checkCertificateFiles()...)
	problems = append(problems, e.checkProxyVariables()...)
	return []Check{summary("environment", problems, fmt.Sprintf("XSALE_ variables in use: %d", set))}
}

// checkValue describes what is odd about the value of a variable, without quoting it.
func checkValue(name, value string) string {
	trimmed := strings.TrimFunc(value, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || unicode.IsControl(r) })
	quoted := len(trimmed) > 1 && strings.ContainsRune(`"'`, rune(trimmed[0])) && trimmed[0] == trimmed[len(trimmed)-1]
	lower := strings.ToLower(trimmed)
	switch {
	case value == "":
		return "is set but empty, which is the same as unset"
	case strings.HasSuffix(value, "\r"):
		return "ends with a carriage return, as from a file with Windows line ends"
	case trimmed == "":
		return "consists of white space"
	case trimmed != value:
		return "begins or ends with white space or an invisible character"
	case quoted:
		return "is inside quotation marks, which are part of the value"
	case strings.HasPrefix(trimmed, "${") || strings.HasPrefix(trimmed, "$(") || strings.HasPrefix(trimmed, "{{") || strings.HasPrefix(trimmed, "%") && strings.HasSuffix(trimmed, "%") && len(trimmed) > 2:
		return "looks like a reference that nobody has replaced by its value"
	case strings.HasPrefix(trimmed, "<") && strings.HasSuffix(trimmed, ">"), lower == "changeme", lower == "todo", strings.HasPrefix(lower, "your-"), strings.HasPrefix(lower, "your_"):
		return "looks like a placeholder"
	case name != "XSALE_PASSWORD" && strings.ContainsFunc(value, unicode.IsControl):
		return "contains control characters"
	}
	return ""
}

// checkCertificateFiles looks for files with authorities that cannot be read: then no server is
// trusted.
func (e *examination) checkCertificateFiles() (problems []problem) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return nil // they are not used there
	}
	if path := e.variable("SSL_CERT_FILE"); path != "" {
		data, err := os.ReadFile(path)
		switch {
		case err != nil:
			problems = append(problems, problem{Failed, fmt.Sprintf("SSL_CERT_FILE: %v", err), "name a readable file with certificates in PEM, or unset SSL_CERT_FILE"})
		case !strings.Contains(string(data), "-----BEGIN CERTIFICATE-----"):
			problems = append(problems, problem{Failed, "SSL_CERT_FILE names a file without a certificate in PEM", "name a file with certificates in PEM, or unset SSL_CERT_FILE"})
		}
	}
	if dir := e.variable("SSL_CERT_DIR"); dir != "" {
		for _, dir := range strings.Split(dir, ":") {
			if _, err := os.ReadDir(dir); err != nil {
				problems = append(problems, problem{Warning, fmt.Sprintf("SSL_CERT_DIR: %v", err), "name a directory of certificates, or unset SSL_CERT_DIR"})
			}
		}
	}
	return problems
}

// checkProxyVariables looks for a proxy that other programs use, but Go's do not.
func (e *examination) checkProxyVariables() []problem {
	if proxy := e.variable("HTTPS_PROXY", "https_proxy"); proxy != "" {
		for _, address := range []string{proxy, "http://" + proxy} { // as net/http tries
			if u, err := url.Parse(address); err == nil && u.Host != "" {
				return nil
			}
		}
		return []problem{{Failed, "HTTPS_PROXY is not a URL, so no proxy is used", "correct it: want http://host:port"}}
	}
	for _, name := range []string{"ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"} {
		if e.variable(name) != "" {
			return []problem{{Warning, name + " is set but HTTPS_PROXY is not: calls, which are https, use no proxy", "if a proxy is needed, set HTTPS_PROXY"}}
		}
	}
	return nil
}

// variable returns the first variable that is set.
func (s *Setup) variable(names ...string) string {
	for _, name := range names {
		for _, variable := range s.Environ {
			if key, value, _ := strings.Cut(variable, "="); key == name && value != "" {
				return value
			}
		}
	}
	return ""
}

// aliases are other words for variables that no similar name suggests.
var aliases = map[string]string{
	"xsaleuser": "XSALE_USERNAME", "xsaleemail": "XSALE_USERNAME", "xsalelogin": "XSALE_USERNAME", "xsalesecret": "XSALE_CLIENT_SECRET",
	"xsalepass": "XSALE_PASSWORD", "xsalepwd": "XSALE_PASSWORD", "xsaleid": "XSALE_CLIENT_ID", "xsaleorg": "XSALE_ORGANIZATION",
	"xsaleurl": "XSALE_BASE_URL", "xsaleapiurl": "XSALE_BASE_URL", "xsaleloginurl": "XSALE_TOKEN_URL", "xsalestore": "XSALE_TOKEN_STORE",
}

// meant returns the variable that a name probably stands for, or "".
func meant(name string) string {
	if !strings.HasPrefix(similar.Fold(name), "x") { // such as GRADLE_USERNAME
		return ""
	}
	if names := similar.Names(name, knownVariables); len(names) > 0 {
		return names[0]
	}
	return aliases[similar.Fold(name)]
}
