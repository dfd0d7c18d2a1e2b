// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "options.hpp"

#include <lp2p/node/describe.hpp>
#include <lp2p/wire/multiaddr_parts.hpp>

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdio>
#include <map>

namespace example {

namespace {

using lp2p::wire::multiaddr;

multiaddr address_of(const std::string& flag, const std::string& text) {
    lp2p::wire::parse_failure why;
    const auto parsed = multiaddr::parse(text, &why);
    if (!parsed)
        throw CLI::ValidationError(flag,
                                   "'" + text + "' is no address, at '" + std::string{why.part} +
                                       "': " + std::string{lp2p::text_of(parsed.error()).sentence});
    if (lp2p::wire::find_component(*parsed, lp2p::wire::address_code::dnsaddr))
        throw CLI::ValidationError(
            flag,
            "'" + text + "': " + std::string{describe(lp2p::swarms::errc::dnsaddr_unsupported)});
    if (!parsed->tcp())
        throw CLI::ValidationError(flag, "'" + text + "' is not an ip or dns address with tcp");
    return *parsed;
}

lp2p::duration duration_of(const std::string& flag, const std::string& text) {
    const auto d = parse_duration(text);
    if (!d)
        throw CLI::ValidationError(flag, "'" + text + "' is no duration: write 250ms, 2s or 1m");
    return *d;
}

/// Sets one limit by its name; an unknown one is an error that lists the names.
void set_limit(lp2p::limits& all, const std::string& text) {
    const auto eq = text.find('=');
    const std::string name = text.substr(0, eq);
    const std::string value = eq == std::string::npos ? "" : text.substr(eq + 1);
    for (const char* fixed : {"noise_frame", "window_start"}) // in the table for its readers
        if (name == fixed)
            throw CLI::ValidationError(
                "--limit", "'" + name + "' is fixed by its protocol, nobody can change it");
    bool known = false, good = false;
    std::string names;
    lp2p::for_each_limit(all, [&](std::string_view n, auto& member) {
        names += names.empty() ? "" : ", ";
        names += n;
        if (n != name) return;
        known = true;
        using type = std::decay_t<decltype(member)>;
        if constexpr (std::is_same_v<type, lp2p::duration>) {
            const auto d = parse_duration(value);
            good = d.has_value();
            if (d) member = *d;
        } else {
            const auto [end, ec] =
                std::from_chars(value.data(), value.data() + value.size(), member);
            good = ec == std::errc{} && end == value.data() + value.size() && !value.empty();
        }
    });
    if (!known)
        throw CLI::ValidationError("--limit", "'" + name + "' is no limit; there are: " + names);
    if (!good)
        throw CLI::ValidationError("--limit", "'" + text +
                                                  "': the value must be a number, or a "
                                                  "duration where the limit is one");
}

std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> all;
    for (std::size_t from = 0; from <= list.size();) {
        const std::size_t to = std::min(list.find(',', from), list.size());
        if (to != from) all.push_back(list.substr(from, to - from));
        from = to + 1;
    }
    return all;
}

std::vector<std::string> protocols_of(const std::string& list) {
    std::vector<std::string> all = split(list);
    for (const std::string& p : all)
        if (!lp2p::pubsub::kind_of(p))
            throw CLI::ValidationError(
                "--gossip-protocols",
                "'" + p + "' is not yet spoken; there are /meshsub/1.2.0, /meshsub/1.1.0, " +
                    "/meshsub/1.0.0, /floodsub/1.0.0");
    return all;
}

template <class Value>
Value choice(const std::string& flag, const std::string& text,
             const std::map<std::string, Value>& among) {
    const auto at = among.find(text);
    if (at != among.end()) return at->second;
    std::string all;
    for (const auto& [name, value] : among) all += (all.empty() ? "" : ", ") + name;
    throw CLI::ValidationError(flag, "'" + text + "' is none of " + all);
}

} // namespace

std::optional<lp2p::duration> parse_duration(const std::string& text) {
    std::uint64_t n = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (ec != std::errc{} || n > 1'000'000'000) return std::nullopt;
    const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
    const auto k = static_cast<std::int64_t>(n);
    if (unit == "ms") return lp2p::milliseconds{k};
    if (unit == "s") return lp2p::seconds{k};
    if (unit == "m") return std::chrono::minutes{k};
    if (unit == "h" && k <= 100'000) return std::chrono::hours{k};
    if (unit.empty() && n == 0) return lp2p::duration::zero();
    return std::nullopt;
}

parsed parse(int argc, char** argv) {
    CLI::App app{
        "An lp2p node as a process: it listens, dials, gossips, and prints one JSON object "
        "per line on stdout.",
        "node"};
    options o;
    std::vector<std::string> listen, dial, limit;
    std::string publish_every, run_for, redial, ping, stats, security = "noise";
    std::string router = "gossipsub", protocols, ids = "spec", sign = "strict", log = "warn";
    std::uint32_t max_streams = 0;
    app.add_option("--listen", listen, "address to listen at; 'none': dial only")
        ->type_name("MADDR")
        ->default_str("/ip4/127.0.0.1/tcp/0");
    app.add_option("--dial", dial, "peer to connect to, with /p2p/")->type_name("MADDR");
    app.add_option("--seed", o.seed, "the key is Ed25519 from SHA-256 of this; without: random");
    app.add_option("--key-file", o.key_file, "keeps the key: made where it is not there");
    app.add_option("--topic", o.topics, "topic to subscribe to");
    app.add_option("--publish-every", publish_every, "publish in each topic that often")
        ->type_name("DUR");
    app.add_option("--count", o.count, "publish so many, 0: no end");
    app.add_option("--size", o.size, "bytes of a published message")->check(CLI::Range(1, 1 << 20));
    app.add_option("--duration", run_for, "end after this, 0: until told")->type_name("DUR");
    app.add_option("--redial-every", redial, "ask for every --dial again that often")
        ->type_name("DUR");
    app.add_option("--security", security, "noise, or plaintext (nothing is secret)");
    app.add_option("--router", router, "gossipsub, floodsub or none");
    app.add_option("--gossip-protocols", protocols, "pubsub protocols to offer, best first")
        ->type_name("LIST");
    app.add_option("--message-id", ids, "spec, go, rust, js or sha256");
    app.add_option("--sign", sign, "strict: signed only; none: unsigned only");
    app.add_option("--max-streams", max_streams, "streams that we may have open, per connection")
        ->check(CLI::Range(1, 256));
    app.add_option("--limit", limit, "any limit of the table")->type_name("NAME=VALUE");
    app.add_option("--ping-every", ping, "ping every peer that often")->type_name("DUR");
    app.add_option("--stats-every", stats, "a stats line that often, 0: none")
        ->type_name("DUR")
        ->default_str("1s");
    app.add_flag("--stdin", o.commands, "take commands, one a line");
    app.add_option("--name", o.name, "how the lines call this node");
    app.add_option("--trace", o.trace, "write every trace event to this file, as JSON lines");
    app.add_option("--log", log, "error, warn, info or debug, on stderr");
    try {
        app.parse(argc, argv);
        if (listen.empty()) listen.emplace_back("/ip4/127.0.0.1/tcp/0");
        if (listen != std::vector<std::string>{"none"})
            for (const auto& a : listen) o.listen.push_back(address_of("--listen", a));
        for (const auto& a : dial) {
            o.dial.push_back(address_of("--dial", a));
            if (!o.dial.back().peer())
                throw CLI::ValidationError("--dial", "'" + a + "' must end in /p2p/ and a peer id");
        }
        if (!publish_every.empty()) o.publish_every = duration_of("--publish-every", publish_every);
        if (!run_for.empty()) o.run_for = duration_of("--duration", run_for);
        if (!redial.empty()) o.redial_every = duration_of("--redial-every", redial);
        if (!ping.empty()) o.ping_every = duration_of("--ping-every", ping);
        if (!stats.empty()) o.stats_every = duration_of("--stats-every", stats);
        o.plaintext = choice<bool>("--security", security, {{"noise", false}, {"plaintext", true}});
        o.router = choice<lp2p::router_kind>("--router", router,
                                             {{"gossipsub", lp2p::router_kind::gossipsub},
                                              {"floodsub", lp2p::router_kind::floodsub},
                                              {"none", lp2p::router_kind::none}});
        o.gossip_protocols = protocols_of(protocols);
        o.ids = choice<message_ids>("--message-id", ids,
                                    {{"spec", message_ids::spec},
                                     {"go", message_ids::spec},
                                     {"rust", message_ids::rust},
                                     {"js", message_ids::js},
                                     {"sha256", message_ids::sha256}});
        o.sign = choice<bool>("--sign", sign, {{"strict", true}, {"none", false}});
        if (!o.sign && ids == "spec" && app.count("--message-id") == 0) o.ids = message_ids::sha256;
        if (!o.sign && o.ids != message_ids::sha256 && o.ids != message_ids::js)
            throw CLI::ValidationError("--message-id", "an unsigned message has no author: with "
                                                       "--sign none only sha256 and js work");
        o.log_level =
            choice<int>("--log", log, {{"error", 0}, {"warn", 1}, {"info", 2}, {"debug", 3}});
        for (const auto& l : limit) set_limit(o.bounds, l);
        if (max_streams != 0) o.bounds.streams_out = max_streams;
        if (o.router == lp2p::router_kind::none && !o.topics.empty())
            throw CLI::ValidationError("--topic", "--router none has no topics");
        if (!o.seed.empty() && !o.key_file.empty())
            throw CLI::ValidationError("--key-file", "give --seed or --key-file, not both");
    } catch (const CLI::CallForHelp& e) {
        return {std::nullopt, app.exit(e)};
    } catch (const CLI::Error& e) {
        std::fprintf(stderr, "node: %s (--help lists the flags)\n", e.what());
        return {std::nullopt, 2};
    }
    return {std::move(o), 0};
}

} // namespace example
