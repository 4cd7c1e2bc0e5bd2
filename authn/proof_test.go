package authn

import (
	"encoding/binary"
	"errors"
	"html"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf16"
)

// passing are responses that do not prove that the login service rejected the login.
var passing = map[string]step{
	"firewall":                   {status: 403, body: "error code: 1020"},
	"firewall, HTML":             {status: 403, body: "<html><title>Attention Required!</title>Sorry, you have been blocked"},
	"firewall, blocked account?": {status: 403, body: "<html>Your account, or the user of this address, has been blocked"},
	"ingress":                    {status: 404, body: "default backend - 404"},
	"proxy":                      {status: 401, body: "<html>401 Authorization Required"},
	"nginx":                      {status: 400, body: "<html>400 Bad Request"},
	"nothing":                    {status: 403},
	"405":                        {status: 405},
	"407":                        {status: 407},
	"410":                        {status: 410, body: "gone"},
	"421":                        {status: 421},
	"425":                        {status: 425},
	"431":                        {status: 431},
	"451":                        {status: 451},
	"501":                        {status: 501, body: "not implemented"},
	"AWS":                        {status: 403, body: `{"message":"Forbidden"}`},
	"AWS, type":                  {status: 403, body: `{"__type":"AccessDeniedException","message":"User is not authorized"}`},
	"Kubernetes":                 {status: 403, body: `{"kind":"Status","status":"Failure","reason":"Forbidden","code":403}`},
	"gateway":                    {status: 401, body: `{"error":"Unauthorized","status":401}`},
	"gateway, lower case":        {status: 401, body: `{"error":"unauthorized"}`},
	"Spring":                     {status: 401, body: `{"error":"unauthorized","error_description":"Full authentication is required to access this resource"}`},
	"forbidden":                  {status: 403, body: `{"error":"Forbidden"}`},
	"bad request":                {status: 400, body: `{"error":"Bad Request","message":"invalid"}`},
	"another case":               {status: 401, body: `{"error":"Invalid_Client"}`},
	"problem":                    {status: 403, header: http.Header{"Content-Type": {"application/problem+json"}}, body: `{"type":"about:blank","title":"Forbidden","status":403,"detail":"invalid_grant?"}`},
	"blocked address":            {status: 403, body: `{"error":"forbidden","message":"Your IP has been blocked after too many failed login attempts"}`},
	"blocked address, legacy":    {status: 401, body: `{"error":"unauthorized","message":"IP address blocked"}`},
	"not blocked":                {status: 403, body: `{"error":"forbidden","message":"The account is not blocked"}`},
	"blocked browser":            {status: 403, body: `{"error":"forbidden","message":"We blocked your user agent"}`},
	"bare request error":         {status: 400, body: `{"error":"invalid_request"}`},
	"request error, 403":         {status: 403, body: `{"error":"invalid_request","error_description":"x"}`},
	"blocked by a firewall":      {status: 403, body: `{"message":"User blocked by WAF policy 17"}`},
	"blocked, weak code":         {status: 401, body: `{"error":"Unauthorized","message":"User blocked by WAF policy 17"}`},
	"blocked country":            {status: 403, body: `{"message":"Login blocked: country not allowed"}`},
	"attempts of an address":     {status: 403, body: `{"message":"Too many failed login attempts from your address"}`},
	"blocked, unknown code":      {status: 403, body: `{"error":"E2","message":"The user's account has been automatically locked."}`},
	"blocked, page":              {status: 403, body: "<html><title>Access denied</title>Error code: 1020. Your user is blocked"},
	"denied by a bucket":         {status: 403, body: "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"},
	"denied by a proxy":          {status: 407, body: `{"error":"access_denied"}`},
	"blocked by a proxy":         {status: 407, body: `{"error":"access_denied","message":"user is blocked"}`},
	"client of a proxy":          {status: 407, body: `{"error":"invalid_client"}`},
	"invalid_client, 501":        {status: 501, body: `{"error":"invalid_client","message":"upstream connect error"}`},
	"invalid_scope, 501":         {status: 501, body: `{"error":"invalid_scope"}`},
	"prose":                      {status: 403, body: "<html>Invalid user or password for this proxy"},
	"code, truncated":            {status: 403, body: `{"error":"invalid_gr`},
	"disabled endpoint":          oauthError(404, "endpoint_disabled", ""),
	"a number":                   {status: 400, body: `5`},
	"a string":                   {status: 400, body: `"no"`},
}

// When any 4xx meant that the login was rejected, one page of a firewall stopped a program until
// Reset, and those on its store for a day.
func TestA01_FirewallPasses(t *testing.T) { testPasses(t, "firewall", passing["firewall"]) }

func TestA02_UnprovenRejectionsPass(t *testing.T) {
	for name, response := range passing {
		testPasses(t, name, response)
	}
}

func testPasses(t *testing.T, name string, response step) {
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			server := newFakeServer(t, response, success(2))
			store := &MemoryStore{}
			source := server.source(t, func(c *Config) { c.Store = store })
			_, err := source.Token(t.Context())
			if !errors.Is(err, ErrUnavailable) || server.posts() != 1 {
				t.Fatalf("%d logins, %v", server.posts(), err)
			}
			time.Sleep(2 * time.Minute)
			for range 2 {
				if _, err := server.source(t, func(c *Config) { c.Store = store }).Token(t.Context()); err != nil {
					t.Errorf("another program, 2 minutes later: %v", err)
				}
				if _, err := source.Token(t.Context()); err != nil {
					t.Errorf("2 minutes later: %v", err)
				}
			}
		})
	})
}

// utf16Body encodes a body as Windows programs do.
func utf16Body(text string, order binary.AppendByteOrder) string {
	var body []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		body = order.AppendUint16(body, unit)
	}
	return string(body)
}

const blockedBody = `{"error":"too_many_attempts","error_description":"Your account has been blocked after multiple consecutive login attempts."}`

const deniedBody = `{"error":"access_denied","error_description":"Your account has been blocked"}`

// When a response had to be a plain object with the exact code, four logins were sent for a blocked
// account, and each of them prolonged the block.
func TestA14_BlockedInEveryForm(t *testing.T) {
	for name, response := range map[string]step{
		"byte order mark":      {status: 429, body: "\ufeff" + blockedBody},
		"white space":          {status: 429, body: "\r\n\t " + blockedBody + "\n"},
		"array":                {status: 429, body: "[" + blockedBody + "]"},
		"nested":               {status: 429, body: `{"error":{"code":"too_many_attempts"}}`},
		"deeply nested":        {status: 429, body: `{"Errors":[[{"Inner":{"ERROR":["too_many_attempts"]}}]]}`},
		"upper case":           {status: 429, body: strings.ToUpper(blockedBody)},
		"spaces":               {status: 429, body: `{"error":" too_many_attempts "}`},
		"spaces inside":        {status: 429, body: `{"error":"Too many attempts"}`},
		"hyphens":              {status: 429, body: `{"error":"too-many-attempts"}`},
		"camel case":           {status: 429, body: `{"code":"tooManyAttempts"}`},
		"UTF-16LE":             {status: 429, body: "\xff\xfe" + utf16Body(blockedBody, binary.LittleEndian)},
		"UTF-16BE":             {status: 429, body: "\xfe\xff" + utf16Body(blockedBody, binary.BigEndian)},
		"UTF-16, no mark":      {status: 429, body: utf16Body(blockedBody, binary.LittleEndian)},
		"truncated":            {status: 429, body: blockedBody[:30]},
		"escaped":              {status: 429, body: `{"error":"too\u005fmany\u005fattempts"}`},
		"escaped, truncated":   {status: 429, body: `{"error":"too\u005fmany\u005fattempts","x`},
		"escaped letters":      {status: 429, body: `{"error":"\u0074oo_many_attempts"}`},
		"form":                 {status: 429, body: "error=too_many_attempts&error_description=blocked"},
		"form, encoded":        {status: 429, body: "error=too%5Fmany%5Fattempts"},
		"XML":                  {status: 429, body: "<error><code>TOO_MANY_ATTEMPTS</code></error>"},
		"text":                 {status: 429, body: "429 too_many_attempts"},
		"JSON in a string":     {status: 429, body: `"{\"error\":\"too_many_attempts\"}"`},
		"JSON in a field":      {status: 502, body: `{"body":"{\"error\":\"\\u0074oo_many_attempts\"}"}`},
		"leaked, text":         {status: 401, body: "password_leaked"},
		"another status":       {status: 400, body: blockedBody},
		"a server error":       {status: 500, body: blockedBody},
		"a success":            {status: 200, body: blockedBody},
		"a redirect":           {status: 302, body: blockedBody},
		"access_denied":        oauthError(403, "access_denied", "Your account has been blocked"),
		"access_denied, 429":   oauthError(429, "access_denied", "user is blocked"),
		"unauthorized":         oauthError(401, "unauthorized", "The user has been temporarily locked."),
		"named user":           oauthError(401, "unauthorized", "User 'user@example.com' is blocked"),
		"invalid_grant":        oauthError(403, "invalid_grant", "This login has been blocked"),
		"maximum":              oauthError(403, "invalid_grant", "You've reached the maximum number of attempts."),
		"failed attempts":      oauthError(429, "too_many_requests", "Too many failed login attempts"),
		"failed maximum":       oauthError(403, "invalid_grant", "Maximum number of failed log-in attempts exceeded"),
		"adverbs":              oauthError(403, "unauthorized", "The user's account has been automatically locked."),
		"an unknown code":      oauthError(403, "user_blocked", ""),
		"423":                  oauthError(423, "access_denied", "We blocked your account."),
		"dots":                 oauthError(429, "too.many.attempts", ""),
		"dots, text":           {status: 429, body: "429 too.many.attempts"},
		"escaped twice":        {status: 429, body: "error=too%255Fmany%255Fattempts"},
		"denied, spelled":      oauthError(429, "Access-Denied", "Your account has been blocked"),
		"denied, truncated":    {status: 429, body: deniedBody[:len(deniedBody)-2]},
		"denied, two marks":    {status: 429, body: "\ufeff\ufeff" + deniedBody},
		"denied, JSONP":        {status: 429, body: "callback(" + deniedBody + ");"},
		"denied, trailing":     {status: 429, body: deniedBody + "\n<!-- proxy -->"},
		"denied, twice":        {status: 429, body: deniedBody + deniedBody},
		"denied, HTML":         {status: 429, body: "<html><h1>access_denied</h1><p>Your account has been <b>blocked</b></p>"},
		"denied, escaped HTML": {status: 429, body: "<pre>" + html.EscapeString(deniedBody) + "</pre>"},
		"denied, form":         {status: 429, body: "error=access_denied&error_description=Your+account+has%20been+blocked"},
		"denied, XML":          {status: 429, body: "<error><code>AccessDenied</code><message>Your account has been blocked</message></error>"},
		"unauthorized, cut":    {status: 401, body: `{"error":"unauthorized","error_description":"user is blocked","x`},
		"grant, cut":           {status: 403, body: `{"error":"invalid_grant","error_description":"You've reached the maximum number of attempts`},
		"words in an object":   {status: 403, body: `{"error":"access_denied","error_description":{"rules":["Account locked"]}}`},
		"words in UTF-16":      {status: 403, body: utf16Body(`{"error":"access_denied","error_description":"account has been blocked"}`, binary.BigEndian)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newFakeServer(t, response)
				source := server.source(t)
				for range 60 {
					if _, err := source.Token(t.Context()); !errors.Is(err, ErrBlocked) {
						t.Fatalf("got %v", err)
					}
					time.Sleep(time.Minute)
				}
				if server.posts() != 1 {
					t.Errorf("%d logins", server.posts())
				}
			})
		})
	}
}

// A rate limit passes, although its words are similar.
func TestA14_LimitsAreNotBlocks(t *testing.T) {
	for name, response := range map[string]step{
		"Laravel":         {status: 429, body: `{"message":"Too Many Attempts."}`},
		"login attempts":  {status: 429, body: `{"error":"rate_limited","message":"Too many login attempts. Please try again in 60 seconds."}`},
		"too_many_logins": oauthError(429, "too_many_logins", "too many login attempts"),
		"requests":        oauthError(429, "too_many_requests", "Too many requests"),
		"denied, 403":     oauthError(403, "access_denied", "Rate limit reached"),
		"seconds":         {status: 429, body: `{"message":"Too many failed login attempts, try again in 5 seconds"}`},
		"coded seconds":   oauthError(429, "too_many_requests", "Too many failed login attempts, try again in 5 seconds"),
		"per minute":      {status: 429, body: `{"error":"rate_limit","message":"maximum number of login attempts per minute reached"}`},
		"firewall":        {status: 429, body: "<html>You have been blocked: too many attempts"},
	} {
		synctest.Test(t, func(t *testing.T) {
			if _, err := newFakeServer(t, response).source(t).Token(t.Context()); !errors.Is(err, ErrRateLimited) {
				t.Errorf("%s: got %v", name, err)
			}
		})
	}
}

// When a setting was wrong by its code alone, a proxy that could not reach the service stopped a
// program until somebody called Reset.
func TestA02_SettingsWithAServerErrorPass(t *testing.T) {
	for _, code := range []string{"invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type"} {
		synctest.Test(t, func(t *testing.T) {
			body := `{"error":"` + code + `","message":"upstream connect error"}`
			server := newFakeServer(t, step{status: 503, body: body}, step{status: 500, body: body}, success(3))
			source := server.source(t)
			source.Token(t.Context())
			time.Sleep(2 * time.Minute)
			if _, err := source.Token(t.Context()); err != nil {
				t.Errorf("%s: %v", code, err)
			}
		})
	}
}

// A wrapped wrong password counts towards the block like a plain one.
func TestA14_RejectionsInEveryForm(t *testing.T) {
	for name, test := range map[string]struct {
		response step
		reason   Reason
	}{
		"byte order mark":  {step{status: 403, body: "\ufeff" + `{"error":"invalid_grant"}`}, ErrInvalidCredentials},
		"two marks":        {step{status: 403, body: "\ufeff\ufeff" + `{"error":"mfa_required"}`}, ErrMFARequired},
		"array":            {step{status: 403, body: `[{"error":"invalid_grant"}]`}, ErrInvalidCredentials},
		"nested":           {step{status: 502, body: `{"error":{"code":"invalid_grant","message":"x"}}`}, ErrInvalidCredentials},
		"next to another":  {step{status: 403, body: `{"error":"Forbidden","code":"invalid_grant"}`}, ErrInvalidCredentials},
		"in a success":     {step{status: 200, body: `{"error":"invalid_grant"}`}, ErrInvalidCredentials},
		"JSON in a string": {step{status: 401, body: `"{\"error\":\"invalid_client\"}"`}, ErrInvalidClient},
		"UTF-16":           {step{status: 403, body: utf16Body(`{"error":"mfa_required"}`, binary.LittleEndian)}, ErrMFARequired},
		"plain text":       {step{status: 403, body: "invalid_grant"}, ErrInvalidCredentials},
		"upper case":       {step{status: 403, body: `{"error":"INVALID_GRANT"}`}, ErrInvalidCredentials},
		"title case":       {step{status: 403, body: `{"error":"Invalid_Grant"}`}, ErrInvalidCredentials},
		"camel case":       {step{status: 403, body: `{"code":"invalidUserPassword"}`}, ErrInvalidCredentials},
		"hyphen":           {step{status: 403, body: `{"error":"invalid-grant"}`}, ErrInvalidCredentials},
		"dots":             {step{status: 403, body: `{"error":"invalid.user.password"}`}, ErrInvalidCredentials},
		"spaces":           {step{status: 403, body: `{"error":" invalid grant "}`}, ErrInvalidCredentials},
		"with words":       {step{status: 403, body: `{"error":"invalid_grant: Wrong email or password."}`}, ErrInvalidCredentials},
		"in the message":   {step{status: 403, body: `{"error":"Forbidden","message":"invalid_grant"}`}, ErrInvalidCredentials},
		"next to a client": {step{status: 503, body: `{"error":"invalid_client","code":"invalid_grant"}`}, ErrInvalidCredentials},
		"proxy":            {step{status: 407, body: `{"error":"invalid_grant"}`}, ErrInvalidCredentials},
		"truncated":        {step{status: 403, body: `{"error":"invalid_grant","error_desc`}, ErrInvalidCredentials},
		"truncated spaces": {step{status: 403, body: `{"error":"Invalid User Password","error_desc`}, ErrInvalidCredentials},
		"escaped":          {step{status: 403, body: `{"error":"invalid\u005fgrant","error_desc`}, ErrInvalidCredentials},
		"form":             {step{status: 403, body: "error=invalid_grant&error_description=Wrong+password"}, ErrInvalidCredentials},
		"form, spaces":     {step{status: 403, body: "error=invalid+user%20password"}, ErrInvalidCredentials},
		"XML":              {step{status: 403, body: "<error><code>INVALID_GRANT</code></error>"}, ErrInvalidCredentials},
		"CDATA":            {step{status: 403, body: "<error><![CDATA[invalid user password]]></error>"}, ErrInvalidCredentials},
		"HTML":             {step{status: 502, body: "<html>upstream: {&quot;error&quot;:&quot;invalid_user_password&quot;}"}, ErrInvalidCredentials},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := newFakeServer(t, test.response)
			if _, err := server.source(t).Token(t.Context()); !errors.Is(err, test.reason) || server.posts() != 1 {
				t.Errorf("%s: %d logins, %v", name, server.posts(), err)
			}
		})
	}
}
