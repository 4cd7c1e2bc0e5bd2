#!/bin/sh
# Fails if a known vulnerability concerns this repository: of the packages that users build, what
# they call; of each other module here, what it requires. VULNDB names the database, a URL; the
# default is the copy in a module. That of a URL is current, so only it judges the Go release, too.
set -eu
tools=$(cd "$(dirname "$0")/../internal/devtools/checks" && pwd)/go.mod
copy=golang.org/x/vulndb@v0.0.0-20261105234957-e22db6528018
govulncheck=$(go tool -modfile="$tools" -n govulncheck)
if [ -z "${VULNDB-}" ]; then
	dir=$(go mod download -json "$copy" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
	VULNDB=file://$dir/data/osv
	release=$(go env GOVERSION | sed -n 's/^\(go[0-9]*\.[0-9]*\).*/\1/p')
	export GOVERSION="$release.999" # fixed in a newer patch release: a matter of who builds
fi
status=0
# shellcheck disable=SC2046 # one word for each package
"$govulncheck" -db "$VULNDB" $(go list ./... | grep -v -e /internal/ -e /examples/) || status=1
for mod in $(git ls-files '*/go.mod'); do
	echo "$mod:"
	"$govulncheck" -db "$VULNDB" -C "$(dirname "$mod")" -scan module || status=1
done
exit $status
