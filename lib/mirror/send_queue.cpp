#include <twinsite/base/text.hpp>
#include <twinsite/mirror/send_queue.hpp>

#include <charconv>

namespace twinsite::mirror {

namespace {

std::optional<std::uint64_t> hexadecimal(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number)
                                                                    : std::nullopt;
}

/// "0100007F:1E6D"
std::optional<std::uint64_t> port_of(std::string_view address) {
    const auto colon = address.rfind(':');
    return colon == std::string_view::npos ? std::nullopt : hexadecimal(address.substr(colon + 1));
}

} // namespace

std::optional<std::uint64_t> queued_bytes(std::string_view text, unsigned port) {
    std::optional<std::uint64_t> sum;
    for (const std::string_view line : lines(text)) {
        // "0: LOCAL:PORT REMOTE:PORT STATE TX:RX ..." (proc(5)); 01 is ESTABLISHED.
        const auto words = split(line);
        if (words.size() < 5 || words[3] != "01" ||
            (port_of(words[1]) != port && port_of(words[2]) != port)) {
            continue;
        }
        const auto waiting = hexadecimal(std::string_view(words[4]).substr(0, words[4].find(':')));
        sum = sum.value_or(0) + waiting.value_or(0);
    }
    return sum;
}

} // namespace twinsite::mirror
