#!/usr/bin/env bash
# Compiles the kernels with g++ and the sanitizers and compares them with plain references on random shapes.
#   check.sh [short] [PREFIX]     short: 20 shapes a check, else 200; PREFIX: only checks whose name starts with it
set -euo pipefail
cd "$(dirname "$0")"
rounds=200
if [ "${1:-}" = short ]; then rounds=20; shift; fi
out=${GABOR_CHECK_OUT:-target/checks}
mkdir -p "$out"

flags=(-std=c++17 -O1 -g -fno-omit-frame-pointer -ffp-contract=off -fsanitize=address,undefined -fno-sanitize-recover=all
    -Wall -Wextra -Werror -Wno-unknown-pragmas -Wno-psabi -DGABOR_HOST -Isrc/main/cuda -Isrc/host -Isrc/test/cuda)
prefix=${1:-}
sources=()
for s in src/test/cuda/*_check.cpp; do
    # the file of a family is named as its checks begin
    family=$(basename "$s" _check.cpp)
    if [[ $prefix == "$family"* || $family == "$prefix"* ]]; then sources+=("$s"); fi
done

# compiled again only if something has changed
state=$(sha256sum check.sh src/host/* src/main/cuda/* src/test/cuda/*; echo "${sources[@]}"; g++ --version)
if [ ! -x "$out/check" ] || [ "$state" != "$(cat "$out/state" 2>/dev/null)" ]; then
    rm -f "$out/state"
    objects=()
    running=()
    for s in src/host/*.cpp src/test/cuda/main.cpp "${sources[@]}"; do
        o=$out/$(basename "$s" .cpp).o
        objects+=("$o")
        g++ "${flags[@]}" -c "$s" -o "$o" &
        running+=($!)
        if [ ${#running[@]} -ge 2 ]; then wait "${running[0]}"; running=("${running[@]:1}"); fi
    done
    for job in "${running[@]}"; do wait "$job"; done
    g++ -fsanitize=address,undefined "${objects[@]}" -lpthread -o "$out/check"
    echo "$state" > "$out/state"
fi
exec "$out/check" "$rounds" ${prefix:+"$prefix"}
