// Command image packs static programs of the command line as OCI images, one for each architecture,
// without a daemon and without a base image. The same program gives the same image.
//
//	image -version 0.1.0 -out dist/image dist/xsale
//
// The result is an OCI layout, a directory that podman, skopeo and crane read as it is; docker load
// reads a tar of it. The command prints the digest and the compressed size of each image in bytes.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// The user of the image. The number is the custom for images without users.
const (
	user = 65532
	home = "home/xsale/" // where the program keeps its tokens
)

func main() {
	log.SetFlags(0)
	version := flag.String("version", "", "its version")
	out := flag.String("out", "", "the directory to replace")
	flag.Parse()
	if err := run(*version, *out, flag.Args()); err != nil {
		log.Fatal("image: ", err)
	}
}

func run(version, out string, programs []string) error {
	if version == "" || out == "" || len(programs) == 0 {
		return errors.New("-version, -out and a program are required")
	}
	var images []v1.Image
	for _, program := range programs {
		image, err := pack(program, version)
		if err != nil {
			return err
		}
		images = append(images, image)
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	index, err := layout.Write(out, empty.Index)
	if err != nil {
		return err
	}
	for _, image := range images {
		config, err := image.ConfigFile()
		if err != nil {
			return err
		}
		if err := index.AppendImage(image, layout.WithPlatform(*config.Platform()),
			layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": version})); err != nil {
			return err
		}
		digest, err := image.Digest()
		if err != nil {
			return err
		}
		size, err := compressedSize(image)
		if err != nil {
			return err
		}
		fmt.Println(config.Architecture, digest, size)
	}
	return nil
}

// pack returns the image of a program.
func pack(program, version string) (v1.Image, error) {
	data, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	architecture, err := architectureOf(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	files, err := archive(data)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(files)), nil },
		tarball.WithMediaType(types.OCILayer), tarball.WithCompressionLevel(gzip.BestCompression))
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if image, err = mutate.Append(image, mutate.Addendum{Layer: layer, History: v1.History{CreatedBy: "xsale " + version}}); err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", architecture
	config.Config = v1.Config{
		User:       fmt.Sprintf("%d:%d", user, user),
		Entrypoint: []string{"/xsale"},
		WorkingDir: "/" + home,
		Env:        []string{"HOME=/" + home},
		Labels: map[string]string{
			"org.opencontainers.image.title":    "xsale",
			"org.opencontainers.image.version":  version,
			"org.opencontainers.image.source":   "https://github.com/xsale-go/xsale",
			"org.opencontainers.image.licenses": "Apache-2.0",
		},
	}
	return mutate.ConfigFile(image, config)
}

// architectureOf returns the architecture of a program, which must not need a loader.
func architectureOf(data []byte) (string, error) {
	file, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	for _, part := range file.Progs {
		if part.Type == elf.PT_INTERP {
			return "", errors.New("the program is not static: build it with CGO_ENABLED=0")
		}
	}
	switch file.Machine {
	case elf.EM_X86_64:
		return "amd64", nil
	case elf.EM_AARCH64:
		return "arm64", nil
	}
	return "", fmt.Errorf("unknown machine %v", file.Machine)
}

// archive returns the files of the image, without times.
func archive(program []byte) ([]byte, error) {
	var files bytes.Buffer
	writer := tar.NewWriter(&files)
	for _, header := range []tar.Header{
		{Name: "home/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: home, Typeflag: tar.TypeDir, Mode: 0o700, Uid: user, Gid: user},
		{Name: "tmp/", Typeflag: tar.TypeDir, Mode: 0o1777},
		{Name: "xsale", Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(program))},
	} {
		if err := writer.WriteHeader(&header); err != nil {
			return nil, err
		}
	}
	if _, err := writer.Write(program); err != nil {
		return nil, err
	}
	err := writer.Close()
	return files.Bytes(), err
}

// compressedSize returns what a registry transfers.
func compressedSize(image v1.Image) (int64, error) {
	manifest, err := image.Manifest()
	if err != nil {
		return 0, err
	}
	size, err := image.Size()
	if err != nil {
		return 0, err
	}
	size += manifest.Config.Size
	for _, layer := range manifest.Layers {
		size += layer.Size
	}
	return size, nil
}
