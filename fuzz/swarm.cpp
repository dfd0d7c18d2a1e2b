// SPDX-License-Identifier: Apache-2.0 OR MIT
// Script: a swarm that dials, is dialed and is told what to do, among remotes that the input plays:
// peers that agree on everything, peers that fall silent or change their minds, strangers with raw
// bytes; sockets that fail, and a driver that takes its time to release them.
//
// The laws: a connection that was told open is told closed, once, and nothing of it is told behind
// that; one established connection to a peer; bounds hold; every dial has one answer; commands are
// about connections that there are; behind the last word comes nothing. The same script tells the
// same story.
#include <lp2p/swarm/swarm.hpp>

#include "fuzz/support/script.hpp"
#include "tests/support/stacks.hpp"

#include <set>

namespace {

using namespace lp2p;
using fuzz::require;

constexpr std::size_t most_links = 12;
constexpr std::uint8_t most_others = 3;
const std::vector<std::string> protocols[] = {{"/echo/1"}, {"/late/1"}, {"/nobody/1", "/echo/1"}};

template <class Stack>
class world {
public:
    explicit world(fuzz::script in)
        : in_{in}
        , swarm_{me_.self, me_.id, settings(), me_.crypto, now_} {
        swarm_.serve(test::serves({"/echo/1"}));
    }
    /// Plays it to its end; what was done and told.
    std::string play() {
        for (int steps = 0; !in_.empty() && steps < 400; ++steps) {
            step();
            run();
        }
        swarm_.shut_down(now_);
        run();
        while (!links_.empty()) {
            release(links_.begin()->first);
            run();
        }
        require(swarm_.size() == 0, "a connection is kept whose transport is gone");
        require(swarm_.ended() && ended_, "a swarm that was shut down is not over");
        require(open_.empty(), "a connection was told open and never closed");
        require(substreams_.empty(), "a substream was told open and never ended");
        require(dials_.empty(), "a dial without an answer");
        require(!swarm_.next_timeout(), "a swarm that is over waits for something");
        return std::move(story_);
    }

private:
    using connection_type = connection<Stack>;
    using person = test::person<Stack>;
    /// One transport and whoever is at the other end of it.
    struct link {
        direction dir{};
        bool connecting = false;               ///< the swarm waits for an answer to its dial
        bool hung_up = false;                  ///< the swarm waits for nothing more
        bool mute = false;                     ///< nothing passes, and nobody is told
        std::optional<connection_type> remote; ///< nothing: a stranger with raw bytes
        std::vector<substream_index> streams;  ///< of the remote, open
    };

    typename swarm<Stack>::config settings() {
        typename swarm<Stack>::config c;
        c.seed = in_.byte();
        chunk_ = 1 + in_.below(300);
        if (in_.flag()) return c;
        limits& l = c.bounds;
        l.connections = 1 + in_.below(4);
        l.connections_high = l.connections / 2;
        l.connections_low = l.connections / 3;
        l.young_connection = seconds{5};
        if (c.seed % 2 != 0) l.unused_connection = seconds{30};
        l.upgrading = 1 + in_.below(4);
        l.upgrading_per_address = 1 + in_.below(4);
        l.streams_in = 1 + in_.below(8);
        l.streams_out = 1 + in_.below(8);
        l.newcomers = {in_.below(3), 1};
        l.dials = 1 + in_.below(3);
        l.addresses_per_peer = 1 + in_.below(3);
        l.protected_peers = 1 + in_.below(2);
        l.unread_node = 1 + in_.below(3000);
        l.queued_stream = 1 + in_.below(100);
        return c;
    }
    static wire::multiaddr address(std::uint32_t host) {
        return wire::multiaddr::tcp4({std::byte{10}, {}, {}, static_cast<std::byte>(host)}, 4001);
    }
    const person& somebody() { return others_[in_.below(most_others)]; }
    /// A link, in any state; nothing where there is none.
    std::optional<conn_id> some_link() {
        if (links_.empty()) return std::nullopt;
        return std::next(links_.begin(), in_.below(static_cast<std::uint32_t>(links_.size())))
            ->first;
    }
    /// An id of any time: of a connection that there is, that there was, or that there never was.
    conn_id any_id() {
        if (const auto id = some_link(); id && in_.flag()) return *id;
        return conn_id{in_.below(40)};
    }
    substream_id any_substream() {
        if (substreams_.empty() || in_.below(8) == 0)
            return {any_id(), substream_index{in_.below(8)}};
        return *std::next(substreams_.begin(),
                          in_.below(static_cast<std::uint32_t>(substreams_.size())));
    }
    connection_type remote(role r) {
        typename connection_type::config c{};
        if (r == role::dialer) c.expected = me_.id;
        c.serves = test::serves({"/echo/1"});
        const person& who = somebody();
        return {r, who.self, std::move(c), who.crypto, now_};
    }
    void note(const char* what, std::uint64_t n = 0) {
        story_ += what;
        story_ += ' ' + std::to_string(n) + '\n';
    }

    // --- what happens
    // -----------------------------------------------------------------------------
    void step() {
        switch (in_.below(13)) {
        case 0:
            return accept();
        case 1:
            return say_raw();
        case 2:
            return answer_dial();
        case 3:
        case 4:
            return remote_acts();
        case 5:
            return end_transport();
        case 6:
            return pass(in_.flag() ? duration{milliseconds{in_.byte()}} : in_.wait());
        case 7:
            if (const auto id = some_link(); id && links_.at(*id).hung_up) release(*id);
            return;
        case 8:
            if (const auto id = some_link()) links_.at(*id).mute = in_.flag();
            return;
        case 9:
        case 10:
            return local_call();
        case 11:
            return local_substream_call();
        default:
            return rare_call();
        }
    }
    void accept() {
        if (links_.size() >= most_links) return;
        const auto id = swarm_.accepted(address(1 + in_.below(3)), address(0), now_);
        require(id.has_value() == !ended_, "who is accepted depends on the end alone");
        if (!id) return;
        link& l = fresh(*id, direction::inbound);
        if (in_.below(4) != 0) l.remote.emplace(remote(role::dialer));
    }
    link& fresh(conn_id id, direction dir) {
        require(ids_.insert(id).second, "an id was given twice");
        link& l = links_[id];
        l.dir = dir;
        return l;
    }
    void say_raw() {
        const auto id = some_link();
        const byte_view bytes = in_.piece();
        if (id && !links_.at(*id).connecting) deliver(*id, to_vector(bytes));
    }
    void answer_dial() {
        const auto id = some_link();
        if (!id || !links_.at(*id).connecting) return;
        link& l = links_.at(*id);
        l.connecting = false;
        switch (in_.below(4)) {
        case 0:
            links_.erase(*id);
            return swarm_.connect_failed(*id, swarms::errc::no_address, now_);
        case 1:
            swarm_.tried(*id, address(9), swarms::errc::no_address);
            swarm_.tried(*id, address(8), {});
            break;
        default:
            break;
        }
        if (in_.below(8) != 0) l.remote.emplace(remote(role::listener));
        swarm_.connected(*id, address(0), now_);
    }
    void remote_acts() {
        const auto id = some_link();
        if (!id || !links_.at(*id).remote) return;
        link& l = links_.at(*id);
        const auto stream = [&] {
            return l.streams.empty()
                       ? substream_index{}
                       : l.streams[in_.below(static_cast<std::uint32_t>(l.streams.size()))];
        };
        switch (in_.below(6)) {
        case 0:
        case 1: {
            const auto& names = protocols[in_.below(3)];
            const confirm how = in_.flag() ? confirm::lazy : confirm::wait;
            (void)l.remote->open(names, purpose::application, after(now_, seconds{10}), how, now_);
            return;
        }
        case 2:
        case 3: {
            const auto s = stream();
            (void)l.remote->write(s, in_.piece(), now_);
            return;
        }
        case 4: {
            const auto s = stream();
            return in_.flag() ? l.remote->finish(s, now_) : l.remote->reset(s, in_.byte(), now_);
        }
        default:
            return l.remote->close(swarms::errc::disconnected, now_);
        }
    }
    void end_transport() {
        const auto id = some_link();
        const end how = in_.flag() ? end{end::reset, 0} : end{};
        if (!id || links_.at(*id).connecting) return;
        if (auto& r = links_.at(*id).remote) r->receive_end(how, now_);
        swarm_.receive_end(*id, how, now_);
    }
    void local_call() {
        const person& other = somebody();
        switch (in_.below(8)) {
        case 0:
        case 1: {
            auto at = address(1 + in_.below(3)).with_peer(other.id);
            if (in_.below(8) == 0) at = at.without_peer();
            dials_.insert(swarm_.dial(at, now_));
            return;
        }
        case 2:
            dials_.insert(swarm_.dial(other.id, now_));
            return;
        case 3:
            return swarm_.add_address(other.id, address(1 + in_.below(5)));
        case 4:
            (void)swarm_.protect(other.id, now_);
            return;
        case 5:
            return swarm_.unprotect(other.id);
        case 6:
            return swarm_.disconnect(other.id, swarms::errc::disconnected, now_);
        default:
            (void)swarm_.open(other.id, protocols[in_.below(3)], purpose::application,
                              after(now_, seconds{5}), confirm::wait, now_);
        }
    }
    void local_substream_call() {
        const substream_id id = any_substream();
        switch (in_.below(5)) {
        case 0:
        case 1:
            (void)swarm_.write(id, in_.piece(), now_);
            return;
        case 2:
            return swarm_.consume(id, std::min<std::size_t>(in_.byte(), swarm_.read(id).size()),
                                  now_);
        case 3:
            return swarm_.finish(id, now_);
        default:
            return swarm_.reset(id, in_.byte(), now_);
        }
    }
    void rare_call() {
        switch (in_.below(6)) {
        case 0:
            return swarm_.serve(in_.flag() ? test::serves({"/echo/1", "/late/1"})
                                           : test::serves({"/late/1"}));
        case 1:
            return swarm_.close(any_id(), swarms::errc::disconnected, now_);
        case 2:
            return swarm_.ping(any_id(), now_);
        case 3:
            return swarm_.handle_timeout(now_); // early: nothing may come of it
        case 4: {
            const auto how = in_.flag() ? confirm::lazy : confirm::wait;
            (void)swarm_.open(any_id(), protocols[in_.below(3)], purpose::pubsub,
                              after(now_, in_.wait()), how, now_);
            return;
        }
        default:
            const auto what = in_.below(8);
            if (what == 0) swarm_.shut_down(now_);
            if (what == 1 || what == 2) replace();
        }
    }
    /// From then on a peer may have two connections, one of which leaves.
    void replace() {
        if (!swarm_.replace(any_id(), swarms::errc::disconnected, now_)) return;
        note("replace", 0);
        replaced_ = true;
    }
    void pass(duration by) {
        const instant until = after(now_, by);
        for (int i = 0;; ++i) {
            std::optional<instant> at = swarm_.next_timeout();
            for (auto& [id, l] : links_)
                if (l.remote) at = earlier(at, l.remote->next_timeout());
            if (!at || *at > until) break;
            require(i < 5000, "deadlines without end");
            now_ = std::max(now_, *at);
            swarm_.handle_timeout(now_);
            for (auto& [id, l] : links_)
                if (l.remote) l.remote->handle_timeout(now_);
            run();
        }
        now_ = until;
    }

    // --- the pump
    // ---------------------------------------------------------------------------------
    void run() {
        for (int i = 0; i < 100'000; ++i) {
            bool busy = false;
            while (auto c = swarm_.poll_command()) {
                busy = true;
                std::visit([&](const auto& asked) { carry_out(asked); }, *c);
            }
            while (auto e = swarm_.poll_event()) {
                busy = true;
                require(!ended_ || std::holds_alternative<swarms::dial_failed>(*e),
                        "something was told behind the last word");
                note("event", e->index());
                std::visit([&](const auto& told) { on(told); }, *e);
            }
            for (const conn_id id : all_links()) busy = remote_turn(id) || busy;
            if (!busy) return check_bounds();
        }
        require(false, "the swarm talks without end");
    }
    [[nodiscard]] std::vector<conn_id> all_links() const {
        std::vector<conn_id> all;
        for (const auto& [id, l] : links_) all.push_back(id);
        return all;
    }
    link& live(conn_id id) {
        const auto at = links_.find(id);
        require(at != links_.end() && !at->second.hung_up, "a command for what is over");
        return at->second;
    }
    void carry_out(const dial_command& c) {
        note("dial", static_cast<std::uint64_t>(c.id));
        require(!ended_, "a swarm that is over dials");
        fresh(c.id, direction::outbound).connecting = true;
    }
    void carry_out(const flush_command& c) {
        require(!live(c.id).connecting, "output without a transport");
        flush(c.id);
    }
    void carry_out(const hang_up_command& c) {
        note("hang up", static_cast<std::uint64_t>(c.id));
        link& l = live(c.id);
        flush(c.id);
        l.hung_up = true;
        l.connecting = false;
        if (in_.flag()) release(c.id); // else the driver takes its time
    }
    void flush(conn_id id) {
        for (byte_view v = swarm_.transmit(id, 4096); !v.empty(); v = swarm_.transmit(id, 4096)) {
            byte_vector bytes = to_vector(v);
            note("out", bytes.size());
            swarm_.transmitted(id, bytes.size(), now_);
            link& l = links_.at(id);
            if (l.remote && !l.mute) (void)l.remote->receive(bytes, now_);
        }
    }
    void release(conn_id id) {
        links_.erase(id);
        swarm_.released(id);
    }
    void deliver(conn_id id, byte_vector bytes) {
        mutable_bytes rest = bytes;
        while (!rest.empty()) {
            const mutable_bytes piece = rest.first(std::min<std::size_t>(chunk_, rest.size()));
            rest = rest.subspan(piece.size());
            (void)swarm_.receive(id, piece, now_);
        }
    }
    bool remote_turn(conn_id id) {
        link& l = links_.at(id);
        if (!l.remote) return false;
        bool busy = false;
        while (auto e = l.remote->poll_event()) {
            busy = true;
            std::visit([&](const auto& told) { on_remote(l, told); }, *e);
        }
        while (!l.mute) {
            byte_vector bytes = to_vector(l.remote->transmit(4096));
            if (bytes.empty()) break;
            busy = true;
            l.remote->transmitted(bytes.size());
            deliver(id, std::move(bytes));
        }
        return busy;
    }
    void on_remote(link& l, const connections::identity_proven&) {
        const std::uint32_t mind = in_.below(8);
        if (mind == 7) return l.remote->refuse(swarms::errc::duplicate, now_);
        if (mind != 6) l.remote->proceed(now_); // 6: it never makes up its mind
    }
    void on_remote(link& l, const connections::substream_open& e) { l.streams.push_back(e.id); }
    void on_remote(link& l, const connections::substream_ended& e) { std::erase(l.streams, e.id); }
    void on_remote(link& l, const connections::substream_readable& e) {
        l.remote->consume(e.id, l.remote->read(e.id).size(), now_);
    }
    template <class Other>
    void on_remote(link&, const Other&) {}

    // --- the laws
    // ---------------------------------------------------------------------------------
    void check_bounds() {
        const limits& l = swarm_.bounds();
        require(swarm_.size() == links_.size(), "connections that no transport stands for");
        std::size_t upgrading = 0;
        for (const auto& [id, at] : links_)
            upgrading += at.dir == direction::inbound && !at.hung_up && !open_.contains(id);
        require(upgrading <= l.upgrading, "more upgrades than there may be");
        require(open_.size() <= l.connections, "more connections than there may be");
        require(swarm_.peers().size() == open_.size() ||
                    (replaced_ && swarm_.peers().size() < open_.size()),
                "what is told is not what is");
        for (const wire::peer_id& peer : swarm_.peers()) {
            const std::size_t n = swarm_.connections_to(peer);
            require(n == 1 || (replaced_ && n == 2), "two connections to one peer");
            const auto id = swarm_.established(peer);
            require(id && open_.contains(*id), "an established connection that was not told");
            const auto& ledger = swarm_.look(*id)->conn.ledger();
            require(ledger.outbound() <= l.streams_out && ledger.inbound() <= l.streams_in,
                    "more streams than there may be");
        }
        for (const person& other : others_)
            require(!swarm_.is_protected(other.id) || swarm_.established(other.id) ||
                        swarm_.is_dialing(other.id) || swarm_.next_timeout(),
                    "a protected peer was forgotten");
    }
    void in_time(conn_id id) {
        require(ids_.contains(id), "an event of a connection that there never was");
        require(!told_over_.contains(id), "an event behind the last one of its connection");
    }
    void on(const swarms::conn_opened& e) {
        in_time(e.id);
        require(open_.insert(e.id).second, "a connection was told open twice");
        require(!swarm_.peer(e.id).empty(), "a connection without a peer");
    }
    void on(const swarms::conn_closed& e) {
        in_time(e.id);
        require(open_.erase(e.id) == 1, "the end of what was not told open");
        require(!swarm_.peer(e.id).empty() && !swarm_.remote(e.id).empty(),
                "who ended cannot be asked about");
        if (e.why.why == swarms::errc::trimmed || e.why.why == swarms::errc::unused)
            require(!swarm_.is_protected(swarm_.peer(e.id)), "a protected peer was let go");
        told_over_.insert(e.id);
    }
    void on(const swarms::upgrade_failed& e) {
        in_time(e.id);
        require(e.dir == direction::inbound && !open_.contains(e.id), "this is no failed upgrade");
        require(!swarm_.remote(e.id).empty(), "who failed cannot be asked about");
        told_over_.insert(e.id);
    }
    void on(const swarms::duplicate_ended& e) {
        in_time(e.closed);
        require(ids_.contains(e.kept) && e.kept != e.closed, "a duplicate of nothing");
    }
    void on(const swarms::dialed& e) {
        require(open_.contains(e.conn), "a dial was answered with what is not open");
        answered(e.request);
    }
    void on(const swarms::dial_failed& e) {
        require(bool{e.why}, "a dial failed without a reason");
        answered(e.request);
    }
    void answered(request_id request) {
        require(dials_.erase(request) == 1, "an answer that nobody waits for");
    }
    void on(const swarms::reconnecting& e) { dials_.insert(e.request); }
    void on(const swarms::substream_open& e) {
        in_time(e.id.conn);
        require(substreams_.insert(e.id).second, "a substream was told open twice");
        require(!swarm_.protocol(e.id).empty() || !swarm_.look(e.id.conn),
                "a substream without a protocol");
    }
    void on(const swarms::substream_ended& e) {
        in_time(e.id.conn);
        require(substreams_.erase(e.id) == 1, "the end of a substream that nobody opened");
    }
    void on(const swarms::ended&) {
        require(open_.empty() && substreams_.empty() && dials_.empty(),
                "the last word was not the last");
        ended_ = true;
    }
    void on(const swarms::reconnect_planned&) {}
    void on(const swarms::redial_storm&) {}
    void on(const swarms::replace_failed&) { require(replaced_, "nobody asked to replace one"); }
    void on(const swarms::replace_gap& e) { in_time(e.conn); }
    void on(const swarms::streams_high& e) { in_time(e.conn); }
    void on(const swarms::streams_normal& e) { in_time(e.conn); }
    void on(const swarms::streams_leaking& e) { in_time(e.conn); }
    template <class OfSubstream>
    void on(const OfSubstream& e)
        requires requires { e.id.stream; }
    {
        in_time(e.id.conn);
    }
    void on(const swarms::pong& e) { in_time(e.id); }

    fuzz::script in_;
    instant now_ = test::start;
    std::size_t chunk_ = 1;
    person me_{1};
    std::array<person, most_others> others_{person{0}, person{2},
                                            person{3}}; // ids on both sides of ours
    swarm<Stack> swarm_;
    std::map<conn_id, link> links_; ///< not released yet
    std::set<conn_id> ids_, open_, told_over_;
    std::set<substream_id> substreams_;
    std::set<request_id> dials_; ///< not answered yet
    std::string story_;
    bool replaced_ = false; ///< a connection was to be replaced
    bool ended_ = false;
};

template <class Stack>
void play(const fuzz::script& in) {
    const std::string story = world<Stack>{in}.play();
    require(world<Stack>{in}.play() == story, "the same script told another story");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::script in{data, size};
    if (in.flag())
        play<test::plain_stack>(in);
    else
        play<test::null_stack>(in);
    return 0;
}
