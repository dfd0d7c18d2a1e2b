// SPDX-License-Identifier: Apache-2.0 OR MIT
// A remote on a raw socket that sends whatever it likes: bytes, and behind a sound handshake any
// noise frame and any yamux frame.
//
// It keeps the cryptographic rules (else nothing would decrypt) and no other. It shares one thread
// with the node that it attacks: while it waits, the node runs.
#pragma once

#include <lp2p/crypto/botan.hpp>
#include <lp2p/protocol/multistream/message.hpp>
#include <lp2p/protocol/noise/handshake.hpp>

#include "tests/protocol/yamux/frames.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace lp2p::test::attack {

using tcp = asio::ip::tcp;
inline constexpr std::string_view hello = multistream::header_line;
inline constexpr std::string_view yamux_id = "/yamux/1.0.0";
/// Far above what anything here takes; a test that waits so long has failed.
inline constexpr auto guard = std::chrono::seconds{20};

[[nodiscard]] inline byte_vector lines(std::initializer_list<std::string_view> tokens) {
    byte_vector out;
    for (const std::string_view token : tokens) multistream::encode(token, out);
    return out;
}
/// Runs until `holds()`; false where the guard passed, or nothing was left to run.
template <class Holds>
[[nodiscard]] bool run_until(asio::io_context& context, Holds&& holds,
                             std::chrono::steady_clock::duration most = guard) {
    const auto give_up = std::chrono::steady_clock::now() + most;
    while (!holds()) {
        context.restart();
        if (context.run_one_until(give_up) == 0) return holds();
    }
    return true;
}

/// Who somebody is. The same seed is the same peer.
struct person {
    explicit person(std::uint8_t seed);
    crypto::botan crypto{};
    crypto::botan::private_key key;
    noise::identity self;
    byte_vector public_key; ///< encoded
    wire::peer_id id;
};

class attacker {
public:
    /// One yamux stream as the attacker heard it.
    struct stream {
        byte_vector text;         ///< bodies of data frames, all of them
        std::size_t bytes = 0;    ///< of bodies, also where they are not kept
        std::uint64_t credit = 0; ///< that came since the stream began
        bool opened_by_node = false;
        bool acknowledged = false;
        bool fin = false;
        std::optional<std::uint32_t> reset; ///< its code
    };

    /// Connects.
    attacker(asio::io_context& context, const tcp::endpoint& to, std::uint8_t seed);
    /// Somebody connected to the attacker.
    attacker(tcp::socket accepted, asio::io_context& context, std::uint8_t seed);
    attacker(const attacker&) = delete;
    attacker& operator=(const attacker&) = delete;
    ~attacker();

    [[nodiscard]] const person& who() const noexcept { return who_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }

    // --- speaking: each call returns when all is in the socket; false where the node ended it
    // first
    bool say(byte_view raw);
    bool say(std::string_view raw) { return say(as_bytes(raw)); }
    /// In as many noise frames as it takes.
    bool frames(byte_view yamux);
    /// One noise frame as it would be said next: to be spoiled, then said.
    [[nodiscard]] byte_vector sealed(byte_view text);
    /// `n` times what `make(i)` gives, gathered to 16 KiB a write. How many were sent.
    template <class Make>
    std::size_t flood(std::size_t n, Make make) {
        byte_vector some;
        for (std::size_t i = 0; i < n; ++i) {
            append(some, make(i));
            if (some.size() < 16 * 1024 && i + 1 != n) continue;
            if (!frames(some)) return i;
            some.clear();
        }
        return n;
    }
    /// Opens a stream for `protocol`, with more behind it.
    bool open(std::uint32_t id, std::string_view protocol, byte_view more = {}) {
        byte_vector text = lines({hello, protocol});
        lp2p::append(text, more);
        return frames(frames::data(id, text, yamux::syn));
    }
    /// The same, and waits until the node agrees; false where it did not.
    bool agree(std::uint32_t id, std::string_view protocol);
    /// Sends on a stream as much at once as the node gives credit for, until all is sent.
    bool pour(std::uint32_t id, byte_view bytes);
    /// Whether the node gives back what is said on a stream of /echo/1.
    bool echoes(std::uint32_t id, std::string_view text = "are you there?");
    /// Ends the connection: in order, or with a reset.
    void fin();
    void cut();
    /// Reads nothing from now on, or reads again.
    void stop_reading();
    void read_on();

    // --- the upgrade: false where the node did not go along
    /// Waits for exactly these bytes, and takes them.
    bool expect(byte_view bytes);
    /// One noise message, with its length.
    [[nodiscard]] byte_vector expect_message();
    /// multistream and noise; yamux is agreed early. Its ping is answered, so it is established.
    bool upgrade();
    /// The same as the one that was dialed.
    bool upgrade_as_listener();

    // --- what it heard
    template <class Holds>
    [[nodiscard]] bool until(Holds&& holds) {
        return run_until(context_, std::forward<Holds>(holds));
    }
    [[nodiscard]] bool until_over() {
        return until([&] { return over(); });
    }
    /// The node ended the connection, by FIN or reset.
    [[nodiscard]] bool over() const noexcept { return over_; }
    [[nodiscard]] bool was_reset(std::uint32_t id) { return streams[id].reset.has_value(); }

    byte_vector raw;       ///< what came before there was a channel, and was not expected yet
    std::size_t heard = 0; ///< bytes from the socket, in all
    std::map<std::uint32_t, stream> streams;
    std::size_t pongs = 0;
    std::uint32_t last_pong = 0;            ///< its value
    bool pongs_in_order = true;             ///< each value is the one before and 1
    std::size_t resets = 0;                 ///< of streams that the attacker opened
    std::optional<std::uint32_t> went_away; ///< the code of the node's GoAway
    bool garbled = false;                   ///< something came that is no frame

    // --- how it behaves
    bool answers_pings = true;
    bool keeps = true;   ///< streams and their bodies; else they are only counted
    bool answers = true; ///< answers the node's proposals: to those of `agrees_to` yes, else `na`
    std::vector<std::string> agrees_to;
    /// What is said on a stream of the node once it is agreed: whole yamux frames.
    std::function<byte_vector(std::uint32_t stream, const std::string& protocol)> says;
    std::size_t segment = SIZE_MAX;   ///< bytes of one write
    std::size_t cut_after = SIZE_MAX; ///< when so many bytes more were said, it cuts

private:
    /// Nothing that is said reaches anybody any more.
    [[nodiscard]] bool gone() const noexcept { return over_ || broken_ || !socket_.is_open(); }
    void flush();
    void seal(byte_view yamux);
    void reply(byte_view yamux);
    void listen();
    void readable();
    void take(mutable_bytes bytes);
    void take_frames(byte_view text);
    void on(const yamux::header& h, byte_view body);
    void on_stream(const yamux::header& h, byte_view body);
    void answer(std::uint32_t id, stream& s);
    bool carry_message(noise::handshake<crypto::botan>& hand);
    void send_output(noise::handshake<crypto::botan>& hand);
    bool begin_channel(noise::handshake<crypto::botan>& hand);

    asio::io_context& context_;
    tcp::socket socket_;
    person who_;
    std::uint16_t port_ = 0;
    bool dialed_ = true;
    std::optional<noise::channel<crypto::botan>> channel_;
    byte_vector text_;                              ///< opened, no whole frame yet
    std::map<std::uint32_t, std::size_t> proposed_; ///< bytes of proposals that were answered
    std::map<std::uint32_t, std::uint64_t> poured_;
    byte_vector out_; ///< sealed, not in the socket yet
    bool over_ = false;
    bool broken_ = false;
    bool reads_ = true;
    bool waits_ = false;
    bool waits_write_ = false;
    std::shared_ptr<int> alive_ = std::make_shared<int>();
};

} // namespace lp2p::test::attack
