# Prepares Wine 8 or later in $work, for scripts in the repository's root that source this file.
# Afterwards "$wine" runs a Windows program, and go build -overlay "$work/overlay.json" makes one.
# stop_wine ends what Wine leaves behind.

stop_wine() { "$(dirname "$wine")/wineserver" -k || true; "$(dirname "$wine")/wineserver" -w || true; }
wine=/usr/lib/wine/wine64 # of Debian
[ -x "$wine" ] || wine=$(command -v wine64 || command -v wine)

export WINEPREFIX="$work/prefix" WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml= DISPLAY=
"$wine" wineboot -i >"$work/boot" 2>&1 || { cat "$work/boot"; exit 1; }
x86_64-w64-mingw32-gcc -shared -O2 -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" \
	scripts/wine/bcryptprimitives.c -ladvapi32

# Wine 8 says "not implemented" where Windows says "invalid information class". Go then deletes files
# the old way only for the latter.
source=$(go env GOROOT)/src/internal/syscall/windows/at_windows.go
sed 's/case STATUS_INVALID_INFO_CLASS,/case NTStatus(0xC0000002), STATUS_INVALID_INFO_CLASS,/' "$source" >"$work/at_windows.go"
! cmp -s "$source" "$work/at_windows.go" || { echo "scripts/wine/setup.sh: $source has changed" >&2; exit 1; }
printf '{"Replace": {"%s": "%s"}}' "$source" "$work/at_windows.go" >"$work/overlay.json"
