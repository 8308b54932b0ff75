// A test that needs the cached Debian root (in_root.hpp): skipped, with the reason, where there is
// none.
#pragma once

#include "tests/support/in_root.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

namespace twinsite::testing {

class RootedTest : public ::testing::Test {
protected:
    ScratchDirectory scratch;

    void SetUp() override {
        if (const auto why = root_is_missing()) {
            GTEST_SKIP() << *why;
        }
    }
};

} // namespace twinsite::testing
