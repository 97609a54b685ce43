#!/usr/bin/env bash
# Builds the release server: build/release/leat-server, and the link build/release/nats-server that
# client harnesses look for. Arguments are ninja targets; none builds the server.
set -euo pipefail
cd "$(dirname "$0")/.."
./deploy/setup.sh
if [ ! -f build/release/build.ninja ]; then
  printf '== configuring build/release\n'
  cmake --preset release >build-release-configure.log 2>&1 || {
    cat build-release-configure.log
    exit 1
  }
  mv build-release-configure.log build/release/configure.log
fi
printf '== building build/release\n'
if [ $# -eq 0 ]; then
  set -- leat-server
fi
ninja -C build/release "$@"
