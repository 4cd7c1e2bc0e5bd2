// Generate writes package gen from the spec of this module, as `xsale generate` does for users. It
// imports neither gen nor what imports gen, so that it builds when gen does not.
package main

import (
	"log"

	"github.com/xsale-go/xsale/internal/codegen"
	"github.com/xsale-go/xsale/internal/spec/pipeline"
	"github.com/xsale-go/xsale/openapi"
)

func main() {
	log.SetFlags(0)
	overlays := []pipeline.Overlay{{Name: "openapi/go.overlay.yaml", Data: openapi.GoOverlay()}}
	result, err := pipeline.Run(openapi.Spec(), pipeline.Options{Overlays: overlays})
	if err != nil {
		log.Fatal(err)
	}
	lock, err := codegen.ReadLock("gen/xsale.lock")
	if err != nil {
		log.Fatal(err)
	}
	files, err := codegen.Generate(result.Document, codegen.Options{Package: "gen", Split: true, From: "openapi/openapi.yaml", Lock: lock}, result.Report)
	if err != nil {
		log.Fatal(err)
	}
	if err := lock.Save("gen/xsale.lock"); err != nil {
		log.Fatal(err)
	}
	if err := codegen.Write("gen", files); err != nil {
		log.Fatal(err)
	}
}
