package httpx

import "bytes"

// TrimBOM removes a leading UTF-8 byte order mark, which ASP.NET writes to files and responses.
func TrimBOM(data []byte) []byte {
	return bytes.TrimPrefix(data, []byte("\ufeff"))
}
