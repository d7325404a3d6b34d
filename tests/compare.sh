#!/usr/bin/env bash
# Gabor beside libtorch and ONNX Runtime on this machine: the same work in turns, each time in a new Java process.
#   tests/compare.sh [-r ROUNDS] [-t THREADS] [-s SECONDS] [WORKLOAD...]
# A workload is named by how it begins: lenet5, resnet20-b-train, conv-64@8; without one, all are run.
# The first run fetches about 200 MB of libraries from Maven Central. GABOR_JAVA_OPTS is handed to Java,
# for example -Dgabor.cpu.emitter=avx2.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
rounds=5 threads=2 seconds=3
while getopts r:t:s:h option; do
    case $option in
        r) rounds=$OPTARG ;; t) threads=$OPTARG ;; s) seconds=$OPTARG ;;
        *) sed -n '2,6s/^# *//p' "${BASH_SOURCE[0]}"; exit 2 ;;
    esac
done
shift $((OPTIND - 1))

jdk=${GABOR_JAVA_HOME:-${JAVA_HOME:-}}
for home in "$jdk" /usr/lib/jvm/*; do
    if grep -q '^JAVA_VERSION="25[."]' "$home/release" 2>/dev/null; then jdk=$home; break; fi
done
[ -x "$jdk/bin/javac" ] || { echo "needs a JDK 25; GABOR_JAVA_HOME can name one" >&2; exit 2; }

built=$root/tests/peers/target
mkdir -p "$built"
JAVA_HOME=$jdk mvn -q -B -Dfast -Ppeers -f "$root/pom.xml" -pl tests/peers -am package >"$built/build.log" 2>&1 \
    || { grep -m 5 ERROR "$built/build.log" >&2; echo "the build failed; all of it is in $built/build.log" >&2; exit 1; }
# shellcheck disable=SC2086
exec "$jdk/bin/java" ${GABOR_JAVA_OPTS:-} -cp "$built/fast/classes:$(printf '%s:' "$built"/fast/lib/*.jar)" \
    org.gabor.peers.Compare "$rounds" "$threads" "$seconds" "$@"
