// SPDX-License-Identifier: Apache-2.0 OR MIT
// All streams of one session: found by id, counted by kind, and lined up for sending.
//
// A sorted array and two intrusive lists: the order of everything is the same on every machine, and
// no choice of ids by a peer makes a look-up slow. It knows no limits; the session does.
#pragma once

#include <lp2p/protocol/yamux/stream.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace lp2p::inline v0::yamux {

/// A first-in first-out list of streams, each in it at most once. It owns none of them.
template <stream_hook stream::*Hook>
class stream_line {
public:
    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] stream* first() const noexcept { return first_; }
    [[nodiscard]] static stream* next(const stream& s) noexcept { return (s.*Hook).next; }
    /// Puts it last; where it is in the line already, nothing happens.
    void push(stream& s) noexcept {
        stream_hook& hook = s.*Hook;
        if (hook.linked) return;
        hook.linked = true;
        hook.previous = last_;
        hook.next = nullptr;
        (last_ == nullptr ? first_ : (last_->*Hook).next) = &s;
        last_ = &s;
        ++size_;
    }
    void remove(stream& s) noexcept {
        stream_hook& hook = s.*Hook;
        if (!hook.linked) return;
        (hook.previous == nullptr ? first_ : (hook.previous->*Hook).next) = hook.next;
        (hook.next == nullptr ? last_ : (hook.next->*Hook).previous) = hook.previous;
        hook.previous = hook.next = nullptr;
        hook.linked = false;
        --size_;
    }
    /// The first goes behind all others.
    void rotate() noexcept {
        if (size_ < 2) return;
        stream& s = *first_;
        remove(s);
        push(s);
    }

private:
    stream* first_ = nullptr;
    stream* last_ = nullptr;
    std::size_t size_ = 0;
};

class stream_table {
public:
    using control_line = stream_line<&stream::control_hook>;
    using ready_line = stream_line<&stream::ready_hook>;

    stream_table() noexcept = default;
    stream_table(const stream_table& other);
    stream_table(stream_table&& other) noexcept { swap(other); }
    stream_table& operator=(stream_table other) noexcept;
    ~stream_table();

    struct counts {
        std::uint32_t inbound = 0;
        std::uint32_t outbound = 0;
        std::uint32_t waiting = 0;        ///< inbound, not accepted, and not a byte came
        std::uint32_t unacknowledged = 0; ///< outbound
    };
    [[nodiscard]] const counts& count() const noexcept { return counts_; }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

    [[nodiscard]] stream* find(stream_id id) noexcept;
    [[nodiscard]] const stream* find(stream_id id) const noexcept;
    /// Adds one. Precondition: there is none with this id. An inbound one begins as waiting.
    stream& insert(stream_id id, bool inbound, instant now);
    void no_longer_waiting(stream& s) noexcept;
    void acknowledged(stream& s) noexcept;
    void erase(stream& s) noexcept;
    /// The `i`-th in the order of ids; i < size().
    [[nodiscard]] stream& at(std::size_t i) const noexcept { return *entries_[i].at; }

    control_line control; ///< owe a frame that is not data
    ready_line ready;     ///< have data or FIN that may leave now, in turn

private:
    struct entry {
        stream_id id;
        stream* at;
    };
    [[nodiscard]] std::size_t place(stream_id id) const noexcept;
    /// A burst of streams leaves no memory behind. Where there is none for the copy, it waits.
    void shrink() noexcept;
    void swap(stream_table& other) noexcept;

    std::vector<entry> entries_;
    counts counts_;
    stream* last_found_ = nullptr;
};

} // namespace lp2p::inline v0::yamux

#ifndef LP2P_SEPARATE_COMPILATION
#include "stream_table.ipp"
#endif
