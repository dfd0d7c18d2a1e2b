// SPDX-License-Identifier: Apache-2.0 OR MIT
// Two ends of an encrypted channel; the input seals, cuts, delays and spoils.
//
// Whatever happens, what is delivered is the beginning of what was sent, all of it where nothing
// was spoiled, and nothing of a spoiled frame or of one behind it.
#include <lp2p/protocol/noise/channel.hpp>

#include "fuzz/support/script.hpp"
#include "tests/support/null_crypto.hpp"

namespace {

using namespace lp2p;
using channel = noise::channel<test::null_crypto>;
using cipher = noise::cipher_state<test::null_crypto>;

struct direction {
    channel& from;
    channel& to;
    byte_vector wire; ///< sealed, not delivered
    byte_vector sent; ///< text of the frames before the first spoiled one
    byte_vector delivered;
    bool spoiled = false;
};

/// Seldom the largest, which are slow.
std::size_t length(fuzz::script& in) {
    return in.byte() == 255 ? in.below(channel::most_plaintext + 1) : in.below(700);
}

void seal(direction& d, byte_view text) {
    byte_vector frame(channel::header);
    append(frame, text);
    frame.resize(frame.size() + channel::trailer);
    d.from.seal(frame);
    if (d.from.ended()) return;
    append(d.wire, frame);
    if (!d.spoiled) append(d.sent, text);
}

/// Spoils a byte of a frame of its own, so that it is known which frames are good.
void seal_and_spoil(direction& d, byte_view text, fuzz::script& in) {
    byte_vector frame(channel::header);
    append(frame, text);
    frame.resize(frame.size() + channel::trailer);
    d.from.seal(frame);
    if (d.from.ended()) return;
    const std::uint32_t at = in.below(static_cast<std::uint32_t>(frame.size()));
    frame[at] ^= std::byte{1} << in.below(8);
    append(d.wire, frame);
    d.spoiled = true;
}

void deliver(direction& d, std::size_t most) {
    const std::size_t n = std::min(most, d.wire.size());
    byte_vector piece(d.wire.begin(), d.wire.begin() + static_cast<std::ptrdiff_t>(n));
    d.wire.erase(d.wire.begin(), d.wire.begin() + static_cast<std::ptrdiff_t>(n));
    for (mutable_bytes in{piece}; !in.empty();) {
        const auto took = d.to.receive(in, instant{});
        fuzz::require(took.has_value() == !d.to.ended(), "receive and ended() disagree");
        if (!took) {
            fuzz::require(!d.to.has_plaintext(), "a spoiled frame was delivered");
            break;
        }
        fuzz::require(*took > 0 && *took <= in.size(), "took nothing, or more than there was");
        in = in.subspan(*took);
        append(d.delivered, d.to.plaintext());
    }
    fuzz::require(d.delivered.size() <= d.sent.size() &&
                      equal(d.delivered, byte_view{d.sent}.first(d.delivered.size())),
                  "what was delivered is not what was sent");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::script in{data, size};
    const crypto::key32 one{std::byte{1}}, two{std::byte{2}};
    const std::uint64_t nonce = in.flag() ? cipher::reserved_nonce - in.byte() : 0;
    channel a{cipher{one, nonce}, cipher{two, nonce}}, b{cipher{two, nonce}, cipher{one, nonce}};
    direction ab{a, b, {}, {}, {}, false}, ba{b, a, {}, {}, {}, false};
    while (!in.empty()) {
        direction& d = in.flag() ? ab : ba;
        switch (in.below(6)) {
        case 0:
            seal(d, in.piece());
            break;
        case 1:
            seal(d, byte_vector(length(in), std::byte{in.byte()}));
            break;
        case 2:
            seal_and_spoil(d, in.piece(), in);
            break;
        case 3:
            d.to.release();
            break;
        default:
            deliver(d, in.flag() ? in.byte() : ~std::size_t{0});
        }
    }
    for (direction* d : {&ab, &ba}) {
        deliver(*d, ~std::size_t{0});
        // An end that spoke out of turn (nonces used up) has ended in both directions.
        if (!d->spoiled && !d->to.ended())
            fuzz::require(d->delivered == d->sent, "not everything was delivered");
        d->to.release();
        fuzz::require(d->spoiled || d->to.ended() || d->to.held() == 0,
                      "an idle channel holds bytes");
    }
    return 0;
}
