// SPDX-License-Identifier: Apache-2.0 OR MIT
// Deadlines: a few named ones in a machine, or one for each of many ids in a heap.
//
// They hold instants and compare them; nothing here reads a clock or calls anybody.
#pragma once

#include <lp2p/core/time.hpp>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

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
/// of the ids, so a replay is the same on every machine.
template <class Id>
class deadline_index {
public:
    /// Sets, moves or (with nothing) removes the deadline of `id`.
    void set(Id id, std::optional<instant> at) {
        const auto found = by_id_.find(id);
        if (found != by_id_.end()) {
            if (at && *at == found->second) return;
            by_time_.erase({found->second, id});
            if (!at) {
                by_id_.erase(found);
                return;
            }
            found->second = *at;
        } else if (at) {
            by_id_.emplace(id, *at);
        } else {
            return;
        }
        by_time_.emplace(*at, id);
    }
    void erase(Id id) { set(id, std::nullopt); }
    [[nodiscard]] std::optional<instant> at(Id id) const {
        const auto found = by_id_.find(id);
        return found == by_id_.end() ? std::nullopt : std::optional{found->second};
    }
    [[nodiscard]] std::optional<instant> next() const noexcept {
        return by_time_.empty() ? std::nullopt : std::optional{by_time_.begin()->first};
    }
    /// Takes the id whose deadline passed longest ago; nothing where none has.
    [[nodiscard]] std::optional<Id> expire(instant now) {
        if (by_time_.empty() || now < by_time_.begin()->first) return std::nullopt;
        const Id id = by_time_.begin()->second;
        by_time_.erase(by_time_.begin());
        by_id_.erase(id);
        return id;
    }
    [[nodiscard]] std::size_t size() const noexcept { return by_id_.size(); }

private:
    std::map<Id, instant> by_id_;
    std::set<std::pair<instant, Id>> by_time_;
};

} // namespace lp2p::inline v0
