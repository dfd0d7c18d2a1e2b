# cmake -C .ci/gcc.cmake -S . -B build/gcc: what tests/run and examples/run build. Programs land in build/bin.
set(CMAKE_CXX_COMPILER g++ CACHE STRING "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1" CACHE STRING "") # the inner loop waits for the compiler, not for tests; programs are -O2
get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
set(LP2P_BIN_DIR "${root}/build/bin" CACHE PATH "")
