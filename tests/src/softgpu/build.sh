#!/bin/bash
# Builds what is stale of the software CUDA device: libcuda.so.1, libcublas.so.12, libcudnn.so.9, their empty companions,
# and the program `selftest`.
#   build.sh FOLDER [SANITIZER]     SANITIZER as in g++ -fsanitize: address, thread, undefined
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
kernels=$(cd "$here/../../../native-kernels/src" && pwd)
mkdir -p "$1/objects"
out=$(cd "$1" && pwd)
sanitizer=${2:-}

flags=(-std=gnu++17 -O2 -ftree-vectorize -fvect-cost-model=dynamic -ffp-contract=off -g1 -fPIC -fvisibility=hidden -pthread
       -Wall -Wextra -DGABOR_HOST -I"$kernels/host" -I"$kernels/main/cuda")
if [ -n "$sanitizer" ]; then
    flags+=("-fsanitize=$sanitizer" -O1 -fno-omit-frame-pointer)
fi

cuda=("$here"/{faults,memory,streams,graphs,ptx,modules,driver}.cpp "$kernels"/host/*.cpp)
shopt -s nullglob
cuda+=("$kernels"/main/cuda/*.cu "$here/selftest/selftest.cu")
cublas=("$here/cublas.cpp")
cudnn=("$here"/cudnn_*.cpp)
tests=("$here"/selftest/*.cpp)

object() {
    echo "$out/objects/$(basename "$1").o"
}

# Whether an object is older than its source or a file that g++ said it includes.
stale() {
    local object file
    object=$(object "$1")
    [ -e "$object" ] && [ -e "$object.d" ] || return 0
    for file in $(sed 's/^[^:]*://; s/\\$//' "$object.d"); do
        [ "$file" -nt "$object" ] && return 0
    done
    return 1
}

compile() {
    local object
    object=$(object "$1")
    g++ "${flags[@]}" -MMD -MF "$object.d" -c -x c++ -o "$object.new" "$1" && mv "$object.new" "$object"
}

# Two at a time.
pending=()
for source in "${cuda[@]}" "${cublas[@]}" "${cudnn[@]}" "${tests[@]}"; do
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

# link NAME INPUT...: linked under another name and renamed, so that a process that has the old file open keeps it whole.
link() {
    local name=$1 stale=no
    shift
    [ -e "$out/$name" ] || stale=yes
    for input in "$@"; do
        case $input in
            *.o | *.so.*) if [ "$input" -nt "$out/$name" ]; then stale=yes; fi ;;
        esac
    done
    if [ $stale = yes ]; then
        g++ "${flags[@]}" -o "$out/$name.new" "$@"
        mv "$out/$name.new" "$out/$name"
    fi
}

library() {
    local name=$1
    shift
    link "$name" -shared -Wl,-soname,"$name" "$@"
}

library libcuda.so.1 -Wl,--version-script="$here/libcuda.map" $(objects "${cuda[@]}")
beside=("$out/libcuda.so.1" -Wl,-rpath,'$ORIGIN')
library libcublas.so.12 -Wl,--version-script="$here/libcublas.map" $(objects "${cublas[@]}") "${beside[@]}"
library libcudnn.so.9 -Wl,--version-script="$here/libcudnn.map" $(objects "${cudnn[@]}") "${beside[@]}"
for name in libcublasLt.so.12 libcudnn_{graph,ops,cnn,engines_precompiled,engines_runtime_compiled,heuristic}.so.9; do
    library "$name" -x c++ /dev/null
done
link selftest $(objects "${tests[@]}") "$out"/lib{cublas.so.12,cudnn.so.9} "${beside[@]}"
