// Command modproxy packs the module in the current folder as a released version, into a folder that GOPROXY can name as
// file:///folder. What users will get can so be tried before it is released.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	version := flag.String("version", "", "version to pack the module as, such as v0.1.0")
	out := flag.String("out", "", "folder of the proxy")
	flag.Parse()
	if *version == "" || *out == "" || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "usage: modproxy -version VERSION -out FOLDER, in the folder of go.mod")
		os.Exit(2)
	}
	if err := pack(".", *version, *out); err != nil {
		fmt.Fprintln(os.Stderr, "modproxy:", err)
		os.Exit(1)
	}
}
