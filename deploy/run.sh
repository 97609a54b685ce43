#!/usr/bin/env bash
# Installs what is needed, builds and starts leat-server with streams on disk at port 4222.
# Further arguments go to the server, and win: ./deploy/run.sh -p 4333 -m 8222
set -euo pipefail
cd "$(dirname "$0")/.."
./deploy/build.sh
store="${XDG_DATA_HOME:-$HOME/.local/share}/leat"
mkdir -p "$store"
cat <<TEXT
== starting leat-server
   store      $store
   connect    nats -s nats://127.0.0.1:4222 pub hello world     (any NATS client; -p changes the port)
   stop       Ctrl-C; everything acknowledged is there again at the next start
TEXT
exec build/release/leat-server -js -sd "$store" "$@"
