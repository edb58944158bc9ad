#!/usr/bin/env bash
# Proves what the Dockerfile builds without Docker: the static binary alone in an empty root, as a user who owns nothing but
# /data, answers its health check and a page. Needs root for chroot.
#
#   deploy/emptyroot.sh [BINARY]
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$(id -u)" = 0 ] || { echo "emptyroot: chroot needs root" >&2; exit 1; }
root=$(mktemp -d)
pid=
cleanup() {
	[ -z "$pid" ] || { kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; }
	rm -rf "$root"
}
trap cleanup EXIT

if [ $# -gt 0 ]; then
	cp "$1" "$root/zhanqun"
else
	CGO_ENABLED=0 go build -ldflags="-s -w" -o "$root/zhanqun" .
fi
mkdir -p "$root/data" "$root/tmp"
chown 65532:65532 "$root/data" "$root/tmp"
chmod 755 "$root"

free_port() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 1 || return 0; }
port=18080
until free_port "$port" && free_port $((port + 1)); do port=$((port + 2)); done

chroot=$(command -v chroot || echo /usr/sbin/chroot)
alone=(env -i "$chroot" --userspec=65532:65532 "$root" /zhanqun --data /data --listen "127.0.0.1:$port" --ops-listen "127.0.0.1:$((port + 1))")
"${alone[@]}" version
"${alone[@]}" serve --demo >"$root/out" 2>"$root/err" &
pid=$!
for i in $(seq 1 120); do
	if "${alone[@]}" health >/dev/null 2>&1; then break; fi
	kill -0 "$pid" 2>/dev/null || { cat "$root/err" >&2; echo "emptyroot: the server has ended" >&2; exit 1; }
	sleep 0.5
done
"${alone[@]}" health
sites=$("${alone[@]}" site list --json | grep -c '"id"')
page=$(exec 3<>"/dev/tcp/127.0.0.1/$port" && printf 'GET / HTTP/1.1\r\nHost: ankang.localhost:%s\r\nConnection: close\r\n\r\n' "$port" >&3 && cat <&3)
grep -q '^HTTP/1.1 200' <<<"$page" || { head -20 <<<"$page" >&2; echo "emptyroot: the home page did not answer 200" >&2; exit 1; }
grep -q '演示站点' <<<"$page" || { echo "emptyroot: the home page is not the demonstration's" >&2; exit 1; }
echo "emptyroot: $(du -h "$root/zhanqun" | cut -f1) binary alone in its root serves $sites sites"
