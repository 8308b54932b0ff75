// Takes one JSON object apart, key by key; what is left over at the end is an unknown key.
#pragma once

#include "lib/config/json.hpp"

#include <twinsite/site/finding.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::config {

/// Collects what is wrong.
class Problems {
public:
    void add(std::string_view code, std::string_view path, std::string problem,
             std::string remedy = {});
    std::vector<site::Finding> findings;
};

/// PATH with one more step, escaped as RFC 6901 wants it.
std::string below(std::string_view path, std::string_view key);
std::string below(std::string_view path, std::size_t index);

/// Each reader names a key once; wrong kinds are reported and read as the fallback.
class ObjectReader {
public:
    ObjectReader(const Json& json, std::string path, Problems& problems);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string at(std::string_view key) const { return below(path_, key); }

    [[nodiscard]] bool has(std::string_view key) const;
    std::string required_string(std::string_view key);
    std::string string(std::string_view key, std::string_view fallback = {});
    std::string one_of(std::string_view key, std::initializer_list<std::string_view> allowed,
                       std::string_view fallback);
    std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high,
                         std::int64_t fallback);
    std::int64_t required_integer(std::string_view key, std::int64_t low, std::int64_t high);
    bool boolean(std::string_view key, bool fallback);
    std::vector<std::string> strings(std::string_view key);
    /// The value as it is, for objects and lists; null when missing (then reported if REQUIRED).
    const Json* value(std::string_view key, JsonKind kind, bool required);
    /// Any kind; nullptr when missing.
    const Json* any(std::string_view key);

    /// Report every key that nobody asked for.
    void finish();

private:
    const Json* take(std::string_view key);
    void wrong_kind(std::string_view key, std::string_view wanted, const Json& found);

    const Json& json_;
    std::string path_;
    Problems& problems_;
    std::vector<std::string> known_;
};

} // namespace twinsite::config
