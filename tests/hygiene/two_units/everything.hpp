// SPDX-License-Identifier: Apache-2.0 OR MIT
// What lp2p.hpp leaves out: the Asio driver and the Botan provider, with the aliases.
#pragma once

#if __has_include(<lp2p/full.hpp>)
#include <lp2p/full.hpp>
#endif
