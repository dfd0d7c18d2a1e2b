// SPDX-License-Identifier: Apache-2.0 OR MIT
// yamux sessions: the application accepts every stream, reads when a step was worked off, and never
// finishes.
#include "judge.hpp"

#include <lp2p/protocol/yamux/session.hpp>

#include <map>

namespace conformance {

using namespace lp2p;

namespace {

class application {
public:
    explicit application(const vector& v)
        : session_{v.context_text("role") == "dialer" ? yamux::role::dialer : yamux::role::listener,
                   {},
                   now_} {
        const json opens = v.context("opens"), fills = v.context("fills");
        for (const json& text : opens) open(bytes_of(text));
        for (const json& size : fills) open(byte_vector(size.get<std::size_t>()));
    }

    /// In pieces, too, the application reads only when the whole step has come.
    void step(byte_view bytes, cut how) {
        const std::size_t size = how == cut::as_given ? bytes.size() : bytes.size() / 4000 + 1;
        for (std::size_t at = 0; at < bytes.size() && !session_.ended(); at += size)
            (void)session_.receive(bytes.subspan(at, std::min(size, bytes.size() - at)), now_);
        look();
    }
    void look() {
        take_events();
        for (auto& [id, s] : streams_) read(id, s);
        take_events();
        for (byte_view out = session_.transmit(65536); !out.empty();
             out = session_.transmit(65536)) {
            append(sent_, out);
            session_.transmitted(out.size());
        }
        take_events();
    }
    [[nodiscard]] verdict told() const;

private:
    struct stream {
        byte_vector received;
        std::string end = "open";
        std::uint32_t code = 0; ///< 0 says nothing
    };

    void open(const byte_vector& bytes) {
        const auto id = session_.open(now_);
        if (!id) return;
        streams_.emplace(yamux::value_of(*id), stream{});
        (void)session_.write(*id, bytes);
    }
    void read(std::uint32_t id, stream& s) {
        for (byte_view in = session_.read(yamux::stream_id{id}); !in.empty();
             in = session_.read(yamux::stream_id{id})) {
            append(s.received, in);
            session_.consume(yamux::stream_id{id}, in.size());
        }
    }
    void take_events() {
        while (const auto event = session_.poll_event())
            std::visit([this](const auto& e) { on(e); }, *event);
    }
    void on(const yamux::stream_opened& e) {
        // An id that comes a second time is told behind the first.
        const std::uint32_t id = yamux::value_of(e.id);
        if (const auto old = streams_.find(id); old != streams_.end()) earlier_.insert(*old);
        streams_[id] = {};
        (void)session_.accept(e.id);
    }
    void on(const yamux::stream_finished& e) { streams_[yamux::value_of(e.id)].end = "finished"; }
    void on(const yamux::stream_reset& e) {
        stream& s = streams_[yamux::value_of(e.id)];
        read(yamux::value_of(e.id), s); // what came before it can still be read
        if (s.end != "open") return;    // it was read to its end before
        s.end = "reset";
        s.code = e.code;
    }
    void on(const yamux::stream_ended& e) {
        stream& s = streams_[yamux::value_of(e.id)];
        if (s.end == "open" && e.why.by == party::local && e.why.why) s.end = "reset here";
    }
    template <class Other>
    void on(const Other&) {}

    [[nodiscard]] json streams() const;

    instant now_{};
    yamux::session session_;
    std::map<std::uint32_t, stream> streams_;
    std::multimap<std::uint32_t, stream> earlier_;
    byte_vector sent_;
};

json application::streams() const {
    json all = json::array();
    const auto tell = [&](std::uint32_t id, const stream& s) {
        json one{{"id", id}, {"received", hex_of(s.received)}};
        if (!session_.ended()) {
            one["end"] = s.end;
            if (s.code != 0) one["code"] = s.code;
        }
        all.push_back(std::move(one));
    };
    for (const auto& [id, s] : streams_) {
        const auto [from, to] = earlier_.equal_range(id);
        for (auto old = from; old != to; ++old) tell(id, old->second);
        tell(id, s);
    }
    return all;
}

verdict application::told() const {
    const auto& over = session_.ended();
    // A GoAway of the peer is an end that it may bring about; any other is a refusal.
    if (over && over->why && over->why != error{yamux::errc::went_away}) return refused(over->why);
    json value{{"session", over ? "ended" : "open"},
               {"streams", streams()},
               {"pongs", json::array()},
               {"resets", json::array()}};
    std::map<std::uint32_t, std::uint32_t> written;
    for (byte_view rest = sent_; rest.size() >= yamux::header::size;) {
        const auto h = yamux::decode_header(rest.first<yamux::header::size>());
        if (!h) return {};
        const bool data = h->type == yamux::frame_type::data;
        rest = rest.subspan(yamux::header::size + (data ? h->length : 0));
        if (h->type == yamux::frame_type::ping && h->has(yamux::ack))
            value["pongs"].push_back(h->length);
        if (h->type <= yamux::frame_type::window_update && h->has(yamux::rst))
            value["resets"].push_back(yamux::value_of(h->stream));
        if (data && h->length != 0) written[yamux::value_of(h->stream)] += h->length;
    }
    for (const auto& [id, bytes] : written)
        value["written"].push_back({{"id", id}, {"bytes", bytes}});
    return accepted(std::move(value));
}

} // namespace

verdict judge_yamux(const vector& v, cut how) {
    application app{v};
    app.look();
    for (const byte_vector& step : peer_bytes(v, cut::as_given)) app.step(step, how);
    return app.told();
}

} // namespace conformance
