#!/bin/sh
# Fails if a known vulnerability concerns this repository: of its main module, what the code calls;
# of the other modules, what they require. VULNDB is the URL of the database. The default is a copy,
# with which flaws of the installed Go release that a newer patch release fixes are not reported.
set -eu
tools=$(cd "$(dirname "$0")/../internal/devtools/checks" && pwd)/go.mod
copy=golang.org/x/vulndb@v0.0.0-20261105234957-e22db6528018
govulncheck=$(go tool -modfile="$tools" -n govulncheck)
if [ -z "${VULNDB-}" ]; then
	dir=$(go mod download -json "$copy" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
	[ -n "$dir" ] || { echo "vuln: cannot download $copy" >&2; exit 1; }
	VULNDB=file://$dir/data/osv
	release=$(go env GOVERSION | sed -n 's/^\(go[0-9]*\.[0-9]*\).*/\1/p')
	export GOVERSION="$release.999"
fi
status=0
"$govulncheck" -db "$VULNDB" ./... || status=1
for mod in $(git ls-files '*/go.mod'); do
	echo "$mod:"
	"$govulncheck" -db "$VULNDB" -C "$(dirname "$mod")" -scan module || status=1
done
exit $status
