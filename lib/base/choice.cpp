#include <twinsite/base/choice.hpp>
#include <twinsite/base/text.hpp>

#include <fmt/format.h>

namespace twinsite {

std::string no_such(std::string_view what, std::string_view name,
                    std::span<const std::string> known) {
    constexpr std::size_t comparable = 2000; // comparing with more serves nobody
    constexpr std::size_t readable = 20;
    const std::string text = fmt::format("there is no {} \"{}\"", what, printable(name));
    const std::string near = known.size() > comparable ? std::string{} : nearest(name, known);
    if (!near.empty()) {
        return fmt::format("{}; did you mean \"{}\"?", text, near);
    }
    return known.empty() || known.size() > readable
               ? text
               : fmt::format("{}; there are: {}", text, join(known, ", "));
}

} // namespace twinsite
