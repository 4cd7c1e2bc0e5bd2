#!/bin/sh
# Compares the benchmarks of this tree with those of the last release, or of the commit OLD. The two
# take turns, so their ratio holds on a busy machine, too. Fails if a benchmark needs over LIMIT
# percent more of one of UNITS, and benchstat calls that significant.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
old=${OLD:-$("$here/last-release.sh")}
if [ -z "$old" ]; then
	echo "bench-compare: no release yet, nothing to compare with"
	exit 0
fi
benchstat=$(go tool -modfile="$here/../internal/devtools/checks/go.mod" -n benchstat)
# What other libraries need is not compared.
skip='BenchmarkDecimal|BenchmarkCodecPage/[^w]|BenchmarkMe/net-http'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree"
git archive "$old" | tar -xf - -C "$work/tree"
dirs=$(git grep -l '^func Benchmark' -- '*_test.go' | xargs -n1 dirname | sort -u)
build() { # TREE DIRECTORY PROGRAM
	if grep -qs '^func Benchmark' "$1/$2"/*_test.go; then (cd "$1/$2" && go test -c -o "$3" .); fi
}
for dir in $dirs; do
	program=$(echo "$dir" | tr / -).test
	build "$work/tree" "$dir" "$work/old-$program"
	build . "$dir" "$work/new-$program"
done
for _ in $(seq "${COUNT:-10}"); do
	for dir in $dirs; do
		for side in old new; do
			program=$work/$side-$(echo "$dir" | tr / -).test
			tree=.
			[ $side = new ] || tree=$work/tree
			[ ! -e "$program" ] || (cd "$tree/$dir" && "$program" -test.run '^$' -test.bench . -test.skip "$skip" -test.benchmem -test.benchtime "${BENCHTIME:-1s}") >>"$work/$side"
		done
	done
done
units=$(echo "${UNITS:-sec/op B/op allocs/op}" | sed 's/ / OR /g')
"$benchstat" -filter ".unit:($units)" "$old=$work/old" "tree=$work/new"
"$benchstat" -format csv -filter ".unit:($units)" "$work/old" "$work/new" 2>/dev/null |
	awk -F, -v limit="${LIMIT:-10}" '
		$1 == "" && $3 == "CI" { unit = $2 }
		$1 == "" || $1 == "geomean" || $2 == "" || $4 == "" { next }
		{ compared++ }
		$6 ~ /^\+/ && $6 + 0 > limit || $6 != "~" && $2 == 0 && $4 > 0 { print "bench-compare: " $1 ": " $6 " " unit " (" $7 ")"; failed = 1 }
		END { if (!compared) print "bench-compare: no benchmark ran before and after"; exit failed || !compared }' >&2
