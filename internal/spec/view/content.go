package view

import (
	"mime"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// JSON returns the JSON content of a request body, response or parameter, with its media type as
// the spec writes it. application/json takes precedence.
func JSON(owner Node) (content Node, mediaType string, ok bool) {
	contents := owner.At("content")
	for name := range tree.Fields(contents.Object) {
		plain, _, _ := mime.ParseMediaType(name)
		if plain == "application/json" || !ok && jsonType(plain) {
			content, mediaType, ok = contents.At(name), name, true
		}
	}
	return content, mediaType, ok
}

func jsonType(mediaType string) bool {
	return mediaType == "text/json" || mediaType == "*/*" || strings.HasSuffix(mediaType, "+json")
}
