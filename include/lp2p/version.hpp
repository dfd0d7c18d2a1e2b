// SPDX-License-Identifier: Apache-2.0 OR MIT
// The one place where lp2p's version is written; CMake reads it from here.
#pragma once

#define LP2P_VERSION_MAJOR 0
#define LP2P_VERSION_MINOR 1
#define LP2P_VERSION_PATCH 0
