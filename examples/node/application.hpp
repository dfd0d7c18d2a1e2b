// SPDX-License-Identifier: Apache-2.0 OR MIT
// The node as a program: what it does on a timer, on a command and on an event.
//
// One template over the stack, so that noise and plaintext run the same code.
#pragma once

#include "lines.hpp"
#include "options.hpp"
#include "test_protocols.hpp"
#include "warnings.hpp"

#include <lp2p/io/driver.hpp>
#include <lp2p/io/trace_log.hpp>
#include <lp2p/node/node.hpp>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/read_until.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <asio/streambuf.hpp>

#include <unistd.h>

#include <functional>
#include <map>
#include <sstream>
#include <string>

namespace example {

template <class Stack>
class application {
public:
    using node = lp2p::basic_node<Stack>;
    using driver = lp2p::io::driver<node>;
    using stream = typename driver::stream;
    using private_key = typename Stack::crypto::private_key;

    application(asio::io_context& on, options o, private_key key, lp2p::trace_sink trace)
        : context_{on}
        , options_{std::move(o)}
        , out_{options_.name, options_.log_level}
        , driver_{on.get_executor(), node{typename Stack::crypto{}, std::move(key),
                                          config_of(options_, trace), lp2p::io::now()}}
        , warnings_{out_, driver_.node()}
        , signals_{on, SIGINT, SIGTERM}
        , input_{on} {}

    /// Starts everything. 1 where it cannot listen: the reason is on stderr.
    int start() {
        driver_.on_event([this](const lp2p::node_event& e) {
            std::visit([this](const auto& told) { this->on(told); }, e);
        });
        serve<echo_server<stream>>(echo_protocol);
        serve<sink_server<stream>>(sink_protocol);
        serve<source_server<stream>>(source_protocol);
        serve<reset_server<stream>>(reset_protocol);
        for (const auto& at : options_.listen)
            if (!listen(at)) return 1;
        for (const auto& t : options_.topics) subscribe(t);
        signals_.async_wait([this](std::error_code ec, int signal) {
            if (!ec) quit(signal == SIGINT ? "SIGINT" : "SIGTERM");
        });
        for (const auto& to : options_.dial) dial(to);
        every(options_.redial_every, [this] {
            for (const auto& to : options_.dial) dial(to);
        });
        every(options_.publish_every, [this] { publish_next(); });
        every(options_.ping_every, [this] {
            for (const auto& peer : self().peers()) self().ping(peer, now());
        });
        every(options_.stats_every, [this] { stats(); });
        if (options_.run_for != lp2p::duration::zero())
            after(options_.run_for, [this] { quit("duration"); });
        if (options_.commands) read_commands();
        return 0;
    }

private:
    [[nodiscard]] static lp2p::instant now() { return lp2p::io::now(); }
    [[nodiscard]] node& self() { return driver_.node(); }
    [[nodiscard]] static std::string name(const lp2p::wire::peer_id& p) { return p.to_string(); }
    [[nodiscard]] static std::uint64_t number(lp2p::conn_id id) {
        return static_cast<std::uint64_t>(id);
    }
    [[nodiscard]] std::string peer_of(lp2p::conn_id id) { return name(self().peer(id)); }

    static lp2p::node_config config_of(const options& o, lp2p::trace_sink trace) {
        lp2p::node_config c;
        c.bounds = o.bounds;
        c.seed = static_cast<std::uint64_t>(lp2p::io::unix_now().count());
        c.unix_now = lp2p::io::unix_now();
        c.router = o.router;
        c.pubsub_protocols = o.gossip_protocols;
        c.policy = o.sign ? lp2p::pubsub::signature_policy::strict_sign
                          : lp2p::pubsub::signature_policy::strict_no_sign;
        const auto hash = lp2p::pubsub::hash_of<typename Stack::crypto>();
        auto& id = c.gossip.common.defaults.id;
        if (o.ids == message_ids::rust) id = lp2p::pubsub::rust_id();
        if (o.ids == message_ids::js) id = lp2p::pubsub::js_id(hash);
        if (o.ids == message_ids::sha256) id = lp2p::pubsub::sha256_id(hash);
        c.trace = trace;
        return c;
    }

    // --- starting ------------------------------------------------------------------------------
    template <class Server>
    void serve(const char* protocol) {
        (void)driver_.serve(protocol,
                            [](stream s) { std::make_shared<Server>(std::move(s))->start(); });
    }
    bool listen(const lp2p::wire::multiaddr& at) {
        const auto got = driver_.listen(at);
        if (!got) {
            std::fprintf(stderr, "node: cannot listen at %s: %s\n", at.to_string().c_str(),
                         sentence_of(got.error()).c_str());
            return false;
        }
        for (const auto& reached : lp2p::io::reachable_at(*got))
            out_.say("listening", {{"peer", name(self().id())},
                                   {"addr", reached.to_string()},
                                   {"full", reached.with_peer(self().id()).to_string()}});
        return true;
    }
    void after(lp2p::duration d, std::function<void()> then) {
        auto timer = std::make_shared<asio::steady_timer>(driver_.get_executor(), d);
        timers_.push_back(timer);
        timer->async_wait([timer, then = std::move(then)](std::error_code ec) {
            if (!ec) then();
        });
    }
    void every(lp2p::duration d, std::function<void()> then) {
        if (d == lp2p::duration::zero()) return;
        auto timer = std::make_shared<asio::steady_timer>(driver_.get_executor());
        timers_.push_back(timer);
        tick(timer, d, std::make_shared<std::function<void()>>(std::move(then)));
    }
    void tick(const std::shared_ptr<asio::steady_timer>& timer, lp2p::duration d,
              const std::shared_ptr<std::function<void()>>& then) {
        timer->expires_after(d);
        timer->async_wait([this, timer, d, then](std::error_code ec) {
            if (ec || quitting_) return;
            (*then)();
            tick(timer, d, then);
        });
    }
    void quit(const std::string& why) {
        if (std::exchange(quitting_, true)) return;
        for (const auto& t : timers_) t->cancel();
        std::error_code ignored;
        signals_.cancel(ignored);
        if (input_.is_open()) input_.cancel(ignored);
        driver_.async_shut_down([this, why](std::error_code) {
            out_.say("exit", {{"reason", why}});
            context_.stop();
        });
    }

    // --- acting
    // -----------------------------------------------------------------------------------
    void dial(const lp2p::wire::multiaddr& to) { dials_[self().dial(to, now())] = to; }
    void subscribe(const std::string& topic) {
        const auto done = self().subscribe(topic, now());
        if (!done) return command_error("subscribe", done.error());
        out_.say("subscribed", {{"topic", topic}, {"peer", name(self().id())}});
    }
    void publish_next() {
        if (options_.count != 0 && published_ >= options_.count) return;
        ++published_;
        std::string body = options_.name + " " + std::to_string(published_) + " ";
        if (body.size() < options_.size) body.append(options_.size - body.size(), '.');
        for (const auto& t : options_.topics) publish(t, body);
    }
    void publish(const std::string& topic, const std::string& body) {
        const auto id = self().publish(topic, lp2p::as_bytes(body), now());
        if (!id)
            return out_.say_error(
                "publish_error", id.error(),
                {{"topic", topic}, {"len", body.size()}, {"error", code_of(id.error())}});
        out_.say("published", {{"topic", topic}, {"len", body.size()}, {"id", hex(id->view())}});
    }
    void command_error(const std::string& command, lp2p::error why) {
        out_.say_error("command_error", why, {{"command", command}});
    }
    void command_error(const std::string& command, const std::string& code,
                       const std::string& sentence) {
        out_.say("command_error",
                 {{"command", command}, {"code", code}, {"fault", "local"}, {"text", sentence}});
    }

    // --- commands
    // ----------------------------------------------------------------------------------
    void read_commands() {
        input_.assign(::dup(STDIN_FILENO));
        read_command();
    }
    void read_command() {
        asio::async_read_until(input_, line_, '\n', [this](std::error_code ec, std::size_t) {
            if (ec || quitting_) return; // the end of stdin ends nothing else
            std::istream in{&line_};
            std::string line;
            std::getline(in, line);
            run(line);
            if (!quitting_) read_command();
        });
    }
    void run(const std::string& line) {
        std::istringstream in{line};
        std::string word;
        in >> word;
        std::string rest;
        std::getline(in >> std::ws, rest);
        if (word.empty()) return;
        if (word == "quit") return quit("quit");
        if (word == "stats") return stats();
        if (word == "peers") return list_peers();
        if (word == "dial") return run_dial(rest);
        if (word == "subscribe") return subscribe(rest);
        if (word == "unsubscribe") return run_unsubscribe(rest);
        if (word == "publish") return run_publish(rest);
        if (word == "open" || word == "disconnect" || word == "protocols" || word == "echo" ||
            word == "sink" || word == "source" || word == "reset" || word == "ping" ||
            word == "protect" || word == "unprotect")
            return run_with_peer(word, rest);
        command_error(word, "unknown_command",
                      "there are dial, open, publish, subscribe, unsubscribe, disconnect, "
                      "protect, unprotect, protocols, peers, echo, sink, source, reset, ping, "
                      "stats, quit");
    }
    void run_dial(const std::string& rest) {
        const auto to = lp2p::wire::multiaddr::parse(rest);
        if (!to) return command_error("dial", to.error());
        dial(*to);
    }
    void run_unsubscribe(const std::string& topic) {
        const auto done = self().unsubscribe(topic, now());
        if (!done) return command_error("unsubscribe", done.error());
        out_.say("unsubscribed", {{"topic", topic}, {"peer", name(self().id())}});
    }
    /// `publish [TOPIC] TEXT`: the first word is a topic where it is one of ours.
    void run_publish(const std::string& rest) {
        const auto space = rest.find(' ');
        const std::string first = rest.substr(0, space);
        for (const auto& t : options_.topics)
            if (t == first && space != std::string::npos) return publish(t, rest.substr(space + 1));
        if (options_.topics.empty())
            return command_error("publish", "no_topic", "start with --topic, or name one of yours");
        publish(options_.topics.front(), rest);
    }
    void run_with_peer(const std::string& word, const std::string& rest) {
        std::istringstream in{rest};
        std::string who, what;
        in >> who;
        const auto peer = lp2p::wire::peer_id::parse(who);
        if (!peer) return command_error(word, peer.error());
        if (word == "disconnect") return self().disconnect(*peer, now());
        if (word == "protect") return protect(*peer);
        if (word == "unprotect") {
            self().unprotect(*peer);
            return out_.say("unprotected", {{"peer", name(*peer)}});
        }
        if (word == "protocols") return say_protocols(*peer);
        if (!self().established(*peer))
            return command_error(word, lp2p::swarms::errc::not_connected);
        if (word == "ping") {
            self().ping(*peer, now());
            return;
        }
        if (word == "open") {
            in >> what;
            return open(*peer, what);
        }
        std::uint64_t bytes = 1, streams = 0;
        if (word != "reset") in >> bytes;
        in >> streams;
        if (!in || streams == 0 || streams > 2000)
            return command_error(word, "bad_arguments",
                                 word == "reset" ? "reset PEER STREAMS"
                                                 : word + " PEER BYTES STREAMS");
        run_exchanges(word, *peer, bytes, streams);
    }
    void protect(const lp2p::wire::peer_id& peer) {
        const auto done = self().protect(peer, now());
        if (!done) return command_error("protect", done.error());
        out_.say("protected", {{"peer", name(peer)}});
    }
    void open(const lp2p::wire::peer_id& peer, const std::string& protocol) {
        driver_.async_open(peer, {protocol}, [this, peer, protocol](std::error_code ec, stream s) {
            if (!ec) return opened_.push_back(std::move(s));
            out_.say_error("stream_error", lp2p::io::from_error_code(ec),
                           {{"peer", name(peer)}, {"protocol", protocol}, {"dir", "out"}});
        });
    }
    struct exchange_run {
        std::string verb;
        lp2p::wire::peer_id peer;
        std::uint64_t bytes, streams, left;
        std::int64_t started;
        std::string trouble;
    };
    /// So many streams at once, each with the same exchange; one line when the last is over.
    void run_exchanges(const std::string& verb, const lp2p::wire::peer_id& peer,
                       std::uint64_t bytes, std::uint64_t streams) {
        const bool echo = verb == "echo", sink = verb == "sink", source = verb == "source";
        const exchange what = echo     ? echo_of(bytes)
                              : sink   ? sink_of(bytes)
                              : source ? source_of(bytes)
                                       : reset_with(7);
        const char* protocol = echo     ? echo_protocol
                               : sink   ? sink_protocol
                               : source ? source_protocol
                                        : reset_protocol;
        auto run = std::make_shared<exchange_run>(
            exchange_run{verb, peer, bytes, streams, streams, out_.elapsed(), {}});
        const auto done = [this, run](const std::string& trouble) {
            if (run->trouble.empty()) run->trouble = trouble;
            if (--run->left != 0) return;
            out_.say(run->verb + "_done", {{"peer", name(run->peer)},
                                           {"bytes", run->bytes},
                                           {"streams", run->streams},
                                           {"ok", run->trouble.empty()},
                                           {"ms", out_.elapsed() - run->started},
                                           {"error", run->trouble}});
        };
        for (std::uint64_t i = 0; i < streams; ++i)
            driver_.async_open(peer, {protocol}, [what, done](std::error_code ec, stream s) {
                if (ec) return done("open: " + code_of(lp2p::io::from_error_code(ec)));
                std::make_shared<exchange_client<stream>>(std::move(s), what, done)->start();
            });
    }
    void say_protocols(const lp2p::wire::peer_id& peer) {
        json by_conn = json::object();
        json all = json::array();
        if (const auto id = self().established(peer))
            if (const auto info = self().look(*id)) {
                all = info->conn.knowledge().supported();
                by_conn[std::to_string(number(*id))] = all;
            }
        out_.say("protocols",
                 {{"peer", name(peer)}, {"protocols", all}, {"by_connection", by_conn}});
    }
    void list_peers() {
        json all = json::array();
        for (const auto& p : self().peers())
            all.push_back({{"peer", name(p)}, {"conns", self().connections_to(p)}});
        out_.say("peers", {{"peers", all}});
    }

    // --- stats
    // ---------------------------------------------------------------------------------------
    void stats() {
        json per_peer = json::array();
        std::size_t conns = 0;
        const auto peers = self().peers();
        for (const auto& p : peers) {
            conns += self().connections_to(p);
            per_peer.push_back(stats_of(p));
        }
        json topics = json::object();
        if (const auto* pubsub = self().pubsub_state())
            for (const auto& t : options_.topics) topics[t] = pubsub->topic_peers(t).size();
        out_.say("stats", {{"peers", peers.size()},
                           {"conns", conns},
                           {"per_peer", per_peer},
                           {"topic_peers", topics},
                           {"rss_kb", resident_kb()}});
    }
    json stats_of(const lp2p::wire::peer_id& p) {
        json one{{"peer", name(p)}, {"conns", self().connections_to(p)}};
        const auto id = self().established(p);
        const auto info = id ? self().look(*id) : std::nullopt;
        if (!info) return one;
        json by_protocol = json::object();
        for (const auto& s : info->conn.ledger().entries()) {
            if (s.protocol.empty()) continue;
            auto& at = by_protocol[s.protocol];
            if (at.is_null()) at = {{"in", 0}, {"out", 0}};
            auto& n = at[s.dir == lp2p::direction::inbound ? "in" : "out"];
            n = n.template get<int>() + 1;
        }
        json mesh = json::array();
        if (const auto* pubsub = self().pubsub_state())
            for (const auto& t : options_.topics)
                for (const auto& m : pubsub->mesh_peers(t))
                    if (m == p) mesh.push_back(t);
        one["streams_in"] = info->conn.ledger().inbound();
        one["streams_out"] = info->conn.ledger().outbound();
        one["by_protocol"] = by_protocol;
        one["mesh"] = mesh;
        one["bytes_in"] = info->conn.bytes_in();
        one["bytes_out"] = info->conn.bytes_out();
        one["rtt_us"] =
            info->conn.rtt()
                ? std::chrono::duration_cast<lp2p::microseconds>(*info->conn.rtt()).count()
                : 0;
        return one;
    }
    static std::size_t resident_kb() {
        std::size_t total = 0, resident = 0;
        if (std::FILE* f = std::fopen("/proc/self/statm", "r")) {
            if (std::fscanf(f, "%zu %zu", &total, &resident) != 2) resident = 0;
            std::fclose(f);
        }
        return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
    }

    // --- events: connections
    // ----------------------------------------------------------------------------
    void on(const lp2p::swarms::dialed& e) {
        const auto at = dials_.find(e.request);
        if (at == dials_.end()) return;
        const std::string_view ev = e.how == lp2p::dial_outcome::opened   ? "dial_ok"
                                    : e.how == lp2p::dial_outcome::joined ? "dial_joined"
                                                                          : "dial_reused";
        out_.say(ev, {{"peer", peer_of(e.conn)},
                      {"addr", at->second.to_string()},
                      {"conn", number(e.conn)}});
        dials_.erase(at);
    }
    void on(const lp2p::swarms::dial_failed& e) {
        const auto at = dials_.find(e.request);
        if (at == dials_.end()) return;
        json causes = json::array();
        for (const auto& c : self().take_causes(e.request)) {
            causes.push_back({{"addr", c.address.to_string()}, {"code", code_of(c.why)}});
            if (!c.resolved.empty()) causes.back()["resolved"] = c.resolved.to_string();
        }
        out_.say_error(
            "dial_error", e.why,
            {{"peer", name(e.peer)}, {"addr", at->second.to_string()}, {"causes", causes}});
        dials_.erase(at);
    }
    void on(const lp2p::swarms::reconnect_planned& e) {
        out_.say("reconnect_planned",
                 {{"peer", name(e.peer)},
                  {"attempt", e.attempt},
                  {"wait_ms", std::chrono::duration_cast<lp2p::milliseconds>(e.wait).count()}});
    }
    void on(const lp2p::swarms::reconnecting& e) {
        dials_[e.request] = lp2p::wire::multiaddr{}.with_peer(e.peer);
        out_.say("reconnecting", {{"peer", name(e.peer)}, {"attempt", e.attempt}});
    }
    void on(const lp2p::swarms::conn_opened& e) {
        const auto peer = self().peer(e.id);
        out_.say("conn_open", {{"peer", name(peer)},
                               {"conn", number(e.id)},
                               {"dir", text(lp2p::to_string(self().dialed_by(e.id)))},
                               {"remote", self().remote(e.id).to_string()},
                               {"conns_to_peer", self().connections_to(peer)}});
    }
    void on(const lp2p::swarms::conn_closed& e) {
        const auto peer = self().peer(e.id);
        warnings_.ended(e.id, peer);
        out_.say("conn_close", {{"peer", name(peer)},
                                {"conn", number(e.id)},
                                {"dir", text(lp2p::to_string(self().dialed_by(e.id)))},
                                {"remote", self().remote(e.id).to_string()},
                                {"conns_to_peer", self().connections_to(peer)},
                                {"reason", code_of(e.why.why)},
                                {"by", text(lp2p::to_string(e.why.by))}});
    }
    /// Per address and code one line a second, with the count of those in between.
    void on(const lp2p::swarms::upgrade_failed& e) {
        const auto remote = self().remote(e.id);
        const std::string host = remote.to_string().substr(0, remote.to_string().find("/tcp/"));
        auto& said = upgrade_errors_[{host, code_of(e.why)}];
        ++said.count;
        if (said.at && out_.elapsed() - *said.at < 1000) return;
        out_.say_error("upgrade_error", e.why,
                       {{"conn", number(e.id)},
                        {"dir", text(lp2p::to_string(e.dir))},
                        {"remote", remote.to_string()},
                        {"stage", text(lp2p::to_string(e.stage))},
                        {"count", said.count}});
        said = {out_.elapsed(), 0};
    }
    void on(const lp2p::swarms::duplicate_ended& e) {
        out_.say("duplicate", {{"peer", peer_of(e.kept)},
                               {"kept", number(e.kept)},
                               {"closed", number(e.closed)},
                               {"rule", text(lp2p::to_string(e.rule))}});
    }

    // --- events: identify, ping
    // ----------------------------------------------------------------------------
    void on(const lp2p::service::identified& e) {
        const auto* about = self().about(e.conn);
        const auto info = self().look(e.conn);
        if (about == nullptr || !info) return;
        json addrs = json::array();
        for (const auto& a : about->addresses) addrs.push_back(a.to_string());
        out_.say("identified", {{"peer", peer_of(e.conn)},
                                {"conn", number(e.conn)},
                                {"agent", about->agent},
                                {"protocols", info->conn.knowledge().supported()},
                                {"addrs", addrs},
                                {"observed", about->observed ? about->observed->to_string() : ""}});
    }
    void on(const lp2p::service::identify_failed& e) {
        out_.say_error("identify_failed", e.why,
                       {{"peer", peer_of(e.conn)}, {"conn", number(e.conn)}});
    }
    void on(const lp2p::service::protocols_updated& e) {
        const auto change = self().take_change(e.conn);
        out_.say("protocols_updated", {{"peer", peer_of(e.conn)},
                                       {"conn", number(e.conn)},
                                       {"added", change.added},
                                       {"removed", change.removed},
                                       {"source", text(lp2p::service::to_string(e.source))},
                                       {"accepted", e.accepted}});
        warnings_.listed(e.conn, change.added);
    }
    void on(const lp2p::service::pinged& e) {
        out_.say("ping",
                 {{"peer", peer_of(e.conn)},
                  {"rtt_us", std::chrono::duration_cast<lp2p::microseconds>(e.rtt).count()}});
    }
    void on(const lp2p::service::ping_failed& e) { command_error("ping", e.why); }

    // --- events: streams
    // ------------------------------------------------------------------------------------
    void on(const lp2p::swarms::substream_open& e) {
        const std::string protocol = text(self().protocol(e.id));
        streams_[e.id] = {protocol, e.dir};
        out_.say("stream_open", {{"peer", peer_of(e.id.conn)},
                                 {"conn", number(e.id.conn)},
                                 {"stream", static_cast<std::uint32_t>(e.id.stream)},
                                 {"protocol", protocol},
                                 {"dir", text(lp2p::to_string(e.dir))}});
    }
    void on(const lp2p::swarms::substream_ended& e) {
        const auto at = streams_.extract(e.id);
        if (!at) return;
        out_.say("stream_close", {{"peer", peer_of(e.id.conn)},
                                  {"conn", number(e.id.conn)},
                                  {"stream", static_cast<std::uint32_t>(e.id.stream)},
                                  {"protocol", at.mapped().first},
                                  {"dir", text(lp2p::to_string(at.mapped().second))},
                                  {"reason", e.why.why ? code_of(e.why.why) : "finished"},
                                  {"by", text(lp2p::to_string(e.why.by))}});
    }

    // --- events: pubsub
    // ---------------------------------------------------------------------------------------
    void on(const lp2p::service::pubsub_message& e) {
        const auto m = self().take(e.id);
        if (!m) return;
        const auto author = lp2p::wire::peer_id::from_bytes(m->view.from);
        const auto data = m->view.data;
        out_.say(
            "message",
            {{"from", author ? name(*author) : ""},
             {"via", name(e.via)},
             {"seqno", hex(m->view.seqno)},
             {"topic", text(m->view.topic)},
             {"len", data.size()},
             {"head", text(lp2p::as_text(data.first(std::min<std::size_t>(48, data.size()))))}});
    }
    void on(const lp2p::service::peer_subscribed& e) {
        out_.say("peer_subscribed", {{"topic", text(e.topic.text())}, {"peer", name(e.peer)}});
    }
    void on(const lp2p::service::peer_unsubscribed& e) {
        out_.say("peer_unsubscribed", {{"topic", text(e.topic.text())}, {"peer", name(e.peer)}});
    }
    void on(const lp2p::service::grafted& e) {
        out_.say("graft", {{"peer", name(e.peer)},
                           {"topic", text(e.topic.text())},
                           {"reason", e.by_peer ? "asked" : "mesh_low"}});
    }
    void on(const lp2p::service::pruned& e) {
        out_.say(
            "prune",
            {{"peer", name(e.peer)}, {"topic", text(e.topic.text())}, {"reason", code_of(e.why)}});
    }
    void on(const lp2p::service::message_rejected& e) {
        out_.say_error("reject", e.why,
                       {{"peer", name(e.peer)}, {"reason", code_of(e.why)}, {"count", e.count}});
    }
    void on(const lp2p::service::pubsub_stream_out& e) {
        const std::string_view protocol = lp2p::pubsub::protocol_of(e.kind);
        pubsub_out_[e.peer] = text(protocol);
        out_.say("pubsub_out_stream_open",
                 {{"peer", name(e.peer)}, {"protocol", text(protocol)}, {"conn", number(e.conn)}});
    }
    void on(const lp2p::service::pubsub_stream_lost& e) {
        out_.say("pubsub_out_stream_closed", {{"peer", name(e.peer)},
                                              {"protocol", pubsub_out_[e.peer]},
                                              {"conn", number(e.conn)},
                                              {"reason", code_of(e.why)}});
    }
    void on(const lp2p::service::pubsub_refused& e) {
        out_.say("pubsub_out_stream_closed",
                 {{"peer", name(e.peer)}, {"protocol", ""}, {"reason", code_of(e.why)}});
        warnings_.refused(e.peer, code_of(e.why));
    }
    void on(const lp2p::service::pubsub_exhausted& e) {
        warnings_.refused(e.peer, "streams_exhausted");
    }
    template <class Other>
    void on(const Other& e) {
        if constexpr (requires { warnings_.on(e); }) warnings_.on(e);
    }

    struct said_error {
        std::optional<std::int64_t> at;
        std::uint64_t count = 0;
    };

    asio::io_context& context_;
    options options_;
    lines out_;
    driver driver_;
    warnings<node> warnings_;
    asio::signal_set signals_;
    asio::posix::stream_descriptor input_;
    asio::streambuf line_{4096};
    std::vector<std::shared_ptr<asio::steady_timer>> timers_;
    std::map<lp2p::request_id, lp2p::wire::multiaddr> dials_;
    std::map<lp2p::substream_id, std::pair<std::string, lp2p::direction>> streams_;
    std::map<std::pair<std::string, std::string>, said_error> upgrade_errors_;
    std::map<lp2p::wire::peer_id, std::string> pubsub_out_;
    std::vector<stream> opened_;
    std::uint64_t published_ = 0;
    bool quitting_ = false;
};

/// Runs to the end; the exit code of the program.
template <class Stack>
int run_application(options o, typename Stack::crypto::private_key key, lp2p::trace_sink trace) {
    asio::io_context context{1};
    application<Stack> app{context, std::move(o), std::move(key), trace};
    if (const int failed = app.start()) return failed;
    context.run();
    return 0;
}

} // namespace example
