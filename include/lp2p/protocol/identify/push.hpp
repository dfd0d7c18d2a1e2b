// SPDX-License-Identifier: Apache-2.0 OR MIT
// Identify without being asked: the side that opened the stream says what has changed.
//
// The bytes are those of identify, and the sender gives a full message. Which fields of a received
// one change what is known is for the receiver of `message` to decide: an absent one changes
// nothing.
#pragma once

#include <lp2p/protocol/identify/requester.hpp>
#include <lp2p/protocol/identify/responder.hpp>

namespace lp2p::inline v0::identify {

/// Opens the stream and says everything; the bytes and the ends of a `responder`.
using push_sender = responder;

/// Reads a push: as a `requester` does, but the key may be absent (js sends none). One that is
/// there is compared like any other. A stream that ends without a message is `no_message` here too.
class push_receiver : public requester {
public:
    push_receiver(config c, instant now)
        : requester{std::move(c), now, false} {}
};

static_assert(duplex<push_sender>);
static_assert(duplex<push_receiver>);

} // namespace lp2p::inline v0::identify
