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
#include <lp2p/crypto/errc.hpp>
#include <lp2p/crypto/provider.hpp>

#include <lp2p/wire/cursor.hpp>
#include <lp2p/wire/errc.hpp>
#include <lp2p/wire/protobuf.hpp>
#include <lp2p/wire/public_key.hpp>
#include <lp2p/wire/sink.hpp>
#include <lp2p/wire/spki.hpp>
#include <lp2p/wire/uvarint.hpp>

#include <lp2p/protocol/multistream/dialer.hpp>
#include <lp2p/protocol/multistream/errc.hpp>
#include <lp2p/protocol/multistream/listener.hpp>
#include <lp2p/protocol/multistream/message.hpp>
#include <lp2p/protocol/multistream/negotiation.hpp>
#include <lp2p/protocol/multistream/protocol_list.hpp>

#include <lp2p/connection/connection.hpp>
#include <lp2p/connection/errc.hpp>
#include <lp2p/connection/protocol_knowledge.hpp>
#include <lp2p/connection/substream.hpp>
#include <lp2p/connection/substream_ledger.hpp>
#include <lp2p/connection/upgrade.hpp>

#include <lp2p/swarm/address_book.hpp>
#include <lp2p/swarm/connection_manager.hpp>
#include <lp2p/swarm/dialer.hpp>
#include <lp2p/swarm/errc.hpp>
