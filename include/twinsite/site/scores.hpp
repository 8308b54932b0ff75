// Every score in one place, because they only make sense together.
//
// A VM's site: at home 100; where its LUN is 500. So a VM follows its LUN (vm_follows_lun), and
// goes home with it. When it must not follow, 50 loses against home.
// A VM's host within its site: 20 for the host twinsite spread it to, against 10 for staying: a VM
// whose host returns goes back there by live migration, and nothing else makes it move.
// A LUN: its home replica is preferred with 200, far below the gap of 9000 between a good replica
// (10000) and one that knows less (1000): home never promotes the worse copy. The stickiness of
// its group's members sums up and must stay below 200 when failback is automatic.
// With failback manual the LUN's stickiness (two members, 300 together) outweighs home; VMs still
// follow their LUN (500 against 200 + 100). Those that do not follow stay where they are, too (200
// against 100 + 50 + 20). In a failback window home weighs 1000 more.
#pragma once

#include <twinsite/site/topology.hpp>

namespace twinsite::site {

struct Scores {
    int vm_home = 100;
    int vm_with_lun = 500; ///< infinity when a VM must not leave its LUN's site (overflow: false)
    bool vm_with_lun_infinite = false;
    int vm_host = 20;
    int vm_stickiness = 10;
    int vm_group = 30;
    int lun_home = 200;
    /// Beside lun_home, while the failback window is open; beside vm_home where VMs do not follow.
    int home_in_window = 1000;
    int lun_member_stickiness = 0;
};

Scores scores_for(const Policy& policy);

/// Whether a VM runs in the site of its LUN or nowhere ("overflow": false). When its LUN moves,
/// because home is gone, the VM may start there.
bool keeps_to_lun(const Policy& policy);

} // namespace twinsite::site
