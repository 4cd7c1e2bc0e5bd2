package contract

import (
	"strings"
)

// CheckRequest checks the request with the given body; it does not read the request's own. If the
// spec does not have the path or the method, that is the only finding.
func (c *Call) CheckRequest(body []byte) []Finding {
	f := c.findings(Request, 0)
	switch {
	case c.Path == "":
		f.fail(KindPath, "", c.document.routes.Mask(c.request.URL.EscapedPath()), "a path of the spec")
	case c.Operation == nil:
		f.fail(KindMethod, "", f.common.Method, list(c.Allowed))
	default:
		c.checkParameters(f)
		c.checkRequestBody(body, f)
	}
	return f.list
}

func (c *Call) checkRequestBody(body []byte, f *findings) {
	if c.Operation.spec.RequestBody == nil {
		if len(body) > 0 {
			f.note(KindAddition, "", "a body", "none")
		}
		return
	}
	listed := c.Operation.spec.RequestBody
	if len(body) == 0 {
		if listed.Required {
			f.fail(KindBody, "", "no body", "a body")
		}
		return
	}
	media := mediaType(listed.Content, c.request.Header, 0, f)
	if media == nil {
		return
	}
	name, asJSON := mediaTypeOf(c.request.Header)
	switch {
	case asJSON:
		c.document.checkJSON(media.Schema, body, true, f)
	case isForm(name):
		c.checkForm(body, f)
	case isXML(name) && !wellFormed(body):
		f.fail(KindBody, "", "invalid XML", "an XML document with one root element")
	}
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// EscapePointer returns a name as it is in a JSON pointer (RFC 6901).
func EscapePointer(name string) string { return pointerEscapes.Replace(name) }
