// iscsi-login-check: what monitor at depth 10 runs for each LUN. A program of its own, so that the
// agent does not load libiscsi for every monitor. The request comes through stdin.
#include <twinsite/target/login_check.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <iterator>

namespace {

constexpr int seconds_for_each_step = 5;

twinsite::Status check() {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    const auto request = twinsite::target::parse_login_request(text);
    if (!request) {
        return twinsite::fail(request.error());
    }
    return twinsite::target::check_login(*request, seconds_for_each_step);
}

} // namespace

int main() {
    try {
        const auto status = check();
        if (!status) {
            fmt::print(stderr, "{}\n", status.error().message);
        }
        return status ? 0 : 1;
    } catch (const std::exception& bug) {
        fmt::print(stderr, "a bug: {}\n", bug.what());
        return 1;
    }
}
