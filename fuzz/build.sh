#!/usr/bin/env bash
# OSS-Fuzz's whole build script, and the shortest way to a campaign by hand.
#
#   In OSS-Fuzz: CC, CXX, CFLAGS, CXXFLAGS, LIB_FUZZING_ENGINE and OUT are given.
#   By hand:     fuzz/build.sh && build/fuzz/out/yamux_session build/fuzz/out/yamux_session_corpus
set -eu
cd "$(dirname "$0")/.."
: "${OUT:=$PWD/build/fuzz/out}" "${LIB_FUZZING_ENGINE:=-fsanitize=fuzzer}" "${CXX:=clang++-16}"
: "${CXXFLAGS:=-O1 -g1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all}"
mkdir -p "$OUT"

cmake -S . -B "${WORK:-build/fuzz}/oss" -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_CXX_FLAGS="$CXXFLAGS" \
    -DCMAKE_BUILD_TYPE=None -DLP2P_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" \
    -DLP2P_TESTS=OFF -DLP2P_CONFORMANCE=OFF -DLP2P_EXAMPLES=OFF
cmake --build "${WORK:-build/fuzz}/oss" --parallel "$(nproc)" --target fuzz_programs

for source in fuzz/*.cpp; do
    target=$(basename "$source" .cpp)
    cp "${WORK:-build/fuzz}/oss/fuzz/$target" "$OUT/"
    if [ -d "fuzz/corpus/$target" ]; then
        mkdir -p "$OUT/${target}_corpus"
        cp -r "fuzz/corpus/$target/." "$OUT/${target}_corpus/"
        if command -v zip > /dev/null; then
            (cd "fuzz/corpus/$target" && zip -qr - .) > "$OUT/${target}_seed_corpus.zip"
        fi
    fi
    if [ -f "fuzz/dict/$target.dict" ]; then cp "fuzz/dict/$target.dict" "$OUT/"; fi
done
