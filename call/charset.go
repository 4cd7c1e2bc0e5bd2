package call

import (
	"fmt"
	"net/http"

	"github.com/xsale-go/xsale/internal/httpx"
)

// checkCharset rejects text in a charset other than UTF-8, which JSON must have (RFC 8259 section
// 8.1): read as UTF-8, it would be mangled, and perhaps written back like that.
func checkCharset(header http.Header) error {
	contentType := header.Get("Content-Type")
	if httpx.UTF8(contentType) {
		return nil
	}
	return fmt.Errorf("the charset of the response is %.40q: the server should send UTF-8; call.Capture and raw calls return the bytes", httpx.Charset(contentType))
}
