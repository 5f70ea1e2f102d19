# SPDX-License-Identifier: Apache-2.0
# map-serve.bats - kist map --serve: who is answered, and who is not, and what a
# browser does with it (map_page.py)

load helpers

setup() {
	needs kist
	start_test
	server=
}

teardown() {
	[ -z "$server" ] || kill -9 "$server" 2>/dev/null || :
	end_test
}

# serve OPTION… - in the background; sets server, url, base, port, token
serve() {
	rm -f "$SCRATCH/url"
	"${kist[@]}" map --serve "$@" >"$SCRATCH/url" 3>&- &
	server=$!
	eventually test -s "$SCRATCH/url"
	url=$(cat "$SCRATCH/url")
	base=${url%%/\?*}
	port=${base##*:}
	token=${url##*token=}
}

can_script() {
	reason="script(1) is not there"
	command -v script >/dev/null
}

# answer CURL-ARG… - the status
answer() { curl -s -m 5 -o "$SCRATCH/body" -w '%{http_code}' "$@"; }

@test "it listens on loopback alone, and its address has a token of its own" {
	serve
	local first=$token
	[[ $url =~ ^http://127\.0\.0\.1:[0-9]+/\?token=[0-9a-f]{64}$ ]]
	run -0 ss -Hltnp
	[ "$(grep "pid=$server," <<<"$output" | awk '{ print $4 }' | sort | paste -sd ' ')" = \
		"127.0.0.1:$port [::1]:$port" ]
	kill "$server"
	wait "$server"
	serve
	[ "$token" != "$first" ]
}

@test "the page and the map for who has the token, a refusal for everyone else" {
	serve --token=open-sesame
	[ "$(answer "$url")" = 200 ]
	grep -q '<title>kist map</title>' "$SCRATCH/body"
	[ "$(answer "$base/map.json?token=$token")" = 200 ]
	[ "$(jq -r .machine "$SCRATCH/body")" = "$(uname -n)" ]
	[ "$(answer "http://[::1]:$port/map.json?token=$token")" = 200 ]
	[ "$(answer "http://localhost:$port/?a=b&token=$token")" = 200 ]
	local path
	for path in / /map.json /events "/?token=" "/?token=open-sesam" \
		"/?token=open-sesame1" "/?Token=open-sesame" "/?xtoken=open-sesame" \
		"/?token=open-sesamf" /etc/passwd /../etc/passwd; do
		[ "$(answer --path-as-is "$base$path")" = 403 ] || {
			echo "$path was answered"
			return 1
		}
		! grep -q machine "$SCRATCH/body"
	done
	[ "$(answer "$base/nothing?token=$token")" = 404 ]
	[ "$(answer --path-as-is "$base/../etc/passwd?token=$token")" = 404 ]
}

@test "a name that leads here from elsewhere is refused, and other methods" {
	serve
	local host
	for host in evil.example "evil.example:$port" 127.0.0.1 localhost:1 \
		"127.0.0.1:$port.evil.example" "localhost.evil.example:$port" "192.0.2.1:$port"; do
		[ "$(answer -H "Host: $host" "$url")" = 403 ] || {
			echo "Host: $host was answered"
			return 1
		}
	done
	[ "$(answer -H "Host: LOCALHOST:$port" "$url")" = 200 ]
	for method in POST PUT DELETE OPTIONS PATCH; do
		[ "$(answer -X $method "$url")" = 405 ]
	done
	[ "$(answer -X POST "$base/")" = 403 ]
}

@test "garbage, giants and half a request harm nobody" {
	serve
	python3 - "$port" "$token" <<-'EOF'
		import os, socket, sys
		port, token = int(sys.argv[1]), sys.argv[2]
		def ask(data):
		    with socket.create_connection(("127.0.0.1", port), 8) as s:
		        try:
		            s.sendall(data)
		        except OSError:
		            pass
		        answer = b""
		        try:
		            while piece := s.recv(65536):
		                answer += piece
		        except ConnectionResetError:
		            pass
		        return answer.split(b" ")[1] if answer else b"closed"
		good = b"GET /?token=" + token.encode() + b" HTTP/1.1\r\n"
		host = b"Host: 127.0.0.1:%d\r\n" % port
		for data, wanted in [
		    (good + host + b"\r\n", b"200"),
		    (good + b"\r\n", b"400"),
		    (good + host + host + b"\r\n", b"400"),
		    (b"GET\r\n\r\n", b"400"),
		    (b"\0\0\0\0" + os.urandom(64), b"400"),
		    (b"GET / HTTP/9.9\r\n" + host + b"\r\n", b"400"),
		    (b"GET http://127.0.0.1/ HTTP/1.1\r\n" + host + b"\r\n", b"400"),
		    (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n" + host + b"\r\n", b"431"),
		    (good + host + b"X: " + b"y" * 20000, b"431"),
		]:
		    got = ask(data)
		    assert got == wanted or (wanted == b"431" and got == b"closed"), (data[:60], got)
		# Who has said all may still be answered.
		with socket.create_connection(("127.0.0.1", port), 8) as s:
		    s.sendall(good + host + b"\r\n")
		    s.shutdown(socket.SHUT_WR)
		    page = b""
		    while piece := s.recv(65536):
		        page += piece
		assert page.endswith(b"</html>\n"), page[-80:]
	EOF
	[ "$(answer "$url")" = 200 ]
}

@test "it ends with its terminal" {
	needs script
	script -qec "exec \"$KIST\" map --serve" /dev/null >"$SCRATCH/url" </dev/null 3>&- &
	local terminal=$!
	eventually grep -q token "$SCRATCH/url"
	url=$(tr -d '\r' <"$SCRATCH/url" | grep -o 'http://.*')
	[ "$(answer "$url")" = 200 ]
	kill -9 "$terminal"
	gone() { [ "$(answer "$url")" = 000 ]; }
	eventually gone
}

@test "who is slow is sent away after a while, and hinders nobody meanwhile" {
	serve
	python3 - "$port" "$url" <<-'EOF'
		import socket, sys, time, urllib.request
		port, url = int(sys.argv[1]), sys.argv[2]
		slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
		for s in slow:
		    try:
		        s.sendall(b"GET / HT")
		    except OSError:
		        pass
		start = time.monotonic()
		assert urllib.request.urlopen(url, timeout=5).status == 200
		assert time.monotonic() - start < 3, "slow clients hinder"
		last = slow[-1]
		last.settimeout(9)
		try:
		    assert last.recv(10) == b"", "it was answered"
		except ConnectionResetError:
		    pass
		assert time.monotonic() - start < 7, "it was kept"
	EOF
}

# The names of the sets that a stream told of.
told() { sed -n 's/^data: //p' "$1" | jq -r '.things[].name' | grep -c "^$2\$"; }

@test "two listeners are told of a change; while nobody listens nothing is read" {
	needs root
	serve
	local a b before after name=kist-serve-$$
	curl -sN "$base/events?token=$token" >"$SCRATCH/a" 3>&- &
	a=$!
	curl -sN "$base/events?token=$token" >"$SCRATCH/b" 3>&- &
	b=$!
	eventually test -s "$SCRATCH/a"
	eventually test -s "$SCRATCH/b"
	ip netns add "$name"
	is_told() { told "$SCRATCH/a" "$name" && told "$SCRATCH/b" "$name"; }
	eventually is_told || { ip netns delete "$name"; false; }
	ip netns delete "$name"
	kill "$a" "$b"
	wait "$a" "$b" || :
	calls() { awk '/^syscr/ { print $2 }' "/proc/$server/io"; }
	is_still() {
		before=$(calls)
		read -rt 1.2 _ <> <(:) || :
		after=$(calls)
		[ "$before" = "$after" ]
	}
	eventually is_still
}

@test "it ends at SIGINT and SIGTERM with status 0 and leaves nothing" {
	local signal
	for signal in INT TERM; do
		# A background job of a script ignores SIGINT: it is blocked, and so taken.
		serve
		curl -sN "$base/events?token=$token" >"$SCRATCH/a" 3>&- &
		eventually test -s "$SCRATCH/a"
		kill -s "$signal" "$server"
		wait "$server"
		server=
		[ "$(answer "$url" || :)" = 000 ]
	done
	machine_unchanged
}

@test "a port that is taken, and one that is not for everyone" {
	serve
	run -125 kist map --serve="$port"
	[ "${lines[0]}" = "kist: listen on 127.0.0.1, port $port: Address already in use (EADDRINUSE)" ]
	[ "${lines[1]}" = "hint: without a number a free port is taken" ]
}

@test "a browser's page follows the machine, and keeps what was looked for" {
	needs root chromium
	serve
	run python3 "$TOP/tests/commands/map_page.py" live "$url" "$SCRATCH" "kist-map-$$"
	expect_status 0
}
