# cmake -C .ci/clang.cmake -S . -B build/clang: the newest compiler we promise; each header alone.
set(CMAKE_CXX_COMPILER clang++-19 CACHE STRING "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O0" CACHE STRING "")
set(CMAKE_CXX_FLAGS "-Wall -Wextra -Wconversion -Werror" CACHE STRING "")
foreach(part TESTS FUZZ CONFORMANCE EXAMPLES)
    set(LP2P_${part} OFF CACHE BOOL "")
endforeach()
