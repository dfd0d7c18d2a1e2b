// SPDX-License-Identifier: Apache-2.0 OR MIT
// Script: the input chooses role, limits, frames, time and local calls. Played whole and in pieces
// the story must be the same, and after every step the session must keep its own rules.
#include <lp2p/protocol/yamux/session.hpp>

#include "fuzz/support/script.hpp"

#include <map>
#include <set>

namespace {

using namespace lp2p;
using namespace lp2p::yamux;

struct move {
    enum kind_type : std::uint8_t { bytes, wait, call, end };
    kind_type kind = bytes;
    byte_vector input;
    duration by{};
    lp2p::end how{};
    std::uint8_t which = 0;
    stream_id id{};
    std::uint32_t n = 0;
};

config config_of(fuzz::script& in) {
    config c;
    if (in.flag()) return c;
    c.streams_in = 1 + in.below(6);
    c.streams_waiting = 1 + in.below(4);
    c.streams_out = 1 + in.below(4);
    c.streams_both = 2 + in.below(8);
    c.streams_unacknowledged = 1 + in.below(3);
    c.unread = 100 + in.below(2000);
    c.queued_stream = 1 + in.below(3000);
    c.queued_connection = 1 + in.below(5000);
    c.data_frame = 1 + in.below(700);
    c.pings_owed = 1 + in.below(4);
    c.resets = {in.below(8), 1};
    c.useless_frames = {in.below(20), 5};
    c.skipped_bytes = in.below(2000);
    return c;
}

/// A frame that is nearly right: small ids and lengths are likelier than chance would make them.
byte_vector frame_of(fuzz::script& in) {
    header h;
    h.type = static_cast<frame_type>(in.below(4));
    h.flags = in.below(16) & 0xffffU;
    h.stream = stream_id{in.below(12)};
    const std::uint32_t shape = in.below(8);
    h.length = shape == 7 ? in.number() : shape == 6 ? in.below(70'000) : in.below(200);
    byte_vector out(header::size);
    encode(h, std::span{out}.first<header::size>());
    if (h.type == frame_type::data && shape != 7) out.resize(out.size() + h.length, std::byte{42});
    return out;
}

std::vector<move> moves_of(fuzz::script& in) {
    std::vector<move> out;
    while (!in.empty() && out.size() < 100) {
        move m;
        const std::uint32_t what = in.below(16);
        if (what < 2) {
            m.input = to_vector(in.piece());
        } else if (what < 8) {
            for (std::uint32_t n = 1 + in.below(4); n != 0; --n) append(m.input, frame_of(in));
        } else if (what < 10) {
            m.kind = move::wait;
            m.by = in.wait();
        } else if (what < 15 || !in.flag()) {
            m.kind = move::call;
            m.which = in.byte();
            m.id = stream_id{in.below(12)};
            m.n = in.below(3000);
        } else {
            m.kind = move::end;
            m.how = in.flag() ? lp2p::end{lp2p::end::reset, in.number()} : lp2p::end{};
        }
        out.push_back(std::move(m));
    }
    return out;
}

class player {
public:
    player(role who, const config& cfg, std::size_t piece)
        : cfg_{cfg}
        , s_{who, cfg, now_}
        , piece_{piece} {}

    std::string play(const std::vector<move>& story) {
        for (const move& m : story) {
            perform(m);
            poll();
            send();
            rules();
        }
        return log_;
    }

private:
    void perform(const move& m) {
        if (m.kind == move::bytes) return arrive(m.input);
        if (m.kind == move::end) return s_.receive_end(m.how, now_);
        if (m.kind == move::call) return call(m);
        const instant until = now_ + m.by;
        for (int met = 0; met < 1000; ++met) {
            const auto at = s_.next_timeout();
            if (!at || *at > until) break;
            now_ = std::max(now_, *at);
            s_.handle_timeout(now_);
            poll();
            send();
        }
        now_ = until;
        s_.handle_timeout(now_);
    }
    void arrive(byte_view in) {
        while (!in.empty()) {
            const byte_view some = in.first(piece_ == 0 ? in.size() : std::min(piece_, in.size()));
            const bool over = s_.ended().has_value();
            const auto took = s_.receive(some, now_);
            fuzz::require(took ? s_.ended() || *took == some.size() : s_.ended().has_value(),
                          "receive takes all of it, or the session is over");
            fuzz::require(!over || !took || *took == 0, "nothing is taken after the end");
            in = in.subspan(some.size());
        }
    }
    void call(const move& m) {
        switch (m.which % 11) {
        case 0:
            open();
            break;
        case 1:
            (void)s_.write(m.id, byte_vector(m.n, std::byte{1}));
            break;
        case 2:
            (void)s_.write(m.id, shared_bytes{byte_vector(m.n, std::byte{2})}, m.n / 3);
            break;
        case 3:
            (void)s_.finish(m.id);
            break;
        case 4:
            (void)s_.reset(m.id, m.n, m.n % 2 == 0 ? party::local : party::remote);
            break;
        case 5:
            (void)s_.accept(m.id);
            break;
        case 6:
            s_.ping(now_);
            break;
        case 7:
            s_.consume(m.id, m.n);
            break;
        case 8:
            lazy_ = !lazy_;
            break;
        case 9:
            silent_ = !silent_;
            break;
        default:
            if (m.n % 5 == 0) s_.go_away(m.n / 5 % 3, now_);
        }
    }
    void open() {
        const auto id = s_.open(now_);
        if (id)
            fuzz::require(known_.insert(*id).second, "an id of ours is never used again");
        else
            fuzz::require(id.error() == fault::limit || id.error() == fault::closed,
                          "a refused open says nothing about the peer");
    }
    void poll() {
        while (const auto e = s_.poll_event()) {
            fuzz::require(!told_end_, "nothing is told after the end");
            const stream_id id = detail::stream_of(*e);
            log_ += std::to_string(e->index()) + ":" + std::to_string(value_of(id)) + " ";
            if (std::holds_alternative<stream_opened>(*e))
                fuzz::require(known_.insert(id).second, "opened once");
            fuzz::require(id == session_id || known_.contains(id),
                          "only of streams that are known");
            if (std::holds_alternative<stream_ended>(*e)) known_.erase(id);
            if (const auto* end = std::get_if<ended>(&*e)) {
                told_end_ = true;
                fuzz::require(known_.empty(), "every stream ends before its session");
                fuzz::require(s_.ended() == end->why, "the event says what ended() says");
                log_ += test::to_text(end->why);
            }
            if (!lazy_ && std::holds_alternative<stream_readable>(*e)) read(id);
        }
    }
    void read(stream_id id) {
        for (byte_view some = s_.read(id); !some.empty(); some = s_.read(id)) {
            const std::size_t n = some.size();
            read_[id] += n;
            s_.consume(id, n);
        }
        log_ += std::to_string(read_[id]);
    }
    void send() {
        if (silent_) return;
        while (s_.pending() != 0) {
            const byte_view out = s_.transmit(700);
            fuzz::require(!out.empty() && out.size() <= 700, "pending output is given");
            log_ += test::to_hex(out.first(std::min<std::size_t>(out.size(), 12)));
            s_.transmitted(out.size());
        }
        fuzz::require(s_.transmit(700).empty(), "nothing pending, nothing given");
    }
    void rules() {
        const session_counts c = s_.counts();
        fuzz::require(c.in <= cfg_.streams_in && c.waiting <= cfg_.streams_waiting &&
                          c.out <= cfg_.streams_out && c.unacked <= cfg_.streams_unacknowledged,
                      "streams stay within their limits");
        fuzz::require(c.buffered <= cfg_.unread, "unread bytes stay within their limit");
        fuzz::require(c.queued <= cfg_.queued_connection, "queued bytes stay within their limit");
        fuzz::require(c.waiting <= c.in && c.unacked <= c.out, "the counts are of one world");
        log_ += "\n";
    }

    config cfg_;
    instant now_ = test::start;
    session s_;
    std::size_t piece_;
    std::set<stream_id> known_;
    std::map<stream_id, std::size_t> read_;
    bool lazy_ = false;   ///< nobody reads
    bool silent_ = false; ///< nothing leaves
    bool told_end_ = false;
    std::string log_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::script in{data, size};
    const role who = in.flag() ? role::dialer : role::listener;
    const config cfg = config_of(in);
    const auto story = moves_of(in);
    const std::string whole = player{who, cfg, 0}.play(story);
    for (const std::size_t piece : {1U, 13U})
        fuzz::require(player{who, cfg, piece}.play(story) == whole, "the same however chopped");
    return 0;
}
