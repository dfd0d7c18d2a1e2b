// SPDX-License-Identifier: Apache-2.0 OR MIT
// What can go wrong with pubsub streams, RPCs, messages and meshes, each with its own code.
//
// A message that is refused for one of these was neither delivered nor forwarded; which of them
// cost the sender a penalty is the router's business.
#pragma once

#include <lp2p/core/error.hpp>

namespace lp2p::inline v0::pubsub {

/// Codes of `domain::pubsub`; `describe` has a sentence for each.
enum class errc : std::uint16_t {
    malformed_rpc = 1,
    rpc_too_large,
    bad_length,
    control_too_large,
    cut_short,
    stream_reset,
    closed_by_peer,
    no_topic,
    no_author,
    bad_author,
    own_author,
    bad_seqno,
    missing_signature,
    unexpected_field,
    bad_key,
    key_mismatch,
    no_key,
    bad_signature,
    unsupported_key,
    bad_message_id,
    message_too_large,
    rejected_by_validator,
    ignored_by_validator,
    validation_queue_full,
    empty_rpc_flood,
    ihave_flood,
    idontwant_flood,
    broken_promise,
    graft_in_backoff,
    not_acceptable,
    mesh_full,
    left_topic,
    pruned_by_peer,
    too_many_in_mesh,
    peer_left_topic,
    too_large,
    duplicate,
    invalid_topic,
    too_many_topics,
    unknown_peer,
    signing_failed,
    peer_unreachable,
};

/// The largest code, for tables and tests.
inline constexpr errc last_errc = errc::peer_unreachable;

[[nodiscard]] constexpr fault fault_of(errc e) noexcept {
    switch (e) {
    case errc::malformed_rpc:
    case errc::rpc_too_large:
    case errc::bad_length:
    case errc::control_too_large:
    case errc::no_topic:
    case errc::no_author:
    case errc::bad_author:
    case errc::own_author:
    case errc::bad_seqno:
    case errc::missing_signature:
    case errc::unexpected_field:
    case errc::bad_key:
    case errc::key_mismatch:
    case errc::no_key:
    case errc::bad_signature:
    case errc::bad_message_id:
    case errc::rejected_by_validator:
    case errc::broken_promise:
    case errc::graft_in_backoff:
    case errc::not_acceptable:
        return fault::remote;
    case errc::unsupported_key:
    case errc::message_too_large:
    case errc::validation_queue_full:
    case errc::empty_rpc_flood:
    case errc::ihave_flood:
    case errc::idontwant_flood:
    case errc::mesh_full:
        return fault::limit;
    case errc::cut_short:
    case errc::stream_reset:
    case errc::closed_by_peer:
    case errc::peer_left_topic:
    case errc::peer_unreachable:
        return fault::closed;
    case errc::pruned_by_peer:
        return fault::refused;
    case errc::ignored_by_validator:
    case errc::left_topic:
    case errc::too_many_in_mesh:
    case errc::too_large:
    case errc::duplicate:
    case errc::invalid_topic:
    case errc::too_many_topics:
    case errc::unknown_peer:
    case errc::signing_failed:
        return fault::local;
    }
    return fault::none;
}

[[nodiscard]] constexpr error make_error(errc e) noexcept {
    return {domain::pubsub, fault_of(e), static_cast<std::uint16_t>(e)};
}

/// As in logs.
[[nodiscard]] constexpr std::string_view name(errc e) noexcept {
    switch (e) {
    case errc::malformed_rpc:
        return "malformed_rpc";
    case errc::rpc_too_large:
        return "rpc_too_large";
    case errc::bad_length:
        return "bad_length";
    case errc::control_too_large:
        return "control_too_large";
    case errc::cut_short:
        return "cut_short";
    case errc::stream_reset:
        return "stream_reset";
    case errc::closed_by_peer:
        return "closed_by_peer";
    case errc::no_topic:
        return "no_topic";
    case errc::no_author:
        return "no_author";
    case errc::bad_author:
        return "bad_author";
    case errc::own_author:
        return "own_author";
    case errc::bad_seqno:
        return "bad_seqno";
    case errc::missing_signature:
        return "missing_signature";
    case errc::unexpected_field:
        return "unexpected_field";
    case errc::bad_key:
        return "bad_key";
    case errc::key_mismatch:
        return "key_mismatch";
    case errc::no_key:
        return "no_key";
    case errc::bad_signature:
        return "bad_signature";
    case errc::unsupported_key:
        return "unsupported_key";
    case errc::bad_message_id:
        return "bad_message_id";
    case errc::message_too_large:
        return "message_too_large";
    case errc::rejected_by_validator:
        return "rejected_by_validator";
    case errc::ignored_by_validator:
        return "ignored_by_validator";
    case errc::validation_queue_full:
        return "validation_queue_full";
    case errc::empty_rpc_flood:
        return "empty_rpc_flood";
    case errc::ihave_flood:
        return "ihave_flood";
    case errc::idontwant_flood:
        return "idontwant_flood";
    case errc::broken_promise:
        return "broken_promise";
    case errc::graft_in_backoff:
        return "graft_in_backoff";
    case errc::not_acceptable:
        return "not_acceptable";
    case errc::mesh_full:
        return "mesh_full";
    case errc::left_topic:
        return "left_topic";
    case errc::pruned_by_peer:
        return "pruned_by_peer";
    case errc::too_many_in_mesh:
        return "too_many_in_mesh";
    case errc::peer_left_topic:
        return "peer_left_topic";
    case errc::too_large:
        return "too_large";
    case errc::duplicate:
        return "duplicate";
    case errc::invalid_topic:
        return "invalid_topic";
    case errc::too_many_topics:
        return "too_many_topics";
    case errc::unknown_peer:
        return "unknown_peer";
    case errc::signing_failed:
        return "signing_failed";
    case errc::peer_unreachable:
        return "peer_unreachable";
    }
    return {};
}

[[nodiscard]] constexpr std::string_view describe(errc e) noexcept {
    switch (e) {
    case errc::malformed_rpc:
        return "the RPC is not the protobuf that pubsub speaks; its stream is reset";
    case errc::rpc_too_large:
        return "the RPC is announced larger than our limit; its stream is reset";
    case errc::bad_length:
        return "the length before an RPC is not a minimal varint";
    case errc::control_too_large:
        return "the control part of the RPC is over our limit; the RPC was dropped";
    case errc::cut_short:
        return "the stream ended within an RPC";
    case errc::stream_reset:
        return "the other side reset the pubsub stream";
    case errc::closed_by_peer:
        return "the other side closed the pubsub stream that we send on";
    case errc::no_topic:
        return "the message has no topic";
    case errc::no_author:
        return "a signed message must name its author";
    case errc::bad_author:
        return "the author of the message is no peer id";
    case errc::own_author:
        return "another peer sent a message with us as its author";
    case errc::bad_seqno:
        return "the sequence number of a signed message must have 8 bytes";
    case errc::missing_signature:
        return "the policy asks for a signature and the message has none";
    case errc::unexpected_field:
        return "an unsigned topic allows neither author, sequence number, signature nor key";
    case errc::bad_key:
        return "the key in the message is no public key";
    case errc::key_mismatch:
        return "the key in the message is not its author's";
    case errc::no_key:
        return "the author's id does not embed its key and the message has none";
    case errc::bad_signature:
        return "the signature does not verify";
    case errc::unsupported_key:
        return "our crypto provider cannot verify the author's type of key";
    case errc::bad_message_id:
        return "the topic's id function found no id in the message";
    case errc::message_too_large:
        return "a message of a peer is over our limit for one";
    case errc::rejected_by_validator:
        return "the application's validator called the message invalid";
    case errc::ignored_by_validator:
        return "the application's validator ignored the message";
    case errc::validation_queue_full:
        return "too many messages wait for validation; the newest was ignored";
    case errc::empty_rpc_flood:
        return "the peer sends more empty RPCs than its bucket holds; it is ignored for now";
    case errc::ihave_flood:
        return "the peer sent more IHAVE than one heartbeat allows";
    case errc::idontwant_flood:
        return "the peer does not want more messages than are remembered; the rest was ignored";
    case errc::broken_promise:
        return "the peer advertised a message and did not send it when asked";
    case errc::graft_in_backoff:
        return "the peer sent GRAFT though it was told to wait";
    case errc::not_acceptable:
        return "the peer is ignored for its conduct";
    case errc::mesh_full:
        return "the mesh of the topic is full";
    case errc::left_topic:
        return "we left the topic";
    case errc::pruned_by_peer:
        return "the peer pruned us from its mesh";
    case errc::too_many_in_mesh:
        return "the mesh of the topic had more members than it should";
    case errc::peer_left_topic:
        return "the peer unsubscribed or is gone";
    case errc::too_large:
        return "the message does not fit into an RPC that every peer takes; raise `rpc_sent` only "
               "where all peers take more";
    case errc::duplicate:
        return "a message with the same id was published or received before";
    case errc::invalid_topic:
        return "a topic must have 1 to 256 bytes of UTF-8";
    case errc::too_many_topics:
        return "a node subscribes to at most `topics_per_peer` topics: peers ignore more";
    case errc::unknown_peer:
        return "the router does not know that peer";
    case errc::signing_failed:
        return "the crypto provider could not sign the message";
    case errc::peer_unreachable:
        return "the peer takes no pubsub stream of ours";
    }
    return {};
}

} // namespace lp2p::inline v0::pubsub
