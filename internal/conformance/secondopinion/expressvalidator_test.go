package secondopinion

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

//go:embed expressvalidator.js
var expressScript string

func TestExpressValidator(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil || !expressInstalled() {
		t.Skip("needs node and express-openapi-validator on the PATH: run make second-opinion, which fetches it with npm")
	}
	compareWith(t, expressPeer)
}

// expressInstalled reports whether npx provides the module, next to a directory of the PATH.
func expressInstalled() bool {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, "..", "express-openapi-validator")); err == nil && filepath.Base(dir) == ".bin" {
			return true
		}
	}
	return false
}

// judgeByExpress asks a program that reads exchanges, a line each.
func judgeByExpress(ctx context.Context, spec []byte, exchanges []exchange) ([]verdict, error) {
	document, err := openapi3.NewLoader().LoadFromData(spec)
	if err != nil {
		return nil, err
	}
	var input bytes.Buffer
	encoder := json.NewEncoder(&input)
	if err := encoder.Encode(document); err != nil {
		return nil, err
	}
	for _, e := range exchanges {
		if err := encoder.Encode(expressExchange(e)); err != nil {
			return nil, err
		}
	}
	command := exec.CommandContext(ctx, "node", "-e", expressScript)
	command.Stdin, command.Stderr = &input, os.Stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("node: %w", err)
	}
	var all []verdict
	for line := range bytes.Lines(output) {
		var judged struct{ Verdict verdict }
		if err := json.Unmarshal(line, &judged); err != nil {
			return nil, err
		}
		all = append(all, judged.Verdict)
	}
	if len(all) != len(exchanges) {
		return nil, fmt.Errorf("%d verdicts on %d exchanges", len(all), len(exchanges))
	}
	return all, nil
}

// expressExchange is what express-openapi-validator gets of an exchange.
func expressExchange(e exchange) map[string]any {
	headers := map[string]string{}
	for name, value := range e.header {
		if value != "" {
			headers[http.CanonicalHeaderKey(name)] = value
		}
	}
	return map[string]any{
		"method": e.method, "path": e.path, "header": headers, "body": e.body,
		"reply": map[string]any{"status": e.reply.status, "contentType": e.reply.contentType, "body": e.reply.body},
	}
}
