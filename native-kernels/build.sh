#!/usr/bin/env bash
# Makes the PTX of every src/main/cuda/*.cu with nvcc 12.8 or newer and records the SHA-256 of the sources. Commit what it changes.
#   build.sh [FOLDER]     FOLDER: where the PTX goes, else the module's resources
#
# The PTX is for compute capability 7.5 and up; a driver compiles it for its GPU when it is loaded. Products and sums are
# not contracted (-fmad=false), so that results have the bits of the same kernels compiled by g++.
set -euo pipefail
cd "$(dirname "$0")"
out=${1:-src/main/resources/org/gabor/kernels}
mkdir -p "$out"
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT

for source in src/main/cuda/*.cu; do
    name=$(basename "$source" .cu)
    nvcc -std=c++17 -ptx -arch=compute_75 -fmad=false "$source" -o "$scratch/$name.ptx"
    # nvcc names the newest version of PTX, which older drivers reject, though the code is that of 7.0 but for a hint
    # about loads. Comments would name the compiler's build.
    sed -e 's/^\.version .*/.version 7.0/' -e '/^[[:space:]]*\.pragma "used_bytes_mask/d' -e '/^\/\//d' -e '/^[[:space:]]*$/d' \
        "$scratch/$name.ptx" > "$out/$name.ptx"
    for capability in 75 80 90 120; do
        ptxas -arch=sm_$capability "$out/$name.ptx" -o "$scratch/code"
    done
    echo "$name.ptx: $(stat -c %s "$out/$name.ptx") bytes"
done
for ptx in "$out"/*.ptx; do
    [ -e "src/main/cuda/$(basename "$ptx" .ptx).cu" ] || rm "$ptx"
done
(cd src/main/cuda && sha256sum -- *.cu *.cuh) > "$out/sources.sha256"
