// The actions of ocf:twinsite:mirror. Each one observes, decides, acts and looks again.
#pragma once

#include "agents/mirror/caretaker.hpp"
#include "agents/mirror/link_watcher.hpp"
#include "agents/mirror/promotion_score.hpp"
#include "agents/mirror/settings.hpp"
#include "ocf/agent.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/mirror/decision.hpp>
#include <twinsite/mirror/drbd.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::mirror {

class MirrorAgent {
public:
    /// Who keeps volume MINOR open; called only to explain a demotion that was refused.
    using FindHolders = std::function<std::vector<std::string>(int minor)>;

    struct Parts {
        Mirror& mirror;
        PromotionScore& score;
        Caretaker& caretaker;
        LinkWatcher& watcher;
        Clock& clock;
        FindHolders holders;
    };

    MirrorAgent(Settings settings, Parts parts, Deadline deadline);

    ocf::Outcome start();
    ocf::Outcome stop();
    ocf::Outcome promote();
    ocf::Outcome demote();
    ocf::Outcome monitor();
    /// TYPE pre or post, OPERATION start, stop, promote or demote: what happened to some replica.
    ocf::Outcome notify(std::string_view type, std::string_view operation);
    ocf::Outcome reload();
    /// LEVEL 0 looks at the parameters only, 10 also at DRBD's configuration on this node.
    ocf::Outcome validate(unsigned level);

    [[nodiscard]] ocf::ActionTable actions(const ocf::Request& request);

private:
    /// A change of the kernel's state that something may refuse for a moment.
    struct Change {
        Status (Mirror::*attempt)(const Deadline& deadline);
        bool (*reached)(const Observation& seen);
        std::string_view name; ///< "demoted"
    };
    static const Change demotion;
    static const Change removal;

    /// Tries until it is reached or DEADLINE has passed. conflict names who holds the mirror.
    Status insist(const Change& change, const Deadline& deadline);
    void wait_until_settled();
    void watch_link();
    /// What is seen, and what only this side's memory knows.
    Assessment judge(const Observation& seen);
    void publish(const Assessment& assessment);
    void publish_now();
    [[nodiscard]] Error explain_refusal(const Error& error, const Observation& seen,
                                        const Change& change) const;

    Settings settings_;
    Parts parts_;
    Deadline deadline_;
};

} // namespace twinsite::mirror
