#!/usr/bin/env bash
# Installs what is needed, builds and runs the tests.
#   ./deploy/test.sh             everything: style, unit, simulation, fuzzing, real clients, power cuts
#   ./deploy/test.sh --fast      style and unit tests only
#   ./deploy/test.sh --sanitize  unit and simulation tests under ASan+UBSan, then under TSan
#   ./deploy/test.sh --lint      clang-tidy over every source file
# Prints what it does, and at the end one line: N passed, N failed.
set -uo pipefail
cd "$(dirname "$0")/.."

passed=0
failed=0
failures=()
logs=build/test-logs
mkdir -p "$logs"

step() {  # step NAME COMMAND...: runs a command, shows and keeps its output, counts it as one check
  local name=$1 start=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  if "$@" 2>&1 | tee "$logs/$name.log"; then
    passed=$((passed + 1))
    printf '== %s: ok (%d s)\n' "$name" $((SECONDS - start))
  else
    failed=$((failed + 1))
    failures+=("$name")
    printf '== %s: FAILED (%d s)\n' "$name" $((SECONDS - start))
  fi
}

configure() {  # configure PRESET [cmake options]
  local preset=$1
  shift
  [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" "$@" >"/tmp/leat-configure-$$.log" 2>&1 ||
    { cat "/tmp/leat-configure-$$.log"; return 1; }
}

build() {  # build PRESET [targets]
  local preset=$1
  shift
  configure "$preset" && ninja -C "build/$preset" "$@"
}

unit() {  # unit PRESET: every registered test, output only of those that fail
  # Sanitizers of GCC 12 need fewer random bits in addresses than some kernels give.
  setarch "$(uname -m)" -R ctest --test-dir "build/$1" --output-on-failure --no-tests=error -j2
}

finish() {
  printf '\n'
  for name in "${failures[@]}"; do printf '== end of what failed: %s\n' "$name"; tail -n 60 "$logs/$name.log"; done
  for name in "${failures[@]}"; do printf 'failed: %s\n' "$name"; done
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ]
  exit
}

./deploy/setup.sh --test || exit 1
export PATH="$PWD/build/tools:$PATH"

case "${1:-}" in
  --sanitize)
    export UBSAN_OPTIONS=print_stacktrace=1
    export LEAT_SIM_SEEDS=200  # of the 2,000 of a plain run: each costs ten times as much here
    export TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp halt_on_error=1"
    step "build with ASan and UBSan" build asan-ubsan
    step "unit and simulation tests with ASan and UBSan" unit asan-ubsan
    step "build with TSan" build tsan
    step "unit and simulation tests with TSan" unit tsan
    finish
    ;;
  --lint)
    step "configure" configure lint
    step "clang-tidy" ./tests/tidy/clang_tidy.sh build/lint
    finish
    ;;
  "" | --fast) ;;
  *)
    sed -n '2,8p' "$0"
    exit 2
    ;;
esac

step "style, layers and sizes" build/venv/bin/pytest -q tests/tidy
step "build" build release
step "unit and simulation tests" unit release
if [ "${1:-}" != --fast ]; then
  step "every header compiles alone" build release header_check
  step "fuzzing, five seconds each" tests/fuzz/run.sh 5
  step "real clients" env LEAT_SERVER="$PWD/build/release/leat-server" build/venv/bin/pytest -q tests/clients
  step "power cuts" env LEAT_SERVER="$PWD/build/release/leat-server" build/venv/bin/pytest -q tests/power
fi
finish
