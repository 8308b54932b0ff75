// What a person sees of `twinsite status --output html`, wide, on a phone, and in dark mode.
//
// data/far-path.xml is the CIB of the installed example with vm_follows_lun false, played by
// Pacemaker 2.1.5: the copy of red in rz1 has failed, red is written in rz2, rot and rosa stay.
#include "tests/host/site_map/browser.hpp"
#include "tests/support/rooted_test.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>

namespace twinsite::testing {
namespace {

using nlohmann::json;

constexpr Screen wide{.width = 1280};
constexpr Screen phone{.width = 390};
constexpr Screen dark{.width = 1280, .dark = true};
constexpr Screen dark_phone{.width = 390, .dark = true};
constexpr double readable = 4.5; // WCAG 2, level AA
constexpr double distinct = 3.0; // the same for lines

std::string far_path_topology() {
    return example_with(R"("vm_follows_lun": true)", R"("vm_follows_lun": false)");
}

class SiteMapPage : public RootedTest {
protected:
    void SetUp() override {
        if (const auto why = browser_is_missing()) {
            GTEST_SKIP() << *why;
        }
        RootedTest::SetUp();
    }

    /// The page that twinsite shows for the recorded cluster.
    std::string page_of(const std::string& topology) {
        std::filesystem::copy_file(TWINSITE_SITE_MAP_DATA "/data/far-path.xml",
                                   scratch.path() / "cib.xml",
                                   std::filesystem::copy_options::overwrite_existing);
        static_cast<void>(scratch.write("topology.json", topology));
        const auto run = script_in_root(
            "CIB_file=/files/cib.xml twinsite --topology /files/topology.json status --output html",
            scratch.path(), Milliseconds{120'000});
        EXPECT_EQ(run.exit_code, 1) << run.err; // 1: something is not at home
        return run.out;
    }
    json see(const Screen& screen) { return look_at(page_of(far_path_topology()), screen); }
};

void expect_fits(const json& seen) {
    ASSERT_TRUE(seen.is_object());
    EXPECT_LE(seen["scrollWidth"], seen["width"]);
    for (const json& text : seen["texts"]) {
        EXPECT_LE(text["box"]["right"], seen["width"]) << text["text"];
        EXPECT_GE(text["box"]["left"], 0) << text["text"];
    }
}

void expect_readable(const json& seen) {
    ASSERT_TRUE(seen.is_object());
    EXPECT_GT(seen["texts"].size(), 50U);
    for (const json& text : seen["texts"]) {
        EXPECT_GE(text["contrast"], readable) << text["text"];
        EXPECT_GE(text["size"], 12) << text["text"]; // pixels
    }
    for (const json& line : seen["crossings"]) {
        EXPECT_GE(line["contrast"], distinct) << line["vm"];
    }
}

bool visible(const json& seen, const std::string& text) {
    for (const json& each : seen["texts"]) {
        if (each["text"] == text && each["box"]["width"] > 0 && each["box"]["height"] > 0) {
            return true;
        }
    }
    return false;
}

bool inside(double value, const json& box, const char* low, const char* high) {
    constexpr double nearly = 8; // pixels: a border and a half
    return value >= box[low].get<double>() - nearly && value <= box[high].get<double>() + nearly;
}

bool touches(const json& point, const json& box) {
    return inside(point["x"], box, "left", "right") && inside(point["y"], box, "top", "bottom");
}

TEST_F(SiteMapPage, fits_a_wide_screen) {
    expect_fits(see(wide));
}

TEST_F(SiteMapPage, fits_a_phone) {
    const json seen = see(phone);
    expect_fits(seen);
    for (const json& text : seen["texts"]) {
        const auto word = text["text"].get<std::string>();
        if (word.size() < 12 && word.find(' ') == std::string::npos) {
            EXPECT_LE(text["lines"], 1) << word; // 0: hidden; more: broken in the middle
        }
    }
}

TEST_F(SiteMapPage, long_names_fit_a_phone) {
    const std::string name = "a-very-long-name-of-a-virtual-machine-that-nobody-shortened";
    std::string topology = far_path_topology();
    topology.replace(topology.find("\"rosa\""), 6, "\"" + name + "\"");
    const json seen = look_at(page_of(topology), phone);
    expect_fits(seen);
    EXPECT_TRUE(visible(seen, name));
}

TEST_F(SiteMapPage, can_be_read_in_light_and_in_dark_mode) {
    const json light = see(wide);
    const json night = see(dark_phone);
    expect_readable(light);
    expect_readable(night);
    EXPECT_FALSE(light["dark"]);
    EXPECT_TRUE(night["dark"]);
}

TEST_F(SiteMapPage, everything_of_the_topology_can_be_seen) {
    const json seen = see(phone);
    ASSERT_TRUE(seen.is_object());
    const site::Topology topology = example_topology();
    for (const std::string& site : topology.sites) {
        EXPECT_TRUE(visible(seen, site)) << site;
    }
    for (const site::Node& node : topology.nodes) {
        EXPECT_TRUE(visible(seen, node.name)) << node.name;
    }
    for (const site::Lun& lun : topology.luns) {
        EXPECT_TRUE(visible(seen, lun.name)) << lun.name;
    }
    for (const site::Vm& vm : topology.vms) {
        EXPECT_TRUE(visible(seen, vm.name)) << vm.name;
    }
}

TEST_F(SiteMapPage, a_line_joins_each_vm_with_its_lun_in_the_other_site) {
    for (const Screen& screen : {wide, phone}) {
        const json seen = see(screen);
        ASSERT_TRUE(seen.is_object());
        std::vector<std::string> vms;
        for (const json& line : seen["crossings"]) {
            vms.push_back(line["vm"]);
            EXPECT_TRUE(touches(line["from"], line["vmBox"])) << line.dump(1);
            EXPECT_TRUE(touches(line["to"], line["lunBox"])) << line.dump(1);
            EXPECT_GE(std::abs(line["from"]["x"].get<double>() - line["to"]["x"].get<double>()),
                      30);
        }
        EXPECT_THAT(vms, ::testing::UnorderedElementsAre("rot", "rosa"));
        EXPECT_EQ(seen["arrows"].size(), 2U); // from each LUN to its copy
    }
}

/// TWINSITE_SCREENSHOTS=DIRECTORY keeps the pictures (docs/images/site-map.png is one of them).
TEST_F(SiteMapPage, can_be_photographed) {
    const char* wanted = std::getenv("TWINSITE_SCREENSHOTS"); // NOLINT(concurrency-mt-unsafe)
    const std::filesystem::path target =
        wanted == nullptr ? scratch.path() : std::filesystem::path(wanted);
    const std::string page = page_of(far_path_topology());
    take_screenshot(page, {.width = 1000}, 1132, target / "site-map.png");
    take_screenshot(page, dark, 1900, target / "site-map-dark.png");
    take_screenshot(page, phone, 3000, target / "site-map-phone.png");
    take_screenshot(page, dark_phone, 3000, target / "site-map-dark-phone.png");
}

} // namespace
} // namespace twinsite::testing
