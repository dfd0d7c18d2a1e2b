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

    explicit substream_ledger(config c) noexcept
        : config_{c} {}
    [[nodiscard]] const config& settings() const noexcept { return config_; }

    /// How many outbound substreams may be open now for this purpose: the last slots, at most a
    /// third, are kept for identify, ping and pubsub.
    [[nodiscard]] std::uint32_t room(purpose use) const noexcept {
        const std::uint32_t both = config_.both > inbound_ ? config_.both - inbound_ : 0;
        const std::uint32_t most = std::min(config_.outbound, both);
        const std::uint32_t kept =
            use == purpose::application ? std::min(config_.reserved, most / 3) : 0;
        return most - kept;
    }
    /// `stream_limit` where no slot is left: that open fails, the connection stays (R8).
    [[nodiscard]] status may_open(purpose use) const noexcept {
        if (outbound_ >= room(use)) return fail(connections::errc::stream_limit);
        return {};
    }

    /// The entry lives until `erase`; references to other entries are void after this call.
    substream_entry& add(direction dir, purpose use, substream_phase phase, instant now) {
        (dir == direction::inbound ? inbound_ : outbound_) += 1;
        ++changes_;
        substream_entry e;
        e.index = substream_index{++last_};
        e.dir = dir;
        e.use = use;
        e.phase = phase;
        e.opened_at = now;
        e.last_progress = now;
        return entries_.emplace_back(std::move(e));
    }
    /// Gives a queued entry its stream.
    void bind(substream_entry& e, yamux::stream_id stream) {
        e.stream = stream;
        const auto at = std::lower_bound(streams_.begin(), streams_.end(), stream, before);
        streams_.insert(at, {stream, e.index});
    }
    /// The protocol of an entry is agreed, or taken for granted.
    void agree(substream_entry& e, std::string protocol) {
        if (!e.protocol.empty()) use(e, -1);
        e.protocol = std::move(protocol);
        use(e, 1);
        ++changes_;
    }
    [[nodiscard]] substream_entry* find(substream_index index) noexcept {
        const auto at = std::lower_bound(
            entries_.begin(), entries_.end(), index,
            [](const substream_entry& e, substream_index i) { return e.index < i; });
        return at != entries_.end() && at->index == index ? &*at : nullptr;
    }
    [[nodiscard]] const substream_entry* find(substream_index index) const noexcept {
        return const_cast<substream_ledger*>(this)->find(index); // NOLINT: same look-up
    }
    [[nodiscard]] substream_entry* find(yamux::stream_id stream) noexcept {
        const auto at = std::lower_bound(streams_.begin(), streams_.end(), stream, before);
        return at != streams_.end() && at->first == stream ? find(at->second) : nullptr;
    }
    /// References to other entries are void after this call.
    void erase(substream_index index) {
        substream_entry* e = find(index);
        if (e == nullptr) return;
        (e->dir == direction::inbound ? inbound_ : outbound_) -= 1;
        ++changes_;
        if (!e->protocol.empty()) use(*e, -1);
        if (e->stream) {
            const auto at = std::lower_bound(streams_.begin(), streams_.end(), *e->stream, before);
            if (at != streams_.end() && at->first == *e->stream) streams_.erase(at);
        }
        entries_.erase(entries_.begin() + (e - entries_.data()));
        if (entries_.empty()) {
            std::vector<substream_entry>{}.swap(entries_);
            std::vector<link>{}.swap(streams_);
        }
    }
    /// Oldest first.
    [[nodiscard]] const std::vector<substream_entry>& entries() const noexcept { return entries_; }
    /// The oldest entry that waits for the acknowledgement backlog.
    [[nodiscard]] substream_entry* first_queued() noexcept {
        const auto at = std::find_if(entries_.begin(), entries_.end(), [](const auto& e) {
            return e.phase == substream_phase::queued;
        });
        return at == entries_.end() ? nullptr : &*at;
    }
    /// Whether any substream carries, or may come to carry, more than identify or ping. A bare SYN
    /// does not count: it costs a remote nothing.
    [[nodiscard]] bool in_use() const noexcept {
        return std::any_of(entries_.begin(), entries_.end(), [](const substream_entry& e) {
            return e.phase != substream_phase::waiting && e.use != purpose::identify &&
                   e.use != purpose::ping;
        });
    }
    /// Who uses how many, in no order that means anything.
    [[nodiscard]] const std::vector<protocol_usage>& usage() const noexcept { return usage_; }
    /// Grows with everything that is added, agreed or erased.
    [[nodiscard]] std::uint32_t changes() const noexcept { return changes_; }
    [[nodiscard]] std::uint32_t inbound() const noexcept { return inbound_; }
    [[nodiscard]] std::uint32_t outbound() const noexcept { return outbound_; }
    [[nodiscard]] substream_counts counts() const noexcept {
        substream_counts c{.inbound = inbound_, .outbound = outbound_};
        for (const substream_entry& e : entries_) {
            c.waiting += e.phase == substream_phase::waiting ? 1U : 0U;
            c.queued += e.phase == substream_phase::queued ? 1U : 0U;
            c.negotiating += e.phase == substream_phase::negotiating ? 1U : 0U;
        }
        return c;
    }

private:
    using link = std::pair<yamux::stream_id, substream_index>;
    static bool before(const link& a, yamux::stream_id b) noexcept { return a.first < b; }
    void use(const substream_entry& e, int by) {
        auto at = std::find_if(usage_.begin(), usage_.end(),
                               [&](const protocol_usage& u) { return u.protocol == e.protocol; });
        if (at == usage_.end()) at = usage_.insert(at, {e.protocol, e.use, 0, 0});
        (e.dir == direction::inbound ? at->inbound : at->outbound) +=
            static_cast<std::uint32_t>(by);
        if (at->inbound == 0 && at->outbound == 0) usage_.erase(at);
        if (usage_.empty()) std::vector<protocol_usage>{}.swap(usage_);
    }

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
