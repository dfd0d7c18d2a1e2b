// SPDX-License-Identifier: Apache-2.0 OR MIT
// Deadlines: a few named ones in a machine, or one for each of many ids in a heap.
//
// They hold instants and compare them; nothing here reads a clock or calls anybody.
#pragma once

#include <lp2p/core/time.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace lp2p::inline v0 {

/// One optional deadline for each enumerator of `Timer`, whose last enumerator is `count`.
template <class Timer>
class deadlines {
public:
    void set(Timer t, instant at) noexcept { at_[index(t)] = at; }
    void clear(Timer t) noexcept { at_[index(t)] = instant::max(); }
    void clear() noexcept { at_.fill(instant::max()); }
    [[nodiscard]] bool is_set(Timer t) const noexcept { return at_[index(t)] != instant::max(); }
    [[nodiscard]] std::optional<instant> at(Timer t) const noexcept {
        return is_set(t) ? std::optional{at_[index(t)]} : std::nullopt;
    }
    /// True, and cleared, where the deadline of `t` has passed.
    [[nodiscard]] bool expire(Timer t, instant now) noexcept {
        if (!is_set(t) || now < at_[index(t)]) return false;
        clear(t);
        return true;
    }
    [[nodiscard]] std::optional<instant> next() const noexcept {
        instant first = instant::max();
        for (const instant a : at_) first = a < first ? a : first;
        return first == instant::max() ? std::nullopt : std::optional{first};
    }

private:
    static constexpr std::size_t index(Timer t) noexcept { return static_cast<std::size_t>(t); }
    static constexpr std::size_t size = static_cast<std::size_t>(Timer::count);
    static constexpr std::array<instant, size> never() noexcept {
        std::array<instant, size> all{};
        all.fill(instant::max());
        return all;
    }
    std::array<instant, size> at_ = never();
};

/// One deadline for each of many ids; the earliest is found without a scan. Ties come in the order
/// of the ids, so a replay is the same on every machine. Sorted vectors: for hundreds of ids, not
/// for millions.
template <class Id>
class deadline_index {
public:
    /// Sets, moves or (with nothing) removes the deadline of `id`.
    void set(Id id, std::optional<instant> at) {
        const auto found = position(id);
        const bool known = found != by_id_.end() && found->first == id;
        if (known && at == found->second) return;
        if (known) remove_time(found->second, id);
        if (!at) {
            if (known) by_id_.erase(found);
            return;
        }
        if (known) found->second = *at;
        else by_id_.insert(found, {id, *at});
        const std::pair when{*at, id};
        by_time_.insert(std::upper_bound(by_time_.begin(), by_time_.end(), when, later), when);
    }
    void erase(Id id) { set(id, std::nullopt); }
    [[nodiscard]] std::optional<instant> at(Id id) const {
        const auto found = const_cast<deadline_index*>(this)->position(id); // NOLINT: only looks
        if (found == by_id_.end() || found->first != id) return std::nullopt;
        return found->second;
    }
    [[nodiscard]] std::optional<instant> next() const noexcept {
        return by_time_.empty() ? std::nullopt : std::optional{by_time_.back().first};
    }
    /// Takes the id whose deadline passed longest ago; nothing where none has.
    [[nodiscard]] std::optional<Id> expire(instant now) {
        if (by_time_.empty() || now < by_time_.back().first) return std::nullopt;
        const Id id = by_time_.back().second;
        by_time_.pop_back();
        by_id_.erase(position(id));
        return id;
    }
    [[nodiscard]] std::size_t size() const noexcept { return by_id_.size(); }

private:
    using timed = std::pair<instant, Id>;
    static bool later(const timed& a, const timed& b) noexcept {
        return b.first < a.first || (b.first == a.first && b.second < a.second);
    }
    [[nodiscard]] auto position(Id id) {
        return std::lower_bound(by_id_.begin(), by_id_.end(), id,
                                [](const auto& entry, const Id& i) { return entry.first < i; });
    }
    void remove_time(instant at, Id id) {
        const timed when{at, id};
        by_time_.erase(std::lower_bound(by_time_.begin(), by_time_.end(), when, later));
    }

    std::vector<std::pair<Id, instant>> by_id_; // in the order of the ids
    std::vector<timed> by_time_;                // the earliest last, so that it leaves cheaply
};

} // namespace lp2p::inline v0
