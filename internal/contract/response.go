package contract

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/spec/model"
)

// CheckResponse checks the response to the request. Without an operation there are no findings:
// [Call.CheckRequest] reports that.
func (c *Call) CheckResponse(status int, header http.Header, body []byte) []Finding {
	if c.Operation == nil {
		return nil
	}
	f := c.findings(Response, status)
	if response := c.checkHead(status, header, len(body) > 0, f); response != nil {
		c.checkResponseBody(response.Content, status, header, body, f)
	}
	return f.list
}

// CheckResponseHead is [Call.CheckResponse] for a response whose body is unknown.
func (c *Call) CheckResponseHead(status int, header http.Header) []Finding {
	if c.Operation == nil {
		return nil
	}
	f := c.findings(Response, status)
	if response := c.checkHead(status, header, false, f); response != nil {
		mediaType(response.Content, header, status, f)
	}
	return f.list
}

// checkHead checks status and headers. It returns nil if there is no body to check.
func (c *Call) checkHead(status int, header http.Header, hasBody bool, f *findings) *model.Response {
	bodiless := status == http.StatusNoContent || status == http.StatusResetContent || status == http.StatusNotModified || status/100 == 1
	if bodiless && hasBody {
		f.fail(KindBody, "", "a body", fmt.Sprintf("none, because of the status %d", status))
	}
	responses := c.Operation.spec.Responses
	response := cmp.Or(responses.Status(status), responses["default"])
	if response == nil {
		f.note(KindStatus, "", fmt.Sprintf("status %d", status), list(slices.Sorted(maps.Keys(responses))))
		return nil
	}
	c.document.checkHeaders(response.Headers, header, f)
	if bodiless || c.request.Method == http.MethodHead {
		return nil
	}
	return response
}

func (c *Call) checkResponseBody(content model.Content, status int, header http.Header, body []byte, f *findings) {
	switch {
	case len(content) == 0:
		if len(body) > 0 && status < 400 { // an error response without content may have any body
			f.note(KindAddition, "", "a body", "none")
		}
		return
	case len(body) == 0:
		f.fail(KindBody, "", "no body", mediaTypes(content))
		return
	}
	media := mediaType(content, header, status, f)
	if _, asJSON := mediaTypeOf(header); asJSON && media != nil {
		c.document.checkJSON(media.Schema, body, false, f)
	}
}

// takes reports whether a body may have another name that the normal form keeps in an extension, such
// as text/json or application/*+json.
func takes(media *model.MediaType, name string) bool {
	others, _ := media.Extensions["x-other-media-types"].([]any)
	return slices.ContainsFunc(others, func(other any) bool {
		pattern, _ := other.(string)
		before, after, wildcard := strings.Cut(pattern, "*")
		return pattern == name || wildcard && strings.HasPrefix(name, before) && strings.HasSuffix(name, after)
	})
}

// mediaType returns what the spec has for the content type, or nil.
func mediaType(content model.Content, header http.Header, status int, f *findings) *model.MediaType {
	if len(content) == 0 {
		return nil
	}
	name, asJSON := mediaTypeOf(header)
	if asJSON && !httpx.UTF8(header.Get("Content-Type")) {
		f.fail(KindContentType, "header Content-Type", "another charset", "UTF-8")
	}
	if media := content.Get(header.Get("Content-Type")); media != nil {
		return media
	}
	if media := content.Get("application/json"); media != nil && media.Extensions["x-media-type"] == name {
		return media // its name before it was normalized
	}
	for _, media := range content {
		if takes(media, name) {
			return media
		}
	}
	got := "another media type"
	switch {
	case name == "":
		got = "no content type"
	case printableType.MatchString(name):
		got = name
	}
	if media := content.Get("application/json"); media != nil && asJSON && status >= 400 {
		// ASP.NET documents its problem details as application/json and sends
		// application/problem+json.
		f.note(KindContentType, "header Content-Type", got, mediaTypes(content))
		return media
	}
	f.fail(KindContentType, "header Content-Type", got, mediaTypes(content))
	return nil
}

func mediaTypes(content model.Content) string { return list(slices.Sorted(maps.Keys(content))) }

// mediaTypeOf returns the media type of a body without its parameters, and whether it is JSON.
func mediaTypeOf(header http.Header) (name string, asJSON bool) {
	name = httpx.MediaType(header.Get("Content-Type"))
	return name, name == "application/json" || name == "text/json" || strings.HasSuffix(name, "+json")
}
