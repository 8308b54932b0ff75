#include "lib/hypervisor/iscsi_login.hpp"

#include <twinsite/base/handle.hpp>
#include <twinsite/base/text.hpp>

#include <dlfcn.h>
#include <fmt/format.h>
#include <iscsi/iscsi.h>
#include <iscsi/scsi-lowlevel.h>
#include <poll.h>

#include <cerrno>
#include <cstring>

namespace twinsite::hypervisor {

namespace {

constexpr Milliseconds logout_patience{500};

/// The functions of libiscsi, typed by its header.
struct Library {
    decltype(&::iscsi_create_context) create_context = nullptr;
    decltype(&::iscsi_destroy_context) destroy_context = nullptr;
    decltype(&::iscsi_set_targetname) set_targetname = nullptr;
    decltype(&::iscsi_set_session_type) set_session_type = nullptr;
    decltype(&::iscsi_set_noautoreconnect) set_noautoreconnect = nullptr;
    decltype(&::iscsi_full_connect_async) full_connect_async = nullptr;
    decltype(&::iscsi_logout_async) logout_async = nullptr;
    decltype(&::iscsi_get_fd) get_fd = nullptr;
    decltype(&::iscsi_which_events) which_events = nullptr;
    decltype(&::iscsi_service) service = nullptr;
    decltype(&::iscsi_get_error) get_error = nullptr;
    bool complete = false;
};

template <typename Function>
bool load(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    return function != nullptr;
}

Library load_library() {
    Library l;
    // Never closed: it lives as long as the process.
    void* handle = ::dlopen("libiscsi.so.7", RTLD_NOW | RTLD_LOCAL);
    for (const char* name : {"libiscsi.so.8", "libiscsi.so.9", "libiscsi.so.10"}) {
        handle = handle == nullptr ? ::dlopen(name, RTLD_NOW | RTLD_LOCAL) : handle;
    }
    l.complete = handle != nullptr && load(handle, "iscsi_create_context", l.create_context) &&
                 load(handle, "iscsi_destroy_context", l.destroy_context) &&
                 load(handle, "iscsi_set_targetname", l.set_targetname) &&
                 load(handle, "iscsi_set_session_type", l.set_session_type) &&
                 load(handle, "iscsi_set_noautoreconnect", l.set_noautoreconnect) &&
                 load(handle, "iscsi_full_connect_async", l.full_connect_async) &&
                 load(handle, "iscsi_logout_async", l.logout_async) &&
                 load(handle, "iscsi_get_fd", l.get_fd) &&
                 load(handle, "iscsi_which_events", l.which_events) &&
                 load(handle, "iscsi_service", l.service) &&
                 load(handle, "iscsi_get_error", l.get_error);
    return l;
}

const Library& library() {
    static const Library it = load_library();
    return it;
}

struct Answer {
    bool given = false;
    int status = 0;
};

void note(iscsi_context*, int status, void*, void* data) {
    auto* answer = static_cast<Answer*>(data);
    answer->given = true;
    answer->status = status;
}

/// libiscsi says it in words only.
ErrorKind kind_of(const std::string& complaint) {
    const std::string text = to_lower(complaint);
    const auto says = [&](const char* word) { return text.find(word) != std::string::npos; };
    if (says("not found") || says("not_supported") || says("not supported") || says("not ready")) {
        return ErrorKind::not_found;
    }
    if (says("auth")) {
        return ErrorKind::permission;
    }
    return ErrorKind::unreachable;
}

class Session {
public:
    explicit Session(const IscsiLun& lun)
        : context_(library().create_context(lun.initiator.c_str())) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    Session(Session&&) = delete;
    Session& operator=(Session&&) = delete;
    ~Session() {
        if (context_ != nullptr) {
            library().destroy_context(context_);
        }
    }

    Status open(const IscsiLun& lun, Clock& clock, const Deadline& deadline) {
        if (context_ == nullptr || library().set_targetname(context_, lun.target.c_str()) != 0 ||
            library().set_session_type(context_, ISCSI_SESSION_NORMAL) != 0) {
            return fail(ErrorKind::internal, "libiscsi gives no context");
        }
        library().set_noautoreconnect(context_, 1);
        const bool v6 = lun.portal.name.find(':') != std::string::npos;
        const std::string portal = fmt::format("{}{}{}:{}", v6 ? "[" : "", lun.portal.name,
                                               v6 ? "]" : "", lun.portal.port);
        if (library().full_connect_async(context_, portal.c_str(), lun.lun, note, &answer_) != 0) {
            return complain();
        }
        if (auto served = serve(clock, deadline); !served) {
            return served;
        }
        return answer_.status == SCSI_STATUS_GOOD ? Status() : complain();
    }

    void close(Clock& clock, const Deadline& deadline) {
        answer_ = {};
        if (library().logout_async(context_, note, &answer_) == 0) {
            static_cast<void>(serve(clock, deadline));
        }
    }

private:
    Status complain() const {
        const char* text = library().get_error(context_);
        // Its own words for a connection that the target closed are about its plans, not the cause.
        std::string complaint = printable(trim(text == nullptr ? "no reason given" : text), 160);
        if (complaint.find("reconnect") != std::string::npos) {
            complaint = "the target closed the connection during the login";
        }
        return fail(kind_of(complaint), complaint);
    }

    /// Until the answer is there.
    Status serve(Clock& clock, const Deadline& deadline) {
        while (!answer_.given) {
            pollfd waiting{.fd = library().get_fd(context_),
                           .events = static_cast<short>(library().which_events(context_)),
                           .revents = 0};
            const Milliseconds left = deadline.left(clock);
            const int ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
            if (ready < 0 && errno == EINTR) {
                continue;
            }
            if (ready <= 0) {
                return fail(ErrorKind::timeout, "the target did not answer the login");
            }
            if (library().service(context_, waiting.revents) != 0) {
                return complain();
            }
        }
        return {};
    }

    iscsi_context* context_;
    Answer answer_;
};

} // namespace

Status log_in(const IscsiLun& lun, Clock& clock, const Deadline& deadline) {
    if (!library().complete) {
        return {};
    }
    Session session(lun);
    auto opened = session.open(lun, clock, deadline);
    if (!opened) {
        return fail(opened.error().in(fmt::format("{}/{}", lun.target, lun.lun)));
    }
    session.close(clock, Deadline::after(clock, logout_patience));
    return {};
}

} // namespace twinsite::hypervisor
