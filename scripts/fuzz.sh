#!/bin/sh
# Go runs one fuzz target at a time, so each is found and run by name.
set -eu
targets=$(grep -rn --include='*_test.go' -o '^func Fuzz[A-Za-z0-9_]*' . | sed 's|^\./||; s|:.*func |:|')
[ -n "$targets" ] || { echo "no fuzz target found" >&2; exit 1; }
for target in $targets; do
	file=${target%%:*}
	name=${target##*:}
	echo "== $name in $(dirname "$file")"
	go test -run='^$' -fuzz="^$name\$" -fuzztime="${FUZZTIME:-100000x}" "./$(dirname "$file")"
done
