// What a test of the mirror's agent does not look at.
#pragma once

#include "agents/mirror/link_watcher.hpp"
#include "agents/mirror/promotion_score.hpp"

namespace twinsite::testing {

class NoScore final : public mirror::PromotionScore {
public:
    Status publish(const std::string& /*score*/, const Deadline& /*deadline*/) override {
        return {};
    }
    Status withdraw(const Deadline& /*deadline*/) override { return {}; }
};

class NoWatcher final : public mirror::LinkWatcher {
public:
    Status keep_watching() override { return {}; }
    Status end(const Deadline& /*deadline*/) override { return {}; }
};

} // namespace twinsite::testing
