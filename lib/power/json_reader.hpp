// Checked access to JSON that people write: every complaint names the place. Private to lib/power.
#pragma once

#include <twinsite/base/result.hpp>

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace twinsite::power {

/// One value of a document, with its path. Errors are thrown inside the reader only, and become a
/// Result in read_json().
class JsonView {
public:
    JsonView(const nlohmann::json& value, std::string path)
        : value_(&value)
        , path_(std::move(path)) {}

    [[nodiscard]] bool has(const char* key) const;
    [[nodiscard]] JsonView at(const char* key) const;
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string text_or(const char* key, std::string_view fallback) const;
    [[nodiscard]] std::int64_t number(std::int64_t low, std::int64_t high) const;
    [[nodiscard]] bool flag_or(const char* key, bool fallback) const;
    [[nodiscard]] const nlohmann::json& raw() const { return *value_; }

    /// Refuse keys that are not in KNOWN, naming the nearest.
    void only(std::initializer_list<const char*> known) const;

    template <typename Function>
    void each_element(Function function) const {
        require(value_->is_array(), "must be a list");
        for (std::size_t i = 0; i < value_->size(); ++i) {
            function(JsonView((*value_)[i], path_ + "/" + std::to_string(i)));
        }
    }
    template <typename Function>
    void each_member(Function function) const {
        require(value_->is_object(), "must be an object");
        for (const auto& [key, value] : value_->items()) {
            function(key, JsonView(value, path_ + "/" + key));
        }
    }

    /// A value out of a Result, or the complaint at this place.
    template <typename T>
    T take(Result<T> result) const {
        if (!result) {
            complain(result.error().message);
        }
        return std::move(*result);
    }
    void require(bool condition, std::string_view complaint) const {
        if (!condition) {
            complain(complaint);
        }
    }
    [[noreturn]] void complain(std::string_view complaint) const;

private:
    const nlohmann::json* value_;
    std::string path_;
};

/// Thrown by JsonView, caught where the document is read.
struct JsonComplaint {
    std::string message;
};

} // namespace twinsite::power
