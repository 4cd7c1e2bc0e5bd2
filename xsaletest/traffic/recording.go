package traffic

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/xsale-go/xsale/internal/atomicfile"
)

const (
	manifestFile    = "recording.json"
	exchangeSuffix  = ".exchange.json"
	recordingFormat = 3
)

// manifest describes how a recording is masked, so that Replay can mask requests in the same way.
type manifest struct {
	Format int               `json:"format"`
	Kept   []locationPattern `json:"kept,omitempty"`
	Key    string            `json:"key,omitempty"` // identifies the mask key
}

// exchange is a masked request and its masked response.
type exchange struct {
	Operation  string           `json:"operation,omitempty"` // operationId, if the spec has one
	Repetition int              `json:"repetition"`          // of equal requests, from 1
	Request    recordedRequest  `json:"request"`
	Response   recordedResponse `json:"response"`
	Digest     string           `json:"digest"` // of all other fields
}

type recordedRequest struct {
	Method      string              `json:"method"`
	Path        string              `json:"path"` // escaped
	Query       map[string][]string `json:"query,omitempty"`
	ContentType string              `json:"contentType,omitempty"`
	recordedBody
}

type recordedResponse struct {
	Status int                 `json:"status"`
	Header map[string][]string `json:"header,omitempty"`
	recordedBody
}

// recordedBody is JSON, or a placeholder for anything else, or empty.
type recordedBody struct {
	Body json.RawMessage `json:"body,omitempty"`
	Text string          `json:"text,omitempty"`
}

func (b recordedBody) bytes() []byte {
	if b.Body == nil {
		return []byte(b.Text)
	}
	var compact bytes.Buffer
	if json.Compact(&compact, b.Body) != nil {
		return b.Body
	}
	return compact.Bytes()
}

// key is equal for requests that Replay treats as equal. The order of fields does not count.
func (r recordedRequest) key() string {
	body := r.bytes()
	if sorted := jsontext.Value(bytes.Clone(body)); r.Body != nil && sorted.Format(jsontext.ReorderRawObjects(true), jsontext.AllowDuplicateNames(true)) == nil {
		body = sorted
	}
	return strings.Join([]string{r.Method, r.Path, url.Values(r.Query).Encode(), string(body)}, "\n")
}

// name describes a request to people.
func (r recordedRequest) name(operation string) string {
	name := r.Method + " " + r.Path
	if len(r.Query) > 0 {
		name += "?" + url.Values(r.Query).Encode()
	}
	if operation != "" {
		name = operation + " (" + name + ")"
	}
	return name
}

func (e exchange) digest() string {
	e.Digest = ""
	data, err := json.Marshal(e)
	if err != nil {
		return ""
	}
	return hash(data, sha256.Size)
}

// fileName makes the exchanges of an operation sort together.
func (e exchange) fileName() string {
	name := e.Operation
	if name == "" {
		name = strings.ToLower(e.Request.Method)
	}
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, name)
	return fmt.Sprintf("%.60s-%s-%03d%s", name, hash([]byte(e.Request.key()), 6), e.Repetition, exchangeSuffix)
}

func hash(data []byte, length int) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:length])
}

func exchangeFile(name string) bool { return strings.HasSuffix(name, exchangeSuffix) }

// writeJSONFile writes a file atomically.
func writeJSONFile(name string, value any) error {
	data, err := marshalJSON(value, "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(name, data, 0o600)
}

func marshalJSON(value any, indent string) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	err := encoder.Encode(value)
	return buffer.Bytes(), err
}

// readJSONFile rejects unknown fields, because an edited file may contain anything.
func readJSONFile(name string, value any) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil || decoder.More() {
		return fmt.Errorf("%s is truncated or was edited: record again", filepath.Base(name))
	}
	return nil
}
