//go:build unix

package doctor

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// nobody is a user without rights, for tests that run as the superuser.
const nobody = 65534

// prepare makes a command run as the user of the set-up.
func (s *setup) prepare(command *exec.Cmd) {
	if s.user != 0 {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(s.user), Gid: uint32(s.user), NoSetGroups: true}}
	}
}

// asUser makes the command run as a user whom modes concern.
func (s *setup) asUser() {
	if os.Geteuid() != 0 {
		return
	}
	s.user = nobody
	for dir := s.dir; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		s.must(os.Chmod(dir, 0o755))
	}
	s.must(filepath.Walk(s.dir, func(path string, _ os.FileInfo, _ error) error { return os.Lchown(path, nobody, nobody) }))
}

func init() {
	for name, test := range map[string]struct {
		breaks func(s *setup)
		want   expectation
	}{
		"read-only directory": {func(s *setup) {
			dir := filepath.Join(s.dir, "tokens")
			s.must(os.Mkdir(dir, 0o500))
			s.asUser()
		}, expectation{"store": {failed, "right to read and write"}}},
		"nothing may be made": {func(s *setup) {
			s.asUser()
			s.environment["XSALE_TOKEN_STORE"] = "/proc/xsale/"
		}, expectation{"store": {failed, "name a directory"}}},
		"store of the superuser": {func(s *setup) {
			if os.Geteuid() != 0 {
				s.Skip("needs the superuser")
			}
			s.login()
			s.asUser()
			s.must(os.Lchown(s.entry(), 0, 0))
		}, expectation{"store": {failed, "change its owner"}}},
		"full disk": {func(s *setup) {
			s.shell = `ulimit -f 0; exec "$@"`
		}, expectation{"store": {failed, "free space"}}},
		"stopped program holds the lock": {func(s *setup) {
			if runtime.GOOS != "linux" {
				s.Skip("needs /proc")
			}
			s.login()
			holder := exec.Command("sleep", "600")
			lock, err := os.OpenFile(s.entry()+".lock", os.O_RDWR, 0)
			s.must(err)
			defer lock.Close()
			s.must(syscall.Flock(int(lock.Fd()), syscall.LOCK_EX))
			holder.ExtraFiles = []*os.File{lock} // keeps the lock
			s.must(holder.Start())
			s.Cleanup(func() { holder.Process.Kill(); holder.Wait() })
			s.must(holder.Process.Signal(syscall.SIGSTOP))
		}, expectation{"lock": {warning, "continue or end"}}},
	} {
		broken[name] = test
	}
}

func TestHolderIsNamed(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	s := newSetup(t)
	broken["stopped program holds the lock"].breaks(s)
	report := s.examine(broken["stopped program holds the lock"].want)
	for _, check := range report.Checks {
		if check.Name == "lock" && !(strings.Contains(check.Detail, "(sleep)") && strings.Contains(check.Detail, "is stopped")) {
			t.Errorf("%+v", check)
		}
	}
}
