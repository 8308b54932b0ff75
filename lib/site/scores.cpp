#include <twinsite/site/scores.hpp>

namespace twinsite::site {

Scores scores_for(const Policy& policy) {
    Scores scores;
    if (!policy.vm_follows_lun) {
        scores.vm_with_lun = 50;
    } else if (!policy.overflow) {
        scores.vm_with_lun_infinite = true;
    }
    if (policy.failback != Failback::automatic) {
        scores.vm_stickiness = 200;
        scores.lun_member_stickiness = 150;
    }
    return scores;
}

} // namespace twinsite::site
