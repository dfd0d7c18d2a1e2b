// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "schema.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <stdexcept>

namespace conformance {

namespace {

using nlohmann::json;

class checker {
public:
    explicit checker(const json& root)
        : root_{root} {}

    /// True where `value` has nothing against it; sentences go into `wrong`.
    bool check(const json& schema, const json& value, const std::string& at,
               std::vector<std::string>& wrong) const {
        if (schema.is_boolean()) return schema || say(wrong, at, "is not allowed");
        refuse_unknown(schema);
        if (const auto ref = schema.find("$ref"); ref != schema.end())
            return check(resolve(*ref), value, at, wrong);
        const std::size_t before = wrong.size();
        check_kind(schema, value, at, wrong);
        if (value.is_string()) check_text(schema, value, at, wrong);
        if (value.is_number()) check_number(schema, value, at, wrong);
        if (value.is_object()) check_object(schema, value, at, wrong);
        if (value.is_array()) check_array(schema, value, at, wrong);
        check_combined(schema, value, at, wrong);
        return wrong.size() == before;
    }

private:
    static bool say(std::vector<std::string>& wrong, const std::string& at, std::string what) {
        wrong.push_back((at.empty() ? "the vector" : at) + " " + std::move(what));
        return false;
    }
    static void refuse_unknown(const json& schema) {
        constexpr std::array known{"$schema",      "$id",        "$ref",
                                   "$defs",        "$comment",   "title",
                                   "type",         "enum",       "const",
                                   "pattern",      "minimum",    "maximum",
                                   "items",        "minItems",   "required",
                                   "maxItems",     "oneOf",      "anyOf",
                                   "allOf",        "if",         "then",
                                   "else",         "not",        "description",
                                   "minLength",    "properties", "additionalProperties",
                                   "propertyNames"};
        for (const auto& [keyword, unused] : schema.items())
            if (std::find(known.begin(), known.end(), keyword) == known.end())
                throw std::runtime_error{"schema.json uses '" + keyword +
                                         "', which lp2p-conformance does not know"};
    }
    [[nodiscard]] const json& resolve(const json& ref) const {
        const auto text = ref.get<std::string>();
        if (!text.starts_with("#/")) throw std::runtime_error{"schema.json refers to " + text};
        return root_.at(json::json_pointer{text.substr(1)});
    }
    /// A part of the schema; nothing where it has none.
    static const json& part(const json& schema, const char* keyword) {
        static const json nothing;
        const auto found = schema.find(keyword);
        return found == schema.end() ? nothing : *found;
    }
    static bool is_of(const std::string& type, const json& value) {
        if (type == "object") return value.is_object();
        if (type == "array") return value.is_array();
        if (type == "string") return value.is_string();
        if (type == "integer") return value.is_number_integer();
        if (type == "boolean") return value.is_boolean();
        throw std::runtime_error{"schema.json uses type '" + type + "'"};
    }
    static void check_kind(const json& schema, const json& value, const std::string& at,
                           std::vector<std::string>& wrong) {
        if (const auto type = schema.find("type"); type != schema.end())
            if (!is_of(*type, value)) say(wrong, at, "is no " + type->get<std::string>());
        if (const auto only = schema.find("const"); only != schema.end())
            if (value != *only) say(wrong, at, "is not " + only->dump());
        if (const auto list = schema.find("enum"); list != schema.end())
            if (std::find(list->begin(), list->end(), value) == list->end())
                say(wrong, at, "is " + value.dump() + ", none of those that may be");
    }
    static void check_text(const json& schema, const json& value, const std::string& at,
                           std::vector<std::string>& wrong) {
        const auto text = value.get<std::string>();
        if (text.size() < schema.value("minLength", std::size_t{0})) say(wrong, at, "is too short");
        const auto pattern = schema.find("pattern");
        if (pattern == schema.end()) return;
        const std::regex wanted{pattern->get<std::string>(), std::regex::ECMAScript};
        if (!std::regex_search(text, wanted))
            say(wrong, at, "does not match " + pattern->get<std::string>());
    }
    static void check_number(const json& schema, const json& value, const std::string& at,
                             std::vector<std::string>& wrong) {
        if (schema.contains("minimum") && value < schema["minimum"]) say(wrong, at, "is too small");
        if (schema.contains("maximum") && value > schema["maximum"]) say(wrong, at, "is too large");
    }
    void check_object(const json& schema, const json& value, const std::string& at,
                      std::vector<std::string>& wrong) const {
        for (const json& name : part(schema, "required"))
            if (!value.contains(name)) say(wrong, at, "has no " + name.get<std::string>());
        const json& properties = part(schema, "properties");
        for (const auto& [name, field] : value.items()) {
            const std::string place = at.empty() ? name : at + "." + name;
            if (const auto own = properties.find(name); own != properties.end())
                check(*own, field, place, wrong);
            else if (const auto other = schema.find("additionalProperties"); other != schema.end())
                check(*other, field, place, wrong);
            if (const auto names = schema.find("propertyNames"); names != schema.end())
                check(*names, json(name), "the name of " + place, wrong);
        }
    }
    void check_array(const json& schema, const json& value, const std::string& at,
                     std::vector<std::string>& wrong) const {
        if (value.size() < schema.value("minItems", std::size_t{0})) say(wrong, at, "is too short");
        if (value.size() > schema.value("maxItems", value.size())) say(wrong, at, "is too long");
        const auto items = schema.find("items");
        for (std::size_t i = 0; items != schema.end() && i < value.size(); ++i)
            check(*items, value[i], at + "[" + std::to_string(i) + "]", wrong);
    }
    void check_combined(const json& schema, const json& value, const std::string& at,
                        std::vector<std::string>& wrong) const {
        for (const json& one : part(schema, "allOf")) check(one, value, at, wrong);
        count(schema, "anyOf", value, at, wrong, [](std::size_t n) { return n > 0; });
        count(schema, "oneOf", value, at, wrong, [](std::size_t n) { return n == 1; });
        std::vector<std::string> unheard;
        if (const auto no = schema.find("not"); no != schema.end())
            if (check(*no, value, at, unheard)) say(wrong, at, "is what it must not be");
        if (const auto cond = schema.find("if"); cond != schema.end()) {
            const auto next = schema.find(check(*cond, value, at, unheard) ? "then" : "else");
            if (next != schema.end()) check(*next, value, at, wrong);
        }
    }
    template <class Enough>
    void count(const json& schema, const char* keyword, const json& value, const std::string& at,
               std::vector<std::string>& wrong, Enough enough) const {
        const auto list = schema.find(keyword);
        if (list == schema.end()) return;
        std::size_t fitting = 0;
        std::vector<std::string> unheard;
        for (const json& one : *list) fitting += check(one, value, at, unheard) ? 1 : 0;
        if (!enough(fitting))
            say(wrong, at, "fits " + std::to_string(fitting) + " forms of " + keyword);
    }

    const json& root_;
};

} // namespace

std::vector<std::string> violations(const json& schema, const json& value) {
    std::vector<std::string> wrong;
    checker{schema}.check(schema, value, "", wrong);
    return wrong;
}

} // namespace conformance
