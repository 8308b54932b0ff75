// A lab of three nodes: two storage nodes with one mirrored LUN, and a client without storage.
#pragma once

#include "lab/scenario/lab_control.hpp"
#include "lab/scenario/stage.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace twinsite::lab {

inline constexpr const char* client = "rz1-b";

class MovesLab {
public:
    /// The program's one lab; nullptr and WHY when it did not come up.
    static MovesLab* instance(std::string& why);
    static void end();

    LabControl& lab() { return lab_; }
    Clock& clock() { return clock_; }

    /// Shell text on NODE. It must succeed: its output, or a test failure.
    std::string must(const std::string& node, const std::string& text,
                     Milliseconds patience = std::chrono::seconds(60));
    /// WORDS run on NODE for as long as the node lives; its output is NAME.log of written().
    void background(const std::string& node, const std::string& name, const std::string& words);
    /// What a program on NODE wrote to /lab/own/FILE.
    static std::string written(const std::string& node, const std::string& file);
    /// Polls; a test failure with what was missing last. True: it came.
    bool await(Milliseconds patience, const std::string& what, const Expectation& expectation);

    /// The node RESOURCE runs on, seen by the client; "" = unknown, or on none.
    std::string where(const std::string& resource);
    /// "" when NODE serves the LUN and both copies are whole.
    std::string missing_at(const std::string& node);
    /// Kill NODE's power; bring it back and wait until both copies are whole.
    void power_off(const std::string& node);
    void power_on(const std::string& node);
    /// Keeps the nodes' logs below the build tree when the test failed.
    void keep_logs(const std::string& name);

private:
    MovesLab();
    std::string why_;
    SystemClock clock_;
    LabControl lab_;
};

/// The storage node that is not NODE.
inline std::string other(const std::string& node) {
    return node == "rz1-a" ? "rz2-a" : "rz1-a";
}

/// Tests that stand on the lab; skipped tests are failures here: the lab is the point.
class MovesTest : public ::testing::Test {
protected:
    void SetUp() override;
    void TearDown() override;
    static void TearDownTestSuite() { MovesLab::end(); }

    MovesLab* lab_ = nullptr;
};

/// The numbers of the lines "WORD NUMBER" in TEXT.
std::vector<double> numbers_of(const std::string& text, const std::string& word);

/// "n 20, median 1.7, longest 4.6 s"
std::string summary_of(std::vector<double> seconds);

} // namespace twinsite::lab
