#include "tests/host/site_map/browser.hpp"

#include "tests/support/scratch_directory.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/process/command.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace twinsite::testing {

namespace {

constexpr auto patience = std::chrono::seconds(240);
constexpr std::string_view begin_mark = "seen-begin";
constexpr std::string_view end_mark = "seen-end";

std::string look_around_script() {
    std::ifstream file(TWINSITE_SITE_MAP_DATA "/look-around.js");
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A window of a browser has a least width; a frame has none. What the page posts ends up in <pre>.
std::string frame_of(int width, int height) {
    return fmt::format(
        R"(<!DOCTYPE html><meta charset="utf-8"><body style="margin:0;overflow:hidden">)"
        R"(<pre id="seen" hidden></pre><script>onmessage = e => )"
        R"(document.getElementById("seen").textContent = "seen-" + "begin" + e.data + "seen-" + "end")"
        R"(</script><iframe src="page.html" style="border:0;width:{}px;height:{}px"></iframe>)",
        width, height);
}

/// Chromium on that frame in SCRATCH. Its least window is 500 wide, hence the frame.
Result<process::Output> chromium(const ScratchDirectory& scratch, const Screen& screen, int height,
                                 std::vector<std::string> what) {
    process::Command command{
        {"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--hide-scrollbars", "--no-first-run", "--run-all-compositor-stages-before-draw",
         fmt::format("--user-data-dir={}", (scratch.path() / "profile").string()),
         // 0 is dark, 1 is light.
         fmt::format("--blink-settings=preferredColorScheme={}", screen.dark ? 0 : 1),
         fmt::format("--window-size={},{}", screen.width, height), "--virtual-time-budget=3000"},
        {},
        {{"HOME", scratch.path().string()}}};
    command.argv.insert(command.argv.end(), what.begin(), what.end());
    command.argv.push_back(fmt::format("file://{}", (scratch.path() / "frame.html").string()));
    process::SystemCommandRunner runner;
    const SystemClock clock;
    return runner.run(command, Deadline::after(clock, patience));
}

} // namespace

std::optional<std::string> browser_is_missing() {
    process::SystemCommandRunner runner;
    const SystemClock clock;
    const auto version =
        runner.run({{"chromium", "--version"}, {}, {}}, Deadline::after(clock, patience));
    if (version && version->ok()) {
        return std::nullopt;
    }
    return "no browser: apt-get install --no-install-recommends chromium fonts-dejavu-core";
}

nlohmann::json look_at(const std::string& page, const Screen& screen) {
    constexpr int height = 4000;
    const ScratchDirectory scratch;
    static_cast<void>(
        scratch.write("page.html", page + "<script>" + look_around_script() + "</script>"));
    static_cast<void>(scratch.write("frame.html", frame_of(screen.width, height)));
    const auto dom = chromium(scratch, screen, height, {"--dump-dom"});
    if (!dom) {
        ADD_FAILURE() << dom.error().message;
        return nullptr;
    }
    const auto begin = dom->out.find(begin_mark);
    const auto end = dom->out.find(end_mark);
    if (begin == std::string::npos || end == std::string::npos) {
        ADD_FAILURE() << "the page was not measured: " << dom->complaint();
        return nullptr;
    }
    const auto from = begin + begin_mark.size();
    return nlohmann::json::parse(dom->out.substr(from, end - from));
}

void take_screenshot(const std::string& page, const Screen& screen, int height,
                     const std::filesystem::path& target) {
    const ScratchDirectory scratch;
    static_cast<void>(scratch.write("page.html", page));
    static_cast<void>(scratch.write("frame.html", frame_of(screen.width, height)));
    const auto done =
        chromium(scratch, screen, height, {fmt::format("--screenshot={}", target.string())});
    EXPECT_TRUE(done && done->ok()) << (done ? done->complaint() : done.error().message);
    EXPECT_TRUE(std::filesystem::exists(target)) << target;
}

} // namespace twinsite::testing
