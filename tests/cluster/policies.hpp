// A lab for the scenarios of each isolation policy.
#pragma once

#include "tests/cluster/lab_session.hpp"

#include <gtest/gtest.h>

namespace twinsite::lab {

class KeepHome : public ::testing::Test {
protected:
    static void SetUpTestSuite() { LabSession::choose("topology.json"); }
    static void TearDownTestSuite() { LabSession::end(); }
};

class Majority : public ::testing::Test {
protected:
    static void SetUpTestSuite() { LabSession::choose("topology.json", {"--majority"}); }
    static void TearDownTestSuite() { LabSession::end(); }
};

} // namespace twinsite::lab
