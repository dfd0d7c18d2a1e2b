// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every substream of a connection with its owner: what it is for, since when, how far it got.
//
// No stream exists without an entry here, and nothing is opened before the ledger agreed. It counts
// and remembers; it moves no bytes and closes nothing.
#pragma once

#include <lp2p/connection/errc.hpp>
#include <lp2p/connection/substream.hpp>
#include <lp2p/connection/substream_talk.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/core/result.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace lp2p::inline v0 {

/// How far a substream got.
enum class substream_phase : std::uint8_t {
    queued,      ///< outbound, waits for room in the acknowledgement backlog
    waiting,     ///< inbound, a SYN and not a byte yet
    negotiating, ///< multistream-select runs
    open,        ///< the protocol is agreed (or, lazily, taken for granted)
};

struct substream_entry {
    substream_index index{};
    std::optional<yamux::stream_id> stream; ///< nothing while queued
    direction dir{};
    purpose use{};
    substream_phase phase{};
    bool finished_by_remote = false; ///< their FIN came while we negotiated
    bool finished_by_us = false;
    bool lazy = false; ///< open before the echo
    instant opened_at{};
    instant last_progress{};
    std::string protocol; ///< empty until agreed
    /// Set while negotiating, and behind an open lazy substream until the echo came.
    std::unique_ptr<negotiation> talk;
    std::vector<std::string> proposals; ///< of an outbound substream, until agreed
};

/// What is counted, per direction, for monitors and logs.
struct substream_counts {
    std::uint32_t inbound = 0, outbound = 0;
    std::uint32_t waiting = 0, queued = 0, negotiating = 0;
};

/// Substreams of one protocol, negotiated ones only.
struct protocol_usage {
    std::string protocol;
    purpose use{};
    std::uint32_t inbound = 0, outbound = 0;
};

class substream_ledger {
public:
    struct config {
        std::uint32_t outbound = default_limits.streams_out;
        std::uint32_t both = default_limits.streams_both;
        std::uint32_t reserved = default_limits.streams_reserved;
    };

    explicit substream_ledger(config c) noexcept;
    [[nodiscard]] const config& settings() const noexcept { return config_; }

    /// How many outbound substreams may be open now for this purpose: the last slots, at most a
    /// third, are kept for identify, ping and pubsub.
    [[nodiscard]] std::uint32_t room(purpose use) const noexcept;
    /// `stream_limit` where no slot is left: that open fails, the connection stays (R8).
    [[nodiscard]] status may_open(purpose use) const noexcept;

    /// The entry lives until `erase`; references to other entries are void after this call.
    substream_entry& add(direction dir, purpose use, substream_phase phase, instant now);
    /// Gives a queued entry its stream.
    void bind(substream_entry& e, yamux::stream_id stream);
    /// The protocol of an entry is agreed, or taken for granted.
    void agree(substream_entry& e, std::string protocol);
    [[nodiscard]] substream_entry* find(substream_index index) noexcept;
    [[nodiscard]] const substream_entry* find(substream_index index) const noexcept;
    [[nodiscard]] substream_entry* find(yamux::stream_id stream) noexcept;
    /// References to other entries are void after this call.
    void erase(substream_index index);
    /// Oldest first.
    [[nodiscard]] const std::vector<substream_entry>& entries() const noexcept { return entries_; }
    /// The oldest entry that waits for the acknowledgement backlog.
    [[nodiscard]] substream_entry* first_queued() noexcept;
    /// Whether any substream carries, or may come to carry, more than identify or ping. A bare SYN
    /// does not count: it costs a remote nothing.
    [[nodiscard]] bool in_use() const noexcept;
    /// Who uses how many, in no order that means anything.
    [[nodiscard]] const std::vector<protocol_usage>& usage() const noexcept { return usage_; }
    /// Grows with everything that is added, agreed or erased.
    [[nodiscard]] std::uint32_t changes() const noexcept { return changes_; }
    [[nodiscard]] std::uint32_t inbound() const noexcept { return inbound_; }
    [[nodiscard]] std::uint32_t outbound() const noexcept { return outbound_; }
    [[nodiscard]] substream_counts counts() const noexcept;

private:
    using link = std::pair<yamux::stream_id, substream_index>;
    static bool before(const link& a, yamux::stream_id b) noexcept { return a.first < b; }
    void use(const substream_entry& e, int by);

    config config_;
    std::vector<substream_entry> entries_; // in the order of their index
    std::vector<link> streams_;            // in the order of the stream
    std::vector<protocol_usage> usage_;
    std::uint32_t changes_ = 0;
    std::uint32_t last_ = 0;
    std::uint32_t inbound_ = 0;
    std::uint32_t outbound_ = 0;
};

} // namespace lp2p::inline v0

#ifndef LP2P_SEPARATE_COMPILATION
#include "substream_ledger.ipp"
#endif
