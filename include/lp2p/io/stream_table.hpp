// SPDX-License-Identifier: Apache-2.0 OR MIT
// The substreams that a driver has handed out, each with the read and the write that wait on it.
//
// Bytes stay in the node: a read copies out and consumes what is there, a write puts in what fits,
// and what finds nothing waits for the node's event. A wait that is cancelled has taken nothing.
#pragma once

#include <lp2p/connection/substream.hpp>
#include <lp2p/core/bytes.hpp>
#include <lp2p/core/result.hpp>
#include <lp2p/io/clock.hpp>
#include <lp2p/io/errc.hpp>
#include <lp2p/io/operation.hpp>
#include <lp2p/wire/peer_id.hpp>

#include <asio/buffer.hpp>
#include <asio/error.hpp>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

namespace lp2p::inline v0::io {

/// Which of the two operations of a stream.
enum class transfer : std::uint8_t { read, write };

namespace detail {

/// A caller's buffers, without their type; empty ones are left out.
template <class Buffer>
struct buffer_list {
    static constexpr std::size_t most = 16; ///< buffers looked at by one operation
    std::array<Buffer, most> items{};
    std::size_t count = 0;

    buffer_list() = default;
    template <class Sequence>
        requires(!std::same_as<std::remove_cvref_t<Sequence>, buffer_list>)
    explicit buffer_list(const Sequence& from) {
        const auto last = asio::buffer_sequence_end(from);
        for (auto at = asio::buffer_sequence_begin(from); at != last && count < most; ++at)
            if (const Buffer b{*at}; b.size() != 0) items[count++] = b;
    }
    [[nodiscard]] bool empty() const noexcept { return count == 0; }
};
using read_buffers = buffer_list<asio::mutable_buffer>;
using write_buffers = buffer_list<asio::const_buffer>;
using transfer_operation = operation<std::error_code, std::size_t>;

} // namespace detail

/// `Core` is the driver's core: `executor()`, `node()`, `wake()`, `stopped()`, `next_ticket()` and
/// `weak_from_this()`.
template <class Core>
class stream_table {
public:
    explicit stream_table(Core& core)
        : core_{core} {}

    // --- what the node says; an id that was not added is nobody's here
    // -----------------------------
    void add(substream_id id) {
        state& s = streams_[id];
        s.protocol = core_.node().protocol(id);
        s.peer = core_.node().peer(id.conn);
    }
    [[nodiscard]] bool has(substream_id id) const { return streams_.contains(id); }
    [[nodiscard]] std::size_t size() const noexcept { return streams_.size(); }
    /// Bytes where there were none, or room where there was none.
    void retry(substream_id id) {
        if (state* s = find(id)) retry(id, *s);
    }
    void finished(substream_id id) {
        state* s = find(id);
        if (s == nullptr) return;
        s->their_fin = true;
        retry(id, *s);
    }
    void was_reset(substream_id id, std::uint32_t code) {
        state* s = find(id);
        if (s == nullptr) return;
        s->why = errc::stream_reset;
        s->reset_code = code;
        retry(id, *s);
    }
    void ended(substream_id id, const reason& why) {
        state* s = find(id);
        if (s == nullptr) return;
        s->ended = true;
        if (why.why && !s->why) s->why = why.why;
        retry(id, *s);
    }

    // --- what the stream's owner asks for -------------------------------------------------------
    template <class Handler>
    void start(substream_id id, const detail::read_buffers& into, Handler&& handler) {
        auto op = wait(id, transfer::read, std::forward<Handler>(handler));
        state* s = find(id);
        if (core_.stopped() || s == nullptr) return op->complete(asio::error::operation_aborted, 0);
        if (s->read) return op->complete(asio::error::already_started, 0);
        if (into.empty()) return op->complete({}, 0);
        s->read = std::move(op);
        s->into = into;
        try_read(id, *s);
    }
    template <class Handler>
    void start(substream_id id, const detail::write_buffers& from, Handler&& handler) {
        auto op = wait(id, transfer::write, std::forward<Handler>(handler));
        state* s = find(id);
        if (core_.stopped() || s == nullptr) return op->complete(asio::error::operation_aborted, 0);
        if (s->write) return op->complete(asio::error::already_started, 0);
        if (from.empty() && !s->over()) return op->complete({}, 0);
        s->write = std::move(op);
        s->from = from;
        try_write(id, *s);
    }
    void finish(substream_id id) {
        state* s = find(id);
        if (s == nullptr || std::exchange(s->our_fin, true)) return;
        core_.node().finish(id, now());
        core_.wake();
    }
    /// Lets go of it. Reset where it has not ended (unread bytes are dropped by that), except that
    /// a stream which both sides finished, and which was read to its end, may still send what it
    /// holds.
    void close(substream_id id) {
        const state* s = find(id);
        if (s == nullptr) return;
        const bool only_sends = s->our_fin && s->their_fin && core_.node().read(id).empty();
        drop(id, 0, !only_sends);
    }
    void reset(substream_id id, std::uint32_t code) { drop(id, code, true); }
    void cancel(substream_id id) {
        state* s = find(id);
        if (s == nullptr) return;
        abort(s->read);
        abort(s->write);
    }
    [[nodiscard]] std::string protocol(substream_id id) const {
        const state* s = find(id);
        return s == nullptr ? std::string{} : s->protocol;
    }
    [[nodiscard]] wire::peer_id peer(substream_id id) const {
        const state* s = find(id);
        return s == nullptr ? wire::peer_id{} : s->peer;
    }
    [[nodiscard]] std::optional<std::uint32_t> reset_code(substream_id id) const {
        const state* s = find(id);
        return s == nullptr ? std::nullopt : s->reset_code;
    }
    /// What waits completes as aborted; nothing can be started again.
    void abort_all() {
        for (auto& [id, s] : streams_) {
            abort(s.read);
            abort(s.write);
        }
    }

private:
    using operation_pointer = std::unique_ptr<detail::transfer_operation>;
    struct state {
        std::string protocol;
        wire::peer_id peer;
        operation_pointer read;
        detail::read_buffers into;
        operation_pointer write;
        detail::write_buffers from;
        bool our_fin = false;
        bool their_fin = false;
        bool ended = false;
        error why; ///< of the end, or the reset; nothing after a clean one
        std::optional<std::uint32_t> reset_code;

        [[nodiscard]] bool over() const noexcept { return ended || why; }
    };

    [[nodiscard]] state* find(substream_id id) {
        const auto at = streams_.find(id);
        return at == streams_.end() ? nullptr : &at->second;
    }
    [[nodiscard]] const state* find(substream_id id) const {
        const auto at = streams_.find(id);
        return at == streams_.end() ? nullptr : &at->second;
    }
    void drop(substream_id id, std::uint32_t code, bool resets) {
        cancel(id);
        const auto gone = streams_.extract(id);
        if (!gone || core_.stopped()) return;
        if (resets && !gone.mapped().ended) core_.node().reset(id, code, now());
        core_.wake();
    }
    template <class Handler>
    operation_pointer wait(substream_id id, transfer what, Handler&& handler) {
        const ticket number = core_.next_ticket();
        return detail::transfer_operation::make(number, std::forward<Handler>(handler),
                                                core_.executor(),
                                                [weak = core_.weak_from_this(), id, what, number] {
                                                    if (const auto core = weak.lock())
                                                        core->streams().abort(id, what, number);
                                                });
    }
    void abort(substream_id id, transfer what, ticket number) {
        state* s = find(id);
        if (s == nullptr) return;
        operation_pointer& op = what == transfer::read ? s->read : s->write;
        if (op && op->number() == number) abort(op);
    }
    static void abort(operation_pointer& op) {
        if (op) std::exchange(op, nullptr)->complete(asio::error::operation_aborted, 0);
    }
    void retry(substream_id id, state& s) {
        try_read(id, s);
        try_write(id, s);
    }
    void try_read(substream_id id, state& s) {
        if (!s.read) return;
        std::size_t n = 0;
        for (std::size_t i = 0; i < s.into.count;) {
            asio::mutable_buffer& into = s.into.items[i];
            const byte_view there = core_.node().read(id);
            if (there.empty()) break;
            const std::size_t k =
                copy(there, mutable_bytes{static_cast<std::byte*>(into.data()), into.size()});
            core_.node().consume(id, k, now());
            n += k;
            into += k;
            if (into.size() == 0) ++i;
        }
        if (n == 0 && !s.their_fin && !s.over()) return;
        std::error_code ec;
        if (n == 0) ec = s.why ? to_error_code(s.why) : std::error_code{asio::error::eof};
        std::exchange(s.read, nullptr)->complete(ec, n);
        core_.wake();
    }
    void try_write(substream_id id, state& s) {
        if (!s.write) return;
        std::error_code ec;
        std::size_t n = 0;
        if (s.over()) ec = s.why ? to_error_code(s.why) : std::error_code{asio::error::broken_pipe};
        for (std::size_t i = 0; !ec && i < s.from.count; ++i) {
            const asio::const_buffer& from = s.from.items[i];
            const auto put = core_.node().write(
                id, byte_view{static_cast<const std::byte*>(from.data()), from.size()}, now());
            if (!put)
                ec = to_error_code(put.error());
            else
                n += *put;
            if (!put || *put < from.size()) break;
        }
        if (!ec && n == 0) return;
        // What was taken was taken: the error comes with the next write.
        std::exchange(s.write, nullptr)->complete(n != 0 ? std::error_code{} : ec, n);
        core_.wake();
    }

    Core& core_;
    std::map<substream_id, state> streams_;
};

} // namespace lp2p::inline v0::io
