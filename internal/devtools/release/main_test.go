package main

import (
	"os"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
)

func TestNotes(t *testing.T) {
	const changelog = "# Changelog\n\n## 1.3.0 - 2026-12-24\n\n### Added\n\n- A thing.\n\n## 1.2.0 - 2026-11-27\n\n- Older.\n"
	for _, test := range []struct{ tag, version, changelog, want, problem string }{
		{"v1.3.0", "1.3.0", changelog, "### Added\n\n- A thing.\n", ""},
		{"v1.2.0", "1.2.0", changelog, "- Older.\n", ""},
		{"v1.4.0", "1.3.0", changelog, "", "tag v1.4.0 does not match Version in version.go: tag v1.3.0, or"},
		{"1.3.0", "1.3.0", changelog, "", "tag 1.3.0 does not match"},
		{"v1.3", "1.3", changelog, "", `"1.3" is not a version such as 0.1.0`},
		{"v1.1.0", "1.1.0", changelog, "", "no section '## 1.1.0 - YYYY-MM-DD'"},
		{"v1.3.0", "1.3.0", strings.ReplaceAll(changelog, " - 2026-12-24", ""), "", `section 1.3.0 has the date ""`},
		{"v1.3.0", "1.3.0", strings.ReplaceAll(changelog, "2026-12-24", "unreleased"), "", `section 1.3.0 has the date "unreleased"`},
		{"v1.3.0", "1.3.0", strings.ReplaceAll(changelog, "12-24", "12-42"), "", `has the date "2026-12-42"`},
		{"v1.3.0", "1.3.0", strings.ReplaceAll(changelog, "1.2.0", "1.3.0"), "", "2 sections '## 1.3.0'"},
		{"v1.3.0", "1.3.0", "## 1.3.0 - 2026-12-24\n\n## 1.2.0 - 2026-11-27\n", "", "the section of 1.3.0 is empty"},
	} {
		got, err := notes(test.tag, test.version, []byte(test.changelog))
		if string(got) != test.want || (err == nil) != (test.problem == "") || err != nil && !strings.Contains(err.Error(), test.problem) {
			t.Errorf("%s: got %q, %v, want %q, %s", test.tag, got, err, test.want, test.problem)
		}
	}
}

// This tree could be released.
func TestChangelogHasTheVersion(t *testing.T) {
	changelog, err := os.ReadFile("../../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := notes("v"+xsale.Version, xsale.Version, changelog); err != nil {
		t.Error(err)
	}
}
