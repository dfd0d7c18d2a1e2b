// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/io/attack/attacker.hpp"

#include <asio/buffer.hpp>

namespace lp2p::test::attack {

namespace {
using handshake = noise::handshake<crypto::botan>;
crypto::key32 secret_of(std::uint8_t seed) {
    crypto::key32 secret{};
    secret.fill(std::byte{seed});
    return secret;
}
} // namespace

person::person(std::uint8_t seed)
    : key{crypto.from_seed(secret_of(seed)).value()}
    , self{noise::make_identity(crypto, key)}
    , public_key{self.public_key}
    , id{wire::peer_id::of({key.type(), to_vector(key.public_data())}, crypto)} {}

attacker::attacker(asio::io_context& context, const tcp::endpoint& to, std::uint8_t seed)
    : context_{context}
    , socket_{context}
    , who_{seed} {
    socket_.connect(to);
    socket_.non_blocking(true);
    socket_.set_option(tcp::no_delay{true});
    port_ = socket_.local_endpoint().port();
    listen();
}
attacker::attacker(tcp::socket accepted, asio::io_context& context, std::uint8_t seed)
    : context_{context}
    , socket_{std::move(accepted)}
    , who_{seed}
    , dialed_{false} {
    socket_.non_blocking(true);
    socket_.set_option(tcp::no_delay{true});
    port_ = socket_.local_endpoint().port();
    listen();
}
attacker::~attacker() {
    std::error_code ignored;
    socket_.close(ignored);
}

// --- speaking
// -------------------------------------------------------------------------------------

bool attacker::say(byte_view raw) {
    append(out_, raw);
    flush();
    return until([&] { return out_.empty() || gone(); }) && !gone();
}
void attacker::flush() {
    while (!out_.empty() && !gone()) {
        if (cut_after == 0) return cut();
        std::error_code ec;
        const std::size_t most = std::min({out_.size(), segment, cut_after});
        const std::size_t n = socket_.write_some(asio::buffer(out_.data(), most), ec);
        out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(n));
        if (cut_after != SIZE_MAX) cut_after -= n;
        if (!ec) continue;
        if (ec != asio::error::would_block) {
            broken_ = true;
        } else if (!std::exchange(waits_write_, true)) {
            socket_.async_wait(tcp::socket::wait_write,
                               [this, alive = std::weak_ptr{alive_}](const std::error_code&) {
                                   if (alive.expired()) return;
                                   waits_write_ = false;
                                   flush();
                               });
        }
        return;
    }
}
byte_vector attacker::sealed(byte_view text) {
    byte_vector frame(2 + text.size() + 16);
    copy(text, mutable_bytes{frame}.subspan(2));
    channel_->seal(frame);
    return frame;
}
void attacker::seal(byte_view yamux) {
    constexpr std::size_t most = noise::channel<crypto::botan>::most_plaintext;
    while (!yamux.empty()) {
        append(out_, sealed(yamux.first(std::min(yamux.size(), most))));
        yamux = yamux.subspan(std::min(yamux.size(), most));
    }
}
bool attacker::frames(byte_view yamux) {
    seal(yamux);
    return say(byte_view{});
}
void attacker::reply(byte_view yamux) {
    seal(yamux);
    flush();
}
bool attacker::agree(std::uint32_t id, std::string_view protocol) {
    if (!open(id, protocol)) return false;
    const byte_vector echo = lines({hello, protocol});
    const auto done = [&] {
        return gone() || streams[id].reset || streams[id].text.size() >= echo.size();
    };
    if (!until(done)) return false;
    stream& s = streams[id];
    if (s.text.size() < echo.size() || !equal(byte_view{s.text}.first(echo.size()), echo))
        return false;
    s.text.erase(s.text.begin(), s.text.begin() + static_cast<std::ptrdiff_t>(echo.size()));
    return true;
}
bool attacker::pour(std::uint32_t id, byte_view bytes) {
    constexpr std::size_t initial_window = 256 * 1024;
    std::uint64_t& sent = poured_[id];
    while (!bytes.empty()) {
        const auto room = [&] { return streams[id].credit + initial_window - sent; };
        if (!until([&] { return gone() || streams[id].reset || room() != 0; })) return false;
        if (gone() || streams[id].reset) return false;
        const std::size_t n = std::min<std::size_t>({bytes.size(), room(), 16 * 1024});
        sent += n;
        if (!frames(frames::data(id, bytes.first(n)))) return false;
        bytes = bytes.subspan(n);
    }
    return true;
}
bool attacker::echoes(std::uint32_t id, std::string_view text) {
    stream& s = streams[id];
    const std::size_t before = s.text.size();
    if (!frames(frames::data(id, text))) return false;
    const auto done = [&] { return gone() || s.reset || s.text.size() >= before + text.size(); };
    return until(done) && as_text(byte_view{s.text}.subspan(before)) == text;
}
void attacker::fin() {
    std::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
}
void attacker::cut() {
    std::error_code ignored;
    socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
    socket_.close(ignored);
}
void attacker::stop_reading() {
    reads_ = false;
    std::error_code ignored;
    socket_.cancel(ignored);
}
void attacker::read_on() {
    reads_ = true;
    listen();
}

// --- hearing
// --------------------------------------------------------------------------------------

void attacker::listen() {
    if (!reads_ || over_ || waits_ || !socket_.is_open()) return;
    waits_ = true;
    socket_.async_wait(tcp::socket::wait_read,
                       [this, alive = std::weak_ptr{alive_}](const std::error_code& ec) {
                           if (alive.expired()) return;
                           waits_ = false;
                           if (!ec && reads_) readable();
                           listen();
                       });
}
void attacker::readable() {
    static std::array<std::byte, 64 * 1024> some;
    for (;;) {
        std::error_code ec;
        const std::size_t n = socket_.read_some(asio::buffer(some), ec);
        if (ec == asio::error::would_block) return;
        if (ec) {
            over_ = true;
            return;
        }
        heard += n;
        take(mutable_bytes{some}.first(n));
    }
}
void attacker::take(mutable_bytes bytes) {
    if (!channel_) return append(raw, bytes);
    while (!bytes.empty()) {
        const auto used = channel_->receive(bytes, instant{});
        if (!used) {
            garbled = true;
            return;
        }
        bytes = bytes.subspan(*used);
        if (channel_->has_plaintext()) take_frames(channel_->plaintext());
    }
    channel_->release();
}
void attacker::take_frames(byte_view text) {
    append(text_, text);
    std::size_t at = 0;
    while (text_.size() - at >= yamux::header::size) {
        const byte_view rest = byte_view{text_}.subspan(at);
        const auto h = yamux::decode_header(rest.first<yamux::header::size>());
        if (!h) {
            garbled = true;
            break;
        }
        const std::size_t body = h->type == yamux::frame_type::data ? h->length : 0;
        if (rest.size() - yamux::header::size < body) break;
        at += yamux::header::size + body;
        on(*h, to_vector(rest.subspan(yamux::header::size, body)));
    }
    text_.erase(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at));
}
void attacker::on(const yamux::header& h, byte_view body) {
    switch (h.type) {
    case yamux::frame_type::ping:
        if (h.has(yamux::ack)) {
            pongs_in_order = pongs_in_order && h.length == last_pong + 1;
            last_pong = h.length;
            ++pongs;
        }
        if (h.has(yamux::syn) && answers_pings) reply(test::frames::ping(h.length, yamux::ack));
        return;
    case yamux::frame_type::go_away:
        went_away = h.length;
        return;
    default:
        on_stream(h, body);
    }
}
void attacker::on_stream(const yamux::header& h, byte_view body) {
    const auto id = static_cast<std::uint32_t>(h.stream);
    if (h.has(yamux::rst) && (id % 2 == 1) == dialed_) ++resets;
    if (!keeps && !streams.contains(id)) return;
    stream& s = streams[id];
    if (h.has(yamux::syn)) s.opened_by_node = true;
    if (h.has(yamux::ack)) s.acknowledged = true;
    if (h.has(yamux::rst))
        s.reset = h.type == yamux::frame_type::data ? 0 : h.length;
    else if (h.type == yamux::frame_type::window_update)
        s.credit += h.length;
    if (h.has(yamux::fin)) s.fin = true;
    s.bytes += body.size();
    if (keeps) append(s.text, body);
    if (s.opened_by_node && answers) answer(id, s);
}
/// Every whole line behind the header is a proposal, up to the one that is agreed to.
void attacker::answer(std::uint32_t id, stream& s) {
    std::size_t& at = proposed_[id];
    if (at == SIZE_MAX) return;
    while (at < s.text.size()) {
        const auto length = std::to_integer<std::size_t>(s.text[at]); // one byte does for ours
        if (s.text.size() - at - 1 < length) return;
        const std::string token{as_text(byte_view{s.text}.subspan(at + 1, length - 1))};
        at += 1 + length;
        if (token == hello) {
            reply(test::frames::data(id, lines({hello}), yamux::ack));
            continue;
        }
        const bool yes = std::find(agrees_to.begin(), agrees_to.end(), token) != agrees_to.end();
        reply(test::frames::data(id, lines({yes ? token : multistream::refusal})));
        if (!yes) continue;
        s.text.erase(s.text.begin(), s.text.begin() + static_cast<std::ptrdiff_t>(at));
        at = SIZE_MAX;
        if (says) reply(says(id, token));
        return;
    }
}

// --- the upgrade
// ----------------------------------------------------------------------------------

bool attacker::expect(byte_view bytes) {
    if (!until([&] { return gone() || raw.size() >= bytes.size(); })) return false;
    if (raw.size() < bytes.size() || !equal(byte_view{raw}.first(bytes.size()), bytes))
        return false;
    raw.erase(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(bytes.size()));
    return true;
}
byte_vector attacker::expect_message() {
    const auto whole = [&] {
        return raw.size() >= 2 && raw.size() >= 2U + wire::load_u16(raw.data());
    };
    if (!until([&] { return gone() || whole(); }) || !whole()) return {};
    const auto end = raw.begin() + 2 + wire::load_u16(raw.data());
    byte_vector message(raw.begin(), end);
    raw.erase(raw.begin(), end);
    return message;
}
void attacker::send_output(handshake& hand) {
    const byte_vector out = to_vector(hand.transmit(~std::size_t{0}));
    hand.transmitted(out.size());
    (void)say(out);
}
bool attacker::carry_message(handshake& hand) {
    const byte_vector message = expect_message();
    if (message.empty() || !hand.receive(message, instant{})) return false;
    send_output(hand);
    return true;
}
bool attacker::begin_channel(handshake& hand) {
    hand.proceed();
    send_output(hand);
    if (!hand.ended() || hand.ended()->why) return false;
    channel_.emplace(hand.take_channel());
    byte_vector behind = std::exchange(raw, {});
    take(behind);
    return true;
}
bool attacker::upgrade() {
    say(lines({hello, "/noise"}));
    if (!expect(lines({hello, "/noise"}))) return false;
    handshake hand{noise::role::dialer,
                   who_.self,
                   {.muxers = {std::string{yamux_id}}},
                   who_.crypto,
                   instant{}};
    send_output(hand);
    return carry_message(hand) && begin_channel(hand);
}
bool attacker::upgrade_as_listener() {
    if (!expect(lines({hello, "/noise"}))) return false;
    say(lines({hello, "/noise"}));
    handshake hand{noise::role::listener,
                   who_.self,
                   {.muxers = {std::string{yamux_id}}},
                   who_.crypto,
                   instant{}};
    return carry_message(hand) && carry_message(hand) && begin_channel(hand);
}

} // namespace lp2p::test::attack
