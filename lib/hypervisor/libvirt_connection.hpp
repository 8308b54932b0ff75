// A connection to a libvirt daemon whose every use is bounded.
#pragma once

#include "lib/hypervisor/bounded.hpp"

#include <twinsite/base/handle.hpp>
#include <twinsite/hypervisor/domain.hpp>

#include <libvirt/libvirt.h>

#include <functional>
#include <memory>
#include <string>

namespace twinsite::hypervisor {

using ConnectHandle = CHandle<virConnect, virConnectClose>;
using DomainHandle = CHandle<virDomain, virDomainFree>;

/// For what libvirt's caller has to free(): texts and lists (libvirt-domain.h).
void free_memory(void* memory);
using CText = CHandle<char, free_memory>;

/// What libvirt's last error on this thread means. Ask before any other call into libvirt.
Error last_error(const std::string& what);
/// libvirt's code of the last error on this thread.
int last_error_code();
/// Whether the last error on this thread says that the driver does not know a flag it was given,
/// or the call that takes flags.
bool refuses_flags();
/// libvirt writes errors to stderr unless told not to, and wants to be initialised once.
void initialise_libvirt();

/// Error: unreachable, permission, or not_installed.
Result<ConnectHandle> open_connection(const std::string& uri);

/// Error not_found when there is none.
Result<DomainHandle> look_up(virConnectPtr connection, const DomainIdentity& identity);

class LibvirtConnection {
public:
    LibvirtConnection(std::string uri, Clock& clock)
        : uri_(std::move(uri))
        , clock_(clock)
        , slot_(std::make_shared<Slot>()) {}
    LibvirtConnection(const LibvirtConnection&) = delete;
    LibvirtConnection& operator=(const LibvirtConnection&) = delete;
    ~LibvirtConnection();

    /// Run FUNCTION with an open connection. A connection that hangs or broke is left behind, and
    /// the next call opens a new one.
    template <typename T>
    Result<T> call(const Deadline& deadline, std::function<Result<T>(virConnectPtr)> function) {
        auto result = start<T>(std::move(function)).wait(clock_, deadline);
        if (!result) {
            abandon();
            return fail(ErrorKind::timeout, "libvirt (" + uri_ + ") did not answer in time");
        }
        if (!*result && result->error().kind == ErrorKind::unreachable) {
            abandon();
        }
        return std::move(*result);
    }

    /// The same without waiting. The call keeps the connection it uses.
    template <typename T>
    BackgroundCall<T> start(std::function<Result<T>(virConnectPtr)> function) {
        return BackgroundCall<T>(
            [slot = slot_, uri = uri_, function = std::move(function)]() -> Result<T> {
                if (auto open = slot->open(uri); !open) {
                    return fail(open.error());
                }
                Result<T> result = function(slot->handle.get());
                if (!result && virConnectIsAlive(slot->handle.get()) != 1) {
                    return fail(ErrorKind::unreachable, result.error().message);
                }
                return result;
            });
    }

    [[nodiscard]] Clock& clock() const { return clock_; }
    [[nodiscard]] const std::string& uri() const { return uri_; }

private:
    struct Slot {
        std::mutex opening;
        ConnectHandle handle;
        Status open(const std::string& uri);
    };
    void abandon() { slot_ = std::make_shared<Slot>(); }

    std::string uri_;
    Clock& clock_;
    std::shared_ptr<Slot> slot_;
};

} // namespace twinsite::hypervisor
