package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/xsale-go/xsale/transfer/sqlite"
)

// Closing any handle of a file frees all its POSIX locks in the program, also those of SQLite.
func TestOpenKeepsTheLocksOfTheProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	var databases [2]*sqlite.Database
	for i := range databases {
		var err error
		if databases[i], err = sqlite.Open(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		defer databases[i].Close()
		if locks(t, path) == 0 {
			t.Errorf("no lock on the file after %d times Open", i+1)
		}
	}
}

// locks counts the locks of this program on a file.
func locks(t *testing.T, path string) int {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile("/proc/locks")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for line := range strings.Lines(string(list)) {
		fields := strings.Fields(line)
		if len(fields) > 5 && fields[4] == fmt.Sprint(os.Getpid()) && strings.HasSuffix(fields[5], fmt.Sprintf(":%d", info.Sys().(*syscall.Stat_t).Ino)) {
			count++
		}
	}
	return count
}
