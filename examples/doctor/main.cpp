// SPDX-License-Identifier: Apache-2.0 OR MIT
// doctor: names what is wrong with a libp2p network, from what its nodes said or as one of them.
#include "join.hpp"
#include "options.hpp"
#include "reader.hpp"
#include "report.hpp"

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>

namespace {

/// The lines of `in` that are some node's; -1 where it cannot be read.
bool read_all(const std::string& file, std::istream& in, doctor::reader& into) {
    if (!in) {
        std::fprintf(stderr, "doctor: cannot read %s\n", file.c_str());
        return false;
    }
    std::size_t known = 0, unknown = 0;
    for (std::string line; std::getline(in, line);)
        if (!line.empty()) ++(into.line(file, line) ? known : unknown);
    if (in.bad()) {
        std::fprintf(stderr, "doctor: %s could not be read to its end\n", file.c_str());
        return false;
    }
    if (known == 0) {
        std::fprintf(stderr, "doctor: %s has no line of a node and none of a trace\n",
                     file.c_str());
        return false;
    }
    if (unknown != 0)
        std::fprintf(stderr, "doctor: %s: %zu lines were none of a node or a trace\n", file.c_str(),
                     unknown);
    return true;
}

std::optional<std::vector<doctor::record>> read_files(const std::vector<std::string>& files) {
    doctor::reader all;
    for (const std::string& file : files) {
        if (file == "-") {
            if (!read_all("standard input", std::cin, all)) return std::nullopt;
            continue;
        }
        std::ifstream in{file};
        if (!read_all(file, in, all)) return std::nullopt;
    }
    return std::move(all).take();
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    const doctor::parsed args = doctor::parse(argc, argv);
    if (!args.ok) return args.exit_code;
    const doctor::options& o = *args.ok;
    const auto records = o.join.empty() ? read_files(o.files) : doctor::join(o);
    if (!records) return 2;
    const auto found = doctor::diagnose(*records);
    const std::string out =
        o.json ? doctor::as_json(found, *records) : doctor::as_text(found, *records);
    std::fwrite(out.data(), 1, out.size(), stdout);
    return found.empty() ? 0 : 1;
}
