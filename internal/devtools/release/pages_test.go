//go:build artifacts

package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	fileName    = regexp.MustCompile(`xsale_[^\s/` + "`" + `]+\.(?:deb|rpm|tar\.gz|zip|cdx\.json)`)
	placeholder = strings.NewReplacer("VERSION", "*", "ARCH", "*", "…", "*")
)

// The files that the pages tell users to download are in the release.
func TestPagesNameFiles(t *testing.T) {
	for _, page := range []string{"README.pl.md", "docs/installing.md"} {
		names := fileName.FindAllString(string(read(t, filepath.Join("../../..", page))), -1)
		for _, name := range names {
			found, err := filepath.Glob(filepath.Join(filepath.Dir(released("")), placeholder.Replace(name)))
			if err != nil || len(found) == 0 {
				t.Errorf("%s: the release has no %s, %v", page, name, err)
			}
		}
		if len(names) < 5 {
			t.Errorf("%s names only %d files", page, len(names))
		}
	}
}
