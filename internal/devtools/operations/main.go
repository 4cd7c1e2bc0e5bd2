// Command operations writes the operations of the shipped spec, which package operation embeds.
package main

import (
	"encoding/json"
	"log"
	"os"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/operation"
)

func main() {
	document, err := contract.Shipped()
	if err != nil {
		log.Fatal(err)
	}
	catalog, err := operation.Compile(document)
	if err != nil {
		log.Fatal(err)
	}
	data, err := json.MarshalIndent(catalog.Operations(), "", "\t")
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("shipped.json", append(data, '\n'), 0o644); err != nil {
		log.Fatal(err)
	}
}
