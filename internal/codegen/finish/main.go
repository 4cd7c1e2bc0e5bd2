// Finish formats the output of the oapi-codegen command as `xsale generate` does.
package main

import (
	"log"
	"os"

	"github.com/xsale-go/xsale/internal/codegen"
)

func main() {
	for _, path := range os.Args[1:] {
		code, err := os.ReadFile(path)
		if err != nil {
			log.Fatal(err)
		}
		finished, err := codegen.FormatCode(string(code), nil)
		if err != nil {
			log.Fatalf("%s: %v", path, err)
		}
		if err := os.WriteFile(path, finished, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
