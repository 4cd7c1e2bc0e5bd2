// Package anyspec lets [github.com/xsale-go/xsale/xsaletest.WithSpec] take any spec that xsale
// generate takes: Swagger 2.0 and OpenAPI 3.0, 3.1 and 3.2, as JSON or YAML, with the usual
// mistakes of services in them. Import it only for its side effect:
//
//	import _ "github.com/xsale-go/xsale/xsaletest/anyspec"
//
// It is a separate package because of its size. Without it, WithSpec takes specs in normal form,
// which xsale spec pull --normal writes, if they have no forms, cookies and parameters in rare styles.
// The option WithSpec of package traffic needs it for such a spec, too.
package anyspec

import (
	_ "github.com/xsale-go/xsale/internal/contract/rare"
	"github.com/xsale-go/xsale/internal/spec/normalform"
	"github.com/xsale-go/xsale/internal/spec/normalize"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

func init() { normalform.Of = normalForm }

func normalForm(spec []byte) (normal []byte, notices []string, err error) {
	result, err := pipeline.Run(spec, pipeline.Options{})
	if err != nil {
		return nil, nil, err
	}
	normal, err = tree.JSON(result.Document)
	return normal, normalize.Notices(result.Report), err
}
