// Command modproxy packs the module in a directory as a released version. It writes to a
// directory that GOPROXY accepts as file:///dir, so that a release can be tried before it exists.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	source := flag.String("source", ".", "directory of the module")
	version := flag.String("version", "", "version to pack the module as, such as v0.1.0")
	out := flag.String("out", "", "directory of the proxy")
	flag.Parse()
	if *version == "" || *out == "" || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "usage: modproxy [-source DIR] -version VERSION -out DIR")
		os.Exit(2)
	}
	if err := pack(*source, *version, *out); err != nil {
		fmt.Fprintln(os.Stderr, "modproxy:", err)
		os.Exit(1)
	}
}
