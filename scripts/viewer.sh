#!/bin/sh
# Compares the viewer of the sandbox's page with the npm package that it comes from: viewer.sh PACKAGE.
# With a second argument, "update", the files of the package replace the committed ones.
set -eu
package=$1
dir=xsaletest/control/internal/page/swagger-ui
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --ignore-scripts --pack-destination "$work" "$package" >/dev/null
tar -xzf "$work"/*.tgz -C "$work"
changed=0
for name in swagger-ui-bundle.js swagger-ui.css LICENSE NOTICE swagger-ui-bundle.js.LICENSE.txt; do
	case $name in
	*.js | *.css)
		gzip -dc "$dir/$name.gz" | cmp -s - "$work/package/$name" && continue
		if [ "${2-}" = update ]; then gzip -9nc "$work/package/$name" >"$dir/$name.gz" && continue; fi
		;;
	*)
		cmp -s "$dir/$name" "$work/package/$name" && continue
		if [ "${2-}" = update ]; then cp "$work/package/$name" "$dir/$name" && continue; fi
		;;
	esac
	echo "$dir/$name is not that of $package: run 'make viewer'" >&2
	changed=1
done
exit $changed
