// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of negotiation.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/multistream/negotiation.hpp>

namespace lp2p::inline v0::multistream::detail {

LP2P_DECL std::optional<negotiation::event> negotiation::poll_event() { return events_.poll(); }

LP2P_DECL std::optional<instant> negotiation::next_timeout() const noexcept {
    return ended_ ? std::nullopt : std::optional{deadline_};
}

LP2P_DECL void negotiation::handle_timeout(instant now) {
    if (ended_ || now < deadline_) return;
    fall_silent(errc::negotiation_timeout, party::local);
}

LP2P_DECL byte_view negotiation::transmit(std::size_t most) const noexcept {
    return out_.view().first(std::min(most, out_.size()));
}

LP2P_DECL negotiation::negotiation(std::size_t token_most, std::size_t keep,
                                   instant deadline) noexcept
    : reader_{token_most, keep}
    , deadline_{deadline} {}

LP2P_DECL void negotiation::say(std::string_view token) {
    byte_vector line;
    line.reserve(encoded_size(token));
    encode(token, line);
    out_.append(line);
}

LP2P_DECL void negotiation::finish(std::size_t index) {
    events_.push(multistream::agreed{index});
    conclude(reason{});
}

LP2P_DECL void negotiation::give_up(error why, party by, std::uint32_t wire_code) {
    wants_end_ = failed;
    conclude(reason{why, by, wire_code});
}

LP2P_DECL void negotiation::fall_silent(error why, party by, std::uint32_t wire_code) {
    out_.clear();
    give_up(why, by, wire_code);
}

LP2P_DECL void negotiation::end_by_remote(end how, error at_fin, end answer) {
    if (how.how == end::reset) {
        fall_silent(errc::reset, party::remote, how.code);
        return;
    }
    wants_end_ = answer;
    conclude(reason{at_fin, party::remote, 0});
}

LP2P_DECL result<std::size_t> negotiation::outcome(std::size_t used) const {
    if (ended_ && ended_->why) return fail(ended_->why);
    return used;
}

LP2P_DECL result<std::optional<std::string_view>> negotiation::read_line(byte_view in,
                                                                         std::size_t& used) {
    const auto taken = reader_.receive(in.subspan(used));
    if (!taken) return fail(taken.error());
    used += *taken;
    if (!greeted_) {
        if (const status header = check_header(); !header) return fail(header.error());
        if (!reader_.complete()) return std::nullopt;
        greeted_ = true;
        reader_.next();
    }
    if (!reader_.complete()) return std::nullopt;
    const auto token = reader_.token();
    if (!token) return fail(token.error());
    return *token;
}

LP2P_DECL status negotiation::check_header() const {
    if (!reader_.may_be(header_line))
        return fail(reader_.empty_line() ? errc::bad_token : errc::wrong_header);
    if (!reader_.complete()) return {};
    return reader_.token().map([](std::string_view) {});
}

LP2P_DECL void negotiation::conclude(reason why) {
    ended_ = why;
    events_.push(multistream::ended{why});
    reader_ = token_reader{};
}

} // namespace lp2p::inline v0::multistream::detail
