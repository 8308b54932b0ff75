#include <twinsite/base/text.hpp>
#include <twinsite/power/model.hpp>

#include <fmt/format.h>

namespace twinsite::power {

namespace {

Result<Oid> parse_fixed(std::string_view text) {
    if (text.empty()) {
        return Oid{};
    }
    return Oid::parse(text);
}

} // namespace

Result<OidPattern> OidPattern::parse(std::string_view text) {
    OidPattern pattern;
    const std::size_t open = text.find(".{index");
    if (open == std::string_view::npos) {
        return Oid::parse(text).map([&](Oid prefix) {
            pattern.prefix_ = std::move(prefix);
            return pattern;
        });
    }
    const std::size_t close = text.find('}', open);
    const auto malformed = [&] {
        return fail(ErrorKind::invalid_config,
                    fmt::format("\"{}\" is not an object with an {{index}}", printable(text)));
    };
    if (close == std::string_view::npos) {
        return malformed();
    }
    std::string_view shift = text.substr(open + 7, close - open - 7);
    if (!shift.empty()) {
        const auto number = parse_integer(shift.substr(shift.starts_with('+') ? 1 : 0), -9, 9);
        if (!number) {
            return malformed();
        }
        pattern.shift_ = *number;
    }
    std::string_view tail = text.substr(close + 1);
    if (tail.starts_with('.')) {
        tail.remove_prefix(1);
    }
    const auto prefix = Oid::parse(text.substr(0, open));
    const auto suffix = parse_fixed(tail);
    if (!prefix || !suffix) {
        return malformed();
    }
    pattern.prefix_ = *prefix;
    pattern.suffix_ = *suffix;
    return pattern;
}

Oid OidPattern::at(const Oid& row) const {
    std::vector<std::uint32_t> index = row.numbers();
    if (!index.empty()) {
        index.back() = static_cast<std::uint32_t>(index.back() + shift_);
    }
    return prefix_.then(Oid(std::move(index))).then(suffix_);
}

std::optional<Oid> OidPattern::row_of(const Oid& oid) const {
    if (!oid.starts_with(prefix_) || oid.size() <= prefix_.size() + suffix_.size()) {
        return std::nullopt;
    }
    const std::size_t length = oid.size() - prefix_.size() - suffix_.size();
    if (oid.after(prefix_.size() + length) != suffix_) {
        return std::nullopt;
    }
    std::vector<std::uint32_t> index = oid.after(prefix_.size()).numbers();
    index.resize(length);
    const std::int64_t last = index.back() - shift_;
    if (last < 0 || last > UINT32_MAX) {
        return std::nullopt;
    }
    index.back() = static_cast<std::uint32_t>(last);
    return Oid(std::move(index));
}

} // namespace twinsite::power
