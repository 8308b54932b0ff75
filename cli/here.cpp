#include "cli/here.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>

namespace twinsite::cli {

std::string own_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data())
                                                            : std::string{};
}

std::string local_time(std::int64_t at) {
    return at == 0 ? std::string{} : fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(at));
}

} // namespace twinsite::cli
