// SPDX-License-Identifier: Apache-2.0 OR MIT
// The laws that every machine keeps, written once over the concepts of core/machine.hpp.
//
// A law plays one story to fresh machines in several ways and compares what they told. It returns
// an empty string where the law holds, else one sentence about what differed: `EXPECT_EQ("", law)`
// in a test, `fuzz::require(law)` in a fuzz target. Nothing here uses gtest, a clock or chance of
// its own.
//
// A *subject* says how to make the machine and how to write its events down:
//     test::subject s{[](instant now) { return ping::listener{{}, now}; },
//                     [](auto& m, const auto& event, instant now, test::journal& j) { … }};
// The second function may also react (consume, proceed): the reaction is part of the story. A third
// one, `(auto& m, unsigned which, instant now, test::journal&)`, performs the story's local calls.
#pragma once

#include <lp2p/core/machine.hpp>
#include <lp2p/core/random.hpp>

#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace lp2p::test {

/// Where virtual time begins: not at the epoch, so that `instant{}` is visibly "never set".
inline constexpr instant start = instant{} + std::chrono::hours{1};

// ---- what happens to a machine ----

/// One thing that happens from outside.
struct step {
    enum kind_type : std::uint8_t { bytes, end, wait, call };
    kind_type kind = bytes;
    byte_vector input{}; ///< bytes: arrive together, however the law chops them
    lp2p::end how{};     ///< end: the other side ended so
    duration by{};       ///< wait: time passes; every deadline on the way is met
    unsigned which = 0;  ///< call: handed to the subject's third function
};
using story = std::vector<step>;

[[nodiscard]] inline step arrives(byte_view bytes) {
    step s;
    s.input = to_vector(bytes);
    return s;
}
[[nodiscard]] inline step other_side_ends(end how = {}) {
    step s;
    s.kind = step::end;
    s.how = how;
    return s;
}
[[nodiscard]] inline step time_passes(duration by) {
    step s;
    s.kind = step::wait;
    s.by = by;
    return s;
}
[[nodiscard]] inline step local_call(unsigned which) {
    step s;
    s.kind = step::call;
    s.which = which;
    return s;
}

// ---- what a machine told ----

/// What a machine told during a story, in a form that can be compared and read.
class journal {
public:
    /// An event, in words.
    void say(std::string line) {
        lines.push_back(std::move(line));
        edges_from_ = lines.size();
    }
    /// An edge (readable, writable): told twice with only edges in between counts once.
    void say_edge(std::string line) {
        for (std::size_t i = edges_from_; i < lines.size(); ++i)
            if (lines[i] == line) return;
        lines.push_back(std::move(line));
    }
    /// Content of one stream: compared as a whole, not by the pieces it came in.
    void stream(std::uint64_t id, byte_view bytes) { append(streams[id], bytes); }

    std::vector<std::string> lines;
    std::map<std::uint64_t, byte_vector> streams;
    byte_vector output;                  ///< everything that was transmitted
    std::vector<std::string> transcript; ///< deadline and output size after each step
    std::size_t consumed = 0;            ///< bytes of input that the machine took
    std::optional<reason> ended;
    std::optional<lp2p::end> wanted_end;
    std::vector<reason> told_ends; ///< reasons of the events `ended`
    std::size_t events_after_end = 0;
    std::string broken; ///< the first rule of the shape that was broken, if any

private:
    std::size_t edges_from_ = 0;
};

[[nodiscard]] inline std::string to_text(const reason& r) {
    return std::string{to_string(r.why.where)} + "/" + std::string{to_string(r.why.kind)} + "/" +
           std::to_string(r.why.code) + " by " + std::string{to_string(r.by)} + " wire " +
           std::to_string(r.wire_code);
}
[[nodiscard]] inline std::string to_text(const std::optional<reason>& r) {
    return r ? to_text(*r) : "open";
}
[[nodiscard]] inline std::string to_hex(byte_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const std::byte b : bytes) {
        out += digits[std::to_integer<std::size_t>(b >> 4U)];
        out += digits[std::to_integer<std::size_t>(b & std::byte{15})];
    }
    return out;
}

/// The reason inside an event `ended { reason why; }`; null for every other event.
template <class Event>
[[nodiscard]] const reason* ended_in(const Event& event) {
    return std::visit(
        [](const auto& e) -> const reason* {
            using type = std::remove_cvref_t<decltype(e)>;
            if constexpr (requires { e.why; } && sizeof(type) == sizeof(reason)) {
                if constexpr (std::is_same_v<std::remove_cvref_t<decltype(e.why)>, reason>)
                    return &e.why;
            }
            return nullptr;
        },
        event);
}

// ---- subjects ----

struct no_calls {
    template <class M>
    void operator()(M&, unsigned, instant, journal&) const {}
};

template <class Make, class Tell, class Call = no_calls>
struct subject {
    Make make; ///< `M (instant now)`; the same machine each time
    Tell tell; ///< `void (M&, const M::event&, instant now, journal&)`
    Call call{};
    using machine_type = decltype(std::declval<const Make&>()(instant{}));
};
template <class Make, class Tell>
subject(Make, Tell) -> subject<Make, Tell>;
template <class Make, class Tell, class Call>
subject(Make, Tell, Call) -> subject<Make, Tell, Call>;

/// How a story is played. The same story played in any way must tell the same.
struct manner {
    std::size_t piece = 0;         ///< input in pieces of this size; 0 = whole
    std::uint64_t chop_seed = 0;   ///< not 0: pieces of random size 1 to 64 from this seed
    bool poll_between = false;     ///< events are polled after each piece, else after the story
    bool send_between = false;     ///< output leaves after each piece, else after the story
    bool fidget = false;           ///< early and repeated handle_timeout around everything
    std::size_t send_most = 65536; ///< most bytes asked of one transmit
    std::size_t output_most = 64 * 1024 * 1024; ///< a machine that gives more never stops
};

namespace detail {

template <class Subject>
class player {
public:
    using M = typename Subject::machine_type;
    static_assert(machine<M>);

    player(const Subject& s, const manner& how)
        : subject_{s}
        , how_{how}
        , chop_{how.chop_seed}
        , machine_{s.make(now_)} {}

    journal play(const story& steps) {
        for (const step& s : steps) {
            if (how_.fidget) fidget();
            perform(s);
            if (how_.fidget) fidget();
            note();
        }
        settle();
        log_.ended = machine_.ended();
        if constexpr (duplex<M>) log_.wanted_end = machine_.wants_end();
        return std::move(log_);
    }
    /// Events and output until there is neither.
    void settle() {
        for (int round = 0; round < 1000; ++round) {
            const bool polled = poll();
            const bool sent = send();
            if (!polled && !sent) return;
        }
        fault("a machine never fell silent: 1000 rounds of events and output");
    }
    void perform(const step& s) {
        if (s.kind == step::wait) wait(s.by);
        if (s.kind == step::call) subject_.call(machine_, s.which, now_, log_);
        if constexpr (duplex<M>) {
            if (s.kind == step::bytes) arrive(s.input);
            if (s.kind == step::end) machine_.receive_end(s.how, now_);
        }
        between();
    }
    M& subject_machine() { return machine_; }
    journal& log() { return log_; }
    instant now() const { return now_; }
    bool poll() {
        bool any = false;
        while (auto event = machine_.poll_event()) {
            any = true;
            if (!log_.told_ends.empty()) {
                ++log_.events_after_end;
                fault("an event came after `ended`");
            }
            if (const reason* why = ended_in(*event)) log_.told_ends.push_back(*why);
            subject_.tell(machine_, *event, now_, log_);
            if (++events_ > 1'000'000) {
                fault("events without end");
                return false;
            }
        }
        return any;
    }
    bool send() {
        bool any = false;
        if constexpr (duplex<M>) {
            while (log_.output.size() < how_.output_most) {
                const byte_view out = machine_.transmit(how_.send_most);
                if (out.size() > how_.send_most) fault("transmit gave more than was asked for");
                if (out.empty()) return any;
                any = true;
                append(log_.output, out);
                machine_.transmitted(out.size());
            }
            fault("output without end");
        }
        return any;
    }

private:
    void arrive(byte_view input) {
        while (!input.empty()) {
            const byte_view piece = input.first(std::min(next_piece(), input.size()));
            input = input.subspan(piece.size());
            if (!take(piece)) return;
            between();
        }
    }
    std::size_t next_piece() {
        if (how_.chop_seed != 0) return 1 + chop_.below(64);
        return how_.piece == 0 ? static_cast<std::size_t>(-1) : how_.piece;
    }
    /// False where the machine wants no more. The piece lies alone on the heap, so that a reader
    /// that goes past it is seen, and may be overwritten.
    bool take(byte_view piece) {
        const std::unique_ptr<std::byte[]> own{new std::byte[piece.size()]};
        copy(piece, {own.get(), piece.size()});
        if constexpr (duplex<M>) {
            const result<std::size_t> took =
                machine_.receive(mutable_bytes{own.get(), piece.size()}, now_);
            if (!took) {
                if (!machine_.ended())
                    fault("receive failed but the machine has not ended");
                else if (machine_.ended()->why != took.error())
                    fault("receive's error is not the reason of the end");
                return false;
            }
            if (*took > piece.size()) fault("receive consumed more than it was given");
            if (*took < piece.size() && !machine_.ended() && !waits())
                fault("receive left bytes though the machine has not ended");
            log_.consumed += *took;
            return *took == piece.size();
        }
        return true;
    }
    /// A handshake may be silent until it is told to proceed; nothing else may stop early.
    bool waits() const {
        if constexpr (requires(M m) { m.proceed(); })
            return true;
        else
            return false;
    }
    void between() {
        if (how_.poll_between) poll();
        if (how_.send_between) send();
    }
    void wait(duration by) {
        const instant until = after(now_, by);
        int spins = 0;
        for (auto at = machine_.next_timeout(); at && *at <= until; at = machine_.next_timeout()) {
            spins = *at <= now_ ? spins + 1 : 0;
            if (spins > 100) return fault("a deadline stays due after handle_timeout");
            now_ = std::max(now_, *at);
            if (how_.fidget) fidget();
            machine_.handle_timeout(now_);
            between();
        }
        now_ = until;
        machine_.handle_timeout(now_);
    }
    void fidget() {
        const auto before = machine_.next_timeout();
        if (before && *before <= now_) machine_.handle_timeout(now_);
        machine_.handle_timeout(now_);
        machine_.handle_timeout(now_);
    }
    void note() {
        const auto at = machine_.next_timeout();
        log_.transcript.push_back((at ? std::to_string((*at - start).count()) : "never") + " " +
                                  std::to_string(log_.output.size()) + " " +
                                  std::to_string(log_.lines.size()));
    }
    void fault(std::string what) {
        if (log_.broken.empty()) log_.broken = std::move(what);
    }

    const Subject& subject_;
    manner how_;
    random_source chop_;
    instant now_ = start;
    M machine_;
    journal log_;
    std::size_t events_ = 0;
};

inline std::string at(std::string_view what, std::string_view how) {
    return std::string{what} + " (" + std::string{how} + ")";
}

/// The first difference of what was told, or nothing.
inline std::string told_the_same(const journal& a, const journal& b, std::string_view how) {
    if (!a.broken.empty()) return a.broken;
    if (!b.broken.empty()) return at(b.broken, how);
    for (std::size_t i = 0; i < std::max(a.lines.size(), b.lines.size()); ++i) {
        const std::string one = i < a.lines.size() ? a.lines[i] : "nothing";
        const std::string two = i < b.lines.size() ? b.lines[i] : "nothing";
        if (one != two)
            return at("event " + std::to_string(i) + " differs: " + one + " | " + two, how);
    }
    if (a.streams != b.streams) return at("stream contents differ", how);
    const bool failed = a.ended && a.ended->why; // a receive that fails says no number
    if (!failed && a.consumed != b.consumed)
        return at("consumed " + std::to_string(a.consumed) + " | " + std::to_string(b.consumed),
                  how);
    if (a.ended != b.ended)
        return at("ends differ: " + to_text(a.ended) + " | " + to_text(b.ended), how);
    if (a.wanted_end != b.wanted_end) return at("wants_end differs", how);
    return {};
}
inline std::string same_output(const journal& a, const journal& b, std::string_view how) {
    if (a.output == b.output) return {};
    const auto n = std::min(a.output.size(), b.output.size());
    std::size_t i = 0;
    while (i < n && a.output[i] == b.output[i]) ++i;
    return at("output differs at byte " + std::to_string(i) + " of " +
                  std::to_string(a.output.size()) + " | " + std::to_string(b.output.size()),
              how);
}

} // namespace detail

/// Plays a story once. For tests that look at the journal themselves.
template <class Subject>
[[nodiscard]] journal play(const Subject& s, const story& steps, const manner& how = {}) {
    return detail::player<Subject>{s, how}.play(steps);
}

// ---- the laws ----

/// **Chopping**: the same bytes in any pieces tell the same events and stream contents, and give
/// the same output where it is drained only at the end.
/// With `drain_between` the pieces are also played with events and output taken after each one;
/// set it only where the story stays within every limit that draining lifts.
template <class Subject>
[[nodiscard]] std::string chopping(const Subject& s, const story& steps,
                                   bool drain_between = false) {
    const journal whole = play(s, steps);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{0}}) {
        manner how;
        how.piece = piece;
        how.chop_seed = piece == 0 ? 7 : 0;
        const std::string name = "pieces of " + (piece == 0 ? "1 to 64" : std::to_string(piece));
        const journal pieces = play(s, steps, how);
        if (auto bad = detail::told_the_same(whole, pieces, name); !bad.empty()) return bad;
        if (auto bad = detail::same_output(whole, pieces, name); !bad.empty()) return bad;
        how.poll_between = true;
        how.send_between = drain_between;
        const journal polled = play(s, steps, how);
        if (auto bad = detail::told_the_same(whole, polled, name + ", polled"); !bad.empty())
            return bad;
    }
    return {};
}

/// **Patience**: handle_timeout before a deadline, or twice at one, changes nothing.
template <class Subject>
[[nodiscard]] std::string patience(const Subject& s, const story& steps) {
    manner calm;
    calm.poll_between = calm.send_between = true;
    manner restless = calm;
    restless.fidget = true;
    const journal a = play(s, steps, calm);
    const journal b = play(s, steps, restless);
    if (auto bad = detail::told_the_same(a, b, "early and repeated timeouts"); !bad.empty())
        return bad;
    if (auto bad = detail::same_output(a, b, "early and repeated timeouts"); !bad.empty())
        return bad;
    return a.transcript == b.transcript ? "" : "deadlines differ (early and repeated timeouts)";
}

/// **Replay**: the same seed and story give the same transcript, byte for byte.
template <class Subject>
[[nodiscard]] std::string replay(const Subject& s, const story& steps) {
    manner how;
    how.poll_between = how.send_between = true;
    const journal a = play(s, steps, how);
    const journal b = play(s, steps, how);
    if (auto bad = detail::told_the_same(a, b, "played again"); !bad.empty()) return bad;
    if (auto bad = detail::same_output(a, b, "played again"); !bad.empty()) return bad;
    return a.transcript == b.transcript ? "" : "transcripts differ (played again)";
}

/// **Finality**: one end, one reason, told by one event, the last; after it nothing but a farewell
/// of at most `farewell_most` bytes, whatever happens. A story that does not end the machine is
/// no fault; with `must_end` it is.
template <class Subject>
[[nodiscard]] std::string finality(const Subject& s, const story& steps, bool must_end = false,
                                   std::size_t farewell_most = 65536) {
    manner how;
    how.poll_between = how.send_between = true;
    detail::player<Subject> p{s, how};
    for (const step& one : steps) p.perform(one);
    p.settle();
    if (!p.log().broken.empty()) return p.log().broken;
    auto& m = p.subject_machine();
    if (!m.ended())
        return must_end                    ? "the story should have ended the machine"
               : p.log().told_ends.empty() ? ""
                                           : "`ended` was told but ended() says nothing";
    const std::optional<reason> why = m.ended();
    if (p.log().told_ends.size() != 1)
        return std::to_string(p.log().told_ends.size()) + " events `ended`, not one";
    if (p.log().told_ends.front() != *why) return "the event's reason is not ended()'s";
    if (m.next_timeout()) return "an ended machine still has a deadline";
    const std::size_t sent = p.log().output.size();
    if constexpr (duplex<std::remove_cvref_t<decltype(m)>>) {
        std::byte more[] = {std::byte{0}, std::byte{1}, std::byte{0xff}};
        const result<std::size_t> took = m.receive(mutable_bytes{more}, p.now());
        if (why->why && (took || took.error() != why->why))
            return "receive after a failure does not give the error again";
        if (!why->why && (!took || *took != 0)) return "receive after a good end is not 0";
    }
    for (const step& one :
         {other_side_ends(), other_side_ends({end::reset, 7}), time_passes(std::chrono::hours{24})})
        p.perform(one);
    p.settle();
    if (!p.log().broken.empty()) return p.log().broken + " (after the end)";
    if (m.ended() != why) return "the reason changed: " + to_text(why) + " | " + to_text(m.ended());
    if (p.log().output.size() - sent > farewell_most) return "more output than a farewell";
    return {};
}

/// **Offering**: transmit gives at most what was asked for, gives it again until `transmitted`, and
/// after a part of it left, goes on with the rest.
template <class Subject>
[[nodiscard]] std::string offering(const Subject& s, const story& steps) {
    detail::player<Subject> p{s, manner{}};
    for (const step& one : steps) {
        p.perform(one);
        p.poll();
        auto& m = p.subject_machine();
        std::size_t rounds = 0;
        for (std::size_t n = 1;; n = n % 97 + 1) {
            if (++rounds > 1'000'000) return "output without end";
            const byte_vector first = to_vector(m.transmit(n));
            if (first.size() > n) return "transmit gave more than was asked for";
            if (first.empty() && n > 64) break;
            if (const byte_view again = m.transmit(n); !equal(first, again))
                return "transmit gave something else the second time";
            const std::size_t half = (first.size() + 1) / 2;
            m.transmitted(half);
            if (half == first.size()) continue;
            const byte_view rest = m.transmit(first.size() - half);
            if (!equal(byte_view{first}.subspan(half), rest)) return "the rest did not follow";
        }
    }
    return p.log().broken;
}

/// **Bounds**: whatever comes, the machine holds at most `most` bytes of the heap after each step,
/// both where nobody polls or sends and where somebody does. `live()` is `live_bytes` of
/// counting_new.hpp; what the journal holds is not counted.
template <class Subject, class Live>
[[nodiscard]] std::string bounds(const Subject& s, const story& steps, std::size_t most,
                                 Live&& live) {
    for (const bool drained : {false, true}) {
        const std::size_t before = live();
        detail::player<Subject> p{s, manner{}};
        for (const step& one : steps) {
            p.perform(one);
            if (drained) p.settle();
            if (!p.log().broken.empty()) return p.log().broken;
            p.log() = journal{};
            const std::size_t now = live();
            if (now > before + most)
                return "held " + std::to_string(now - before) + " bytes of " +
                       std::to_string(most) + (drained ? ", drained" : ", not drained");
        }
    }
    return {};
}

/// Chopping, patience, replay, finality and offering, in this order; the first one broken speaks.
template <class Subject>
[[nodiscard]] std::string all_laws(const Subject& s, const story& steps) {
    if (auto bad = chopping(s, steps); !bad.empty()) return "chopping: " + bad;
    if (auto bad = patience(s, steps); !bad.empty()) return "patience: " + bad;
    if (auto bad = replay(s, steps); !bad.empty()) return "replay: " + bad;
    if (auto bad = finality(s, steps); !bad.empty()) return "finality: " + bad;
    if constexpr (duplex<typename Subject::machine_type>) {
        if (auto bad = offering(s, steps); !bad.empty()) return "offering: " + bad;
    }
    return {};
}

} // namespace lp2p::test
