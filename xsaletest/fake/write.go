package fake

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"

	"github.com/xsale-go/xsale/wire/codec"
)

// WriteEmpty responds without a body. Status 0 means 200.
func WriteEmpty(w http.ResponseWriter, status int, header http.Header) error {
	maps.Copy(w.Header(), header)
	w.WriteHeader(orOK(status))
	return nil
}

// WriteJSON responds with a value as JSON. Status 0 means 200. If the value cannot be encoded, it
// sends nothing and returns an error.
func WriteJSON(w http.ResponseWriter, status int, header http.Header, contentType string, body any) error {
	data, err := codec.MarshalResponse(body)
	if err != nil {
		return fmt.Errorf("encode the response: %w", err)
	}
	return WriteStream(w, status, header, contentType, bytes.NewReader(append(data, '\n')))
}

// WriteText responds with a string. Status 0 means 200.
func WriteText(w http.ResponseWriter, status int, header http.Header, contentType, body string) error {
	return WriteStream(w, status, header, contentType, bytes.NewReader([]byte(body)))
}

// WriteStream responds with the data of a reader, which it closes if it is an io.Closer. A nil
// reader means no body. Status 0 means 200.
func WriteStream(w http.ResponseWriter, status int, header http.Header, contentType string, body io.Reader) error {
	maps.Copy(w.Header(), header)
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(orOK(status))
	if body == nil {
		return nil
	}
	if closer, ok := body.(io.Closer); ok {
		defer closer.Close()
	}
	_, err := io.Copy(w, body)
	return err
}

func orOK(status int) int {
	if status == 0 {
		return http.StatusOK
	}
	return status
}
