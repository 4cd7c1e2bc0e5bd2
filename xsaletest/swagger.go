package xsaletest

import (
	"encoding/json"
	"net/http"
	"sync"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/problem"
)

// swaggerPath is the path of the spec in Swashbuckle, the usual generator of ASP.NET.
const swaggerPath = "/swagger/v1/swagger.json"

// swagger serves the spec, with the sandbox as the server.
type swagger struct {
	document func() ([]byte, error) // rendered on first use: most sandboxes never need it
}

func newSwagger(spec *contract.Document, url string, data backend) *swagger {
	return &swagger{sync.OnceValues(func() ([]byte, error) {
		return json.MarshalIndent(servedSpec(spec, url, data), "", "  ")
	})}
}

func (s *swagger) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		problem.New(http.StatusMethodNotAllowed, "Use GET.").With("Allow", "GET, HEAD").Write(w)
		return
	}
	document, err := s.document()
	if err != nil {
		problem.New(http.StatusInternalServerError, "The sandbox cannot render the spec: "+err.Error()).Write(w)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(document)
}
