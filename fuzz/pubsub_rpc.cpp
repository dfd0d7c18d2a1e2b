// SPDX-License-Identifier: Apache-2.0 OR MIT
// Codec: an RPC that is read, written and read again is the same, and no limit is ever exceeded.
#include "fuzz/support/script.hpp"

#include <lp2p/protocol/pubsub/rpc_encode.hpp>

namespace {
using namespace lp2p;

void encode(const pubsub::rpc& r, byte_vector& out) {
    for (const auto& s : r.subscriptions) pubsub::encode_subscription(s.topic, s.subscribe, out);
    for (const auto& m : r.messages) pubsub::encode_publish(m, out);
    byte_vector control;
    for (const auto& h : r.ihave)
        pubsub::encode_ihave(h.topic, std::span{r.ihave_ids}.subspan(h.first, h.count), control);
    if (!r.iwant_ids.empty()) pubsub::encode_iwant(r.iwant_ids, control);
    for (const auto t : r.graft) pubsub::encode_graft(t, control);
    for (const auto& p : r.prune) pubsub::encode_prune(p.topic, p.backoff, control);
    if (control.empty()) return;
    pubsub::encode_control_header(control.size(), out);
    append(out, control);
}

void check_limits(const pubsub::rpc& r, const pubsub::rpc_limits& most) {
    fuzz::require(r.messages.size() <= most.messages, "messages");
    fuzz::require(r.subscriptions.size() <= most.topics, "subscriptions");
    fuzz::require(r.ihave.size() <= most.topics, "ihave");
    fuzz::require(r.ihave_ids.size() <= most.ids && r.iwant_ids.size() <= most.ids, "ids");
    fuzz::require(r.graft.size() <= most.topics && r.prune.size() <= most.topics, "meshes");
    fuzz::require(r.control_bytes <= most.control, "control");
    for (const auto& s : r.subscriptions)
        fuzz::require(s.topic.size() <= most.topic_length, "topic");
    for (const auto& h : r.ihave)
        fuzz::require(h.first + h.count <= r.ihave_ids.size(), "ids of another");
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::script in{data, size};
    pubsub::rpc_limits limits;
    if (in.flag())
        limits = {.control = 64, .messages = 2, .topics = 2, .topic_length = 4, .ids = 3};
    const byte_view bytes = in.rest();
    const auto r = pubsub::decode_rpc(bytes, limits);
    if (!r) return 0;
    check_limits(*r, limits);
    byte_vector once;
    encode(*r, once);
    const auto again = pubsub::decode_rpc(once, {.control = once.size()});
    fuzz::require(again.has_value(), "what was written can be read");
    fuzz::require(again->cut == pubsub::rpc_cut{}, "and is within the limits");
    byte_vector twice;
    encode(*again, twice);
    fuzz::require(once == twice, "the same bytes the second time");
    for (const auto& m : r->messages) {
        byte_vector field;
        pubsub::encode_publish(m, field);
        fuzz::require(field.size() == pubsub::publish_size(m), "size of a message");
    }
    return 0;
}
