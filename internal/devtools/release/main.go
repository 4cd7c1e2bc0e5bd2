// Command release prints the notes of a release, the section of its version in CHANGELOG.md. It fails
// unless the tag, the constant Version and the section agree, and the section has a date.
//
//	release v0.1.0
package main

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"os"
	"regexp"
	"time"

	"golang.org/x/mod/semver"

	"github.com/xsale-go/xsale"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("release: ")
	if len(os.Args) != 2 {
		log.Fatal("usage: release TAG")
	}
	changelog, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		log.Fatal(err)
	}
	notes, err := notes(os.Args[1], xsale.Version, changelog)
	if err != nil {
		log.Fatal(err)
	}
	os.Stdout.Write(notes)
}

// notes returns the section of a version in a changelog, without its heading.
func notes(tag, version string, changelog []byte) ([]byte, error) {
	if !semver.IsValid("v"+version) || semver.Canonical("v"+version) != "v"+version {
		return nil, fmt.Errorf("version.go: %q is not a version such as 0.1.0", version)
	}
	if tag != "v"+version {
		return nil, fmt.Errorf("tag %s does not match Version in version.go: tag v%s, or set Version and date its section in CHANGELOG.md", tag, version)
	}
	heading := regexp.MustCompile(`(?m)^## ` + regexp.QuoteMeta(version) + `(?: - (\S+))?$`)
	found := heading.FindAllSubmatchIndex(changelog, -1)
	switch {
	case len(found) == 0:
		return nil, fmt.Errorf("CHANGELOG.md has no section '## %s - YYYY-MM-DD'", version)
	case len(found) > 1:
		return nil, fmt.Errorf("CHANGELOG.md has %d sections '## %s'", len(found), version)
	}
	date := ""
	if found[0][2] >= 0 {
		date = string(changelog[found[0][2]:found[0][3]])
	}
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return nil, fmt.Errorf("CHANGELOG.md: section %s has the date %q: want '## %s - YYYY-MM-DD'", version, date, version)
	}
	section := changelog[found[0][1]:]
	if end := bytes.Index(section, []byte("\n## ")); end >= 0 {
		section = section[:end]
	}
	if section = bytes.TrimSpace(section); len(section) == 0 {
		return nil, errors.New("CHANGELOG.md: the section of " + version + " is empty")
	}
	return append(section, '\n'), nil
}
