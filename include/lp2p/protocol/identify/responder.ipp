// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of responder.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/identify/responder.hpp>

namespace lp2p::inline v0::identify {

LP2P_DECL responder::responder(const message& ours, config c, instant now)
    : deadline_{after(now, c.timeout)} {
    const auto parts = encode_parts(ours, c.most);
    if (parts)
        out_.append(*parts);
    else
        give_up(parts.error(), party::local);
}

LP2P_DECL result<std::size_t> responder::receive(byte_view in, instant) const noexcept {
    if (!ended_) return in.size();
    if (ended_->why) return fail(ended_->why);
    return 0;
}

LP2P_DECL void responder::receive_end(end how, instant) {
    if (!ended_ && how.how == end::reset) give_up(errc::reset, party::remote, how.code);
}

LP2P_DECL byte_view responder::transmit(std::size_t most) const noexcept {
    return out_.view().first(std::min(most, out_.size()));
}

LP2P_DECL void responder::transmitted(std::size_t n) {
    out_.consume(n);
    if (!ended_ && out_.empty()) conclude({}, end{});
}

LP2P_DECL std::optional<responder::event> responder::poll_event() { return events_.poll(); }

LP2P_DECL std::optional<instant> responder::next_timeout() const noexcept {
    return ended_ ? std::nullopt : std::optional{deadline_};
}

LP2P_DECL void responder::handle_timeout(instant now) {
    if (!ended_ && now >= deadline_) give_up(errc::identify_timeout, party::local);
}

LP2P_DECL void responder::give_up(error why, party by, std::uint32_t wire_code) {
    out_.clear();
    conclude(reason{why, by, wire_code}, end{end::reset, 0});
}

LP2P_DECL void responder::conclude(reason why, end how) {
    ended_ = why;
    wants_end_ = how;
    events_.push(identify::ended{why});
}

} // namespace lp2p::inline v0::identify
