// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of rpc.hpp: see there what each does.
#pragma once

#include <lp2p/protocol/pubsub/rpc.hpp>

namespace lp2p::inline v0::pubsub {

LP2P_DECL bool rpc::empty() const noexcept {
    return subscriptions.empty() && messages.empty() && ihave.empty() && iwant_ids.empty() &&
           idontwant_ids.empty() && graft.empty() && prune.empty();
}

LP2P_DECL result<rpc> decode_rpc(byte_view bytes, const rpc_limits& limits) {
    rpc out;
    return decode_rpc(bytes, limits, out).map([&] { return std::move(out); });
}

} // namespace lp2p::inline v0::pubsub

namespace lp2p::inline v0::pubsub::detail {

LP2P_DECL bool read(wire::message_reader& r, byte_view& to) noexcept {
    if (!r.read(to)) return false;
    if (to.data() == nullptr) to = empty_field;
    return true;
}

LP2P_DECL bool read(wire::message_reader& r, std::string_view& to) noexcept {
    byte_view bytes;
    if (!read(r, bytes)) return false;
    to = as_text(bytes);
    return true;
}

LP2P_DECL bool read(wire::message_reader& r, std::uint64_t& to) noexcept {
    const auto number = r.varint();
    if (number) to = *number;
    return number.has_value();
}

LP2P_DECL rpc_decoder::rpc_decoder(const rpc_limits& limits, rpc& out) noexcept
    : limits_{limits}
    , out_{out} {}

LP2P_DECL status rpc_decoder::decode(byte_view bytes) {
    const bool sound = walk(bytes, [&](wire::message_reader& r) { return top(r); });
    if (too_large_) return fail(errc::control_too_large);
    if (!sound) return fail(errc::malformed_rpc);
    return {};
}

LP2P_DECL bool rpc_decoder::top(wire::message_reader& r) {
    byte_view body;
    switch (r.field()) {
    case field::subscriptions:
        return read(r, body) && subscription(body);
    case field::publish:
        return read(r, body) && message(body);
    case field::control:
        if (!read(r, body)) return false;
        out_.control_bytes += body.size();
        too_large_ = out_.control_bytes > limits_.control;
        return !too_large_ && walk(body, [&](wire::message_reader& c) { return control(c); });
    default:
        return true;
    }
}

LP2P_DECL bool rpc_decoder::subscription(byte_view body) {
    subscription_view s;
    std::uint64_t subscribe = 0;
    const bool sound = walk(body, [&](wire::message_reader& r) {
        if (r.field() == field::subscribe) return read(r, subscribe);
        return r.field() != field::subscription_topic || read(r, s.topic);
    });
    s.subscribe = subscribe != 0;
    keep(out_.subscriptions, s, out_.cut.subscriptions);
    return sound;
}

LP2P_DECL bool rpc_decoder::message(byte_view body) {
    if (out_.messages.size() >= limits_.messages) {
        ++out_.cut.messages;
        return true;
    }
    const auto m = decode_message(body);
    if (m) out_.messages.push_back(*m);
    return m.has_value();
}

LP2P_DECL bool rpc_decoder::control(wire::message_reader& r) {
    byte_view body;
    switch (r.field()) {
    case field::ihave:
        return read(r, body) && ihave(body);
    case field::iwant:
        return read(r, body) && ids(body, out_.iwant_ids);
    case field::idontwant:
        return read(r, body) && ids(body, out_.idontwant_ids);
    case field::graft:
        return read(r, body) && graft(body);
    case field::prune:
        return read(r, body) && prune(body);
    default:
        return true;
    }
}

LP2P_DECL bool rpc_decoder::ihave(byte_view body) {
    ihave_view h;
    h.first = static_cast<std::uint32_t>(out_.ihave_ids.size());
    const bool sound = walk(body, [&](wire::message_reader& r) {
        if (r.field() == field::ihave_topic) return read(r, h.topic);
        return r.field() != field::ihave_id || id(r, out_.ihave_ids);
    });
    h.count = static_cast<std::uint32_t>(out_.ihave_ids.size()) - h.first;
    if (!keep(out_.ihave, h, out_.cut.control)) out_.ihave_ids.resize(h.first);
    return sound;
}

LP2P_DECL bool rpc_decoder::graft(byte_view body) {
    subscription_view g;
    const bool sound = walk(body, [&](wire::message_reader& r) {
        return r.field() != field::graft_topic || read(r, g.topic);
    });
    if (fits(g.topic) && out_.graft.size() < limits_.topics)
        out_.graft.push_back(g.topic);
    else
        ++out_.cut.control;
    return sound;
}

LP2P_DECL bool rpc_decoder::prune(byte_view body) {
    prune_view p;
    const bool sound = walk(body, [&](wire::message_reader& r) {
        byte_view peer;
        if (r.field() == field::prune_topic) return read(r, p.topic);
        if (r.field() == field::prune_backoff) return read(r, p.backoff);
        if (r.field() != field::prune_peer) return true;
        ++p.peers;
        return read(r, peer);
    });
    keep(out_.prune, p, out_.cut.control);
    return sound;
}

LP2P_DECL bool rpc_decoder::ids(byte_view body, std::vector<byte_view>& to) {
    static_assert(static_cast<int>(field::iwant_id) == static_cast<int>(field::idontwant_id));
    return walk(body,
                [&](wire::message_reader& r) { return r.field() != field::iwant_id || id(r, to); });
}

LP2P_DECL bool rpc_decoder::id(wire::message_reader& r, std::vector<byte_view>& to) {
    byte_view id;
    if (!read(r, id)) return false;
    if (to.size() < limits_.ids)
        to.push_back(id);
    else
        ++out_.cut.ids;
    return true;
}

LP2P_DECL bool rpc_decoder::fits(std::string_view topic) const noexcept {
    return !topic.empty() && topic.size() <= limits_.topic_length;
}

} // namespace lp2p::inline v0::pubsub::detail

namespace lp2p::inline v0::pubsub {

LP2P_DECL void rpc::clear() noexcept {
    subscriptions.clear();
    messages.clear();
    ihave.clear();
    ihave_ids.clear();
    iwant_ids.clear();
    idontwant_ids.clear();
    graft.clear();
    prune.clear();
    cut = {};
    control_bytes = 0;
}

LP2P_DECL result<message_view> decode_message(byte_view bytes) noexcept {
    message_view m;
    const bool sound = detail::walk(bytes, [&](wire::message_reader& r) {
        switch (r.field()) {
        case field::from:
            return detail::read(r, m.from);
        case field::data:
            return detail::read(r, m.data);
        case field::seqno:
            return detail::read(r, m.seqno);
        case field::topic:
            return detail::read(r, m.topic);
        case field::signature:
            return detail::read(r, m.signature);
        case field::key:
            return detail::read(r, m.key);
        default:
            return true;
        }
    });
    if (!sound) return fail(errc::malformed_rpc);
    return m;
}

LP2P_DECL status decode_rpc(byte_view bytes, const rpc_limits& limits, rpc& out) {
    out.clear();
    return detail::rpc_decoder{limits, out}.decode(bytes);
}

} // namespace lp2p::inline v0::pubsub
