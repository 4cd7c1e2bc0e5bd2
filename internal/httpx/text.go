package httpx

import "github.com/xsale-go/xsale/internal/plaintext"

// Text returns a body as a string without its byte order mark. A body in UTF-16, which Windows
// programs write, becomes UTF-8; see [plaintext.Convert].
func Text(body []byte) string { return string(plaintext.Convert(body)) }
