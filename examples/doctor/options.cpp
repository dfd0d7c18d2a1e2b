// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "options.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdio>

namespace doctor {

namespace {

lp2p::wire::multiaddr address_of(const std::string& text) {
    const auto parsed = lp2p::wire::multiaddr::parse(text);
    if (!parsed || !parsed->tcp() || !parsed->peer())
        throw CLI::ValidationError(
            "--join", "'" + text + "' must be an address with tcp and /p2p/ and a peer id");
    return *parsed;
}

lp2p::duration duration_of(const std::string& text) {
    std::uint32_t n = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
    const std::string unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
    if (ec == std::errc{} && n != 0 && n <= 86'400'000) {
        if (unit == "ms") return lp2p::milliseconds{n};
        if (unit == "s" && n <= 86'400) return lp2p::seconds{n};
        if (unit == "m" && n <= 1440) return std::chrono::minutes{n};
    }
    throw CLI::ValidationError("--for", "'" + text + "' is no duration: write 500ms, 20s or 2m");
}

constexpr const char* epilogue =
    R"(The twelve faults: duplicate_connections, protocol_withdrawn, handler_disabled (rust), stream_leak,
limit_hit, one_way_gossip, topic_mismatch, message_id_mismatch, redial_storm, half_open,
wrong_peer_id, clock_or_key_trouble. Each finding has its evidence, the likely cause and what to do.

  node --topic t --trace trace.jsonl > lines.jsonl; doctor trace.jsonl lines.jsonl
  gopeer --topic t | tee lines.jsonl | doctor -
  doctor --join /ip4/127.0.0.1/tcp/4001/p2p/12D3KooW… --for 30s

Exit code: 0 healthy, 1 sick, 2 bad usage, nothing to read, or nobody to join.)";

} // namespace

parsed parse(int argc, char** argv) {
    CLI::App app{
        "Reads what libp2p nodes said, or joins their network as a peer, and names what is "
        "wrong with it.",
        "doctor"};
    options o;
    std::vector<std::string> join;
    std::string watch;
    app.add_option("FILE", o.files,
                   "traces (node --trace) and lines that node, gopeer or rustpeer printed, any "
                   "number, one node or many; -: standard input");
    app.add_option("--join", join, "be a peer of this one, with /p2p/; repeatable")
        ->type_name("MADDR");
    app.add_option("--topic", o.topics,
                   "with --join: a topic that must work; without: those that the peers have")
        ->type_name("T");
    app.add_option("--for", watch, "with --join: watch that long")
        ->type_name("DUR")
        ->default_str("20s");
    app.add_option("--message-id", o.ids, "with --join: how the network names messages")
        ->check(CLI::IsMember({"spec", "go", "rust", "js", "sha256"}))
        ->default_str("spec");
    std::string sign = "strict";
    app.add_option("--sign", sign, "with --join: strict, or none where messages are unsigned")
        ->check(CLI::IsMember({"strict", "none"}));
    app.add_flag("--json", o.json, "one JSON object instead of a report");
    app.footer(epilogue);
    try {
        app.parse(argc, argv);
        for (const auto& a : join) o.join.push_back(address_of(a));
        if (!watch.empty()) o.watch = duration_of(watch);
        o.sign = sign == "strict";
        if (!o.sign && app.count("--message-id") == 0) o.ids = "sha256";
        if (!o.sign && o.ids != "sha256" && o.ids != "js")
            throw CLI::ValidationError("--message-id", "unsigned messages have no author: only "
                                                       "sha256 and js name them");
        if (o.files.empty() == o.join.empty())
            throw CLI::ValidationError("FILE", "give files to read, or --join a network");
        const bool live = app.count("--topic") + app.count("--for") + app.count("--message-id") +
                              app.count("--sign") !=
                          0;
        if (o.join.empty() && live)
            throw CLI::ValidationError("--join", "--topic, --for, --message-id and --sign are for "
                                                 "a network to join");
    } catch (const CLI::CallForHelp& e) {
        return {std::nullopt, app.exit(e)};
    } catch (const CLI::Error& e) {
        std::fprintf(stderr, "doctor: %s (--help lists the flags)\n", e.what());
        return {std::nullopt, 2};
    }
    return {std::move(o), 0};
}

} // namespace doctor
