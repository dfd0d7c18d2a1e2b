// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <lp2p/core/result.hpp>
#include <lp2p/io/errc.hpp>

struct plugin_errors {
    lp2p::error wrong_version;
    lp2p::result<std::size_t> unknown_stream{0U};
    std::error_code as_error_code;
};
using fill_function = void (*)(plugin_errors*);
