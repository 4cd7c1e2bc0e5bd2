#!/bin/sh
# licenses.sh check: fails if what users build contains a module whose license is not allowed.
# licenses.sh notices GOOS GOARCH: prints the texts that have to accompany the command line.
set -eu
tools=$(cd "$(dirname "$0")/../internal/devtools/checks" && pwd)/go.mod
program=$(go tool -modfile="$tools" -n go-licenses) # built before GOOS is set
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# MPL-2.0 covers its own files. A program may contain them unchanged if it says where the source is.
allowed=Apache-2.0,BSD-2-Clause,BSD-3-Clause,MIT,MPL-2.0

licenses() { # COMMAND FLAG... PACKAGE...: the warnings matter only after a failure
	"$program" "$@" 2>"$work/warnings" || { cat "$work/warnings" >&2; return 1; }
}

text() { # TITLE FILE...
	printf '\n================================================================================\n%s\n' "$1"
	shift
	for file; do
		[ ! -e "$file" ] || { echo; cat "$file"; }
	done
}

case "${1-}" in
check)
	packages=$(go list ./... | grep -v -e /internal/ -e /examples/)
	for system in linux windows darwin; do
		for processor in amd64 arm64; do
			# shellcheck disable=SC2086 # one word for each package
			GOOS=$system GOARCH=$processor licenses check --allowed_licenses=$allowed $packages
		done
	done
	echo "licenses: all modules that users build have one of $allowed"
	;;
notices)
	export GOOS="$2" GOARCH="$3"
	printf '{{range .}}{{.LicensePath}} {{.Name}} {{.Version}} {{.LicenseName}}\n{{end}}' >"$work/template"
	licenses report --ignore "$(go list -m)" --template "$work/template" ./cmd/xsale >"$work/report"
	echo "xsale contains what is listed here. The source of a module is at https://pkg.go.dev/MODULE@VERSION."
	text "Go $(go env GOVERSION)" "$(go env GOROOT)/LICENSE"
	viewer=xsaletest/control/internal/page/swagger-ui
	text "Swagger UI, in the page of the sandbox" $viewer/LICENSE $viewer/NOTICE $viewer/*.LICENSE.txt
	# A file with several licenses has a row for each of them.
	LC_ALL=C sort "$work/report" | awk '$1 != path { if (path) print ""; printf "%s", $0; path = $1; next } { printf ", %s", $4 } END { print "" }' |
		while read -r path name version names; do
			text "$name $version ($names)" "$path" "$(dirname "$path")"/NOTICE*
		done
	;;
*)
	echo "usage: licenses.sh check | notices GOOS GOARCH" >&2
	exit 2
	;;
esac
