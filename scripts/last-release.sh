#!/bin/sh
# Prints the tag of the last release, or nothing before the first one. A pre-release is none. A clone
# that lacks the tags must not pass for a repository without releases.
set -eu
git describe --tags --abbrev=0 --match 'v[0-9]*' --exclude '*-*' 2>/dev/null && exit
if [ "$(git rev-parse --is-shallow-repository)" = true ] || [ "$(grep -c '^## [0-9]' CHANGELOG.md)" -gt 1 ]; then
	echo "the last release has no tag here: run 'git fetch --tags --unshallow'" >&2
	exit 1
fi
