#!/usr/bin/env bash
# Builds the fuzzers with clang and runs each for a while on its kept corpus, looking for new inputs
# without adding them. Usage: tests/fuzz/run.sh [SECONDS each, 10]
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-10}
[ -f build/fuzz/build.ninja ] || cmake --preset fuzz >/dev/null
mapfile -t names < <(cd tests/fuzz && ls *_fuzz.cc | sed 's/_fuzz\.cc$//')
ninja -C build/fuzz "${names[@]/%/_fuzz}"
for name in "${names[@]}"; do
  found=build/fuzz/found/$name
  mkdir -p "$found" "tests/fuzz/corpus/$name"
  printf '== fuzz %s for %s s\n' "$name" "$seconds"
  setarch "$(uname -m)" -R "build/fuzz/tests/fuzz/${name}_fuzz" -max_total_time="$seconds" -timeout=10 \
    -seed=1 -rss_limit_mb=2048 -artifact_prefix="build/fuzz/found/$name-" -print_final_stats=0 -verbosity=0 \
    "$found" "tests/fuzz/corpus/$name"
done
