// SPDX-License-Identifier: Apache-2.0 OR MIT
// One end of the noise handshake against three kinds of remote: noise of any kind, an honest remote
// whose bytes were changed on the way, and one that keeps the cryptography but lies in its payload.
//
// The first byte chooses the role, the kind and, one time in 32, real cryptography.
#include <lp2p/crypto/botan.hpp>
#include <lp2p/protocol/noise/handshake.hpp>

#include "fuzz/support/script.hpp"
#include "tests/protocol/noise/forger.hpp"
#include "tests/support/null_crypto.hpp"

namespace {

using namespace lp2p;
using noise::role;

/// Botan, but for chance: the same key pairs in every run of a story.
struct repeatable_botan : crypto::botan {
    [[nodiscard]] crypto::key_pair x25519_generate() const {
        crypto::key32 base_point{}, secret{};
        base_point[0] = std::byte{9};
        secret[0] = std::byte{chooses};
        return {secret, x25519(secret, base_point).value()};
    }
    std::uint8_t chooses = 1;
};
template <class Crypto>
Crypto chance(role r) {
    if constexpr (std::is_same_v<Crypto, repeatable_botan>) {
        Crypto c;
        c.chooses = r == role::dialer ? 11 : 12;
        return c;
    } else {
        return Crypto{r == role::dialer ? 11U : 12U};
    }
}
constexpr role other(role r) { return r == role::dialer ? role::listener : role::dialer; }

template <class Crypto>
struct world {
    typename Crypto::private_key dialer_key = test::test_key(chance<Crypto>(role::dialer), 1);
    typename Crypto::private_key listener_key = test::test_key(chance<Crypto>(role::listener), 2);
    noise::identity dialer = noise::make_identity(chance<Crypto>(role::dialer), dialer_key);
    noise::identity listener = noise::make_identity(chance<Crypto>(role::listener), listener_key);

    noise::handshake<Crypto> make(role r, instant now) const {
        return {r,
                r == role::dialer ? dialer : listener,
                {.muxers = {"/yamux/1.0.0"}},
                chance<Crypto>(r),
                now};
    }
    auto subject(role r) const {
        return test::subject{[this, r](instant now) { return make(r, now); },
                             [](auto& m, const auto& event, instant, test::journal& j) {
                                 if (const auto* p = std::get_if<noise::proven>(&event)) {
                                     j.say("proven " + p->peer.to_string());
                                     m.proceed();
                                 } else {
                                     j.say("ended");
                                 }
                             }};
    }
    /// What an honest remote says to an end in this role.
    byte_vector honest(role r) const {
        auto m = make(r, test::start), remote = make(other(r), test::start);
        byte_vector said;
        for (int i = 0; i < 3; ++i) {
            (void)remote.receive(test::drain(m), test::start);
            const byte_vector more = test::drain(remote);
            append(said, more);
            (void)m.receive(more, test::start);
            if (remote.poll_event()) remote.proceed();
        }
        return said;
    }
};

bool was_proven(const test::journal& j) {
    return !j.lines.empty() && j.lines.front().starts_with("proven");
}

template <class Crypto>
void changed_on_the_way(const world<Crypto>& w, role r, fuzz::script& in) {
    static const byte_vector to_dialer = w.honest(role::dialer),
                             to_listener = w.honest(role::listener);
    const byte_vector& honest = r == role::dialer ? to_dialer : to_listener;
    byte_vector said = honest;
    while (!in.empty()) {
        const std::uint32_t at = in.below(static_cast<std::uint32_t>(said.size()));
        said[at] ^= std::byte{in.byte()};
    }
    const test::story story{test::arrives(said)};
    fuzz::require(test::all_laws(w.subject(r), story));
    const bool proven = was_proven(test::play(w.subject(r), story));
    fuzz::require(proven == (said == honest), "exactly the honest bytes prove a peer");
}

template <class Crypto>
void lies_in_its_payload(const world<Crypto>& w, role r, fuzz::script& in) {
    test::forger<Crypto> remote{other(r), chance<Crypto>(other(r))};
    auto m = w.make(r, test::start);
    byte_vector story_bytes;
    if (r == role::dialer) {
        (void)remote.read(test::drain(m));
    } else {
        story_bytes = remote.write({});
        (void)m.receive(story_bytes, test::start);
        (void)remote.read(test::drain(m));
    }
    byte_vector payload;
    const bool all_of_it = in.flag();
    if (!all_of_it) payload = noise::encode_payload(remote.claim(w.dialer_key));
    const byte_view edits = in.rest();
    append(payload, edits);
    append(story_bytes, remote.write(payload));
    const test::story story{test::arrives(story_bytes)};
    fuzz::require(test::all_laws(w.subject(r), story));
    const auto read = noise::decode_payload(payload);
    const bool proven = was_proven(test::play(w.subject(r), story));
    if (proven) fuzz::require(read.has_value(), "a payload that does not decode proved a peer");
    if (!all_of_it && edits.empty()) fuzz::require(proven, "an honest payload was refused");
}

template <class Crypto>
void any_bytes(const world<Crypto>& w, role r, fuzz::script& in) {
    const test::story story = fuzz::story_of(in);
    fuzz::require(test::patience(w.subject(r), story));
    fuzz::require(test::replay(w.subject(r), story));
    fuzz::require(test::finality(w.subject(r), story));
    fuzz::require(!was_proven(test::play(w.subject(r), story)), "any bytes proved a peer");
}

template <class Crypto>
void run(role r, unsigned kind, fuzz::script& in) {
    static const world<Crypto> w;
    if (kind == 0) return any_bytes(w, r, in);
    if (kind == 1) return changed_on_the_way(w, r, in);
    lies_in_its_payload(w, r, in);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::script in{data, size};
    const unsigned choice = in.byte();
    const role r = (choice & 1U) != 0 ? role::dialer : role::listener;
    const unsigned kind = (choice >> 1U) % 4;
    if (choice >> 3U == 31)
        run<repeatable_botan>(r, kind, in);
    else
        run<test::null_crypto>(r, kind, in);
    return 0;
}
