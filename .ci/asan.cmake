# cmake -C .ci/asan.cmake -S . -B build/asan: tests and fuzz replay under address and undefined-behaviour
# sanitizers. For the thread sanitizer add -DLP2P_SANITIZE=thread.
set(CMAKE_CXX_COMPILER clang++-16 CACHE STRING "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1" CACHE STRING "") # -O1 costs 3.5 times as long to compile
set(LP2P_SANITIZE "address,undefined" CACHE STRING "")
set(LP2P_EXAMPLES OFF CACHE BOOL "")
set(LP2P_CONFORMANCE OFF CACHE BOOL "")
