// SPDX-License-Identifier: Apache-2.0 OR MIT
// This node's own addresses, signed: one record for all peers, made anew only when they change.
//
// It reads no clock: its numbers begin where the node was told and grow with the time it is given.
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/core/time.hpp>
#include <lp2p/wire/peer_record.hpp>

#include <algorithm>
#include <optional>

namespace lp2p::inline v0 {

template <class Crypto>
class own_record {
public:
    /// Bytes of the addresses in a record. Beside the largest key and signature they fit into one
    /// part of an identify message.
    static constexpr std::size_t most_bytes = 4096;

    own_record(Crypto crypto, const wire::peer_id& self, unix_time unix_now, instant now)
        : crypto_{std::move(crypto)}
        , start_{now} {
        record_.peer = self;
        record_.seq = static_cast<std::uint64_t>(std::max<unix_time::rep>(unix_now.count(), 0));
        first_ = record_.seq;
    }

    /// The envelope that says these addresses, or as many of them as fit; the same as before where
    /// they are the same. Nothing where there are none, or where the key cannot sign.
    [[nodiscard]] std::optional<byte_vector> of(const std::vector<wire::multiaddr>& addresses,
                                                const typename Crypto::private_key& key,
                                                const limits& bounds, instant now) {
        if (addresses.empty()) return std::nullopt;
        if (envelope_ && addresses == said_) return envelope_;
        said_ = addresses;
        record_.addresses.assign(addresses.begin(),
                                 addresses.begin() + static_cast<std::ptrdiff_t>(fitting(bounds)));
        // As go: nanoseconds, but never a number twice, whatever the clock does.
        const auto since = std::max<duration::rep>((now - start_).count(), 0);
        record_.seq = std::max(record_.seq + 1, first_ + static_cast<std::uint64_t>(since));
        auto sealed = wire::seal_peer_record(record_, key, crypto_);
        envelope_.reset();
        if (sealed && sealed->size() + 8 <= bounds.identify_part) envelope_ = std::move(*sealed);
        return envelope_;
    }

private:
    /// How many of the addresses, from the first on, a record of ours takes.
    [[nodiscard]] std::size_t fitting(const limits& bounds) const noexcept {
        std::size_t n = 0, bytes = 0;
        for (const wire::multiaddr& a : said_) {
            bytes += a.bytes().size() + 8; // two tags, two lengths of at most 3 bytes
            if (n == bounds.identify_addresses || bytes > most_bytes) break;
            ++n;
        }
        return n;
    }

    Crypto crypto_;
    instant start_;
    std::uint64_t first_ = 0;
    wire::peer_record record_; ///< the last one
    std::vector<wire::multiaddr> said_;
    std::optional<byte_vector> envelope_;
};

} // namespace lp2p::inline v0
