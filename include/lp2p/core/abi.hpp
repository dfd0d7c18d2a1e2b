// SPDX-License-Identifier: Apache-2.0 OR MIT
// Names the inline namespace that every lp2p symbol lives in, and what the compiler must be.
//
// Everything is in `lp2p::inline v0`, so two incompatible versions in one program are two sets of
// symbols and not a silent mixture. No macro changes a type or a body anywhere in lp2p; one says where
// the bodies are compiled: with LP2P_SEPARATE_COMPILATION, in the one source file that includes
// <lp2p/src.hpp> (lp2p::compiled in CMake); without, in each that includes a header.
#pragma once

#include <climits>
#include <cstddef>
#include <cstdint>

static_assert(__cplusplus >= 202002L, "lp2p needs C++20");
static_assert(CHAR_BIT == 8, "lp2p counts bytes of 8 bits");
static_assert(sizeof(std::size_t) >= 4, "lp2p needs a size_t of 32 bits or more");

#ifdef LP2P_SEPARATE_COMPILATION
#define LP2P_DECL
#else
#define LP2P_DECL inline
#endif

namespace lp2p::inline v0 {}
