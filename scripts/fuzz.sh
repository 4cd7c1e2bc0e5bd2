#!/bin/sh
# Runs every fuzz target by name, because go test fuzzes one target at a time.
set -eu
targets=$(grep -rn --include='*_test.go' -o '^func Fuzz[A-Za-z0-9_]*' . | sed 's|^\./||; s|:.*func |:|')
[ -n "$targets" ] || { echo "no fuzz target found" >&2; exit 1; }
for target in $targets; do
	file=${target%%:*}
	name=${target##*:}
	echo "== $name in $(dirname "$file")"
	inputs=${FUZZTIME:-100000x}
	[ "$name" != FuzzRun ] || inputs=${FUZZTIME_RUN:-3000x} # generates code from each input
	go test -run='^$' -fuzz="^$name\$" -fuzztime="$inputs" "./$(dirname "$file")"
done
