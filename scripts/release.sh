#!/bin/sh
# Builds what a tag publishes: archives, packages, SBOMs, checksums and the image.
#
#	release.sh            builds it twice, from two clones that have the tag, into dist/release;
#	                      fails if a byte differs or a test of the files fails
#	release.sh publish    builds it from a checkout of the tag, and publishes a draft with cosign
set -eu
umask 022 # programs in archives have the modes that go build gives them
goreleaser=github.com/goreleaser/goreleaser/v2@v2.16.0 # the newest for Go 1.26
cyclonedx=github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

version=$(sed -n 's/^const Version = "\(.*\)"$/\1/p' version.go)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
tag=v$version
[ "${1:-}" != publish ] || tag=$GITHUB_REF_NAME
go run ./internal/devtools/release "$tag" >"$work/notes.md"

GOBIN="$work/bin" go install "$goreleaser"
# Both clones share compiled packages, which are equal without paths. An SBOM has the checksum of the
# program that wrote it.
export GOFLAGS=-trimpath CGO_ENABLED=0 GOWORK=off
GOBIN="$work/bin" go install "$cyclonedx"

build() { # FLAG...
	GORELEASER_CURRENT_TAG=$tag SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) PATH="$work/bin:$PATH" \
		"$work/bin/goreleaser" release --clean --config internal/devtools/release/goreleaser.yaml --release-notes "$work/notes.md" "$@"
	programs=$(jq -r '.[] | select(.type == "Binary" and .goos == "linux").path' dist/release/artifacts.json | sort)
	(dir=$PWD && cd internal/devtools/image && go run . -version "$version" -out "$dir/dist/release/image" $(printf "$dir/%s " $programs))
}

if [ "${1:-}" = publish ]; then
	build
	exit
fi

# Changes that are not committed are built, too; the programs then say so.
skip=publish,announce,sign
[ -z "$(git status --porcelain)" ] || skip=$skip,validate
git clone -q --no-checkout --no-tags . "$work/first"
git ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -T - -cf - | tar -xf - -C "$work/first"
(cd "$work/first" && git reset -q && git tag --no-sign "$tag")
cp -R "$work/first" "$work/second"
for clone in first second; do
	(cd "$work/$clone" && build --skip "$skip")
done
(
	cd "$work" &&
		diff first/dist/release/SHA256SUMS second/dist/release/SHA256SUMS &&
		diff -r first/dist/release/image second/dist/release/image
) || { echo "Two builds of the same sources differ." >&2; exit 1; }

out=$PWD/dist/release
rm -rf "$out"
mkdir -p "$out"
(cd "$work/first/dist/release" && cp -R $(awk '{print $2}' SHA256SUMS) SHA256SUMS image "$out")
(cd "$work/first" && XSALE_RELEASE=$out go test -count=1 -tags artifacts ./internal/devtools/release)
(cd "$out" && du -ab --apparent-size * | grep -v 'image/' | sort -k 2)
echo "Two builds from different directories are equal."
