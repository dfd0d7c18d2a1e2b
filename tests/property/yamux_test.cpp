// SPDX-License-Identifier: Apache-2.0 OR MIT
// Model of the stream table: whatever is opened, finished, reset and read on either side, in any
// order, the session's streams are those that a few lines of bookkeeping predict.
#include <lp2p/protocol/yamux/session.hpp>

#include "tests/protocol/yamux/frames.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

#include <map>

namespace {

using namespace lp2p;
using namespace lp2p::test::frames;
using test::start;

constexpr std::uint32_t most_in = 4;
constexpr std::uint32_t most_waiting = 2;
constexpr std::uint32_t most_out = 3;
constexpr std::uint32_t most_unacked = 2;

/// A stream as the specification and threats.md describe it.
struct stream_model {
    bool inbound = false;
    bool waiting = false;
    bool unacked = false;
    bool local_fin = false;
    bool remote_fin = false;
    bool remote_reset = false;
    std::size_t unread = 0;
    [[nodiscard]] bool over() const {
        return unread == 0 && (remote_reset || (local_fin && remote_fin));
    }
};
struct model {
    std::map<std::uint32_t, stream_model> streams;
    std::uint32_t next = 1;

    [[nodiscard]] session_counts counts() const {
        session_counts c;
        for (const auto& [id, s] : streams) {
            ++(s.inbound ? c.in : c.out);
            if (s.waiting) ++c.waiting;
            if (s.unacked) ++c.unacked;
            c.buffered += s.unread;
        }
        return c;
    }
    void settle(std::uint32_t id) {
        if (streams.at(id).over()) streams.erase(id);
    }
    [[nodiscard]] bool live(std::uint32_t id) const { return streams.count(id) != 0; }
};
struct system {
    session s = [] {
        config cfg;
        cfg.streams_in = most_in;
        cfg.streams_waiting = most_waiting;
        cfg.streams_out = most_out;
        cfg.streams_unacknowledged = most_unacked;
        return settled(role::dialer, cfg);
    }();
    std::map<std::uint32_t, int> told; ///< opened and not ended, by events
};
using command = rc::state::Command<model, system>;

/// After every command: the counts are the model's, the session lives, each end is told once.
void check(const model& m, system& sut) {
    (void)sent(sut.s);
    for (const auto& e : events(sut.s)) {
        const std::uint32_t id = value_of(detail::stream_of(e));
        if (std::holds_alternative<stream_opened>(e)) RC_ASSERT(++sut.told[id] == 1);
        if (std::holds_alternative<stream_ended>(e)) {
            RC_ASSERT(sut.told[id] == 1);
            sut.told.erase(id);
        }
    }
    RC_ASSERT(!sut.s.ended());
    RC_ASSERT(sut.s.counts() == m.counts());
    RC_ASSERT(sut.told.size() == m.streams.size());
    for (const auto& [id, expected] : m.streams) {
        const auto is = sut.s.inspect(stream_id{id});
        RC_ASSERT(is.has_value());
        RC_ASSERT(is->buffered == expected.unread);
        RC_ASSERT(is->inbound == expected.inbound);
        RC_ASSERT(is->finished == expected.local_fin);
        RC_ASSERT(is->remote_finished == expected.remote_fin);
        RC_ASSERT(is->remote_reset == expected.remote_reset);
    }
}
void feed(system& sut, const byte_vector& in) { RC_ASSERT(sut.s.receive(in, start).has_value()); }

/// One command out of a kind and an id; `then` changes the model exactly as `act` changes the
/// session.
struct step : command {
    enum kind_type {
        open,
        finish,
        reset,
        accept,
        read,
        their_syn,
        their_data,
        their_fin,
        their_rst,
        their_ack,
        count
    };
    kind_type kind = static_cast<kind_type>(*rc::gen::inRange<int>(0, count));
    std::uint32_t id = *rc::gen::inRange<std::uint32_t>(1, 12);

    void checkPreconditions(const model& m) const override {
        const bool theirs = id % 2 == 0;
        if (kind == their_syn) {
            RC_PRE(theirs && !m.live(id));
        } else if (kind != open) {
            RC_PRE(m.live(id));
            const stream_model& s = m.streams.at(id);
            if (kind == accept) RC_PRE(s.inbound && !s.remote_reset);
            if (kind == finish) RC_PRE(!s.remote_reset);
            if (kind >= their_data) RC_PRE(!s.remote_reset && !s.remote_fin);
        }
    }
    void apply(model& m) const override {
        if (kind == open) {
            const auto c = m.counts();
            if (c.out >= most_out || c.unacked >= most_unacked) return;
            m.streams[m.next].unacked = true;
            m.next += 2;
            return;
        }
        if (kind == their_syn) {
            const auto c = m.counts();
            if (c.in >= most_in || c.waiting >= most_waiting) return;
            m.streams[id].inbound = m.streams[id].waiting = true;
            return;
        }
        stream_model& s = m.streams.at(id);
        switch (kind) {
        case reset:
            m.streams.erase(id);
            return;
        case finish:
            s.local_fin = true;
            s.waiting = false;
            break;
        case accept:
            s.waiting = false;
            break;
        case read:
            s.unread = 0;
            break;
        case their_data:
            s.unread += 3;
            s.waiting = s.unacked = false;
            break;
        case their_fin:
            s.remote_fin = true;
            s.unacked = false;
            break;
        case their_rst:
            s.remote_reset = true;
            break;
        default:
            s.unacked = false;
            break;
        }
        m.settle(id);
    }
    void run(const model& before, system& sut) const override {
        act(before, sut);
        model after = before;
        apply(after);
        check(after, sut);
    }
    void act(const model& m, system& sut) const {
        const stream_id at{id};
        switch (kind) {
        case open: {
            const auto c = m.counts();
            const auto opened = sut.s.open(start);
            if (c.out >= most_out)
                RC_ASSERT(opened.error() == error{errc::stream_limit});
            else if (c.unacked >= most_unacked)
                RC_ASSERT(opened.error() == error{errc::ack_backlog});
            else {
                RC_ASSERT(opened == stream_id{m.next});
                ++sut.told[m.next];
            }
            break;
        }
        case finish:
            RC_ASSERT(sut.s.finish(at).has_value());
            break;
        case reset:
            RC_ASSERT(sut.s.reset(at).has_value());
            break;
        case accept:
            RC_ASSERT(sut.s.accept(at).has_value());
            break;
        case read:
            RC_ASSERT(read_all(sut.s, at).size() == m.streams.at(id).unread);
            break;
        case their_syn:
            feed(sut, update(id, 0, syn));
            break;
        case their_data:
            feed(sut, data(id, "abc"));
            break;
        case their_fin:
            feed(sut, data(id, "", fin));
            break;
        case their_rst:
            feed(sut, update(id, 5, rst));
            break;
        default:
            feed(sut, update(id, 1, ack));
            break;
        }
    }
    void show(std::ostream& os) const override {
        static constexpr const char* names[] = {"open",      "finish",    "reset",      "accept",
                                                "read",      "their_syn", "their_data", "their_fin",
                                                "their_rst", "their_ack"};
        os << names[kind] << " " << id;
    }
};

RC_GTEST_PROP(YamuxStreamTableModel, FollowsTheModelForAnyStory, ()) {
    system sut;
    rc::state::check(model{}, sut, rc::state::gen::execOneOfWithArgs<step>());
}

} // namespace
