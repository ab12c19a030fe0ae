#!/usr/bin/env bash
# Fuzzes for hours: .github/fuzz.sh [HOURS], one process with at most 4 GiB, guided by the regions of the program that an input
# reaches. What it finds, and the seeds that it keeps, are below target/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."
hours=${1:-1}
export CARGO_PROFILE_BENCH_OVERFLOW_CHECKS=true CARGO_PROFILE_BENCH_DEBUG_ASSERTIONS=true
# Only the program itself counts what is reached, not what it depends on.
export RUSTC_WORKSPACE_WRAPPER="$PWD/.github/count-regions.sh" LLVM_PROFILE_FILE=/dev/null
cargo bench --locked --bench fuzz --no-run
ulimit -v $((4 << 20))
end=$((SECONDS + hours * 3600))
failed=0
seed=$(date +%s)
while [ "$SECONDS" -lt "$end" ]; do
  left=$((end - SECONDS))
  seed=$((seed + 1))
  cargo bench --locked --bench fuzz -- --seconds $((left < 3600 ? left : 3600)) --seed "$seed" || failed=1
done
exit "$failed"
