#!/bin/sh
# Builds two programs as their authors would, with this module as a release and with empty caches:
# examples/consumer, from hand-written code only, also for Windows; and scripts/outsider/authn, which
# imports package authn alone. Fails if a step fails, if the generated code differs from the committed
# one, and beyond these limits:
max_modules=6             # modules that the consumer builds, without its own
max_vendor=1300000        # bytes that it vendors
max_tested_vendor=2300000 # bytes that it vendors with its tests
max_authn_modules=4       # the same for the program with package authn
max_authn_vendor=400000
set -eu

module=github.com/xsale-go/xsale
version=v$(sed -n 's/^const Version = "\(.*\)"$/\1/p' version.go)
repository=$PWD
example=$repository/examples/consumer
for pin in "go.mod:$module $version" "generate.go:$module/cmd/xsale@$version generate" "README.md:$module/cmd/xsale@$version"; do
	grep -qF "${pin#*:}" "$example/${pin%%:*}" || { echo "examples/consumer/${pin%%:*} lacks '${pin#*:}'" >&2; exit 1; }
done

work=$(mktemp -d)
wine=
trap '[ -z "$wine" ] || stop_wine; chmod -R u+w "$work"; rm -rf "$work"' EXIT # the module cache is read-only
trap 'exit 1' HUP INT TERM
mkdir "$work/source"
git ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -T - -cf - | tar -xf - -C "$work/source"
go run ./internal/devtools/modproxy -source "$work/source" -version "$version" -out "$work/proxy"

# Modules in this machine's cache are not fetched again. The checksum database verifies them all except
# this one, which it cannot know.
GOPROXY=file://$work/proxy,file://$(go env GOMODCACHE)/cache/download,$(go env GOPROXY)
GONOSUMDB=$module,$(go env GONOSUMDB)
export GOPROXY GONOSUMDB GOPRIVATE= GONOPROXY=none GOWORK=off GOFLAGS= GOTOOLCHAIN=local
machine_cache=$(go env GOCACHE)
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

cd "$work"
modules() { (cd "$1" && go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}' . | sort -u); }
vendored() { # DIRECTORY: the bytes that it vendors
	(cd "$1" && try go mod tidy && try go mod vendor) >&2
	find "$1/vendor" -type f -printf '%s\n' | awk '{sum += $1} END {print sum}'
}
without_tests() { # DIRECTORY COPY
	cp -R "$1" "$2"
	find "$2" -name '*_test.go' -delete
}
failed=
limit() { # WHAT VALUE MOST
	echo "$1, at most $3: $2"
	[ "$2" -gt 0 ] && [ "$2" -le "$3" ] || failed="A consumer exceeds a limit."
}

without_tests consumer program
limit "Modules that the consumer builds" "$(modules program | wc -l)" "$max_modules"
modules program | sed 's/^/  /'
limit "Bytes that it vendors" "$(vendored program)" "$max_vendor"
cp -R consumer tested
limit "Bytes that it vendors with tests" "$(vendored tested)" "$max_tested_vendor"
(cd tested/vendor && du -sb -- */*/* | sort -rn | head -n 5 | sed 's/^/  /')
echo "Lines of its go.sum: $(wc -l <consumer/go.sum)"
echo "Modules fetched, including those of the generator and the tests: $(find "$GOMODCACHE/cache/download" -name '*.zip' | wc -l)"

# The second path: only the tokens.
cp -R "$repository/scripts/outsider/authn" tokens
(cd tokens && go mod init example.com/tokens && go mod edit -require "$module@$version" && try go mod tidy && go vet . && go test .)
without_tests tokens tokens-program
limit "Modules that a program with package authn alone builds" "$(modules tokens-program | wc -l)" "$max_authn_modules"
limit "Bytes that it vendors" "$(vendored tokens-program)" "$max_authn_vendor"

# On Windows, the consumer's tests pass and the program does the same.
if [ -x /usr/lib/wine/wine64 ] && command -v x86_64-w64-mingw32-gcc >/dev/null; then
	cd "$repository"
	. scripts/wine/setup.sh
	cd "$work/consumer"
	unset XSALE_CLIENT_ID XSALE_CLIENT_SECRET XSALE_USERNAME XSALE_PASSWORD
	export GOCACHE="$machine_cache" # has the standard library for Windows, of make wine
	go build -o program .
	GOOS=windows go build -overlay "$work/overlay.json" -o program.exe .
	GOOS=windows go test -c -vet=off -overlay "$work/overlay.json" -o tests.exe .
	"$wine" tests.exe -test.v </dev/null >tests 2>&1 || { cat tests; exit 1; }
	passed=$(grep -c '^--- PASS' tests) # fails without any
	echo "Windows: $passed tests of the consumer passed"
	./program 2>expected && exit 1
	"$wine" program.exe </dev/null 2>got && exit 1
	tr -d '\r' <got | diff expected - || { echo "The program reports something else on Windows." >&2; exit 1; }
	cd "$work"
elif [ -n "${NO_SKIP:-}" ]; then
	failed="Windows was not tried: Wine or MinGW is missing."
else
	echo "Windows: skipped, because Wine or MinGW is missing"
fi

[ -z "$failed" ] || { echo "$failed" >&2; exit 1; }
