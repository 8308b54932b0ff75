#include "tests/cluster/moves_lab.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace twinsite::lab {

using std::chrono::seconds;

namespace {

constexpr std::size_t largest_log = 64U << 20U;

std::unique_ptr<MovesLab>& the_lab() {
    static std::unique_ptr<MovesLab> lab;
    return lab;
}

} // namespace

MovesLab::MovesLab()
    : lab_(TWINSITE_LAB_FOLDER "/lab", TWINSITE_BUILD_FOLDER) {
    const auto up =
        lab_.up({"--topology", TWINSITE_LAB_FOLDER "/config/moves.json", "--for", "3500"});
    why_ = up ? "" : up.error().message;
}

MovesLab* MovesLab::instance(std::string& why) {
    if (!the_lab()) {
        the_lab() = std::unique_ptr<MovesLab>(new MovesLab());
    }
    why = the_lab()->why_;
    return why.empty() ? the_lab().get() : nullptr;
}

void MovesLab::end() {
    the_lab().reset();
}

std::string MovesLab::must(const std::string& node, const std::string& text,
                           Milliseconds patience) {
    const auto printed = lab_.on(node, text, patience);
    EXPECT_TRUE(printed) << node << ": " << text << ": "
                         << (printed ? "" : printed.error().message);
    return printed ? *printed : std::string();
}

void MovesLab::background(const std::string& node, const std::string& name,
                          const std::string& words) {
    must(node, fmt::format("cd /lab/own; setsid {} </dev/null >{}.log 2>&1 &", words, name));
}

std::string MovesLab::written(const std::string& node, const std::string& file) {
    return read_file(LabControl::state_folder() / "node" / node / file, largest_log).value_or("");
}

bool MovesLab::await(Milliseconds patience, const std::string& what,
                     const Expectation& expectation) {
    std::string missing;
    const bool came = poll_until(clock_, Deadline::after(clock_, patience), seconds(1), [&] {
        missing = expectation();
        return missing.empty();
    });
    EXPECT_TRUE(came) << what << ": after " << patience.count() / 1000 << " s: " << missing;
    return came;
}

std::string MovesLab::where(const std::string& resource) {
    const auto view = lab_.cluster(client);
    return view ? view->where(resource) : std::string();
}

std::string MovesLab::missing_at(const std::string& node) {
    const auto view = lab_.cluster(client);
    if (!view) {
        return view.error().message;
    }
    if (!view->all_online()) {
        return "not all nodes are online";
    }
    const auto promoted = view->promoted.find("mirror_red");
    if (promoted == view->promoted.end() || promoted->second != node) {
        return "the mirror is not promoted on " + node;
    }
    for (const char* resource : {"address_red", "target_red"}) {
        if (view->where(resource) != node) {
            return fmt::format("{} is on \"{}\"", resource, view->where(resource));
        }
    }
    const auto mirrors = lab_.mirrors(node);
    const bool whole = mirrors && mirrors->contains(0) && mirrors->at(0).healthy();
    return whole ? "" : "the copies are not in sync";
}

void MovesLab::power_off(const std::string& node) {
    const auto done = lab_.power(node, "off");
    EXPECT_TRUE(done) << done.error().message;
}

void MovesLab::power_on(const std::string& node) {
    const auto done = lab_.power(node, "on");
    EXPECT_TRUE(done) << done.error().message;
    await(seconds(60), node + " boots", [&]() -> std::string {
        return lab_.on(node, "true", seconds(5)) ? "" : "it does not answer";
    });
}

void MovesLab::keep_logs(const std::string& name) {
    const auto folder = std::filesystem::path(TWINSITE_BUILD_FOLDER) / "cluster-logs" / name;
    lab_.keep_logs(folder, {"rz1-a", "rz1-b", "rz2-a"});
    std::error_code ignored;
    std::filesystem::copy(LabControl::state_folder() / "node", folder / "node",
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing,
                          ignored);
    fmt::print("     logs are kept in {}\n", folder.string());
}

void MovesTest::SetUp() {
    std::string why;
    lab_ = MovesLab::instance(why);
    ASSERT_NE(lab_, nullptr) << "the lab did not come up: " << why;
}

void MovesTest::TearDown() {
    if (lab_ != nullptr && HasFailure()) {
        lab_->keep_logs(::testing::UnitTest::GetInstance()->current_test_info()->name());
    }
}

std::vector<double> numbers_of(const std::string& text, const std::string& word) {
    std::vector<double> numbers;
    for (const std::string_view line : lines(text)) {
        const auto words = split(line);
        if (words.size() == 2 && words[0] == word) {
            numbers.push_back(std::strtod(std::string(words[1]).c_str(), nullptr));
        }
    }
    return numbers;
}

std::string summary_of(std::vector<double> values) {
    if (values.empty()) {
        return "none";
    }
    std::sort(values.begin(), values.end());
    return fmt::format("n {}, median {:.2f}, longest {:.2f} s", values.size(),
                       values.at(values.size() / 2), values.back());
}

} // namespace twinsite::lab
