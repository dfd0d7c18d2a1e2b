// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of protocol_knowledge.hpp: see there what each does.
#pragma once

#include <lp2p/connection/protocol_knowledge.hpp>

namespace lp2p::inline v0 {

LP2P_DECL support protocol_knowledge::of(std::string_view protocol) const noexcept {
    if (contains(supported_, protocol)) return support::supported;
    if (contains(refused_, protocol)) return support::unsupported;
    return listed_ ? support::unsupported : support::unknown;
}

LP2P_DECL void protocol_knowledge::confirmed(std::string_view protocol) {
    insert(supported_, protocol);
    erase(refused_, protocol);
}

LP2P_DECL void protocol_knowledge::refused(std::string_view protocol) {
    erase(supported_, protocol);
    insert(refused_, protocol);
}

LP2P_DECL protocol_knowledge::change protocol_knowledge::listed(std::vector<std::string> list) {
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

LP2P_DECL bool protocol_knowledge::contains(const std::vector<std::string>& in,
                                            std::string_view p) noexcept {
    const auto at = std::lower_bound(in.begin(), in.end(), p);
    return at != in.end() && *at == p;
}

LP2P_DECL void protocol_knowledge::insert(std::vector<std::string>& in, std::string_view p) {
    const auto at = std::lower_bound(in.begin(), in.end(), p);
    if (at != in.end() && *at == p) return;
    if (in.size() < default_limits.identify_protocols) in.emplace(at, p);
}

LP2P_DECL void protocol_knowledge::erase(std::vector<std::string>& in, std::string_view p) {
    const auto at = std::lower_bound(in.begin(), in.end(), p);
    if (at != in.end() && *at == p) in.erase(at);
}

} // namespace lp2p::inline v0
