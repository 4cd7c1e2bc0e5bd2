package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

const maxSize = 20_000_000 // bytes, compressed

// build builds the program as make binary does, and packs it.
func build(t *testing.T) (image v1.Image, dir string) {
	t.Helper()
	dir = t.TempDir()
	make := exec.Command("make", "-s", "-C", "../../..", "binary", "BINARY="+filepath.Join(dir, "xsale"))
	if output, err := make.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if err := run("1.2.3", filepath.Join(dir, "image"), []string{filepath.Join(dir, "xsale")}); err != nil {
		t.Fatal(err)
	}
	index, err := layout.ImageIndexFromPath(filepath.Join(dir, "image"))
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil || len(manifest.Manifests) != 1 {
		t.Fatal(manifest, err)
	}
	if image, err = index.Image(manifest.Manifests[0].Digest); err != nil {
		t.Fatal(err)
	}
	return image, dir
}

func TestImage(t *testing.T) {
	image, dir := build(t)
	again, _ := build(t)
	first, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	if second, err := again.Digest(); err != nil || first != second {
		t.Errorf("two builds: %v and %v, %v", first, second, err)
	}
	size, err := compressedSize(image)
	if err != nil || size > maxSize {
		t.Errorf("%d bytes, want at most %d, %v", size, maxSize, err)
	}
	t.Logf("%v, %.1f MB", first, float64(size)/1e6)
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if c := config.Config; c.User != "65532:65532" || strings.Join(c.Entrypoint, " ") != "/xsale" || c.Cmd != nil || config.OS != "linux" || config.Architecture == "" {
		t.Errorf("%+v", config)
	}
	if os.Getuid() != 0 {
		t.Skip("only root may run a program in another root")
	}
	runIn(t, unpack(t, image, dir), config.Config)
}

// unpack writes the files of an image and returns their root.
func unpack(t *testing.T, image v1.Image, dir string) string {
	t.Helper()
	root := filepath.Join(dir, "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for parent := dir; parent != os.TempDir() && parent != "/"; parent = filepath.Dir(parent) { // of the test: closed to others
		if err := os.Chmod(parent, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	files := mutate.Extract(image)
	defer files.Close()
	for reader := tar.NewReader(files); ; {
		header, err := reader.Next()
		if err == io.EOF {
			return root
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(root, header.Name)
		if header.Typeflag == tar.TypeDir {
			err = os.Mkdir(path, 0o755)
		} else {
			var data []byte
			if data, err = io.ReadAll(reader); err == nil {
				err = os.WriteFile(path, data, 0o755)
			}
		}
		if err = errors.Join(err, os.Chmod(path, header.FileInfo().Mode()), os.Chown(path, header.Uid, header.Gid)); err != nil {
			t.Fatal(err)
		}
	}
}

// runIn runs the program with nothing around it but the files of the image, as a container does.
func runIn(t *testing.T, root string, config v1.Config) {
	command := func(environment []string, arguments ...string) *exec.Cmd {
		command := exec.Command(config.Entrypoint[0], arguments...)
		command.Env, command.Dir = append(config.Env, environment...), config.WorkingDir
		command.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: user, Gid: user}}
		return command
	}
	begin := time.Now()
	sandbox := command(nil, "sandbox", "--addr", "127.0.0.1:0")
	output, err := sandbox.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	sandbox.Stderr = &log
	if err := sandbox.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		sandbox.Process.Signal(os.Interrupt)
		if err := sandbox.Wait(); err != nil {
			t.Errorf("%v\n%s", err, log.String())
		}
	}()
	variables := map[string]string{}
	for lines := bufio.NewScanner(output); variables["XSALE_BASE_URL"] == "" || variables["XSALE_ORGANIZATION"] == ""; {
		if !lines.Scan() {
			t.Fatalf("the sandbox did not start: %v\n%s", variables, log.String())
		}
		if match := regexp.MustCompile(`^export (\w+)='?([^']*)'?$`).FindStringSubmatch(lines.Text()); match != nil {
			variables[match[1]] = match[2]
		}
	}
	response, err := http.Get(variables["XSALE_BASE_URL"] + "/me")
	if err != nil || response.StatusCode != http.StatusUnauthorized {
		t.Fatal(response, err)
	}
	t.Logf("from the start to the first response: %v", time.Since(begin).Round(time.Millisecond))
	go io.Copy(io.Discard, output)

	var environment []string
	for name, value := range variables {
		environment = append(environment, name+"="+value)
	}
	for _, arguments := range [][]string{{"version"}, {"me"}, {"statuses", "list"}} {
		if printed, err := command(environment, arguments...).CombinedOutput(); err != nil || bytes.Contains(printed, []byte("warning")) {
			t.Errorf("%v: %v\n%s", arguments, err, printed)
		}
	}
	if tokens, err := filepath.Glob(filepath.Join(root, home, ".cache/xsale/*")); len(tokens) == 0 {
		t.Errorf("no tokens are kept: %v", err)
	}
}
