#!/usr/bin/env bash
# Everything that is worth knowing after a visit to a machine with an NVIDIA GPU, in one go; a short table comes last.
#
#   tests/gpu-visit.sh [-m MNIST_FOLDER] [-p PEER_SCRIPT] [-k KIT_SCRIPT]
#
#   -m  folder of MNIST's four files, for a training (left out: none)
#   -p  a Python script that times PyTorch: `PEER step lenet5:64 resnet20:128 --precision fp32` (left out: no comparison)
#   -k  a script that runs classes where there is neither Maven nor Java: `KIT main CLASS ...`, `KIT test ...`
#
# Exit status: 0 if doctor, the smoke steps and the tests of the tag gpu all passed.
set -u
mnist='' peer='' kit=''
while getopts 'm:p:k:' option; do
    case $option in
        m) mnist=$OPTARG ;;
        p) peer=$OPTARG ;;
        k) kit=$OPTARG ;;
        *) exit 2 ;;
    esac
done
cd "$(dirname "$0")/.." || exit 1
out=${OUT:-$(mktemp -d)}
failed=0
table=()

gabor() {
    if [ -n "$kit" ]; then bash "$kit" main org.gabor.cli.Main "$@"; else ./gabor "$@"; fi
}

gpu_tests() {
    if [ -n "$kit" ]; then bash "$kit" test --include-tag gpu; else mvn -B -q test -Pgpu; fi
}

# name, file of the output, command
part() {
    local name=$1 file=$out/$2
    shift 2
    printf '\n== %s\n' "$name"
    local begun=$SECONDS
    if "$@" >"$file" 2>&1; then table+=("$name: passed in $((SECONDS - begun)) s"); else
        table+=("$name: FAILED ($?), see $file")
        failed=1
    fi
    tail -n 25 "$file"
}

# the line of a step's time in the output of bench or of the peer
step_line() {
    grep -E 'img/s|images/s' "$1" | head -n 8 | sed 's/^/    /'
}

part doctor doctor.txt gabor doctor
for precision in fp32 tf32 bf16; do
    part "one step, $precision" "smoke-$precision.txt" \
        gabor train --device cuda --precision "$precision" --data digits --epochs 1 --limit-batches 3 --out "$out/runs"
done
part 'tests of the tag gpu' tests.txt gpu_tests
[ -n "$mnist" ] && part 'LeNet-5 on MNIST' mnist.txt \
    gabor train --device cuda --data "mnist:$mnist" --epochs 10 --seed 0 --out "$out/runs"

# the same steps by turns: Gabor, PyTorch, Gabor
for precision in fp32 tf32 bf16; do
    for net in lenet5:64 resnet20:128; do
        part "Gabor, step of $net, $precision" "gabor-${net%:*}-$precision.txt" \
            gabor bench --device cuda --precision "$precision" --model "${net%:*}" --batch "${net#*:}" --steps 200
    done
    [ -n "$peer" ] && part "PyTorch, the same steps, $precision" "peer-$precision.txt" \
        python3 "$peer" step lenet5:64 resnet20:128 --precision "$precision" --mode eager compile
done

printf '\n== summary (all outputs in %s)\n' "$out"
printf '%s\n' "${table[@]}"
for file in "$out"/gabor-*.txt "$out"/peer-*.txt; do
    [ -e "$file" ] || continue
    printf '%s\n' "$(basename "$file")"
    step_line "$file"
done
exit $failed
