// SPDX-License-Identifier: Apache-2.0 OR MIT
// One lp2p node as a process: flags in, JSON lines out.
#include "key_file.hpp"
#include "run.hpp"

#include <lp2p/io/clock.hpp>
#include <lp2p/io/trace_log.hpp>

#include <csignal>
#include <memory>
#include <optional>

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    example::parsed args = example::parse(argc, argv);
    if (!args.ok) return args.exit_code;
    example::options& o = *args.ok;
    auto key = example::load_key(o.seed, o.key_file);
    if (!key) {
        std::fprintf(stderr, "node: --key-file %s: %s\n", o.key_file.c_str(), key.error().c_str());
        return 2;
    }
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> trace_file{nullptr, &std::fclose};
    std::optional<lp2p::io::trace_log> trace;
    if (!o.trace.empty()) {
        trace_file.reset(std::fopen(o.trace.c_str(), "w"));
        if (!trace_file) {
            std::fprintf(stderr, "node: --trace: cannot write %s\n", o.trace.c_str());
            return 2;
        }
        trace.emplace(trace_file.get(), lp2p::io::now());
    }
    const lp2p::trace_sink sink = trace ? trace->sink() : lp2p::trace_sink{};
    if (!o.plaintext) return example::run_noise(std::move(o), std::move(*key), sink);
    std::fprintf(stderr, "node: warning: --security plaintext: nothing is secret, and nobody "
                         "proves who he is\n");
    return example::run_plaintext(std::move(o), std::move(*key), sink);
}
