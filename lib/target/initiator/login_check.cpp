// The only place that includes libiscsi.
#include <twinsite/base/handle.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/target/login_check.hpp>

#include <fmt/format.h>
#include <iscsi/iscsi.h>
#include <iscsi/scsi-lowlevel.h>

namespace twinsite::target {

namespace {

using Session = CHandle<iscsi_context, iscsi_destroy_context>;
using Task = CHandle<scsi_task, scsi_free_scsi_task>;

constexpr int serial_page = 0x80; // SPC-4, 7.8.15
constexpr unsigned char answer_size = 255;

std::string complaint(const Session& session) {
    return printable(trim(iscsi_get_error(session.get())), 160);
}

Status log_in(const Session& session, const LoginRequest& request, int seconds) {
    if (!session) {
        return fail(ErrorKind::internal, "no iSCSI context");
    }
    iscsi_set_noautoreconnect(session.get(), 1);
    iscsi_set_timeout(session.get(), seconds);
    iscsi_set_session_type(session.get(), ISCSI_SESSION_NORMAL);
    iscsi_set_targetname(session.get(), request.iqn.c_str());
    if (!request.incoming.empty()) {
        iscsi_set_initiator_username_pwd(session.get(), request.incoming.user.c_str(),
                                         request.incoming.password.c_str());
    }
    if (!request.outgoing.empty()) {
        iscsi_set_target_username_pwd(session.get(), request.outgoing.user.c_str(),
                                      request.outgoing.password.c_str());
    }
    if (iscsi_full_connect_sync(session.get(), request.portal.c_str(),
                                static_cast<int>(request.lun)) != 0) {
        return fail(ErrorKind::unreachable, fmt::format("no login at {} as {}: {}", request.portal,
                                                        request.initiator, complaint(session)));
    }
    return {};
}

Session new_session(const LoginRequest& request) {
    return Session(iscsi_create_context(request.initiator.c_str()));
}

/// Where libiscsi cannot read the target's proof, the rest is checked without asking for it. Empty
/// where the target (LIO before 6.2) lets nobody in who does not ask.
Result<Session> session_of(const LoginRequest& request, int seconds) {
    Session session = new_session(request);
    const Status status = log_in(session, request, seconds);
    if (status) {
        return session;
    }
    if (request.outgoing.empty() || libiscsi_reads_proof(request.outgoing.user)) {
        return fail(status.error());
    }
    LoginRequest one_way = request;
    one_way.outgoing = {};
    session = new_session(one_way);
    if (log_in(session, one_way, seconds)) {
        return session;
    }
    if (complaint(session).find("Authentication failure") != std::string::npos) {
        return Session();
    }
    return fail(status.error());
}

bool good(const Task& task) {
    return task && task->status == SCSI_STATUS_GOOD;
}

/// Somebody else's reservation keeps us from the blocks: the LUN is there, answers and does its
/// duty. Failing would start the target anew, and lose the reservation.
bool reserved(const Task& task) {
    return task && task->status == SCSI_STATUS_RESERVATION_CONFLICT;
}

Status compare_serial(const Session& session, const LoginRequest& request) {
    const Task task(iscsi_inquiry_sync(session.get(), static_cast<int>(request.lun), 1, serial_page,
                                       answer_size));
    if (!good(task)) {
        return fail(ErrorKind::internal, fmt::format("LUN {} does not tell its serial: {}",
                                                     request.lun, complaint(session)));
    }
    const auto* page =
        static_cast<const scsi_inquiry_unit_serial_number*>(scsi_datain_unmarshall(task.get()));
    const std::string serial = page == nullptr ? "" : page->usn;
    if (!request.serial.empty() && trim(serial) != request.serial) {
        return fail(ErrorKind::conflict,
                    fmt::format("LUN {} at {} has serial {} instead of {}", request.lun,
                                request.portal, printable(trim(serial)), request.serial));
    }
    return {};
}

Status read_first_block(const Session& session, const LoginRequest& request) {
    const int lun = static_cast<int>(request.lun);
    const Task size(iscsi_readcapacity16_sync(session.get(), lun));
    if (reserved(size)) {
        return {};
    }
    const auto* capacity =
        good(size) ? static_cast<const scsi_readcapacity16*>(scsi_datain_unmarshall(size.get()))
                   : nullptr;
    if (capacity == nullptr) {
        return fail(ErrorKind::internal, fmt::format("LUN {} does not tell its size: {}",
                                                     request.lun, complaint(session)));
    }
    const auto block = static_cast<int>(capacity->block_length);
    const Task read(
        iscsi_read16_sync(session.get(), lun, 0, capacity->block_length, block, 0, 0, 0, 0, 0));
    if (!good(read) && !reserved(read)) {
        return fail(ErrorKind::internal, fmt::format("the first block of LUN {} cannot be read: {}",
                                                     request.lun, complaint(session)));
    }
    return {};
}

} // namespace

Status check_login(const LoginRequest& request, int seconds) {
    const auto session = session_of(request, seconds);
    if (!session) {
        return fail(session.error());
    }
    if (!*session) {
        return {};
    }
    Status status = compare_serial(*session, request);
    if (status) {
        status = read_first_block(*session, request);
    }
    static_cast<void>(iscsi_logout_sync(session->get()));
    return status;
}

} // namespace twinsite::target
