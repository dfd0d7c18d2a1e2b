// SPDX-License-Identifier: Apache-2.0 OR MIT
// A value or an error; the only header that names the expected type.
//
// `std::expected` does not exist in C++20, and a type that changes with `-std=` is an ODR trap.
#pragma once

#include <lp2p/core/error.hpp>

#include <tl/expected.hpp>

namespace lp2p::inline v0 {

/// `T`, or why not.
template <class T>
using result = tl::expected<T, error>;
/// Done, or why not.
using status = result<void>;

/// An error on its way into a `result`: `return fail(errc::too_long);`
[[nodiscard]] constexpr tl::unexpected<error> fail(error why) noexcept {
    return tl::unexpected<error>{why};
}

} // namespace lp2p::inline v0
