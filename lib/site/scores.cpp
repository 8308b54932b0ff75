#include <twinsite/site/scores.hpp>

namespace twinsite::site {

Scores scores_for(const Policy& policy) {
    Scores scores;
    if (!policy.vm_follows_lun) {
        scores.vm_with_lun = 50;
    }
    scores.vm_with_lun_infinite = keeps_to_lun(policy);
    if (policy.failback != Failback::automatic) {
        scores.vm_stickiness = 200;
        scores.lun_member_stickiness = 150;
    }
    return scores;
}

bool keeps_to_lun(const Policy& policy) {
    return policy.vm_follows_lun && !policy.overflow;
}

} // namespace twinsite::site
