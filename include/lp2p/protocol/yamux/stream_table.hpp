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
    stream_table(const stream_table& other)
        : counts_{other.counts_} {
        entries_.reserve(other.entries_.size());
        for (const entry& e : other.entries_) entries_.push_back({e.id, new stream{*e.at}});
        for (auto* s = other.control.first(); s != nullptr; s = control_line::next(*s))
            control.push(*find(s->id));
        for (auto* s = other.ready.first(); s != nullptr; s = ready_line::next(*s))
            ready.push(*find(s->id));
    }
    stream_table(stream_table&& other) noexcept { swap(other); }
    stream_table& operator=(stream_table other) noexcept {
        swap(other);
        return *this;
    }
    ~stream_table() {
        for (const entry& e : entries_) delete e.at;
    }

    struct counts {
        std::uint32_t inbound = 0;
        std::uint32_t outbound = 0;
        std::uint32_t waiting = 0;        ///< inbound, not accepted, and not a byte came
        std::uint32_t unacknowledged = 0; ///< outbound
    };
    [[nodiscard]] const counts& count() const noexcept { return counts_; }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

    [[nodiscard]] stream* find(stream_id id) noexcept {
        if (last_found_ != nullptr && last_found_->id == id) return last_found_;
        const std::size_t i = place(id);
        if (i == entries_.size() || entries_[i].id != id) return nullptr;
        return last_found_ = entries_[i].at;
    }
    [[nodiscard]] const stream* find(stream_id id) const noexcept {
        const std::size_t i = place(id);
        return i == entries_.size() || entries_[i].id != id ? nullptr : entries_[i].at;
    }
    /// Adds one. Precondition: there is none with this id. An inbound one begins as waiting.
    stream& insert(stream_id id, bool inbound, instant now) {
        const auto i = static_cast<std::ptrdiff_t>(place(id));
        entries_.insert(entries_.begin() + i, entry{id, nullptr});
        stream* s = new stream{id, inbound, now};
        entries_[static_cast<std::size_t>(i)].at = s;
        s->waiting = inbound;
        ++(inbound ? counts_.inbound : counts_.outbound);
        ++(inbound ? counts_.waiting : counts_.unacknowledged);
        return *s;
    }
    void no_longer_waiting(stream& s) noexcept {
        if (std::exchange(s.waiting, false)) --counts_.waiting;
    }
    void acknowledged(stream& s) noexcept {
        if (!s.inbound && !std::exchange(s.acknowledged, true)) --counts_.unacknowledged;
    }
    void erase(stream& s) noexcept {
        control.remove(s);
        ready.remove(s);
        no_longer_waiting(s);
        acknowledged(s);
        --(s.inbound ? counts_.inbound : counts_.outbound);
        if (last_found_ == &s) last_found_ = nullptr;
        entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(place(s.id)));
        delete &s;
        if (entries_.size() < entries_.capacity() / 4) shrink();
    }
    /// The `i`-th in the order of ids; i < size().
    [[nodiscard]] stream& at(std::size_t i) const noexcept { return *entries_[i].at; }

    control_line control; ///< owe a frame that is not data
    ready_line ready;     ///< have data or FIN that may leave now, in turn

private:
    struct entry {
        stream_id id;
        stream* at;
    };
    [[nodiscard]] std::size_t place(stream_id id) const noexcept {
        if (entries_.empty() || entries_.back().id < id) return entries_.size();
        const auto less = [](const entry& e, stream_id i) { return e.id < i; };
        return static_cast<std::size_t>(
            std::lower_bound(entries_.begin(), entries_.end(), id, less) - entries_.begin());
    }
    /// A burst of streams leaves no memory behind. Where there is none for the copy, it waits.
    void shrink() noexcept {
        if (entries_.capacity() > 16) entries_.shrink_to_fit();
    }
    void swap(stream_table& other) noexcept {
        std::swap(control, other.control);
        std::swap(ready, other.ready);
        std::swap(entries_, other.entries_);
        std::swap(counts_, other.counts_);
        std::swap(last_found_, other.last_found_);
    }

    std::vector<entry> entries_;
    counts counts_;
    stream* last_found_ = nullptr;
};

} // namespace lp2p::inline v0::yamux
