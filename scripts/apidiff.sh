#!/bin/sh
# Compares the packages that users import with those of the last release. For each incompatible
# change, a table of CHANGELOG.md above the section of that release needs a row with its name.
set -eu
tools=$(cd "$(dirname "$0")/../internal/devtools/checks" && pwd)/go.mod
release=$("$(dirname "$0")/last-release.sh")
if [ -z "$release" ]; then
	echo "apidiff: no release yet, nothing to compare with"
	exit 0
fi
apidiff=$(go tool -modfile="$tools" -n apidiff)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree"
git archive "$release" | tar -xf - -C "$work/tree"
# Without paths in the packages, the next run finds them in the build cache.
(cd "$work/tree" && GOFLAGS=-trimpath "$apidiff" -m -w "$work/released" "$(go list -m)")
"$apidiff" -m -incompatible "$work/released" "$(go list -m)" >"$work/changes" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
sed "/^## ${release#v} /,\$d" CHANGELOG.md | grep '^|' >"$work/rows" || true
# A change is "(*Client).Me: removed" in the root, "./wire/codec.F: removed" or "package MODULE/wire: removed".
# For a promoted method, "Base.F, method set of Client: removed" repeats "Base.F: removed".
root=$(basename "$(go list -m)")
module=$(cd "$work/tree" && go list -m)
{
	[ "$module" = "$(go list -m)" ] || echo "package $module: has another path"
	sed "s|^- ||; /^\.\/cmd\//d; /^\.\/examples\//d; /^package [^ ]*\/\(cmd\|examples\)\//d; /^Version: value changed/d" "$work/changes"
} | while read -r change; do
	case $change in
	package\ *) name=$(echo "$change" | sed "s|^package ||; s|^$module/||; s|: .*||") ;;
	./*) name=$(echo "$change" | sed 's|: .*||; s|\[[^]]*\]||; s|, .*||; s|.*/||; s|(\*||; s|)||') ;;
	*) name=$root.$(echo "$change" | sed 's|: .*||; s|\[[^]]*\]||; s|, .*||; s|(\*||; s|)||') ;;
	esac
	grep -qF "\`$name\`" "$work/rows" || echo "$change: no table above ${release#v} in CHANGELOG.md has \`$name\`"
done >"$work/missing"
if [ -s "$work/missing" ]; then
	echo "apidiff: changes since $release that break users:" >&2
	cat "$work/missing" >&2
	exit 1
fi
echo "apidiff: $(wc -l <"$work/changes") incompatible changes since $release, all in CHANGELOG.md"
