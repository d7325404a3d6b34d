#!/bin/bash
# Builds the software CUDA device: libcuda.so.1, libcublas.so.12, libcudnn.so.9 and their empty companions.
#   build.sh FOLDER [address|thread|undefined]     the second argument builds with a sanitizer of g++
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
kernels=$(cd "$here/../../../native-kernels/src" && pwd)
mkdir -p "$1/objects"
out=$(cd "$1" && pwd)
sanitizer=${2:-}

flags=(-std=gnu++17 -O2 -g1 -fPIC -fvisibility=hidden -ffp-contract=off -Wall -Wextra -pthread -DGABOR_HOST
       -I"$kernels/host" -I"$kernels/main/cuda")
if [ -n "$sanitizer" ]; then
    flags+=("-fsanitize=$sanitizer" -fno-omit-frame-pointer)
fi

cuda=("$here"/{faults,memory,streams,graphs,ptx,modules,driver}.cpp "$kernels"/host/*.cpp)
shopt -s nullglob
cuda+=("$kernels"/main/cuda/*.cu "$here/selftest/selftest.cu")
cublas=("$here/cublas.cpp")
cudnn=("$here"/cudnn_*.cpp)
headers=("$here"/*.h "$kernels"/host/*.h "$kernels"/main/cuda/*.cuh "$here/build.sh")

object() {
    echo "$out/objects/$(basename "$1").o"
}

stale() {
    local object
    object=$(object "$1")
    [ -e "$object" ] || return 0
    for file in "$1" "${headers[@]}"; do
        [ "$file" -nt "$object" ] && return 0
    done
    return 1
}

compile() {
    g++ "${flags[@]}" -c -x c++ -o "$(object "$1").new" "$1" && mv "$(object "$1").new" "$(object "$1")"
}

# Two at a time.
pending=()
for source in "${cuda[@]}" "${cublas[@]}" "${cudnn[@]}"; do
    stale "$source" && pending+=("$source")
done
half() {
    for ((i = $1; i < ${#pending[@]}; i += 2)); do
        compile "${pending[i]}" || return 1
    done
}
half 0 &
first=$!
half 1
wait $first

objects() {
    for source in "$@"; do
        object "$source"
    done
}

# Linked under another name and renamed: a process that loads the old library keeps it whole.
link() {
    local name=$1
    shift
    g++ "${flags[@]}" -shared -Wl,-soname,"$name" -o "$out/$name.new" "$@"
    mv "$out/$name.new" "$out/$name"
}
link libcuda.so.1 -Wl,--version-script="$here/libcuda.map" $(objects "${cuda[@]}")
link libcublas.so.12 -Wl,--version-script="$here/libcublas.map" $(objects "${cublas[@]}") "$out/libcuda.so.1" -Wl,-rpath,'$ORIGIN'
link libcudnn.so.9 -Wl,--version-script="$here/libcudnn.map" $(objects "${cudnn[@]}") "$out/libcuda.so.1" -Wl,-rpath,'$ORIGIN'
for name in libcublasLt.so.12 libcudnn_{graph,ops,cnn,engines_precompiled,engines_runtime_compiled,heuristic}.so.9; do
    [ -e "$out/$name" ] || link "$name" -x c++ /dev/null
done

# The device's own tests: selftest selftest.ptx
tests=("$here"/selftest/*.cpp)
if [ "${3:-}" = selftest ]; then
    g++ "${flags[@]}" -o "$out/selftest" "${tests[@]}" "$out"/lib{cuda.so.1,cublas.so.12,cudnn.so.9} -Wl,-rpath,'$ORIGIN'
fi
