# cmake -C .ci/fuzz.cmake -S . -B build/fuzz: campaigns with libFuzzer.
set(CMAKE_CXX_COMPILER clang++-16 CACHE STRING "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1" CACHE STRING "")
set(LP2P_SANITIZE "address,undefined" CACHE STRING "")
set(LP2P_FUZZ_ENGINE "-fsanitize=fuzzer" CACHE STRING "")
set(LP2P_TESTS OFF CACHE BOOL "")
set(LP2P_EXAMPLES OFF CACHE BOOL "")
set(LP2P_CONFORMANCE OFF CACHE BOOL "")
