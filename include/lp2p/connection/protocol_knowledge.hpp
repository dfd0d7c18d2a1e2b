// SPDX-License-Identifier: Apache-2.0 OR MIT
// What is known of the protocols that a remote supports on one connection.
//
// It changes only by a completed negotiation or a list that is not empty. There is no function that
// takes an error: a limit, a reset or a timeout cannot downgrade a peer (H2, H6; threats.md §1, 7).
#pragma once

#include <lp2p/core/limits.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace lp2p::inline v0 {

/// Three answers, because "not yet known" is none of the other two.
enum class support : std::uint8_t { unknown, supported, unsupported };

class protocol_knowledge {
public:
    struct change {
        std::vector<std::string> added;
        std::vector<std::string> removed;
        bool accepted = false; ///< false: the list was empty and nothing changed (H6)
    };

    [[nodiscard]] support of(std::string_view protocol) const noexcept;
    /// The remote echoed this protocol, or proposed it itself.
    void confirmed(std::string_view protocol);
    /// The remote answered `na`.
    void refused(std::string_view protocol);
    /// A list from identify or push. An empty one keeps what is known; a full one replaces it. The
    /// first one keeps what the remote itself spoke before: go answers for a moment with the list
    /// of before its handlers were registered, and what a negotiation proved is no withdrawal.
    change listed(std::vector<std::string> list);
    /// Sorted.
    [[nodiscard]] const std::vector<std::string>& supported() const noexcept { return supported_; }
    /// True once a list was accepted on this connection.
    [[nodiscard]] bool has_list() const noexcept { return listed_; }

private:
    static bool contains(const std::vector<std::string>& in, std::string_view p) noexcept;
    static void insert(std::vector<std::string>& in, std::string_view p);
    static void erase(std::vector<std::string>& in, std::string_view p);

    std::vector<std::string> supported_;
    std::vector<std::string> refused_;
    bool listed_ = false;
};

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "protocol_knowledge.ipp"
#endif
