package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestManualPagesHaveTheDateOfTheSources(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("SOURCE_DATE_EPOCH", "1700000000")
	execute(t, "", "reference", "--man", dir).expect(t, exitOK)
	page, err := os.ReadFile(filepath.Join(dir, "xsale.1"))
	if err != nil || !strings.HasPrefix(string(page), ".TH XSALE 1 2023-11-14 ") {
		t.Errorf("%.60s, %v", page, err)
	}
	t.Setenv("SOURCE_DATE_EPOCH", "today")
	execute(t, "", "reference", "--man", dir).expect(t, exitFailed, `SOURCE_DATE_EPOCH is "today": want seconds since 1970`)
}
