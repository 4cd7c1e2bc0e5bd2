package fake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
)

// WriteEmpty answers without a body. A status of 0 is 200. Generated servers call it and the three below.
func WriteEmpty(w http.ResponseWriter, status int, header http.Header) error {
	maps.Copy(w.Header(), header)
	w.WriteHeader(orOK(status))
	return nil
}

// WriteJSON answers with a value as JSON. A value that cannot be written is an error before anything is sent.
func WriteJSON(w http.ResponseWriter, status int, header http.Header, contentType string, body any) error {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return WriteStream(w, status, header, contentType, &buffer)
}

// WriteText answers with a text.
func WriteText(w http.ResponseWriter, status int, header http.Header, contentType, body string) error {
	return WriteStream(w, status, header, contentType, bytes.NewReader([]byte(body)))
}

// WriteStream answers with all that a reader has, and closes the reader where it can be closed. A nil reader is no body.
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
