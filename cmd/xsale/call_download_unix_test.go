//go:build unix

package main

import (
	"os"
	"syscall"
	"testing"
)

// Only a file is replaced, and a link to one stays.
func TestDownloadReplacesFilesOnly(t *testing.T) {
	sandbox := useSandbox(t)
	inEmptyDir(t)
	if err := syscall.Mkfifo("fifo", 0o600); err != nil {
		t.Fatal(err)
	}
	writeFileAt(t, "old.json", "old")
	for link, target := range map[string]string{"link.json": "old.json", "dangling": "missing"} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		"fifo":             "it is not a regular file",
		"dangling":         "it is a link to a file that does not exist",
		"link.json/x.json": "there is no directory link.json",
	} {
		execute(t, "", "call", "listStatuses", "--overwrite", "--output-file", path).expect(t, exitUsage, want)
	}
	if sandbox.Calls() != 0 {
		t.Errorf("%d calls", sandbox.Calls())
	}
	execute(t, "", "call", "listStatuses", "--overwrite", "--output-file", "link.json").expect(t, exitOK, "replaced link.json")
	if data, err := os.ReadFile("old.json"); err != nil || len(data) < 10 {
		t.Errorf("%s, %v", data, err)
	}
	if files, err := os.ReadDir("."); err != nil || len(files) != 4 {
		t.Errorf("%v, %v", files, err)
	}
}
