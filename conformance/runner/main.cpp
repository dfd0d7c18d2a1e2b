// SPDX-License-Identifier: Apache-2.0 OR MIT
// lp2p-conformance: runs lp2p's code on every conformance vector, one test for each.
#include "judge.hpp"
#include "matrix.hpp"
#include "schema.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace {

using conformance::json;

constexpr const char* usage =
    R"(usage: lp2p-conformance [--vectors DIR] [--list] [--matrix] [--gtest_filter=PATTERN] ...

Runs lp2p's code on every vector below DIR, one test for each, and prints a table by protocol.
  --vectors DIR   where schema.json and the folders of the protocols are (default: conformance/vectors
                  of the sources that this program was built from)
  --list          names the vectors, and runs nothing
  --matrix        prints failures and the table, and nothing else
  --help          and the flags of GoogleTest; a test is called PROTOCOL.NAME
Exit: 0 every vector that ran passed; 1 one failed; 2 wrong usage, or no vectors to run.
)";

struct options {
    std::filesystem::path vectors = LP2P_SOURCE_DIR "/conformance/vectors";
    bool list = false;
    bool matrix = false;
    bool help = false;
};

/// Throws `std::runtime_error` where the flags make no sense.
options parse(int argc, char** argv) {
    options o;
    for (int i = 1; i < argc; ++i) {
        const std::string flag = argv[i];
        if (flag == "--help" || flag == "-h")
            o.help = true;
        else if (flag == "--list")
            o.list = true;
        else if (flag == "--matrix")
            o.matrix = true;
        else if (flag == "--vectors" && i + 1 < argc)
            o.vectors = argv[++i];
        else if (flag.starts_with("--vectors="))
            o.vectors = flag.substr(10);
        else if (flag == "--vectors")
            throw std::runtime_error{"--vectors needs a folder"};
        else
            throw std::runtime_error{"there is no flag " + flag};
    }
    return o;
}

/// Whether everything that is expected is said; lp2p may say more than anybody else did.
bool holds(const json& expected, const json& said) {
    for (const auto& [name, value] : expected.items())
        if (!said.contains(name) || said[name] != value) return false;
    return true;
}

std::string describe(const conformance::verdict& v) {
    return v.accepts ? "accepts: " + v.value.dump() : "refuses: " + v.fault;
}

class vector_test : public testing::Test {
public:
    vector_test(const conformance::vector& v, const json& schema, conformance::matrix& table)
        : vector_{v}
        , schema_{schema}
        , table_{table} {}

    void TestBody() override {
        try {
            check_form();
            if (!HasFailure()) check_verdicts();
        } catch (const std::exception& e) {
            ADD_FAILURE() << vector_.name() << ": " << e.what();
        }
        table_.count(vector_, !HasFailure());
    }

private:
    void check_form() const {
        for (const std::string& wrong : conformance::violations(schema_, vector_.content))
            ADD_FAILURE() << vector_.name() << ": against schema.json: " << wrong;
        if (HasFailure()) return;
        EXPECT_EQ(vector_.text("name"), vector_.name());
        const bool valid = vector_.content["expect"]["verdict"] == "accept";
        EXPECT_EQ(vector_.folder, valid ? "valid" : "invalid") << vector_.name();
    }
    void check_verdicts() const {
        check(conformance::cut::as_given, "");
        if (conformance::is_stream(vector_)) check(conformance::cut::in_pieces, " in pieces");
    }
    void check(conformance::cut how, const char* cut) const {
        const json& expect = vector_.content["expect"];
        const auto said = conformance::judge(vector_, how);
        const bool accepts = expect["verdict"] == "accept";
        const bool good = said.accepts == accepts &&
                          (accepts ? holds(expect.value("value", json::object()), said.value)
                                   : said.fault == expect["fault"].get<std::string>());
        EXPECT_TRUE(good) << vector_.name() << cut << " (" << vector_.text("note")
                          << ")\n  expected " << expect.dump() << "\n  lp2p " << describe(said);
    }

    const conformance::vector& vector_;
    const json& schema_;
    conformance::matrix& table_;
};

void print_list(const std::vector<conformance::vector>& all) {
    for (const auto& v : all)
        std::printf("%-50s %-7s %s\n", v.name().c_str(), v.folder.c_str(),
                    v.text("ground").c_str());
}

json load_schema(const std::filesystem::path& root) {
    std::ifstream in{root / "schema.json"};
    json schema = json::parse(in, nullptr, false);
    if (!in || schema.is_discarded())
        throw std::runtime_error{(root / "schema.json").string() +
                                 " cannot be read, or is no JSON"};
    return schema;
}

int run(const options& o) {
    const auto all = conformance::load_vectors(o.vectors);
    if (all.empty()) throw std::runtime_error{"there are no vectors in " + o.vectors.string()};
    if (o.list) {
        print_list(all);
        return 0;
    }
    const json schema = load_schema(o.vectors);
    conformance::matrix table;
    for (const auto& v : all)
        testing::RegisterTest(v.protocol.c_str(), v.stem.c_str(), nullptr, nullptr, __FILE__,
                              __LINE__, [&]() -> vector_test* {
                                  return new vector_test{v, schema, table};
                              });
    if (o.matrix) testing::GTEST_FLAG(brief) = true;
    const int failed = RUN_ALL_TESTS();
    if (testing::GTEST_FLAG(list_tests)) return 0;
    if (testing::UnitTest::GetInstance()->test_to_run_count() == 0)
        throw std::runtime_error{"no vector fits the filter"};
    std::printf("%s", table.to_string().c_str());
    return failed == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    try {
        testing::InitGoogleTest(&argc, argv);
        const options o = parse(argc, argv);
        if (o.help) {
            std::printf("%s", usage);
            return 0;
        }
        return run(o);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "lp2p-conformance: %s\n", e.what());
        return 2;
    }
}
