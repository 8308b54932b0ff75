#include <twinsite/mirror/observation.hpp>

namespace twinsite::mirror {

// The kernel's own words, because an admin finds those in drbdadm, in the logs and on the web.

std::string_view to_string(Role role) {
    switch (role) {
    case Role::unknown:
        return "Unknown";
    case Role::secondary:
        return "Secondary";
    case Role::primary:
        return "Primary";
    }
    return "Unknown";
}

std::string_view to_string(Disk disk) {
    switch (disk) {
    case Disk::diskless:
        return "Diskless";
    case Disk::attaching:
        return "Attaching";
    case Disk::detaching:
        return "Detaching";
    case Disk::failed:
        return "Failed";
    case Disk::negotiating:
        return "Negotiating";
    case Disk::inconsistent:
        return "Inconsistent";
    case Disk::outdated:
        return "Outdated";
    case Disk::unknown:
        return "DUnknown";
    case Disk::consistent:
        return "Consistent";
    case Disk::up_to_date:
        return "UpToDate";
    }
    return "DUnknown";
}

std::string_view to_string(Connection connection) {
    switch (connection) {
    case Connection::stand_alone:
        return "StandAlone";
    case Connection::disconnecting:
        return "Disconnecting";
    case Connection::unconnected:
        return "Unconnected";
    case Connection::timeout:
        return "Timeout";
    case Connection::broken_pipe:
        return "BrokenPipe";
    case Connection::network_failure:
        return "NetworkFailure";
    case Connection::protocol_error:
        return "ProtocolError";
    case Connection::tear_down:
        return "TearDown";
    case Connection::connecting:
        return "Connecting";
    case Connection::connected:
        return "Connected";
    }
    return "StandAlone";
}

std::string_view to_string(Replication replication) {
    switch (replication) {
    case Replication::off:
        return "Off";
    case Replication::established:
        return "Established";
    case Replication::negotiating:
        return "handshake";
    case Replication::sync_source:
        return "SyncSource";
    case Replication::sync_target:
        return "SyncTarget";
    case Replication::verify:
        return "Verify";
    case Replication::other:
        return "unknown";
    }
    return "unknown";
}

} // namespace twinsite::mirror
