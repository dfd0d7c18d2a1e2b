// SPDX-License-Identifier: Apache-2.0 OR MIT
// Pubsub: RPCs, signed messages and message ids.
#include "judge.hpp"

#include <lp2p/protocol/pubsub/message_id.hpp>
#include <lp2p/protocol/pubsub/signing.hpp>

#include <stdexcept>

namespace conformance {

using namespace lp2p;

namespace {

/// The fields that are there.
json value_of(const pubsub::message_view& m) {
    json value = json::object();
    const auto put = [&](const char* name, byte_view field) {
        if (pubsub::has(field)) value[name] = hex_of(field);
    };
    put("from", m.from);
    put("data", m.data);
    put("seqno", m.seqno);
    put("signature", m.signature);
    put("key", m.key);
    if (pubsub::has(m.topic)) value["topic"] = printable(m.topic);
    return value;
}

json hexes(std::span<const byte_view> ids) {
    json all = json::array();
    for (const byte_view id : ids) all.push_back(hex_of(id));
    return all;
}

} // namespace

verdict judge_pubsub_rpc(const vector& v) {
    const byte_vector bytes = bytes_of(v.content.at("bytes"));
    const auto rpc = pubsub::decode_rpc(bytes);
    if (!rpc) return refused(rpc.error());
    const auto list = [](const auto& from, auto one) {
        json all = json::array();
        for (const auto& entry : from) all.push_back(one(entry));
        return all;
    };
    json value{{"iwant", hexes(rpc->iwant_ids)}};
    value["subscriptions"] = list(rpc->subscriptions, [](const pubsub::subscription_view& s) {
        return json{{"topic", printable(s.topic)}, {"subscribe", s.subscribe}};
    });
    value["messages"] = list(rpc->messages, value_of);
    value["ihave"] = list(rpc->ihave, [&](const pubsub::ihave_view& h) {
        const auto ids = std::span{rpc->ihave_ids}.subspan(h.first, h.count);
        return json{{"topic", printable(h.topic)}, {"ids", hexes(ids)}};
    });
    value["graft"] = list(rpc->graft, printable);
    value["prune"] = list(rpc->prune, [](const pubsub::prune_view& p) {
        return json{{"topic", printable(p.topic)},
                    {"backoff", std::to_string(p.backoff)},
                    {"peers", p.peers}};
    });
    return accepted(std::move(value));
}

verdict judge_signed_message(const vector& v) {
    const crypto::botan crypto;
    const bool strict = v.context_text("policy") == "strict_sign";
    const auto policy =
        strict ? pubsub::signature_policy::strict_sign : pubsub::signature_policy::strict_no_sign;
    const auto us = key_from_seed("judge");
    const auto local =
        wire::peer_id::of(wire::public_key{us.type(), to_vector(us.public_data())}, crypto);
    const byte_vector bytes = bytes_of(v.content.at("bytes"));
    const auto message = pubsub::decode_message(bytes);
    if (!message) return refused(message.error());
    if (const auto formed = pubsub::check_form(policy, *message, local.bytes()); !formed)
        return refused(formed.error());
    if (const auto holds = strict ? pubsub::verify(*message, crypto) : status{}; !holds)
        return refused(holds.error());
    json value{{"data", hex_of(message->data)}, {"topic", std::string{message->topic}}};
    if (strict) {
        value["author"] = wire::peer_id::from_bytes(message->from)->to_string();
        value["seqno"] = hex_of(message->seqno);
    }
    return accepted(std::move(value));
}

verdict judge_message_id(const vector& v) {
    const std::string function = v.context_text("function");
    if (function != "spec" && function != "rust")
        throw std::runtime_error{"no message id function is called '" + function + "'"};
    const auto id_of = function == "spec" ? pubsub::spec_id() : pubsub::rust_id();
    const byte_vector bytes = bytes_of(v.content.at("bytes"));
    const auto message = pubsub::decode_message(bytes);
    if (!message) return refused(message.error());
    byte_vector id;
    if (const auto made = id_of(*message, id); !made) return refused(made.error());
    return accepted({{"id", hex_of(id)}});
}

} // namespace conformance
