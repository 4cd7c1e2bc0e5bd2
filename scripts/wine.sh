#!/usr/bin/env bash
# Builds the tests of the packages that users run for Windows, and runs them under Wine 8 or later.
# Needs Wine, and x86_64-w64-mingw32-gcc for what Wine 8 lacks. scripts/wine/skipped.txt has the tests
# that Wine cannot run. Arguments replace the packages.
set -euo pipefail
cd "$(dirname "$0")/.."
required=
if [ $# -eq 0 ]; then
	required='TestA11_ TestA12_' # what went wrong on Windows only
	set -- ./account ./authn/... ./call/... ./wire/... ./xsaletest/... ./transfer ./transfer/internal/... ./transfer/sqlite ./cmd/... ./internal/atomicfile ./internal/curl ./internal/doctor ./internal/filelock ./internal/gateway ./internal/operation ./internal/output
fi

work=$(mktemp -d)
wine=
trap '[ -z "$wine" ] || stop_wine; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
. scripts/wine/setup.sh

skipped=$(sed -E '/^(#|$)/d; s/ .*//' scripts/wine/skipped.txt | paste -sd '|')
echo "Not run under Wine:"
sed -E '/^(#|$)/d; s/^/  /' scripts/wine/skipped.txt

export GOOS=windows GOARCH=amd64 CGO_ENABLED=0
export wine work skipped

# one builds and runs the tests of a package.
one() { # PACKAGE DIRECTORY
	local start=$SECONDS test=$work/${1//\//_}.exe output=$work/${1//\//_}.out
	go test -c -vet=off -overlay "$work/overlay.json" -o "$test" "$1" || return
	run() { (cd "$2" && "$wine" "$test" -test.v -test.timeout=15m -test.skip="^($skipped)\$" >"$output" 2>&1 </dev/null); }
	# A program that ends without a word of Go was ended by Wine, which happens on a busy machine.
	if run "$@" || { ! grep -qE '^ *--- FAIL|^FAIL|^panic:|^fatal error:' "$output" && echo "again $1: Wine ended it" && run "$@"; }; then
		echo "ok    $1  $((SECONDS - start))s, $(grep -c '^ *--- PASS' "$output") passed"
		grep -B1 '^ *--- SKIP' "$output" | grep -vE '^--$|^=== ' || true # with the reason
		rm "$test"
	else
		echo "FAIL  $1  $((SECONDS - start))s"
		grep -vE '^=== (RUN|CONT|PAUSE)|^ *--- PASS|^PASS$' "$output" || tail -n 5 "$output"
		return 1
	fi
}
export -f one

# Two at a time, because tests mostly wait, and the longest first.
packages=$(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}} {{.Dir}}{{end}}' "$@" | grep . | awk '/\/cmd\// {print; next} {rest = rest $0 "\n"} END {printf "%s", rest}')
[ -n "$packages" ] || { echo "scripts/wine.sh: no package has tests" >&2; exit 1; }
failed=0
xargs -P 2 -L 1 bash -c 'report=$(one "$@" 2>&1); code=$?; echo "$report"; exit "$code"' _ <<<"$packages" || failed=1
for name in $required; do
	grep -q "^--- PASS: $name" "$work"/*.out || { echo "missing: $name"; failed=1; }
done
exit "$failed"
