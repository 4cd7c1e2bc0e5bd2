package control

import (
	"io"
	"net/http"
)

// servePage links to the specs.
func servePage(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, `<!DOCTYPE html><title>Sandbox of xSale</title>
<p><a href="/swagger/v1/swagger.json">Spec of the API</a>, <a href="/_sandbox/openapi.json">spec of the control API</a>
`)
}
