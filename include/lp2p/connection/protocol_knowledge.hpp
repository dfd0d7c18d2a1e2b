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

    [[nodiscard]] support of(std::string_view protocol) const noexcept {
        if (contains(supported_, protocol)) return support::supported;
        if (contains(refused_, protocol)) return support::unsupported;
        return listed_ ? support::unsupported : support::unknown;
    }
    /// The remote echoed this protocol, or proposed it itself.
    void confirmed(std::string_view protocol) {
        insert(supported_, protocol);
        erase(refused_, protocol);
    }
    /// The remote answered `na`.
    void refused(std::string_view protocol) {
        erase(supported_, protocol);
        insert(refused_, protocol);
    }
    /// A list from identify or push. An empty one keeps what is known; a full one replaces it. The
    /// first one keeps what the remote itself spoke before: go answers for a moment with the list
    /// of before its handlers were registered, and what a negotiation proved is no withdrawal.
    change listed(std::vector<std::string> list) {
        change c;
        if (list.empty()) return c;
        std::sort(list.begin(), list.end());
        list.erase(std::unique(list.begin(), list.end()), list.end());
        if (list.size() > default_limits.identify_protocols)
            list.resize(default_limits.identify_protocols);
        if (!listed_)
            for (const std::string& spoken : supported_) insert(list, spoken);
        std::set_difference(list.begin(), list.end(), supported_.begin(), supported_.end(),
                            std::back_inserter(c.added));
        std::set_difference(supported_.begin(), supported_.end(), list.begin(), list.end(),
                            std::back_inserter(c.removed));
        supported_ = std::move(list);
        refused_.clear();
        listed_ = true;
        c.accepted = true;
        return c;
    }
    /// Sorted.
    [[nodiscard]] const std::vector<std::string>& supported() const noexcept { return supported_; }
    /// True once a list was accepted on this connection.
    [[nodiscard]] bool has_list() const noexcept { return listed_; }

private:
    static bool contains(const std::vector<std::string>& in, std::string_view p) noexcept {
        const auto at = std::lower_bound(in.begin(), in.end(), p);
        return at != in.end() && *at == p;
    }
    static void insert(std::vector<std::string>& in, std::string_view p) {
        const auto at = std::lower_bound(in.begin(), in.end(), p);
        if (at != in.end() && *at == p) return;
        if (in.size() < default_limits.identify_protocols) in.emplace(at, p);
    }
    static void erase(std::vector<std::string>& in, std::string_view p) {
        const auto at = std::lower_bound(in.begin(), in.end(), p);
        if (at != in.end() && *at == p) in.erase(at);
    }

    std::vector<std::string> supported_;
    std::vector<std::string> refused_;
    bool listed_ = false;
};

} // namespace lp2p::inline v0
