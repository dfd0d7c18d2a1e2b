// SPDX-License-Identifier: Apache-2.0 OR MIT
// Everything of lp2p that needs neither sockets nor a crypto library.
//
// It includes no Asio and no Botan: those are <lp2p/io/…> and <lp2p/crypto/botan.hpp>, and
// <lp2p/full.hpp> is all of it. Programs that count compile time include the headers they use.
#pragma once

#include <lp2p/version.hpp>

#include <lp2p/core/abi.hpp>
#include <lp2p/core/bytes.hpp>
#include <lp2p/core/deadlines.hpp>
#include <lp2p/core/error.hpp>
#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/core/machine.hpp>
#include <lp2p/core/random.hpp>
#include <lp2p/core/result.hpp>
#include <lp2p/core/time.hpp>
#include <lp2p/core/token_bucket.hpp>
#include <lp2p/core/trace.hpp>

#include <lp2p/crypto/aead.hpp>
#include <lp2p/crypto/der.hpp>
#include <lp2p/crypto/errc.hpp>
#include <lp2p/crypto/key_forms.hpp>
#include <lp2p/crypto/provider.hpp>
#include <lp2p/crypto/spki.hpp>

#include <lp2p/wire/base32.hpp>
#include <lp2p/wire/base58.hpp>
#include <lp2p/wire/base64.hpp>
#include <lp2p/wire/cursor.hpp>
#include <lp2p/wire/errc.hpp>
#include <lp2p/wire/ip_scope.hpp>
#include <lp2p/wire/ip_text.hpp>
#include <lp2p/wire/length_prefix.hpp>
#include <lp2p/wire/multiaddr.hpp>
#include <lp2p/wire/multiaddr_match.hpp>
#include <lp2p/wire/multiaddr_parts.hpp>
#include <lp2p/wire/multiaddr_protocols.hpp>
#include <lp2p/wire/multiaddr_rare_text.hpp>
#include <lp2p/wire/multiaddr_text.hpp>
#include <lp2p/wire/multihash.hpp>
#include <lp2p/wire/peer_id.hpp>
#include <lp2p/wire/peer_record.hpp>
#include <lp2p/wire/private_key.hpp>
#include <lp2p/wire/protobuf.hpp>
#include <lp2p/wire/public_key.hpp>
#include <lp2p/wire/signed_envelope.hpp>
#include <lp2p/wire/sink.hpp>
#include <lp2p/wire/spki.hpp>
#include <lp2p/wire/utf8.hpp>
#include <lp2p/wire/uvarint.hpp>

#include <lp2p/protocol/identify/errc.hpp>
#include <lp2p/protocol/identify/message.hpp>
#include <lp2p/protocol/identify/push.hpp>
#include <lp2p/protocol/identify/requester.hpp>
#include <lp2p/protocol/identify/responder.hpp>
#include <lp2p/protocol/multistream/dialer.hpp>
#include <lp2p/protocol/multistream/errc.hpp>
#include <lp2p/protocol/multistream/listener.hpp>
#include <lp2p/protocol/multistream/message.hpp>
#include <lp2p/protocol/multistream/negotiation.hpp>
#include <lp2p/protocol/multistream/protocol_list.hpp>
#include <lp2p/protocol/noise/channel.hpp>
#include <lp2p/protocol/noise/cipher_state.hpp>
#include <lp2p/protocol/noise/errc.hpp>
#include <lp2p/protocol/noise/handshake.hpp>
#include <lp2p/protocol/noise/handshake_state.hpp>
#include <lp2p/protocol/noise/payload.hpp>
#include <lp2p/protocol/noise/symmetric_state.hpp>
#include <lp2p/protocol/ping/errc.hpp>
#include <lp2p/protocol/ping/ping.hpp>
#include <lp2p/protocol/plaintext/errc.hpp>
#include <lp2p/protocol/plaintext/exchange.hpp>
#include <lp2p/protocol/pubsub/backoff.hpp>
#include <lp2p/protocol/pubsub/digest.hpp>
#include <lp2p/protocol/pubsub/errc.hpp>
#include <lp2p/protocol/pubsub/floodsub.hpp>
#include <lp2p/protocol/pubsub/gossipsub.hpp>
#include <lp2p/protocol/pubsub/intake.hpp>
#include <lp2p/protocol/pubsub/mesh.hpp>
#include <lp2p/protocol/pubsub/message_cache.hpp>
#include <lp2p/protocol/pubsub/message_id.hpp>
#include <lp2p/protocol/pubsub/peer_queue.hpp>
#include <lp2p/protocol/pubsub/roster.hpp>
#include <lp2p/protocol/pubsub/router_config.hpp>
#include <lp2p/protocol/pubsub/router_core.hpp>
#include <lp2p/protocol/pubsub/rpc.hpp>
#include <lp2p/protocol/pubsub/rpc_encode.hpp>
#include <lp2p/protocol/pubsub/rpc_stream.hpp>
#include <lp2p/protocol/pubsub/seen_cache.hpp>
#include <lp2p/protocol/pubsub/signing.hpp>
#include <lp2p/protocol/yamux/chunk_queue.hpp>
#include <lp2p/protocol/yamux/config.hpp>
#include <lp2p/protocol/yamux/control_queue.hpp>
#include <lp2p/protocol/yamux/errc.hpp>
#include <lp2p/protocol/yamux/event.hpp>
#include <lp2p/protocol/yamux/flow_control.hpp>
#include <lp2p/protocol/yamux/header.hpp>
#include <lp2p/protocol/yamux/keep_alive.hpp>
#include <lp2p/protocol/yamux/packed_bytes.hpp>
#include <lp2p/protocol/yamux/session.hpp>
#include <lp2p/protocol/yamux/stream.hpp>
#include <lp2p/protocol/yamux/stream_table.hpp>

#include <lp2p/connection/connection.hpp>
#include <lp2p/connection/errc.hpp>
#include <lp2p/connection/events.hpp>
#include <lp2p/connection/protocol_knowledge.hpp>
#include <lp2p/connection/secure_pipe.hpp>
#include <lp2p/connection/session_config.hpp>
#include <lp2p/connection/substream.hpp>
#include <lp2p/connection/substream_ledger.hpp>
#include <lp2p/connection/substream_talk.hpp>
#include <lp2p/connection/upgrade.hpp>

#include <lp2p/swarm/address_book.hpp>
#include <lp2p/swarm/connection_manager.hpp>
#include <lp2p/swarm/dial_backoff.hpp>
#include <lp2p/swarm/dialer.hpp>
#include <lp2p/swarm/errc.hpp>
#include <lp2p/swarm/events.hpp>
#include <lp2p/swarm/idle_watch.hpp>
#include <lp2p/swarm/protected_peers.hpp>
#include <lp2p/swarm/remote_limits.hpp>
#include <lp2p/swarm/substream_monitor.hpp>
#include <lp2p/swarm/swarm.hpp>

#include <lp2p/service/errc.hpp>
#include <lp2p/service/gossip_watch.hpp>
#include <lp2p/service/host.hpp>
#include <lp2p/service/identify.hpp>
#include <lp2p/service/ping.hpp>
#include <lp2p/service/pubsub.hpp>
#include <lp2p/service/pubsub_events.hpp>
#include <lp2p/service/pubsub_peer.hpp>
#include <lp2p/service/validator.hpp>

#include <lp2p/node/config.hpp>
#include <lp2p/node/describe.hpp>
#include <lp2p/node/events.hpp>
#include <lp2p/node/node.hpp>
#include <lp2p/node/own_addresses.hpp>
#include <lp2p/node/own_record.hpp>
#include <lp2p/node/router_limits.hpp>
