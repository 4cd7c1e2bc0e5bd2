#!/usr/bin/env bash
# Runs the scenarios of a file with curl and jq, and prints what came back, one JSON line per step.
set -uo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
declare -A values

# send DIR BASE REQUEST [CURL-OPTION...] sends one request and leaves in DIR what came back: outcome,
# status, headers and body.
send() {
	local dir=$1 base=$2 method=${3%% *} path=${3#* } status code
	shift 3
	[ -d "$dir" ] || mkdir "$dir"
	: >"$dir/headers" >"$dir/body"
	status=$(curl -sS --noproxy '*' --path-as-is --max-time 60 -X "$method" -D "$dir/headers" -o "$dir/body" \
		-w '%{http_code}' "$@" "$base$path" 2>/dev/null)
	code=$?
	if [ $code = 28 ]; then
		echo timeout
	elif [ $code != 0 ] && [ "$status" = 000 ]; then
		echo no response
	elif [ $code != 0 ]; then
		echo incomplete response
	else
		echo response
	fi >"$dir/outcome"
	echo $((10#$status)) >"$dir/status"
	echo 1 >"$dir/attempts"
}

# header DIR NAME prints a header of a response.
header() {
	sed -nE "s/^$2: *(.*[^[:space:]])[[:space:]]*$/\1/Ip" "$1/headers"
}

# seconds_to_wait DIR prints what Retry-After asks for, by the clock of the server, if it does.
seconds_to_wait() {
	local hint
	hint=$(header "$1" retry-after)
	if [[ $hint == *,* ]]; then
		hint=$(($(date -d "$hint" +%s) - $(date -d "$(header "$1" date)" +%s)))
		[ "$hint" -ge 0 ] || hint=0
	fi
	echo "$hint"
}

# send_patiently is send, but waits as long as the server asks for, up to three times.
send_patiently() {
	local dir=$1 attempt wait
	for attempt in 1 2 3 4; do
		send "$@"
		echo $attempt >"$dir/attempts"
		[[ $(<"$dir/status") =~ ^(429|503)$ && $attempt != 4 ]] || return 0
		wait=$(seconds_to_wait "$dir")
		[ -n "$wait" ] || return 0
		sleep "$wait"
	done
}

# login DIR [NAME=VALUE...] gets tokens, which are kept until the API rejects them.
login() {
	local dir=$1 name variable change
	local -A form=([grant_type]=password)
	for name in client_id client_secret username password audience scope; do
		variable=XSALE_${name^^}
		form[$name]=${!variable}
	done
	for change in "${@:2}"; do form[${change%%=*}]=${change#*=}; done
	set --
	for name in "${!form[@]}"; do set -- "$@" --data-urlencode "$name=${form[$name]}"; done
	send_patiently "$dir" "$XSALE_TOKEN_URL" "POST " "$@"
	if [ "$(<"$dir/status")" = 200 ]; then
		IFS=$'\t' read -r access_token id_token < <(jq -r '[.access_token, .id_token] | @tsv' "$dir/body" 2>/dev/null)
	fi
}

# call DIR REQUEST [CURL-OPTION...] sends a request with tokens.
call() {
	local dir=$1 request=$2 attempts=0 logged_in='' tokens
	shift 2
	while true; do
		if [ -z "$access_token" ]; then
			login "$dir"
			if [ -z "$access_token" ]; then
				echo $attempts >"$dir/attempts"
				return
			fi
		fi
		tokens=()
		[[ $* == *Authorization:* ]] || tokens+=(-H "Authorization: Bearer $access_token")
		[[ $* == *x-id-token:* ]] || tokens+=(-H "x-id-token: $id_token")
		send_patiently "$dir" "$XSALE_BASE_URL" "$request" "${tokens[@]}" "$@"
		attempts=$((attempts + $(<"$dir/attempts")))
		echo $attempts >"$dir/attempts"
		if [ "$(<"$dir/status")" = 401 ] && [ -z "$logged_in" ]; then
			access_token='' logged_in=1
		elif [[ $request == GET* && $(<"$dir/outcome") =~ ^(no|incomplete)\  ]] && [ $attempts -lt 3 ]; then
			continue # only a GET is harmless if the server has processed it already
		else
			return
		fi
	done
}

# send_to_proxy DIR VARIABLES REQUEST [CURL-OPTION...] sends a request without tokens.
send_to_proxy() {
	local dir=$1 url=${2}URL secret=${2}SECRET request=$3
	shift 3
	[[ $* == *Xsale-Proxy-Secret:* ]] || set -- -H "Xsale-Proxy-Secret: ${!secret}" "$@"
	send "$dir" "${!url}" "$request" "$@"
}

# run_step DIR STEP KIND REQUEST [ARGUMENT...] carries out a step. It leaves in DIR/seen the line to
# print, and then a line for each value to keep.
run_step() {
	local dir=$1 step=$2 kind=$3 request=$4 start
	shift 4
	start=${EPOCHREALTIME/./}
	case $kind in
	login) login "$dir" "$@" ;;
	call) call "$dir" "$request" "$@" ;;
	control) send "$dir" "$XSALE_BASE_URL/_sandbox" "$request" "$@" ;;
	proxy) send_to_proxy "$dir" XSALE_PROXY_ "$request" "$@" ;;
	readOnlyProxy) send_to_proxy "$dir" XSALE_READ_ONLY_PROXY_ "$request" "$@" ;;
	esac
	jq -nr --arg scenario "$scenario" --argjson step "$step" --arg outcome "$(<"$dir/outcome")" \
		--argjson status "$(<"$dir/status")" --argjson attempts "$(<"$dir/attempts")" \
		--argjson milliseconds $(((${EPOCHREALTIME/./} - start) / 1000)) \
		--rawfile head "$dir/headers" --rawfile text "$dir/body" "$show" >"$dir/seen"
}

show='
	# The value at a JSON pointer, or null. The length of an array is at its end.
	def read($pointer): reduce ($pointer | split("/")[1:][]) as $key (.;
		if type == "array" then (if $key == "length" then length else .[$key | tonumber] end)
		elif type == "object" then .[$key] else null end);
	($head | split("\r\n") | map(capture("^(?<key>[^:]+): *(?<value>.*)") | .key |= ascii_downcase) | from_entries) as $headers
	| ($headers["content-type"] // "" | test("json *(;|$)")) as $json
	| (try (if $outcome == "response" and $json and $text != "" then $text | fromjson else null end)
		catch "not JSON") as $data
	| (if $data == "not JSON" then $data else $outcome end) as $outcome
	| {$scenario, $outcome, $status, $attempts, $milliseconds,
		headers: ($step.expect.headers // {} | with_entries(.value = $headers[.key | ascii_downcase])),
		body: ($step.expect.body // {} | with_entries(.key as $pointer | .value = ($data | read($pointer))))}
		+ if $step.expect.text then {$text} else {} end
	| tojson, ($step.keep // {} | to_entries[] | "\(.key)\t\(.value as $pointer | $data | read($pointer))")'

# The scenarios as lines of shell words.
script='
	def words: (keys - ["body", "expect", "headers", "keep", "timeout", "times"])[0] as $kind
		| ["step", .times // 1, tojson, $kind] + (if $kind == "login" then ["", (.login | to_entries[] | .key + "=" + .value)]
		else [.[$kind],
			(if has("body") then "--data-binary", (.body | tojson) else empty end),
			(if has("body") and (.headers["Content-Type"] | not) then "-H", "Content-Type: application/json" else empty end),
			(if .timeout then "--max-time", .timeout else empty end),
			(.headers // {} | to_entries[] | "-H", (.key + ":" + (if .value == null then "" else " " + .value end)))] end);
	.[] | (["scenario", .name] | @sh),
		(.steps[] | if .together then ["together"] + [.together[] | words | @sh] else words end | @sh)'

while read -r line; do
	for name in "${!values[@]}"; do
		line=${line//"\${$name}"/"${values[$name]}"}
	done
	eval "words=($line)"
	case ${words[0]} in
	scenario)
		scenario=${words[1]} access_token='' id_token=''
		unset values
		declare -A values=([organization]=$XSALE_ORGANIZATION)
		;;
	together)
		for ((i = 1; i < ${#words[@]}; i++)); do
			eval "each=(${words[i]})"
			run_step "$work/$i" "${each[@]:2}" &
		done
		wait
		for ((i = 1; i < ${#words[@]}; i++)); do cat "$work/$i/seen"; done
		;;
	step)
		for ((i = 0; i < words[1]; i++)); do
			run_step "$work/0" "${words[@]:2}"
			{
				read -r seen
				echo "$seen"
				while IFS=$'\t' read -r name value; do values[$name]=$value; done
			} <"$work/0/seen"
		done
		;;
	esac
done < <(jq -r "$script" "$1")
