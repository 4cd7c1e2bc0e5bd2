#!/bin/sh
# Builds examples/consumer as its author would: with this module as a release, with empty caches, and
# from hand-written code only. Fails if a step fails, if the generated code differs from the committed
# one, and beyond these limits:
max_modules=12            # modules that the program builds, without its own
max_vendor=3000000        # bytes in the vendor directory of the program
max_tested_vendor=3500000 # bytes in the vendor directory with tests; two thirds are the spec validator
set -eu

module=github.com/xsale-go/xsale
version=v$(sed -n 's/^const Version = "\(.*\)"$/\1/p' version.go)
example=$PWD/examples/consumer
for pin in "go.mod:$module $version" "generate.go:$module/cmd/xsale@$version generate" "README.md:$module/cmd/xsale@$version"; do
	grep -qF "${pin#*:}" "$example/${pin%%:*}" || { echo "examples/consumer/${pin%%:*} lacks '${pin#*:}'" >&2; exit 1; }
done

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT # the module cache is read-only
trap 'exit 1' HUP INT TERM
mkdir "$work/source"
git ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -T - -cf - | tar -xf - -C "$work/source"
go run ./internal/devtools/modproxy -source "$work/source" -version "$version" -out "$work/proxy"

# Modules in this machine's cache are not fetched again. The checksum database verifies them all except
# this one, which it cannot know.
GOPROXY=file://$work/proxy,file://$(go env GOMODCACHE)/cache/download,$(go env GOPROXY)
GONOSUMDB=$module,$(go env GONOSUMDB)
export GOPROXY GONOSUMDB GOPRIVATE= GONOPROXY=none GOWORK=off GOFLAGS= GOTOOLCHAIN=local
export GOMODCACHE="$work/modules" GOCACHE="$work/build"

# The network may fail for a moment. Fetched modules are kept.
try() { "$@" || "$@" || "$@"; }

mkdir "$work/consumer"
(cd "$example" && git ls-files -z --cached --others --exclude-standard -- . ':!go.mod' ':!go.sum' ':!xsaleapi' | tar --null -T - -cf -) |
	tar -xf - -C "$work/consumer"
grep -E '^(module|go) ' "$example/go.mod" >"$work/consumer/go.mod"
cd "$work/consumer"
try go get "$module@$version"
try go generate ./...
diff -r "$example/xsaleapi" xsaleapi || { echo "examples/consumer/xsaleapi differs from what $version generates" >&2; exit 1; }
try go mod tidy
go vet ./...
go test ./...

cp -R . "$work/with-tool"
(cd "$work/with-tool" && try go get -tool "$module/cmd/xsale@$version" && go tool xsale generate --check)

built=$(go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}' . | sort -u)
modules=$(echo "$built" | wc -l)
sizes() { find "$1/vendor" -type f -printf '%s\n' | awk '{sum += $1} END {print sum}'; }
cp -R . "$work/vendored"
(cd "$work/vendored" && try go mod vendor)
tested_vendor=$(sizes "$work/vendored")
cp -R . "$work/program"
(cd "$work/program" && find . -name '*_test.go' -delete && try go mod tidy && try go mod vendor)
vendor=$(sizes "$work/program")
echo "Modules that the program builds, at most $max_modules: $modules"
echo "$built" | sed 's/^/  /'
echo "Bytes in its vendor directory, less than $max_vendor: $vendor"
echo "Bytes in its vendor directory with tests, less than $max_tested_vendor: $tested_vendor"
(cd "$work/vendored/vendor" && du -sb -- */*/* | sort -rn | head -n 5 | sed 's/^/  /')
echo "Lines of its go.sum: $(wc -l <go.sum)"
echo "Modules fetched, including those of the generator and the tests: $(find "$GOMODCACHE/cache/download" -name '*.zip' | wc -l)"
if [ "$modules" -gt "$max_modules" ] || [ "$vendor" -ge "$max_vendor" ] || [ "$tested_vendor" -ge "$max_tested_vendor" ]; then
	echo "A consumer exceeds the limits." >&2
	exit 1
fi
