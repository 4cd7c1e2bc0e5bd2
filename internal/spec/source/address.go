package source

import (
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
)

// hostForm is what can be taken for a host: localhost, a name with a dot in it, a number in brackets, anything with a port.
var hostForm = regexp.MustCompile(
	`^(?:localhost|[\pL\pN-]+(?:\.[\pL\pN-]+)+|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?|[\pL\pN.-]+:[0-9]+)$`)

// hostAddress returns the address of a host, and whether it looks like one. The name of a missing file does not.
func hostAddress(host string) (*url.URL, bool) {
	if !hostForm.MatchString(host) || documentPath(host) {
		return nil, false
	}
	for _, scheme := range []string{"http://", "https://"} { // http is accepted on loopback only
		if address, err := httpx.ParseLink("the host", scheme+host); err == nil {
			return address, true
		}
	}
	return nil, false
}

// isDocument reports whether a path names a document, not a page.
func documentPath(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".json", ".yaml", ".yml":
		return true
	}
	return false
}

// shown returns an address as users are told it: without the query, which may hold a key.
func shown(address *url.URL) string {
	return (&url.URL{Scheme: address.Scheme, Host: address.Host, Path: address.Path, RawPath: address.RawPath}).String()
}

// usual returns the addresses at which the servers of .NET, and some others, have their description.
func usual(host *url.URL) []*url.URL {
	var addresses []*url.URL
	for _, path := range []string{
		"/swagger/v1/swagger.json", // Swashbuckle and NSwag
		"/swagger/docs/v1",         // Swashbuckle for Web API 2
		"/openapi/v1.json",         // ASP.NET itself, from version 9 on
		"/openapi",                 // ServiceStack
		"/swagger.json",
		"/openapi.json",
		"/swagger/v1/swagger.yaml",
		"/api/openapi.json",
		"/api/swagger.json",   // Azure Functions
		"/swagger/index.html", // the page of Swashbuckle and NSwag, which knows a document of another name
	} {
		addresses = append(addresses, &url.URL{Scheme: host.Scheme, Host: host.Host, Path: path})
	}
	return addresses
}
