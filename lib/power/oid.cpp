#include <twinsite/base/text.hpp>
#include <twinsite/power/oid.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace twinsite::power {

Result<Oid> Oid::parse(std::string_view text) {
    const auto malformed = [&] {
        return fail(ErrorKind::invalid_config,
                    fmt::format("\"{}\" is not an object identifier", printable(text)));
    };
    std::string_view rest = text;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
    }
    std::vector<std::uint32_t> numbers;
    for (;;) {
        const std::size_t dot = rest.find('.');
        const auto number =
            parse_integer(rest.substr(0, dot), 0, std::numeric_limits<std::uint32_t>::max());
        if (!number || numbers.size() == max_length) {
            return malformed();
        }
        numbers.push_back(static_cast<std::uint32_t>(*number));
        if (dot == std::string_view::npos) {
            return Oid(std::move(numbers));
        }
        rest.remove_prefix(dot + 1);
    }
}

bool Oid::starts_with(const Oid& prefix) const {
    return prefix.size() <= size() &&
           std::equal(prefix.numbers_.begin(), prefix.numbers_.end(), numbers_.begin());
}

Oid Oid::then(const Oid& tail) const {
    std::vector<std::uint32_t> all = numbers_;
    all.insert(all.end(), tail.numbers_.begin(), tail.numbers_.end());
    return Oid(std::move(all));
}

Oid Oid::after(std::size_t count) const {
    if (count >= size()) {
        return {};
    }
    return Oid({numbers_.begin() + static_cast<std::ptrdiff_t>(count), numbers_.end()});
}

std::string Oid::text() const {
    return fmt::format("{}", fmt::join(numbers_, "."));
}

} // namespace twinsite::power
