#!/usr/bin/env bash
# night.sh N [FIRST]: N seeds of the simulator from FIRST (1) on, on all cores; names the first bad one.
set -eu
cd "$(dirname "$0")/../.."
for build in release dev; do
  program=build/$build/tests/sim_test
  [ -x "$program" ] && break
done
LEAT_SIM_SEEDS=${1:?how many seeds} LEAT_SIM_FIRST=${2:-1} exec "$program" --gtest_filter=Simulation.Seeds
