#include <twinsite/base/text.hpp>
#include <twinsite/config/edit.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace twinsite::config {

namespace {

/// Walks through JSON that was parsed before, so that it need not doubt its form.
class Scanner {
public:
    Scanner(std::string_view text, std::span<const std::string_view> path)
        : text_(text)
        , path_(path) {}

    struct Range {
        std::size_t from = std::string_view::npos;
        std::size_t to = 0;
    };

    Range find() {
        std::vector<std::string_view> keys; // of the objects we are in; "" in a list
        std::vector<bool> is_object;
        bool expect_key = false;
        while (skip_blanks()) {
            const char c = text_[at_];
            if (c == '{' || c == '[') {
                is_object.push_back(c == '{');
                keys.emplace_back();
                expect_key = c == '{';
                ++at_;
            } else if (c == '}' || c == ']') {
                is_object.pop_back();
                keys.pop_back();
                expect_key = false;
                ++at_;
            } else if (c == ',') {
                expect_key = !is_object.empty() && is_object.back();
                ++at_;
            } else if (c == ':') {
                expect_key = false;
                ++at_;
            } else if (c == '"') {
                const Range word = string();
                if (expect_key) {
                    keys.back() = text_.substr(word.from, word.to - word.from);
                } else if (std::equal(keys.begin(), keys.end(), path_.begin(), path_.end())) {
                    return word;
                }
            } else {
                ++at_; // numbers, true, false, null
            }
        }
        return {};
    }

private:
    std::string_view text_;
    std::span<const std::string_view> path_;
    std::size_t at_ = 0;

    bool skip_blanks() {
        while (at_ < text_.size()) {
            if (text_.substr(at_).starts_with("//")) {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (text_.substr(at_).starts_with("/*")) {
                const std::size_t end = text_.find("*/", at_ + 2);
                at_ = end == std::string_view::npos ? text_.size() : end + 2;
            } else if (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' ||
                       text_[at_] == '\r') {
                ++at_;
            } else {
                return true;
            }
        }
        return false;
    }

    /// What is between the quotes; at_ is behind them then.
    Range string() {
        Range range{at_ + 1, at_ + 1};
        while (range.to < text_.size() && text_[range.to] != '"') {
            range.to += text_[range.to] == '\\' ? 2 : 1;
        }
        range.to = std::min(range.to, text_.size());
        at_ = range.to + 1;
        return range;
    }
};

} // namespace

Result<std::string> set_string(std::string_view text, std::span<const std::string_view> path,
                               std::string_view value) {
    const auto range = Scanner(text, path).find();
    if (range.from == std::string_view::npos) {
        return fail(ErrorKind::not_found, fmt::format("the topology has no string at /{}",
                                                      fmt::join(path.begin(), path.end(), "/")));
    }
    std::string changed(text.substr(0, range.from));
    changed += value;
    changed += text.substr(range.to);
    return changed;
}

} // namespace twinsite::config
