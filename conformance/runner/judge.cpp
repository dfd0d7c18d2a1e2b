// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "judge.hpp"

#include <lp2p/node/describe.hpp>

#include <map>
#include <stdexcept>

namespace conformance {

namespace {

using whole = verdict (*)(const vector&);
using stream = verdict (*)(const vector&, cut);

const std::map<std::string, whole> wholes{
    {"uvarint", judge_uvarint},
    {"multihash", judge_multihash},
    {"peer_id", judge_peer_id},
    {"peer_id_text", judge_peer_id_text},
    {"multiaddr", judge_multiaddr},
    {"multiaddr_text", judge_multiaddr_text},
    {"public_key", judge_public_key},
    {"private_key", judge_private_key},
    {"signature", judge_signature},
    {"envelope", judge_envelope},
    {"peer_record", judge_peer_record},
    {"pubsub_rpc", judge_pubsub_rpc},
    {"signed_message", judge_signed_message},
    {"message_id", judge_message_id},
};
const std::map<std::string, stream> streams{
    {"multistream", judge_multistream},     {"yamux", judge_yamux},
    {"noise_payload", judge_noise_payload}, {"plaintext", judge_plaintext},
    {"identify", judge_identify},
};

} // namespace

verdict accepted(json value) { return {true, std::move(value), {}}; }

verdict refused(lp2p::error why) {
    std::string name{lp2p::text_of(why).name};
    // Data that is no key is one fault, whether its shape or its curve tells.
    if (why == lp2p::crypto::errc::malformed_public_key) name = "bad_key_data";
    return {false, json::object(), std::move(name)};
}

bool is_stream(const vector& v) { return streams.contains(v.text("kind")); }

verdict judge(const vector& v, cut how) {
    const std::string kind = v.text("kind");
    if (const auto found = streams.find(kind); found != streams.end()) return found->second(v, how);
    if (const auto found = wholes.find(kind); found != wholes.end()) return found->second(v);
    throw std::runtime_error{"nothing here judges kind '" + kind + "'"};
}

std::vector<lp2p::byte_vector> peer_bytes(const vector& v, cut how) {
    std::vector<lp2p::byte_vector> all;
    if (const auto steps = v.content.find("steps"); steps != v.content.end()) {
        for (const json& step : *steps)
            if (step.at("from") == "peer") all.push_back(bytes_of(step.at("bytes")));
    } else {
        all.push_back(bytes_of(v.content.at("bytes")));
    }
    if (how == cut::as_given) return all;
    std::vector<lp2p::byte_vector> pieces;
    for (const auto& step : all) {
        const std::size_t size = step.size() <= 4096 ? 1 : 1000;
        for (std::size_t at = 0; at < step.size(); at += size)
            pieces.push_back(lp2p::to_vector(
                lp2p::byte_view{step}.subspan(at, std::min(size, step.size() - at))));
    }
    return pieces;
}

lp2p::crypto::botan::private_key key_from_seed(std::string_view text) {
    const lp2p::crypto::botan crypto;
    auto key = crypto.from_seed(crypto.sha256(lp2p::as_bytes(text)));
    if (!key) throw std::runtime_error{"a seed made no key"};
    return std::move(*key);
}

} // namespace conformance
