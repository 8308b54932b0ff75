#include "lib/mirror/words.hpp"

#include <algorithm>
#include <array>

namespace twinsite::mirror {

namespace {

template <typename T>
struct Word {
    std::string_view text;
    T value;
};
// clang 14 deduces no aggregates.
template <typename T>
Word(const char*, T) -> Word<T>;

constexpr std::array disks{
    Word{"Diskless", Disk::diskless},       Word{"Attaching", Disk::attaching},
    Word{"Detaching", Disk::detaching},     Word{"Failed", Disk::failed},
    Word{"Negotiating", Disk::negotiating}, Word{"Inconsistent", Disk::inconsistent},
    Word{"Outdated", Disk::outdated},       Word{"DUnknown", Disk::unknown},
    Word{"Consistent", Disk::consistent},   Word{"UpToDate", Disk::up_to_date},
};

constexpr std::array connections{
    Word{"StandAlone", Connection::stand_alone},
    Word{"Disconnecting", Connection::disconnecting},
    Word{"Unconnected", Connection::unconnected},
    Word{"Timeout", Connection::timeout},
    Word{"BrokenPipe", Connection::broken_pipe},
    Word{"NetworkFailure", Connection::network_failure},
    Word{"ProtocolError", Connection::protocol_error},
    Word{"TearDown", Connection::tear_down},
    Word{"Connecting", Connection::connecting},
    Word{"WFConnection", Connection::connecting},
    Word{"WFReportParams", Connection::connecting},
    Word{"Connected", Connection::connected},
};

constexpr std::array replications{
    Word{"Off", Replication::off},
    Word{"Established", Replication::established},
    Word{"StartingSyncS", Replication::negotiating},
    Word{"StartingSyncT", Replication::negotiating},
    Word{"WFBitMapS", Replication::negotiating},
    Word{"WFBitMapT", Replication::negotiating},
    Word{"WFSyncUUID", Replication::negotiating},
    Word{"SyncSource", Replication::sync_source},
    Word{"PausedSyncS", Replication::sync_source},
    Word{"Ahead", Replication::sync_source},
    Word{"SyncTarget", Replication::sync_target},
    Word{"PausedSyncT", Replication::sync_target},
    Word{"Behind", Replication::sync_target},
    Word{"VerifyS", Replication::verify},
    Word{"VerifyT", Replication::verify},
};

constexpr std::array roles{Word{"Primary", Role::primary}, Word{"Secondary", Role::secondary},
                           Word{"Unknown", Role::unknown}};

template <typename Table, typename T>
T find(const Table& table, std::string_view text, T otherwise) {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const auto& word) { return word.text == text; });
    return found == table.end() ? otherwise : found->value;
}

} // namespace

Role role_of(std::string_view word) {
    return find(roles, word, Role::unknown);
}

Disk disk_of(std::string_view word) {
    return find(disks, word, Disk::failed);
}

Disk peer_disk_of(std::string_view word) {
    return find(disks, word, Disk::unknown);
}

Connection connection_of(std::string_view word) {
    return find(connections, word, Connection::protocol_error);
}

Replication replication_of(std::string_view word) {
    return find(replications, word, Replication::other);
}

} // namespace twinsite::mirror
