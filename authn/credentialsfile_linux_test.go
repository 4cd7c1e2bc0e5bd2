package authn

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Secrets of Docker (0444) and Kubernetes (0644, behind links) were refused. The test mounts in a
// namespace of its own, in a child process.
func TestA19_SecretsOnReadOnlyMount(t *testing.T) {
	const variable = "XSALE_TEST_MOUNT"
	if dir := os.Getenv(variable); dir != "" {
		readMountedSecrets(t, dir)
		return
	}
	command := exec.Command(os.Args[0], "-test.run=^TestA19_SecretsOnReadOnlyMount$", "-test.v")
	command.Env = append(os.Environ(), variable+"="+t.TempDir())
	command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		command.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		command.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		command.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	output, err := command.CombinedOutput()
	switch {
	case strings.Contains(string(output), "--- SKIP") || err != nil && len(output) == 0:
		t.Skipf("needs the right to mount: %v %s", err, output)
	case err != nil || !strings.Contains(string(output), "--- PASS"):
		t.Errorf("%v\n%s", err, output)
	}
}

func readMountedSecrets(t *testing.T, dir string) {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Skip("mount:", err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, ""); err != nil {
		t.Skip("mount:", err)
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	var files []string
	for name, mode := range map[string]os.FileMode{"docker": 0o444, "kubernetes": 0o644, "anyone": 0o777} {
		data := filepath.Join(dir, name, "..2026_11_27")
		if err := os.MkdirAll(data, 0o755); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(data, "xsale.json")
		if err := os.WriteFile(file, []byte(credentialsJSON), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		link := filepath.Join(dir, name, "xsale.json")
		if err := os.Symlink(filepath.Join("..2026_11_27", "xsale.json"), link); err != nil {
			t.Fatal(err)
		}
		files = append(files, file, link)
	}
	for _, file := range files {
		if _, err := File(file)(t.Context()); err == nil {
			t.Errorf("%s: accepted on a mount that can be written to", file)
		}
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if got, err := File(file)(t.Context()); err != nil || got.ClientID != "c" {
			t.Errorf("%s: %v", file, err)
		}
	}
}
