// SPDX-License-Identifier: Apache-2.0 OR MIT
// Runs a fuzz target over files and folders, so that every compiler and every build meets the
// corpus. No fuzzing engine: `LP2P_FUZZ_ENGINE` brings one with a main of its own.
//
//     yamux_session [FILE|FOLDER]...     prints how many inputs ran; 2 where a path does not exist
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

bool run_file(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    if (!in) {
        std::fprintf(stderr, "%s: cannot read\n", file.c_str());
        return false;
    }
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    // Exactly as large as the input: a read past it is seen by a sanitizer.
    const std::unique_ptr<std::uint8_t[]> data{new std::uint8_t[text.size()]};
    std::copy(text.begin(), text.end(), data.get());
    std::printf("%s\n", file.c_str());
    std::fflush(stdout); // an input that crashes has its name in the log
    LLVMFuzzerTestOneInput(data.get(), text.size());
    return true;
}

std::vector<fs::path> files_in(const fs::path& where) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator{where})
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace

int main(int argc, char** argv) {
    std::size_t ran = 0;
    const std::uint8_t nothing = 0;
    LLVMFuzzerTestOneInput(&nothing, 0);
    for (int i = 1; i < argc; ++i) {
        const fs::path path{argv[i]};
        if (!fs::exists(path)) {
            std::fprintf(stderr, "%s: no such file or folder\n", path.c_str());
            return 2;
        }
        const auto files = fs::is_directory(path) ? files_in(path) : std::vector{path};
        for (const fs::path& file : files) {
            if (!run_file(file)) return 2;
            ++ran;
        }
    }
    std::printf("%zu inputs and the empty one\n", ran);
    return 0;
}
