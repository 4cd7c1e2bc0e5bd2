//go:build artifacts

package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
)

var systems = []string{"darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64", "windows_amd64", "windows_arm64"}

// packageVersion is how packages write the version, so that 1.0.0~rc.1 is before 1.0.0.
var packageVersion = strings.Replace(xsale.Version, "-", "~", 1)

// released is a file of scripts/release.sh, for instance released("_linux_amd64.tar.gz").
func released(suffix string) string {
	return filepath.Join(os.Getenv("XSALE_RELEASE"), "xsale_"+xsale.Version+suffix)
}

// need skips the test, or with NO_SKIP fails it, if a program is missing.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil && os.Getenv("NO_SKIP") != "" {
		t.Fatal(err)
	} else if err != nil {
		t.Skip(err)
	}
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root may install a package in another root")
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// run returns what a command prints to standard output.
func run(t *testing.T, command *exec.Cmd) string {
	t.Helper()
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s%s", command.Args, err, output, &stderr)
	}
	return string(output)
}

func commit(t *testing.T) (hash string, at time.Time) {
	t.Helper()
	hash, date, _ := strings.Cut(strings.TrimSpace(run(t, exec.Command("git", "log", "-1", "--format=%H %cI"))), " ")
	at, err := time.Parse(time.RFC3339, date)
	if err != nil {
		t.Fatal(err)
	}
	return hash, at
}

// archived is a file of an archive or a package.
type archived struct {
	mode fs.FileMode
	at   time.Time
	data []byte
}

// untar returns the files by name. They must belong to root.
func untar(t *testing.T, reader io.Reader) map[string]archived {
	t.Helper()
	files := map[string]archived{}
	for tape := tar.NewReader(reader); ; {
		header, err := tape.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(tape)
		if err != nil || header.Uid != 0 || header.Gid != 0 {
			t.Fatalf("%s: %d:%d, %v", header.Name, header.Uid, header.Gid, err)
		}
		if header.Typeflag == tar.TypeReg {
			files[path.Clean(header.Name)] = archived{header.FileInfo().Mode(), header.ModTime, data}
		}
	}
}

// unpack returns the files of the archive of a system by name.
func unpack(t *testing.T, system string) map[string]archived {
	t.Helper()
	if !strings.HasPrefix(system, "windows") {
		packed, err := gzip.NewReader(bytes.NewReader(read(t, released("_"+system+".tar.gz"))))
		if err != nil {
			t.Fatal(err)
		}
		return untar(t, packed)
	}
	reader, err := zip.OpenReader(released("_" + system + ".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	files := map[string]archived{}
	for _, file := range reader.File {
		data, err := fs.ReadFile(reader, file.Name)
		if err != nil {
			t.Fatal(err)
		}
		files[file.Name] = archived{file.Mode(), file.Modified, data}
	}
	return files
}

// program returns the program in the archive of a system.
func program(t *testing.T, system string) []byte {
	t.Helper()
	name := "xsale_" + xsale.Version + "_" + system + "/xsale"
	if strings.HasPrefix(system, "windows") {
		name += ".exe"
	}
	found, ok := unpack(t, system)[name]
	if !ok {
		t.Fatalf("the archive for %s lacks %s", system, name)
	}
	return found.data
}

func TestArchives(t *testing.T) {
	_, at := commit(t)
	for _, system := range systems {
		files := unpack(t, system)
		dir := "xsale_" + xsale.Version + "_" + system + "/"
		pages := 0
		for name, file := range files {
			rest, ok := strings.CutPrefix(name, dir)
			want := fs.FileMode(0o644)
			switch {
			case !ok:
				t.Errorf("%s: %s is outside of %s", system, name, dir)
			case rest == "xsale" || rest == "xsale.exe":
				want = 0o755
			case strings.HasPrefix(rest, "man/xsale") && strings.HasSuffix(rest, ".1"):
				pages++
			}
			if file.mode != want || !file.at.Equal(at) || len(file.data) == 0 {
				t.Errorf("%s: %s has mode %v, time %v and %d bytes, want %v and %v", system, name, file.mode, file.at, len(file.data), want, at)
			}
		}
		for _, name := range []string{"LICENSE", "NOTICES", "README.md", "README.pl.md", "man/xsale.1", "man/xsale-orders-pull.1",
			"completions/xsale.bash", "completions/xsale.fish", "completions/xsale.powershell", "completions/xsale.zsh"} {
			if _, ok := files[dir+name]; !ok {
				t.Errorf("%s lacks %s", system, name)
			}
		}
		if other := len(files) - pages; other != 9 {
			t.Errorf("%s has %d files that are not manual pages, want 9: %v", system, other, slices.Sorted(maps.Keys(files)))
		}
	}
}

// Each program is for its system, static, of this commit, and without paths of the machine.
func TestPrograms(t *testing.T) {
	hash, _ := commit(t)
	home, _ := os.UserHomeDir()
	for _, system := range systems {
		data := program(t, system)
		kind, err := format(data)
		if err != nil || kind != system {
			t.Errorf("the program for %s is for %s, %v", system, kind, err)
		}
		info, err := buildinfo.Read(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		settings := map[string]string{}
		for _, setting := range info.Settings {
			settings[setting.Key] = setting.Value
		}
		if version := strings.TrimSuffix(info.Main.Version, "+dirty"); version != "v"+xsale.Version || settings["vcs.revision"] != hash || settings["-trimpath"] != "true" {
			t.Errorf("%s: %s, %v, want v%s of %s", system, info.Main.Version, settings, xsale.Version, hash)
		}
		for _, dir := range []string{home + "/", os.TempDir() + "/go-build"} {
			if bytes.Contains(data, []byte(dir)) {
				t.Errorf("%s contains the path %s", system, dir)
			}
		}
		t.Logf("%s: %.1f MB", system, float64(len(data))/1e6)
	}
}

// format returns the system that a program is for. A program for Linux must not need a loader.
func format(data []byte) (string, error) {
	reader := bytes.NewReader(data)
	switch {
	case bytes.HasPrefix(data, []byte(elf.ELFMAG)):
		file, err := elf.NewFile(reader)
		if err != nil {
			return "", err
		}
		if slices.ContainsFunc(file.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
			return "", fmt.Errorf("needs a loader")
		}
		return map[elf.Machine]string{elf.EM_X86_64: "linux_amd64", elf.EM_AARCH64: "linux_arm64"}[file.Machine], nil
	case bytes.HasPrefix(data, []byte("MZ")):
		file, err := pe.NewFile(reader)
		if err != nil {
			return "", err
		}
		return map[uint16]string{pe.IMAGE_FILE_MACHINE_AMD64: "windows_amd64", pe.IMAGE_FILE_MACHINE_ARM64: "windows_arm64"}[file.Machine], nil
	}
	file, err := macho.NewFile(reader)
	if err != nil {
		return "", err
	}
	return map[macho.Cpu]string{macho.CpuAmd64: "darwin_amd64", macho.CpuArm64: "darwin_arm64"}[file.Cpu], nil
}

// wantVersion checks what a program printed for 'xsale version --output json'.
func wantVersion(t *testing.T, printed string) {
	t.Helper()
	hash, _ := commit(t)
	var got struct{ Version, Commit, Go string }
	if err := json.Unmarshal([]byte(printed), &got); err != nil || got.Version != xsale.Version || got.Commit != hash || got.Go != runtime.Version() {
		t.Errorf("%s, %v, want version %s of %s built with %s", printed, err, xsale.Version, hash, runtime.Version())
	}
}

func TestTheArchiveRunsHere(t *testing.T) {
	name := filepath.Join(t.TempDir(), "xsale")
	if err := os.WriteFile(name, program(t, runtime.GOOS+"_"+runtime.GOARCH), 0o755); err != nil {
		t.Fatal(err)
	}
	wantVersion(t, run(t, exec.Command(name, "version", "--output", "json")))
	run(t, exec.Command(name, "demo"))
}

// Needs Wine, as scripts/wine.sh does, and for Wine 8 the compiler.
func TestTheArchiveRunsOnWindows(t *testing.T) {
	const wine, compiler = "/usr/lib/wine/wine64", "x86_64-w64-mingw32-gcc"
	need(t, wine)
	need(t, compiler)
	dir := t.TempDir()
	inWine := func(program string, arguments ...string) *exec.Cmd {
		command := exec.Command(program, arguments...)
		command.Env = append(os.Environ(), "WINEPREFIX="+filepath.Join(dir, "prefix"), "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml=", "DISPLAY=")
		return command
	}
	run(t, inWine(wine, "wineboot", "-i"))
	defer inWine(filepath.Join(filepath.Dir(wine), "wineserver"), "-k", "-w").Run()
	run(t, exec.Command(compiler, "-shared", "-O2", "-o", filepath.Join(dir, "prefix/drive_c/windows/system32/bcryptprimitives.dll"),
		"../../../scripts/wine/bcryptprimitives.c", "-ladvapi32"))
	if err := os.WriteFile(filepath.Join(dir, "xsale.exe"), program(t, "windows_amd64"), 0o755); err != nil {
		t.Fatal(err)
	}
	wantVersion(t, run(t, inWine(wine, filepath.Join(dir, "xsale.exe"), "version", "--output", "json")))
}

// packaged checks the files of an installed package, and runs its program.
func packaged(t *testing.T, root, completions, license, notices string) {
	t.Helper()
	for _, name := range []string{"usr/share/man/man1/xsale.1.gz", "usr/share/man/man1/xsale-orders-pull.1.gz", completions, license, notices,
		"usr/share/bash-completion/completions/xsale", "usr/share/fish/vendor_completions.d/xsale.fish"} {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil || info.Mode() != 0o644 || info.Size() == 0 || info.Sys().(*syscall.Stat_t).Uid != 0 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if packed := read(t, filepath.Join(root, "usr/bin/xsale")); !bytes.Equal(packed, program(t, "linux_"+runtime.GOARCH)) {
		t.Error("usr/bin/xsale is not the program of the archive")
	}
	command := exec.Command("/usr/bin/xsale", "version", "--output", "json")
	command.Dir, command.SysProcAttr = "/", &syscall.SysProcAttr{Chroot: root}
	wantVersion(t, run(t, command))
}

func TestDebianPackage(t *testing.T) {
	need(t, "dpkg")
	for _, arch := range []string{"amd64", "arm64"} {
		fields := run(t, exec.Command("dpkg-deb", "--field", released("_"+arch+".deb")))
		for _, want := range []string{"Package: xsale\n", "Version: " + packageVersion + "\n", "Architecture: " + arch + "\n", "Section: utils\n", "Maintainer: xsale-go <", "Description: client of the xSale REST API\n"} {
			if !strings.Contains(fields, want) {
				t.Errorf("%s lacks %q:\n%s", arch, want, fields)
			}
		}
		if strings.Contains(fields, "Depends:") {
			t.Errorf("%s depends on packages:\n%s", arch, fields)
		}
	}
	needRoot(t)
	root := t.TempDir()
	for _, name := range []string{"info", "updates"} {
		if err := os.MkdirAll(filepath.Join(root, "var/lib/dpkg", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "var/lib/dpkg/status"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, exec.Command("dpkg", "--root="+root, "--install", released("_"+runtime.GOARCH+".deb")))
	packaged(t, root, "usr/share/zsh/vendor-completions/_xsale", "usr/share/doc/xsale/copyright", "usr/share/doc/xsale/NOTICES")
	if changed := run(t, exec.Command("dpkg", "--root="+root, "--verify", "xsale")); changed != "" {
		t.Error(changed)
	}
	run(t, exec.Command("dpkg", "--root="+root, "--purge", "xsale"))
	if _, err := os.Stat(filepath.Join(root, "usr/bin/xsale")); err == nil {
		t.Error("purging left usr/bin/xsale")
	}
}

func TestRPM(t *testing.T) {
	need(t, "rpm")
	for arch, name := range map[string]string{"amd64": "x86_64", "arm64": "aarch64"} {
		got := run(t, exec.Command("rpm", "--query", "--package", "--nosignature", "--queryformat", "%{NAME} %{VERSION} %{ARCH} %{LICENSE} %{BUILDHOST}", released("_"+arch+".rpm")))
		if want := "xsale " + packageVersion + " " + name + " Apache-2.0 localhost"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	needRoot(t)
	root := t.TempDir()
	run(t, exec.Command("rpm", "--root", root, "--nosignature", "--install", released("_"+runtime.GOARCH+".rpm")))
	packaged(t, root, "usr/share/zsh/site-functions/_xsale", "usr/share/licenses/xsale/LICENSE", "usr/share/licenses/xsale/NOTICES")
	run(t, exec.Command("rpm", "--root", root, "--verify", "xsale"))
}

// An SBOM lists the modules that its program contains, and nothing else.
func TestSBOMs(t *testing.T) {
	for _, system := range systems {
		var bom struct {
			BOMFormat  string
			Components []struct{ Name, Version, PURL string }
		}
		if err := json.Unmarshal(read(t, released("_"+system+".cdx.json")), &bom); err != nil || bom.BOMFormat != "CycloneDX" {
			t.Fatalf("%s: %q, %v", system, bom.BOMFormat, err)
		}
		info, err := buildinfo.Read(bytes.NewReader(program(t, system)))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"std": info.GoVersion}
		for _, module := range info.Deps {
			if module.Replace != nil {
				module = module.Replace
			}
			want[module.Path] = module.Version
		}
		got := map[string]string{}
		for _, component := range bom.Components {
			got[component.Name] = component.Version
			if !strings.HasPrefix(component.PURL, "pkg:golang/"+component.Name+"@") {
				t.Errorf("%s: %s has the PURL %q", system, component.Name, component.PURL)
			}
		}
		if len(want) < 20 || !maps.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", system, got, want)
		}
	}
}

// NOTICES has the license of each module in the program, or of the packages that it contains.
func TestNotices(t *testing.T) {
	for _, system := range systems {
		info, err := buildinfo.Read(bytes.NewReader(program(t, system)))
		if err != nil {
			t.Fatal(err)
		}
		notices := unpack(t, system)["xsale_"+xsale.Version+"_"+system+"/NOTICES"].data
		for _, module := range info.Deps {
			title := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(module.Path) + `(/\S+)? ` + regexp.QuoteMeta(module.Version) + ` \(`)
			if !title.Match(notices) {
				t.Errorf("%s: the notices lack %s %s", system, module.Path, module.Version)
			}
		}
	}
}

// SHA256SUMS lists each published file, and no other.
func TestChecksums(t *testing.T) {
	want := []string{}
	for _, system := range systems {
		extension := ".tar.gz"
		if strings.HasPrefix(system, "windows") {
			extension = ".zip"
		}
		want = append(want, released("_"+system+extension), released("_"+system+".cdx.json"))
	}
	for _, arch := range []string{"amd64", "arm64"} {
		want = append(want, released("_"+arch+".deb"), released("_"+arch+".rpm"))
	}
	got := []string{}
	for line := range strings.Lines(string(read(t, filepath.Join(os.Getenv("XSALE_RELEASE"), "SHA256SUMS")))) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		file := filepath.Join(os.Getenv("XSALE_RELEASE"), name)
		got = append(got, file)
		if is := fmt.Sprintf("%x", sha256.Sum256(read(t, file))); is != sum {
			t.Errorf("%s has the SHA-256 %s, listed is %s", name, is, sum)
		}
	}
	if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The image has the programs of the archives.
func TestImage(t *testing.T) {
	image := filepath.Join(os.Getenv("XSALE_RELEASE"), "image")
	blob := func(digest string) []byte {
		data := read(t, filepath.Join(image, "blobs", strings.Replace(digest, ":", "/", 1)))
		if is := fmt.Sprintf("sha256:%x", sha256.Sum256(data)); is != digest {
			t.Errorf("%s has the digest %s", digest, is)
		}
		return data
	}
	var index struct {
		Manifests []struct {
			Digest   string
			Platform struct{ OS, Architecture string }
		}
	}
	if err := json.Unmarshal(read(t, filepath.Join(image, "index.json")), &index); err != nil || len(index.Manifests) != 2 {
		t.Fatal(index, err)
	}
	for _, described := range index.Manifests {
		var manifest struct{ Layers []struct{ Digest string } }
		if err := json.Unmarshal(blob(described.Digest), &manifest); err != nil || len(manifest.Layers) != 1 {
			t.Fatal(manifest, err)
		}
		layer, err := gzip.NewReader(bytes.NewReader(blob(manifest.Layers[0].Digest)))
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(layer)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(data, program(t, described.Platform.OS+"_"+described.Platform.Architecture)) {
			t.Errorf("the image for %v has another program than the archive", described.Platform)
		}
	}
}
