package source

import (
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
)

// hostForm matches what can be a host: localhost, a name that contains a dot, an address in
// brackets, or anything with a port.
var hostForm = regexp.MustCompile(
	`^(?:localhost|[\pL\pN-]+(?:\.[\pL\pN-]+)+|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?|[\pL\pN.-]+:[0-9]+)$`)

// hostAddress returns the URL of a host and reports whether host looks like one. The name of
// a missing file does not.
func hostAddress(host string) (*url.URL, bool) {
	if !hostForm.MatchString(host) || documentPath(host) {
		return nil, false
	}
	for _, scheme := range []string{"http://", "https://"} { // http is allowed only on loopback
		if address, err := httpx.ParseLink("the host", scheme+host); err == nil {
			return address, true
		}
	}
	return nil, false
}

// documentPath reports whether a path names a document, not a page.
func documentPath(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".json", ".yaml", ".yml":
		return true
	}
	return false
}

// shown returns a URL as users see it, without the query, which may contain a key.
func shown(address *url.URL) string {
	return (&url.URL{Scheme: address.Scheme, Host: address.Host, Path: address.Path, RawPath: address.RawPath}).String()
}

// usual returns the URLs where .NET servers, and some others, publish their spec.
func usual(host *url.URL) []*url.URL {
	var addresses []*url.URL
	for _, path := range []string{
		"/swagger/v1/swagger.json", // Swashbuckle and NSwag
		"/swagger/docs/v1",         // Swashbuckle for Web API 2
		"/openapi/v1.json",         // ASP.NET itself, since version 9
		"/openapi",                 // ServiceStack
		"/swagger.json",
		"/openapi.json",
		"/swagger/v1/swagger.yaml",
		"/api/openapi.json",
		"/api/swagger.json",   // Azure Functions
		"/swagger/index.html", // the Swashbuckle and NSwag page, which links to a document with another name
	} {
		addresses = append(addresses, &url.URL{Scheme: host.Scheme, Host: host.Host, Path: path})
	}
	return addresses
}
