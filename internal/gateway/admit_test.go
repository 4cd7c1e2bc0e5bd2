package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/xsale-go/xsale/internal/gateway"
)

// What is refused never reaches the API, whatever is wrong with it.
func TestRefused(t *testing.T) {
	var reached atomic.Int64
	api := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { reached.Add(1) })
	address := start(t, api, nil)
	reading := start(t, api, func(c *gateway.Config) { c.ReadOnly = true })
	host := strings.TrimPrefix(address, "http://")
	known := gateway.SecretHeader + ": " + secret + "\r\n"
	for name, test := range map[string]struct {
		address, line, header string
		status                int
		kind                  string
	}{
		"no secret":             {address, "GET /me", "", 403, "secret"},
		"wrong secret":          {address, "GET /me", gateway.SecretHeader + ": " + secret[1:] + "\r\n", 403, "secret"},
		"empty secret":          {address, "GET /me", gateway.SecretHeader + ":\r\n", 403, "secret"},
		"two secrets":           {address, "GET /me", known + known, 403, "secret"},
		"wrong secret in path":  {address, "GET /" + secret[1:] + "/me", "", 403, "secret"},
		"right and wrong":       {address, "GET /" + secret + "/me", gateway.SecretHeader + ": x\r\n", 403, "secret"},
		"secret in the query":   {address, "GET /me?key=" + secret, "", 403, "secret"},
		"secret also in query":  {address, "GET /me?key=" + secret, known, 400, "secret"},
		"secret twice in path":  {address, "GET /" + secret + "/" + secret + "/me", "", 400, "secret"},
		"secret late in path":   {address, "GET /me/" + secret, known, 400, "secret"},
		"foreign host":          {address, "GET /me", "Host: evil.example\r\n" + known, 403, "host"},
		"host like loopback":    {address, "GET /me", "Host: 127.0.0.1.evil.example\r\n" + known, 403, "host"},
		"short loopback":        {address, "GET /me", "Host: 127.1\r\n" + known, 403, "host"},
		"network address":       {address, "GET /me", "Host: 10.0.0.1:80\r\n" + known, 403, "host"},
		"web page":              {address, "GET /me", "Origin: http://evil.example\r\n" + known, 403, "origin"},
		"opaque web page":       {address, "GET /me", "Origin: null\r\n" + known, 403, "origin"},
		"own origin":            {address, "GET /me", "Origin: http://" + host + "\r\n" + known, 403, "origin"},
		"image of a web page":   {address, "GET /" + secret + "/me", "Sec-Fetch-Site: cross-site\r\n", 403, "origin"},
		"health of a web page":  {address, "GET /_proxy/health", "Origin: http://evil.example\r\n", 403, "origin"},
		"CONNECT":               {address, "CONNECT evil.example:443", known, 400, "target"},
		"absolute":              {address, "GET http://evil.example/me", known, 400, "target"},
		"absolute to the proxy": {address, "GET http://" + host + "/me", known, 400, "target"},
		"asterisk":              {address, "OPTIONS *", known, 400, "target"},
		"host in the path":      {address, "GET //evil.example/me", known, 400, "path"},
		"the same with secret":  {address, "GET /" + secret + "//evil.example/me", "", 400, "path"},
		"user in the path":      {address, "GET /" + secret + "@evil.example/me", "", 403, "secret"},
		"parent":                {address, "GET /a/../me", known, 400, "path"},
		"parent of the secret":  {address, "GET /" + secret + "/../me", "", 400, "path"},
		"escaped parent":        {address, "GET /a/%2e%2e/me", known, 400, "path"},
		"half escaped parent":   {address, "GET /a/.%2E/me", known, 400, "path"},
		"twice escaped parent":  {address, "GET /a/%252e%252e/me", known, 400, "path"},
		"parent after a slash":  {address, "GET /a%2f..%2fme", known, 400, "path"},
		"parent after a \\":     {address, "GET /a%5c..%5cme", known, 400, "path"},
		"parent with a param":   {address, "GET /a/..;x=1/me", known, 400, "path"},
		"current":               {address, "GET /./me", known, 400, "path"},
		"empty segment":         {address, "GET /a//me", known, 400, "path"},
		"slash at the end":      {address, "GET /me/", known, 400, "path"},
		"nothing":               {address, "GET /", known, 400, "path"},
		"only the secret":       {address, "GET /" + secret, "", 400, "path"},
		"TRACE":                 {address, "TRACE /me", known, 405, "method"},
		"other method":          {address, "GET /me", "X-HTTP-Method-Override: DELETE\r\n" + known, 400, "override"},
		"method in underscores": {address, "GET /me", "X_HTTP_Method_Override: DELETE\r\n" + known, 400, "override"},
		"other path":            {address, "GET /me", "X-Original-URL: /admin\r\n" + known, 400, "override"},
		"WebSocket":             {address, "GET /me", "Connection: Upgrade\r\nUpgrade: websocket\r\n" + known, 501, "upgrade"},
		"POST":                  {reading, "POST /orders", known, 403, "read_only"},
		"DELETE":                {reading, "DELETE /orders/1", known, 403, "read_only"},
		"OPTIONS":               {reading, "OPTIONS /orders", known, 403, "read_only"},
		"made-up method":        {reading, "get /me", known, 403, "read_only"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(test.header, "Host: ") {
				test.header += "Host: " + host + "\r\n"
			}
			response := sendRaw(t, test.address, test.line+" HTTP/1.1\r\n"+test.header+"\r\n")
			if !strings.HasPrefix(response, fmt.Sprintf("HTTP/1.1 %d ", test.status)) || !strings.Contains(response, "\r\nXsale-Proxy-Error: "+test.kind+"\r\n") {
				t.Errorf("want %d %s:\n%s", test.status, test.kind, response)
			}
			if strings.Contains(response, secret) {
				t.Errorf("the response has the secret:\n%s", response)
			}
		})
	}
	if reached.Load() != 0 {
		t.Errorf("%d requests reached the API", reached.Load())
	}
}

// A path reaches the API below the path of the base URL, as the caller wrote it.
func TestPathsAreSentAsTheyCame(t *testing.T) {
	api := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.RequestURI) })
	for _, base := range []string{"", "/base/v1"} {
		plain := startBelow(t, api, base)
		for _, path := range []string{"/me", "/a/orders?x=1&y=a+b&z=%20&statusidin=1;2", "/a%2Fb/orders", "/%C5%81%C3%B3d%C5%BA", "/a:b@c,d;e=f/g", "/a.b/..c/d..", "/me?", "/me?next=//evil.example/../x", "/a%5Cb"} {
			for _, address := range []string{plain + path, plain + "/" + secret + path} {
				response, body := send(t, http.MethodGet, address, "", nil)
				if want := base + path; response.StatusCode != http.StatusOK || body != want {
					t.Errorf("%s: %d %s, want %s", path, response.StatusCode, body, want)
				}
			}
		}
	}
}

// The sign of life needs no secret.
func TestHealth(t *testing.T) {
	address := start(t, http.NotFoundHandler(), nil)
	response, err := http.Get(address + "/_proxy/health")
	if err != nil || response.StatusCode != http.StatusNoContent {
		t.Errorf("%v, %v", response, err)
	}
}
