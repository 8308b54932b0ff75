// reserve PORTAL IQN LUN INITIATOR: registers and reserves the LUN exclusively for INITIATOR, which
// stays logged in until its stdin ends. Prints "reserved".
#include <iscsi/iscsi.h>
#include <iscsi/scsi-lowlevel.h>

#include <cstdio>
#include <cstdlib>

namespace {

constexpr unsigned long long key = 0xabcd;

bool send(iscsi_context* session, int lun, int action, unsigned long long old_key) {
    scsi_persistent_reserve_out_basic basic{};
    basic.reservation_key = old_key;
    basic.service_action_reservation_key = key;
    scsi_task* task =
        iscsi_persistent_reserve_out_sync(session, lun, action, SCSI_PERSISTENT_RESERVE_SCOPE_LU,
                                          SCSI_PERSISTENT_RESERVE_TYPE_EXCLUSIVE_ACCESS, &basic);
    const bool good = task != nullptr && task->status == SCSI_STATUS_GOOD;
    if (!good) {
        std::fprintf(stderr, "action %d: %s\n", action, iscsi_get_error(session));
    }
    scsi_free_scsi_task(task);
    return good;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        return 2;
    }
    iscsi_context* session = iscsi_create_context(argv[4]);
    iscsi_set_targetname(session, argv[2]);
    iscsi_set_session_type(session, ISCSI_SESSION_NORMAL);
    const int lun = static_cast<int>(std::strtol(argv[3], nullptr, 10));
    if (iscsi_full_connect_sync(session, argv[1], lun) != 0 ||
        !send(session, lun, SCSI_PERSISTENT_RESERVE_REGISTER, 0) ||
        !send(session, lun, SCSI_PERSISTENT_RESERVE_RESERVE, key)) {
        return 1;
    }
    std::puts("reserved");
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    return 0;
}
