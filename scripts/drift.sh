#!/bin/sh
# Regenerates all code in a copy of the tree and compares. The tree itself stays unchanged.
set -eu
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - | tar -xf - -C "$copy"
(cd "$copy" && go generate ./...)
changed=0
for file in $(git ls-files '*.gen.go' '*xsale.lock') docs/cli.md cmd/xsale/testdata/surface.txt internal/operation/shipped.json; do
	diff -u "$file" "$copy/$file" || changed=1
done
for file in $(cd "$copy" && find . -name '*.gen.go' -o -name xsale.lock | sed 's|^\./||'); do
	[ -e "$file" ] || { echo "$file is missing in the tree"; changed=1; }
done
# Since the last release, the command line has lost nothing that surface_removed.txt does not state.
snapshot=cmd/xsale/testdata/surface.txt
release=$(./scripts/last-release.sh)
if [ -n "$release" ] && git cat-file -e "$release:$snapshot" 2>/dev/null; then
	git show "$release:$snapshot" >"$copy/$snapshot"
	(cd "$copy" && go generate ./cmd/xsale) || changed=1
fi
# The go:generate line of the example runs a released version; check it with this tree's generator.
go run ./cmd/xsale generate --config examples/consumer/xsale.yaml --check || changed=1
# The other clients in the benchmark have pinned generators. Only these two can be out of date.
go run ./cmd/xsale generate --spec bench/client/openapi.yaml --package xsaleapi --out bench/client/xsaleapi --check || changed=1
go run ./cmd/xsale generate --package fakeapi --out bench/contract/fakeapi --server --operation getMe --operation listOrders --check || changed=1
if [ "$changed" -ne 0 ]; then
	echo "The generated code is out of date: run 'make generate'." >&2
	exit 1
fi
echo "The generated code is up to date."
