package source

import (
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
)

// Patterns of Swagger UI and similar pages that contain the URL of the document.
var (
	urlMember      = regexp.MustCompile(`\burl["']?\s*[:=]\s*["']([^"'\s<>]+)["']`)       // Swashbuckle, NSwag, Redoc, Scalar
	discoveryPaths = regexp.MustCompile(`\bdiscoveryPaths:\s*arrayFrom\('([^'\s<>]+)'\)`) // Swashbuckle for Web API 2
	rootURL        = regexp.MustCompile(`\brootUrl:\s*'([^'\s<>]+)'`)
	configScript   = regexp.MustCompile(`<script[^>]*\ssrc\s*=\s*["']?([^"'\s>]*\b(?:index|swagger-initializer)\.js)\b`)
)

// maxClues bounds how many URLs one page can contribute.
const maxClues = 10

// clues returns the same-origin URLs where, according to a page or its script, the document
// may be, and the URLs of scripts that may name it.
func clues(page *url.URL, text string) []*url.URL {
	var found []*url.URL
	add := func(base *url.URL, address string) {
		target, err := base.Parse(plain(address))
		if err != nil || len(found) == maxClues || !httpx.SameOrigin(page, target) {
			return
		}
		target.User, target.Fragment, target.RawFragment = nil, "", ""
		found = append(found, target)
	}
	for _, match := range urlMember.FindAllStringSubmatch(text, -1) {
		add(page, match[1])
	}
	if match := discoveryPaths.FindStringSubmatch(text); match != nil {
		root := rootOf(page, text)
		for path := range strings.SplitSeq(match[1], "|") {
			add(root, path)
		}
	}
	for _, match := range configScript.FindAllStringSubmatch(text, -1) {
		add(page, match[1])
	}
	return found
}

// rootOf returns the base URL of the discovery paths. It takes only the path of the page's
// root URL, because behind a proxy the server does not know its own host.
func rootOf(page *url.URL, text string) *url.URL {
	path := "/"
	if match := rootURL.FindStringSubmatch(text); match != nil {
		if root, err := url.Parse(match[1]); err == nil {
			path = strings.TrimSuffix(root.Path, "/") + "/"
		}
	}
	return page.ResolveReference(&url.URL{Path: path})
}

// plain removes JavaScript and HTML escapes.
func plain(text string) string {
	var unquoted string
	if err := json.Unmarshal([]byte(`"`+text+`"`), &unquoted); err == nil {
		text = unquoted
	}
	return html.UnescapeString(text)
}
