// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "join.hpp"

#include "reader.hpp"

#include <lp2p/full.hpp>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include <cstdio>
#include <set>

namespace doctor {

namespace {

std::string hex(lp2p::byte_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const std::byte b : bytes) {
        out += digits[std::to_integer<unsigned>(b) >> 4U];
        out += digits[std::to_integer<unsigned>(b) & 15U];
    }
    return out;
}

/// A trace event as io/trace_log would have written it.
json as_line(const lp2p::trace_event& e, lp2p::instant start) {
    json fields = json::object();
    for (const lp2p::trace_field& f : e.fields) {
        json& to = fields[std::string{f.key}];
        if (const auto* n = std::get_if<std::int64_t>(&f.value)) to = *n;
        if (const auto* t = std::get_if<std::string_view>(&f.value)) to = std::string{*t};
        if (const auto* b = std::get_if<lp2p::byte_view>(&f.value)) to = hex(*b);
        if (const auto* why = std::get_if<lp2p::error>(&f.value))
            to = {{"domain", lp2p::to_string(why->where)},
                  {"fault", lp2p::to_string(why->kind)},
                  {"code", why->code}};
    }
    const auto at = std::chrono::duration_cast<lp2p::microseconds>(e.at - start).count();
    return {{"t_us", at},
            {"ev", e.name},
            {"conn", e.connection},
            {"stream", e.stream},
            {"fields", fields}};
}

class visitor {
public:
    visitor(asio::io_context& on, const options& o)
        : options_{o}
        , start_{lp2p::io::now()}
        , driver_{on.get_executor(), lp2p::make_node(config())}
        , over_{on, o.watch}
        , pulse_{on}
        , signals_{on, SIGINT, SIGTERM} {
        story_.so_far().unix_ms =
            std::chrono::duration_cast<lp2p::milliseconds>(lp2p::io::unix_now()).count();
        story_.so_far().self = driver_.node().id().to_string();
    }
    void start() {
        driver_.on_event([this](const lp2p::node_event& e) {
            if (const auto* m = std::get_if<lp2p::service::pubsub_message>(&e)) hear(*m);
            if (const auto* s = std::get_if<lp2p::service::peer_subscribed>(&e)) follow(*s);
        });
        for (const std::string& t : options_.topics) {
            (void)driver_.node().subscribe(t, lp2p::io::now());
            fact f{.what = kind::topic_joined, .peer = story_.so_far().self};
            f.topic = t;
            story_.so_far().facts.push_back(std::move(f));
        }
        for (const auto& to : options_.join)
            driver_.async_dial(to, [this, to](std::error_code ec, lp2p::conn_id) {
                if (!ec) return void(met_ = true);
                trouble_ += "doctor: " + to.to_string() + ": " + ec.message() + "\n";
                if (++failed_ == options_.join.size()) leave();
            });
        over_.async_wait([this](std::error_code ec) {
            if (!ec) leave();
        });
        signals_.async_wait([this](std::error_code ec, int) {
            if (!ec) leave();
        });
        beat();
    }
    [[nodiscard]] bool met_anybody() const noexcept { return met_; }
    [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }
    [[nodiscard]] record take() { return std::move(story_.so_far()); }

private:
    static constexpr std::size_t most_topics = 16; ///< of the peers that are joined unasked

    lp2p::node_config config() {
        lp2p::node_config c;
        c.agent = "lp2p-doctor/0.1.0";
        c.trace = {this, [](void* self, const lp2p::trace_event& e) noexcept {
                       static_cast<visitor*>(self)->see(e);
                   }};
        // In nobody's mesh: it takes no place in it, carries nothing for others, and every peer
        // tells it what it has (IHAVE), whose ids it compares with what comes.
        auto& topic = c.gossip.common.defaults;
        topic.mesh.d = topic.mesh.d_lo = topic.mesh.d_hi = topic.mesh.d_out = topic.mesh.d_score =
            0;
        const auto hash = lp2p::pubsub::hash_of<lp2p::crypto::botan>();
        if (options_.ids == "rust") topic.id = lp2p::pubsub::rust_id();
        if (options_.ids == "js") topic.id = lp2p::pubsub::js_id(hash);
        if (options_.ids == "sha256") topic.id = lp2p::pubsub::sha256_id(hash);
        if (!options_.sign) c.policy = lp2p::pubsub::signature_policy::strict_no_sign;
        return c;
    }
    void see(const lp2p::trace_event& e) noexcept {
        // The topics that it joins by itself are no wish of anybody, and its own farewell is no
        // end.
        if (leaving_ || e.name == lp2p::trace_names::pubsub_joined) return;
        story_.trace(as_line(e, start_));
    }
    void hear(const lp2p::service::pubsub_message& told) {
        const auto m = driver_.node().take(told.id);
        if (!m || leaving_) return;
        const auto author = lp2p::wire::peer_id::from_bytes(m->view.from);
        fact f{.at_ms = elapsed(), .what = kind::message};
        f.peer = author ? author->to_string() : std::string{};
        f.topic = std::string{m->view.topic};
        f.text = hex(m->view.seqno);
        if (story_.so_far().facts.size() < most_facts)
            story_.so_far().facts.push_back(std::move(f));
    }
    /// Without topics of its own it joins those of the peers.
    void follow(const lp2p::service::peer_subscribed& told) {
        if (!options_.topics.empty() || joined_.size() >= most_topics) return;
        if (joined_.insert(std::string{told.topic.text()}).second)
            (void)driver_.node().subscribe(told.topic.text(), lp2p::io::now());
    }
    /// A question to every peer now and then finds connections that are dead.
    void beat() {
        pulse_.expires_after(lp2p::seconds{2});
        pulse_.async_wait([this](std::error_code ec) {
            if (ec || leaving_) return;
            for (const auto& peer : driver_.node().peers())
                (void)driver_.node().ping(peer, lp2p::io::now());
            beat();
        });
    }
    void leave() {
        if (leaving_) return;
        leaving_ = true;
        story_.until(elapsed());
        std::error_code ignored;
        over_.cancel();
        pulse_.cancel();
        signals_.cancel(ignored);
        driver_.async_shut_down([](std::error_code) {});
    }
    [[nodiscard]] std::int64_t elapsed() const {
        return std::chrono::duration_cast<lp2p::milliseconds>(lp2p::io::now() - start_).count();
    }

    const options& options_;
    story story_{"doctor"};
    lp2p::instant start_;
    lp2p::driver driver_;
    asio::steady_timer over_, pulse_;
    asio::signal_set signals_;
    std::set<std::string> joined_;
    std::string trouble_;
    std::size_t failed_ = 0;
    bool met_ = false, leaving_ = false;
};

} // namespace

std::optional<std::vector<record>> join(const options& o) {
    asio::io_context context{1};
    visitor v{context, o};
    v.start();
    context.run();
    std::fputs(v.trouble().c_str(), stderr);
    std::vector<record> all{v.take()};
    // Who was not reached says nothing of the network, unless another answered in his place.
    const bool other = std::any_of(all[0].facts.begin(), all[0].facts.end(), [](const fact& f) {
        return f.what == kind::dial_failed && f.why.find("mismatch") != std::string::npos;
    });
    if (v.met_anybody() || other) return all;
    return std::nullopt;
}

} // namespace doctor
