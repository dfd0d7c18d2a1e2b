// SPDX-License-Identifier: Apache-2.0 OR MIT
// Script: a whole node among remotes that the input plays, some of them strangers who send raw
// bytes, some real connections whose substreams say whatever they want; clock steps and local calls
// between.
//
// Whatever happens: calls return, tables keep their bounds, every connection and substream that was
// told has one end, and a node that was shut down has nothing left to do.
#include <lp2p/node/node.hpp>
#include <lp2p/protocol/noise/handshake.hpp>

#include "fuzz/support/script.hpp"
#include "tests/support/null_crypto.hpp"

namespace {

using namespace lp2p;

struct stack {
    using crypto = test::null_crypto;
    using security = noise::security<crypto>;
};
using node = basic_node<stack>;

constexpr std::size_t most_links = 12;

struct person {
    explicit person(std::uint8_t seed)
        : crypto{seed}
        , key{crypto::key32{std::byte{seed}}}
        , self{stack::security::make_identity(crypto, key)}
        , id{wire::peer_id::of({key.type(), to_vector(key.public_data())}, crypto)} {}
    test::null_crypto crypto;
    test::null_private_key key;
    stack::security::identity self;
    wire::peer_id id;
};

const std::vector<std::string> protocols[] = {{"/ipfs/id/1.0.0"},   {"/ipfs/id/push/1.0.0"},
                                              {"/ipfs/ping/1.0.0"}, {"/meshsub/1.1.0"},
                                              {"/floodsub/1.0.0"},  {"/ours/1"},
                                              {"/nobody/1"},        {"/meshsub/1.0.0"}};

/// One transport and whoever is at the other end of it.
struct link {
    conn_id id{};
    std::optional<connection<stack>> remote; ///< nothing: a stranger with raw bytes
    std::vector<substream_index> streams;    ///< of the remote, open
    bool up = true;
};

class world {
public:
    explicit world(fuzz::script& in)
        : in_{in}
        , node_{me_.crypto, test::null_private_key{me_.key}, settings(in), now_} {
        node_.listening(address(0), now_);
        (void)node_.serve("/ours/1", now_);
    }
    void play() {
        for (int steps = 0; !in_.empty() && steps < 400; ++steps) {
            step();
            run();
        }
        node_.shut_down(now_);
        run();
        for (link& l : links_) drop(l);
        run();
        pass(minutes{2});
        fuzz::require(node_.ended().has_value(), "a node that was shut down is not over");
        fuzz::require(opened_ == closed_, "a connection was told open and never closed");
        fuzz::require(substreams_.empty(), "a substream was told open and never ended");
        fuzz::require(!node_.next_timeout(), "a node that is over waits for something");
        fuzz::require(ends_ == 1, "a node ends once");
    }

private:
    using minutes = std::chrono::minutes;

    static node_config settings(fuzz::script& in) {
        node_config c;
        c.seed = in.byte();
        c.router = static_cast<router_kind>(in.below(8) == 7 ? 1 : 0);
        if (in.flag()) return c;
        limits& l = c.bounds;
        l.streams_in = 1 + in.below(8);
        l.streams_out = 1 + in.below(8);
        l.connections = 1 + in.below(4);
        l.upgrading = 1 + in.below(4);
        l.identify_part = 16 + in.below(200);
        l.rpc = 10 + in.below(500);
        l.pushes_in = {in.below(3), 1};
        l.queued_stream = 1 + in.below(300);
        return c;
    }
    static wire::multiaddr address(std::uint8_t host) {
        return wire::multiaddr::tcp4({std::byte{10}, {}, {}, std::byte{host}}, 4001);
    }
    connection<stack> remote(role r) {
        connection<stack>::config c{};
        if (r == role::dialer) c.expected = me_.id;
        c.serves = *multistream::protocol_list::of({"/ipfs/id/1.0.0", "/meshsub/1.1.0"});
        const person& who = others_[in_.below(2)];
        return {r, who.self, std::move(c), who.crypto, now_};
    }
    link* some_link() {
        return links_.empty() ? nullptr
                              : &links_[in_.below(static_cast<std::uint32_t>(links_.size()))];
    }

    void step() {
        switch (in_.below(12)) {
        case 0:
            return accept();
        case 1:
            return say_raw();
        case 2:
            return remote_opens();
        case 3:
        case 4:
        case 5:
            return remote_says();
        case 6:
            return remote_ends();
        case 7:
            return pass(in_.flag() ? duration{milliseconds{in_.byte()}} : in_.wait());
        case 8:
            return end_link();
        case 9:
            return spoil_next();
        default:
            return local_call();
        }
    }
    void accept() {
        if (links_.size() >= most_links) return;
        const auto id = node_.accepted(address(static_cast<std::uint8_t>(1 + in_.below(3))), address(0), now_);
        if (!id) return;
        link& l = links_.emplace_back();
        l.id = *id;
        if (in_.below(4) != 0) l.remote.emplace(remote(role::dialer));
    }
    void say_raw() {
        link* l = some_link();
        if (l == nullptr || !l->up) return;
        deliver(*l, to_vector(in_.piece()));
    }
    void remote_opens() {
        link* l = some_link();
        if (l == nullptr || !l->remote) return;
        const auto& names =
            protocols[in_.below(8)]; // one choice a statement: arguments have no order
        const confirm how = in_.flag() ? confirm::lazy : confirm::wait;
        (void)l->remote->open(names, purpose::application, after(now_, seconds{10}), how, now_);
    }
    /// Bytes of the script, with or without an honest length before them.
    void remote_says() {
        link* l = some_link();
        if (l == nullptr || !l->remote || l->streams.empty()) return;
        const auto s = l->streams[in_.below(static_cast<std::uint32_t>(l->streams.size()))];
        byte_vector out;
        switch (in_.below(4)) {
        case 0:
            out = to_vector(in_.piece());
            break;
        case 1:
            wire::encode_length_prefixed(in_.piece(), out);
            break;
        case 2:
            wire::encode_length_prefixed(an_rpc(), out);
            break;
        default:
            out.resize(in_.below(3000));
            std::fill(out.begin(), out.end(), std::byte{in_.byte()});
        }
        (void)l->remote->write(s, out, now_);
    }
    byte_vector an_rpc() {
        const std::string topic(1 + in_.below(2), 't');
        byte_vector body, control;
        if (in_.flag()) pubsub::encode_subscription(topic, in_.below(4) != 0, body);
        if (in_.flag()) {
            const person& author = others_[in_.below(2)];
            const auto data = in_.bytes(in_.below(20));
            const std::uint64_t seqno = in_.below(5);
            if (auto m = pubsub::sign(author.crypto, author.key, author.id, seqno, topic,
                                      has(data) ? data : pubsub::empty_field)) {
                if (in_.below(4) == 0) m->signature[0] ^= std::byte{1};
                pubsub::encode_publish(m->view(), body);
            }
        }
        if (in_.flag()) pubsub::encode_graft(topic, control);
        if (in_.flag()) pubsub::encode_prune(topic, in_.number(), control);
        pubsub::encode_control_header(control.size(), body);
        append(body, control);
        return body;
    }
    static bool has(byte_view v) noexcept { return v.data() != nullptr; }
    void remote_ends() {
        link* l = some_link();
        if (l == nullptr || !l->remote || l->streams.empty()) return;
        const auto s = l->streams[in_.below(static_cast<std::uint32_t>(l->streams.size()))];
        if (in_.flag())
            l->remote->finish(s, now_);
        else
            l->remote->reset(s, in_.byte(), now_);
    }
    void end_link() {
        link* l = some_link();
        if (l == nullptr || !l->up) return;
        const end how = in_.flag() ? end{end::reset, 0} : end{};
        if (l->remote) l->remote->receive_end(how, now_);
        node_.receive_end(l->id, how, now_);
    }
    void spoil_next() { spoil_ = true; }
    void local_call() {
        const person& other = others_[in_.below(2)];
        const std::string topic(1 + in_.below(2), 't');
        switch (in_.below(10)) {
        case 0:
            (void)node_.dial(address(1).with_peer(other.id), now_);
            if (node_.is_protected(other.id))
                node_.unprotect(other.id);
            else
                (void)node_.protect(other.id, now_);
            return;
        case 1:
        case 2:
            (void)node_.subscribe(topic, now_);
            return;
        case 3:
            (void)node_.unsubscribe(topic, now_);
            return;
        case 4:
        case 5:
            (void)node_.publish(topic, in_.piece(), now_);
            return;
        case 6:
            (void)node_.ping(other.id, now_);
            return;
        case 7: {
            const auto& names = protocols[in_.below(8)];
            const confirm how = in_.flag() ? confirm::lazy : confirm::wait;
            (void)node_.open(other.id, names, after(now_, seconds{5}), how, now_);
            return;
        }
        case 8:
            (void)node_.serve("/late/" + std::to_string(in_.below(3)), now_);
            return;
        default:
            node_.disconnect(other.id, now_);
            return;
        }
    }
    void pass(duration by) {
        const instant until = after(now_, by);
        for (int i = 0; i < 2000; ++i) {
            std::optional<instant> at = node_.next_timeout();
            for (link& l : links_)
                if (l.remote) at = earlier(at, l.remote->next_timeout());
            if (!at || *at > until) break;
            fuzz::require(i < 1999, "deadlines without end");
            now_ = std::max(now_, *at);
            node_.handle_timeout(now_);
            for (link& l : links_)
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
            while (auto c = node_.poll_command()) {
                busy = true;
                std::visit([&](const auto& asked) { carry_out(asked); }, *c);
            }
            while (auto e = node_.poll_event()) {
                busy = true;
                std::visit([&](const auto& told) { on(told); }, *e);
            }
            for (link& l : links_) busy = remote_turn(l) || busy;
            std::erase_if(links_, [](const link& l) { return !l.up; });
            if (busy) continue;
            check_protected();
            return check_bounds();
        }
        fuzz::require(false, "the node talks without end");
    }
    void check_bounds() {
        const limits& l = node_.settings().bounds;
        fuzz::require(node_.peers().size() <= std::max<std::size_t>(l.connections, 2) + most_links,
                      "more connections than there may be");
        for (const auto& peer : node_.peers()) {
            const auto info = node_.look(*node_.established(peer));
            fuzz::require(info && info->conn.ledger().outbound() <= l.streams_out,
                          "more streams of ours than there may be");
            fuzz::require(info->conn.ledger().inbound() <= l.streams_in,
                          "more streams of theirs than there may be");
        }
    }
    void check_protected() {
        for (const person& other : others_)
            fuzz::require(!node_.is_protected(other.id) || node_.established(other.id) ||
                              node_.is_dialing(other.id) || node_.next_timeout(),
                          "a protected peer was forgotten");
    }
    void carry_out(const dial_command& c) {
        if (links_.size() >= most_links || in_.below(4) == 0)
            return node_.connect_failed(c.id, swarms::errc::no_address, now_);
        link& l = links_.emplace_back();
        l.id = c.id;
        l.remote.emplace(remote(role::listener));
        node_.connected(c.id, address(0), now_);
    }
    void carry_out(const flush_command& c) { flush(c.id); }
    void carry_out(const hang_up_command& c) {
        flush(c.id);
        for (link& l : links_)
            if (l.id == c.id) drop(l);
        node_.released(c.id);
    }
    void flush(conn_id id) {
        for (byte_view v = node_.transmit(id, 4096); !v.empty(); v = node_.transmit(id, 4096)) {
            byte_vector bytes = to_vector(v);
            node_.transmitted(id, bytes.size(), now_);
            for (link& l : links_)
                if (l.id == id && l.remote) (void)l.remote->receive(bytes, now_);
        }
    }
    void drop(link& l) {
        l.up = false;
        if (l.remote) l.remote->receive_end({}, now_);
    }
    void deliver(link& l, byte_vector bytes) {
        if (std::exchange(spoil_, false) && !bytes.empty())
            bytes[in_.below(static_cast<std::uint32_t>(bytes.size()))] ^= std::byte{1};
        (void)node_.receive(l.id, bytes, now_);
    }
    bool remote_turn(link& l) {
        if (!l.remote || !l.up) return false;
        bool busy = false;
        while (auto e = l.remote->poll_event()) {
            busy = true;
            if (std::holds_alternative<connections::identity_proven>(*e))
                l.remote->proceed(now_);
            else if (const auto* o = std::get_if<connections::substream_open>(&*e))
                l.streams.push_back(o->id);
            else if (const auto* x = std::get_if<connections::substream_ended>(&*e))
                std::erase(l.streams, x->id);
            else if (const auto* r = std::get_if<connections::substream_readable>(&*e))
                l.remote->consume(r->id, l.remote->read(r->id).size(), now_);
        }
        for (byte_view v = l.remote->transmit(4096); !v.empty() && l.up;
             v = l.remote->transmit(4096)) {
            busy = true;
            byte_vector bytes = to_vector(v);
            l.remote->transmitted(bytes.size());
            deliver(l, std::move(bytes));
        }
        return busy;
    }

    // --- what the node tells
    // ------------------------------------------------------------------------
    void on(const swarms::conn_opened& e) {
        ++opened_;
        fuzz::require(!node_.peer(e.id).empty(), "a connection without a peer");
    }
    void on(const swarms::conn_closed& e) {
        ++closed_;
        fuzz::require(!node_.peer(e.id).empty(), "who ended cannot be asked about");
    }
    void on(const service::identify_failed& e) {
        fuzz::require(!node_.peer(e.conn).empty(),
                      "a failure of a connection that was told closed");
    }
    void on(const swarms::substream_open& e) {
        fuzz::require(substreams_.insert(e.id).second, "a substream was told open twice");
    }
    void on(const swarms::substream_ended& e) {
        fuzz::require(substreams_.erase(e.id) == 1, "the end of a substream that nobody opened");
    }
    void on(const swarms::substream_readable& e) {
        node_.consume(e.id, node_.read(e.id).size(), now_);
        (void)node_.write(e.id, as_bytes("yes"), now_);
    }
    void on(const swarms::substream_finished& e) { node_.finish(e.id, now_); }
    void on(const service::pubsub_message& e) {
        if (in_.flag()) (void)node_.take(e.id);
        fuzz::require(!e.via.empty(), "a message from nobody");
    }
    void on(const service::pruned& e) {
        fuzz::require(!e.peer.empty(), "somebody without a name left a mesh");
    }
    void on(const swarms::ended&) {
        ++ends_;
        fuzz::require(opened_ == closed_, "the last word was not the last");
    }
    template <class Other>
    void on(const Other&) {}

    fuzz::script& in_;
    instant now_ = test::start;
    person me_{1};
    std::array<person, 2> others_{person{2}, person{3}};
    node node_;
    std::vector<link> links_;
    std::set<substream_id> substreams_;
    std::size_t opened_ = 0, closed_ = 0, ends_ = 0;
    bool spoil_ = false;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::script in{data, size};
    world{in}.play();
    return 0;
}
