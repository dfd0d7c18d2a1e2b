// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of lp2p.hpp, for the one source file of a program that is built with
// LP2P_SEPARATE_COMPILATION: it includes this (and <lp2p/full_src.hpp>, where full.hpp is used).
//
// Then a source file that includes <lp2p/lp2p.hpp> reads less than half as much. CMake's
// lp2p::compiled is that file, built. The bodies of class templates are in <lp2p/templates.hpp>.
#pragma once

#include <lp2p/lp2p.hpp>

#include <lp2p/core/bytes.ipp>
#include <lp2p/core/token_bucket.ipp>

#include <lp2p/crypto/der.ipp>
#include <lp2p/crypto/key_forms.ipp>
#include <lp2p/crypto/spki.ipp>

#include <lp2p/wire/base32.ipp>
#include <lp2p/wire/base58.ipp>
#include <lp2p/wire/base64.ipp>
#include <lp2p/wire/ip_text.ipp>
#include <lp2p/wire/length_prefix.ipp>
#include <lp2p/wire/multiaddr.ipp>
#include <lp2p/wire/multiaddr_match.ipp>
#include <lp2p/wire/multiaddr_parts.ipp>
#include <lp2p/wire/multiaddr_protocols.ipp>
#include <lp2p/wire/multiaddr_rare_text.ipp>
#include <lp2p/wire/multiaddr_text.ipp>
#include <lp2p/wire/multihash.ipp>
#include <lp2p/wire/peer_id.ipp>
#include <lp2p/wire/peer_record.ipp>
#include <lp2p/wire/private_key.ipp>
#include <lp2p/wire/protobuf.ipp>
#include <lp2p/wire/public_key.ipp>
#include <lp2p/wire/signed_envelope.ipp>
#include <lp2p/wire/spki.ipp>
#include <lp2p/wire/utf8.ipp>

#include <lp2p/protocol/identify/message.ipp>
#include <lp2p/protocol/identify/requester.ipp>
#include <lp2p/protocol/identify/responder.ipp>
#include <lp2p/protocol/multistream/dialer.ipp>
#include <lp2p/protocol/multistream/listener.ipp>
#include <lp2p/protocol/multistream/message.ipp>
#include <lp2p/protocol/multistream/negotiation.ipp>
#include <lp2p/protocol/multistream/protocol_list.ipp>
#include <lp2p/protocol/noise/payload.ipp>
#include <lp2p/protocol/ping/ping.ipp>
#include <lp2p/protocol/plaintext/exchange.ipp>
#include <lp2p/protocol/pubsub/backoff.ipp>
#include <lp2p/protocol/pubsub/digest.ipp>
#include <lp2p/protocol/pubsub/floodsub.ipp>
#include <lp2p/protocol/pubsub/gossipsub.ipp>
#include <lp2p/protocol/pubsub/gossipsub_gossip.ipp>
#include <lp2p/protocol/pubsub/gossipsub_mesh.ipp>
#include <lp2p/protocol/pubsub/intake.ipp>
#include <lp2p/protocol/pubsub/mesh.ipp>
#include <lp2p/protocol/pubsub/message_cache.ipp>
#include <lp2p/protocol/pubsub/message_id.ipp>
#include <lp2p/protocol/pubsub/peer_queue.ipp>
#include <lp2p/protocol/pubsub/roster.ipp>
#include <lp2p/protocol/pubsub/router_core.ipp>
#include <lp2p/protocol/pubsub/rpc.ipp>
#include <lp2p/protocol/pubsub/rpc_encode.ipp>
#include <lp2p/protocol/pubsub/rpc_stream.ipp>
#include <lp2p/protocol/pubsub/seen_cache.ipp>
#include <lp2p/protocol/pubsub/signing.ipp>
#include <lp2p/protocol/yamux/chunk_queue.ipp>
#include <lp2p/protocol/yamux/control_queue.ipp>
#include <lp2p/protocol/yamux/event.ipp>
#include <lp2p/protocol/yamux/flow_control.ipp>
#include <lp2p/protocol/yamux/header.ipp>
#include <lp2p/protocol/yamux/keep_alive.ipp>
#include <lp2p/protocol/yamux/packed_bytes.ipp>
#include <lp2p/protocol/yamux/session_input.ipp>
#include <lp2p/protocol/yamux/session_life.ipp>
#include <lp2p/protocol/yamux/session_output.ipp>
#include <lp2p/protocol/yamux/session_streams.ipp>
#include <lp2p/protocol/yamux/stream.ipp>
#include <lp2p/protocol/yamux/stream_table.ipp>

#include <lp2p/connection/protocol_knowledge.ipp>
#include <lp2p/connection/session_config.ipp>
#include <lp2p/connection/substream_ledger.ipp>
#include <lp2p/connection/substream_talk.ipp>

#include <lp2p/swarm/address_book.ipp>
#include <lp2p/swarm/connection_manager.ipp>
#include <lp2p/swarm/dialer.ipp>
#include <lp2p/swarm/idle_watch.ipp>
#include <lp2p/swarm/protected_peers.ipp>
#include <lp2p/swarm/substream_monitor.ipp>

#include <lp2p/service/gossip_watch.ipp>
#include <lp2p/service/host.ipp>
#include <lp2p/service/pubsub_peer.ipp>

#include <lp2p/node/own_addresses.ipp>
#include <lp2p/node/router_limits.ipp>
