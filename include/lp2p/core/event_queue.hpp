// SPDX-License-Identifier: Apache-2.0 OR MIT
// Events waiting to be polled, oldest first.
//
// It has no bound of its own: a machine keeps its events bounded by merging edges. An empty queue
// owns no memory beyond a few events.
#pragma once

#include <lp2p/core/abi.hpp>

#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace lp2p::inline v0 {

/// T, which a template of Param does not look at before Param is known: the compiler then reads the
/// template without making a variant of forty events, which a user of one machine never asks for.
template <class T, class Param>
struct known_with {
    using type = T;
};
template <class T, class Param>
using late = typename known_with<T, Param>::type;

template <class Event>
class event_queue {
public:
    /// The alternative of a variant is named, not searched for: a search costs the compiler one
    /// overload per alternative at every call.
    template <class Alternative = Event>
    void push(Alternative e) {
        if (head_ > kept && head_ > events_.size() / 2) drop_told();
        if constexpr (std::is_same_v<Alternative, Event>)
            events_.push_back(std::move(e));
        else
            events_.push_back(Event{std::in_place_type<Alternative>, std::move(e)});
    }
    [[nodiscard]] std::optional<Event> poll() {
        if (empty()) return std::nullopt;
        std::optional<Event> e{std::move(events_[head_++])};
        if (empty()) clear();
        return e;
    }
    [[nodiscard]] bool empty() const noexcept { return head_ == events_.size(); }
    [[nodiscard]] std::size_t size() const noexcept { return events_.size() - head_; }
    void clear() noexcept {
        head_ = 0;
        if (events_.capacity() > kept)
            std::vector<Event>{}.swap(events_);
        else
            events_.clear();
    }
    /// Drops each waiting event that `match` accepts: for a stream that is gone before anyone
    /// heard of it.
    template <class Match>
    void drop_if(Match match) {
        std::size_t to = 0;
        for (std::size_t from = head_; from < events_.size(); ++from) {
            if (match(std::as_const(events_[from]))) continue;
            if (to != from) events_[to] = std::move(events_[from]);
            ++to;
        }
        events_.erase(events_.begin() + static_cast<std::ptrdiff_t>(to), events_.end());
        head_ = 0;
        if (events_.empty()) clear();
    }

private:
    /// Without it a queue that is never quite empty would grow for ever.
    void drop_told() {
        events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }

    static constexpr std::size_t kept = 4;
    std::vector<Event> events_;
    std::size_t head_ = 0;
};

} // namespace lp2p::inline v0
