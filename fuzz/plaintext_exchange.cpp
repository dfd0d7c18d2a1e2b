// SPDX-License-Identifier: Apache-2.0 OR MIT
// One end of the plaintext exchange against any bytes, and against an honest message that was
// changed on the way. The first byte chooses.
#include <lp2p/protocol/plaintext/exchange.hpp>

#include "fuzz/support/script.hpp"
#include "tests/support/null_crypto.hpp"

namespace {

using namespace lp2p;
using machine = insecure::exchange<test::null_crypto>;

struct world {
    test::null_crypto crypto{1};
    insecure::identity own = insecure::make_identity(crypto, *crypto.from_seed({std::byte{1}}));
    insecure::identity remote = insecure::make_identity(crypto, *crypto.from_seed({std::byte{2}}));
    auto subject() const {
        return test::subject{[this](instant now) {
                                 return machine{insecure::role::dialer, own, {}, crypto, now};
                             },
                             [this](auto& m, const auto& event, instant, test::journal& j) {
                                 if (const auto* p = std::get_if<insecure::proven>(&event)) {
                                     fuzz::require(p->peer ==
                                                       wire::peer_id::of(m.remote_key(), crypto),
                                                   "a peer that its key does not name");
                                     j.say("proven " + p->peer.to_string());
                                     m.proceed();
                                 } else {
                                     j.say("ended");
                                 }
                             }};
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const world w;
    fuzz::script in{data, size};
    if (in.flag()) {
        const test::story story = fuzz::story_of(in);
        fuzz::require(test::patience(w.subject(), story));
        fuzz::require(test::replay(w.subject(), story));
        fuzz::require(test::finality(w.subject(), story));
        return 0;
    }
    byte_vector said;
    wire::encode_length_prefixed(w.remote.message, said);
    while (in.remaining() > 2 && in.flag()) {
        const std::uint32_t at = in.below(static_cast<std::uint32_t>(said.size()));
        said[at] ^= std::byte{in.byte()};
    }
    append(said, in.rest());
    fuzz::require(test::all_laws(w.subject(), {test::arrives(said)}));
    return 0;
}
