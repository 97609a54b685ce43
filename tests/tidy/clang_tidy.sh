#!/usr/bin/env bash
# Runs clang-tidy 14 with our checks over every source file, LEAT_TIDY_JOBS (2) at a time.
# Usage: tests/tidy/clang_tidy.sh BUILD_DIR [FILE...]
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
shift
if [ $# -gt 0 ]; then files=("$@"); else
  mapfile -t files < <(git ls-files '*.cc' | grep -vE '^tests/|^bench/')
fi
printf '%s\n' "${files[@]}" |
  xargs -P "${LEAT_TIDY_JOBS:-2}" -n 4 clang-tidy-14 -p "$build" --quiet --extra-arg=-Wno-unknown-warning-option
