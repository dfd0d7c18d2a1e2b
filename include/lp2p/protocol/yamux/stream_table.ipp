// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of stream_table.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/yamux/stream_table.hpp>

namespace lp2p::inline v0::yamux {

LP2P_DECL stream_table::stream_table(const stream_table& other)
    : counts_{other.counts_} {
    entries_.reserve(other.entries_.size());
    for (const entry& e : other.entries_) entries_.push_back({e.id, new stream{*e.at}});
    for (auto* s = other.control.first(); s != nullptr; s = control_line::next(*s))
        control.push(*find(s->id));
    for (auto* s = other.ready.first(); s != nullptr; s = ready_line::next(*s))
        ready.push(*find(s->id));
}

LP2P_DECL stream_table& stream_table::operator=(stream_table other) noexcept {
    swap(other);
    return *this;
}

LP2P_DECL stream_table::~stream_table() {
    for (const entry& e : entries_) delete e.at;
}

LP2P_DECL stream* stream_table::find(stream_id id) noexcept {
    if (last_found_ != nullptr && last_found_->id == id) return last_found_;
    const std::size_t i = place(id);
    if (i == entries_.size() || entries_[i].id != id) return nullptr;
    return last_found_ = entries_[i].at;
}

LP2P_DECL const stream* stream_table::find(stream_id id) const noexcept {
    const std::size_t i = place(id);
    return i == entries_.size() || entries_[i].id != id ? nullptr : entries_[i].at;
}

LP2P_DECL stream& stream_table::insert(stream_id id, bool inbound, instant now) {
    const auto i = static_cast<std::ptrdiff_t>(place(id));
    entries_.insert(entries_.begin() + i, entry{id, nullptr});
    stream* s = new stream{id, inbound, now};
    entries_[static_cast<std::size_t>(i)].at = s;
    s->waiting = inbound;
    ++(inbound ? counts_.inbound : counts_.outbound);
    ++(inbound ? counts_.waiting : counts_.unacknowledged);
    return *s;
}

LP2P_DECL void stream_table::no_longer_waiting(stream& s) noexcept {
    if (std::exchange(s.waiting, false)) --counts_.waiting;
}

LP2P_DECL void stream_table::acknowledged(stream& s) noexcept {
    if (!s.inbound && !std::exchange(s.acknowledged, true)) --counts_.unacknowledged;
}

LP2P_DECL void stream_table::erase(stream& s) noexcept {
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

LP2P_DECL std::size_t stream_table::place(stream_id id) const noexcept {
    if (entries_.empty() || entries_.back().id < id) return entries_.size();
    const auto less = [](const entry& e, stream_id i) { return e.id < i; };
    return static_cast<std::size_t>(std::lower_bound(entries_.begin(), entries_.end(), id, less) -
                                    entries_.begin());
}

LP2P_DECL void stream_table::shrink() noexcept {
    if (entries_.capacity() > 16) entries_.shrink_to_fit();
}

LP2P_DECL void stream_table::swap(stream_table& other) noexcept {
    std::swap(control, other.control);
    std::swap(ready, other.ready);
    std::swap(entries_, other.entries_);
    std::swap(counts_, other.counts_);
    std::swap(last_found_, other.last_found_);
}

} // namespace lp2p::inline v0::yamux
