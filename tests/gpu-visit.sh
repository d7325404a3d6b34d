#!/usr/bin/env bash
# Everything that is worth knowing after a visit to a machine with an NVIDIA GPU, in one go; a short table comes last.
#
#   tests/gpu-visit.sh [-m MNIST_FOLDER] [-p PEER_SCRIPT] [-k KIT_SCRIPT] [PART...]
#
#   -m  folder of MNIST's four files, for the part mnist (left out: none)
#   -p  a Python script that times PyTorch: `PEER step lenet5:64 resnet20:128 --precision fp32` (left out: no comparison)
#   -k  a script that runs classes where there is neither Maven nor a JDK: `KIT main CLASS ...`, `KIT test ...`
#
# Parts: doctor smoke tests mnist bench; none named: all. What each prints goes to the folder $OUT, or a new one.
# GABOR_JAVA_OPTS reaches the JVM of every command (of a kit: JOPTS).
#
# Exit status: 0 if every part that ran passed; 4 if there is no GPU that can be used.
set -u
mnist='' peer='' kit=''
while getopts 'm:p:k:' option; do
    case $option in
        m) mnist=$(realpath "$OPTARG") || exit 2 ;;
        p) peer=$(realpath "$OPTARG") || exit 2 ;;
        k) kit=$(realpath "$OPTARG") || exit 2 ;;
        *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
parts=("$@")
if [ $# -eq 0 ]; then parts=(doctor smoke tests mnist bench); fi
cd "$(dirname "$0")/.." || exit 1
out=${OUT:-$(mktemp -d)}
mkdir -p "$out"
failed=0
table=()

gabor() {
    if [ -n "$kit" ]; then bash "$kit" main org.gabor.cli.Main "$@"; else ./gabor "$@"; fi
}

gpu_tests() {
    if [ -n "$kit" ]; then
        bash "$kit" test --include-tag gpu
        return
    fi
    local option options=()
    for option in ${GABOR_JAVA_OPTS:-}; do                      # Maven hands properties on to the tests
        case $option in -D*) options+=("$option") ;; esac
    done
    mvn -B test -P 'gpu,!checks' ${options[@]+"${options[@]}"}
}

# name, file of the output, command
part() {
    local name=$1 file=$out/$2 status begun=$SECONDS
    shift 2
    printf '\n== %s\n' "$name"
    "$@" >"$file" 2>&1
    status=$?
    if [ $status -eq 0 ]; then table+=("$name: passed in $((SECONDS - begun)) s"); else
        table+=("$name: FAILED with $status, see $file")
        failed=1
    fi
    tail -n 25 "$file"
}

doctor() {
    nvidia-smi --query-gpu=name,driver_version,memory.total,memory.used --format=csv
    gabor doctor || return
    grep -q '^device cuda: can be used' "$out/doctor.txt"       # or the CPU alone would do
}

smoke() {
    local precision
    for precision in fp32 tf32 bf16; do
        part "one step, $precision" "smoke-$precision.txt" \
            gabor train --device cuda --precision "$precision" --data digits --epochs 1 --limit-batches 3 --out "$out/runs"
    done
}

# the same steps by turns: Gabor, PyTorch, Gabor
bench() {
    local precision net round
    for precision in fp32 tf32 bf16; do
        for round in 1 2; do
            for net in lenet5:64 resnet20:128; do
                part "Gabor, step of $net, $precision, $round" "gabor-${net%:*}-$precision-$round.txt" \
                    gabor bench --device cuda --precision "$precision" --model "${net%:*}" --batch "${net#*:}" --steps 200
            done
            if [ -n "$peer" ] && [ $round = 1 ]; then
                part "PyTorch, the same steps, $precision" "peer-$precision.txt" \
                    python3 "$peer" step lenet5:64 resnet20:128 --precision "$precision" --mode eager compile
            fi
        done
    done
}

# the lines of a step's time in the output of bench or of the peer
times() {
    grep -E '^training +[0-9]|^inference +[0-9]| img/s \(' "$1" | sed 's/^/    /'
}

part doctor doctor.txt doctor
if [ $failed = 1 ]; then
    echo "no GPU can be used here, so nothing else was run" >&2
    exit 4
fi
for name in "${parts[@]}"; do
    case $name in
        doctor) ;;
        smoke) smoke ;;
        tests) part 'tests of the tag gpu' tests.txt gpu_tests ;;
        mnist) if [ -n "$mnist" ]; then
                part 'LeNet-5 on MNIST' mnist.txt \
                    gabor train --device cuda --data "mnist:$mnist" --epochs 10 --seed 0 --out "$out/runs"
            fi ;;
        bench) bench ;;
        *) echo "no part $name: doctor, smoke, tests, mnist or bench" >&2; exit 2 ;;
    esac
done

printf '\n== summary (all outputs in %s)\n' "$out"
printf '%s\n' "${table[@]}"
for file in "$out"/gabor-*.txt "$out"/peer-*.txt; do
    [ -e "$file" ] || continue
    basename "$file" .txt
    times "$file"
done
exit $failed
