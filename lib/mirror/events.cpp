#include <twinsite/base/text.hpp>
#include <twinsite/mirror/events.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <utility>

namespace twinsite::mirror {

namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

template <typename T>
struct Word {
    std::string_view text;
    T value;
};

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
T word_of(const Table& table, const Fields& fields, std::string_view key, T otherwise) {
    const auto field = fields.find(key);
    if (field == fields.end()) {
        return otherwise;
    }
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const auto& word) { return word.text == field->second; });
    return found == table.end() ? otherwise : found->value;
}

std::string text_of(const Fields& fields, std::string_view key) {
    const auto field = fields.find(key);
    return field == fields.end() ? std::string() : field->second;
}

std::int64_t number_of(const Fields& fields, std::string_view key) {
    return parse_integer(text_of(fields, key), 0, std::numeric_limits<std::int64_t>::max())
        .value_or(0);
}

/// "key:value" words; a value may itself hold colons (IPv6 addresses).
Fields fields_of(const std::vector<std::string>& words) {
    Fields fields;
    for (std::size_t i = 2; i < words.size(); ++i) {
        const auto colon = words[i].find(':');
        if (colon != std::string::npos) {
            fields.emplace(words[i].substr(0, colon), words[i].substr(colon + 1));
        }
    }
    return fields;
}

Peer& peer_of(Observation& seen, const Fields& fields) {
    const std::string name = text_of(fields, "conn-name");
    for (Peer& peer : seen.peers) {
        if (peer.name == name) {
            return peer;
        }
    }
    return seen.peers.emplace_back(Peer{.name = name});
}

void take_resource(Observation& seen, const Fields& fields) {
    seen.role = word_of(roles, fields, "role", Role::unknown);
    const std::string suspended = text_of(fields, "suspended");
    seen.suspended = suspended == "no" ? "" : suspended;
}

void take_volume(Observation& seen, const Fields& fields) {
    seen.volumes.push_back({.volume = static_cast<int>(number_of(fields, "volume")),
                            .minor = static_cast<int>(number_of(fields, "minor")),
                            .disk = word_of(disks, fields, "disk", Disk::failed),
                            .client = text_of(fields, "client") == "yes",
                            .quorum = text_of(fields, "quorum") != "no",
                            .size_kib = static_cast<std::uint64_t>(number_of(fields, "size"))});
}

void take_connection(Observation& seen, const Fields& fields) {
    Peer& peer = peer_of(seen, fields);
    peer.connection = word_of(connections, fields, "connection", Connection::protocol_error);
    peer.role = word_of(roles, fields, "role", Role::unknown);
}

void take_peer_volume(Observation& seen, const Fields& fields) {
    peer_of(seen, fields)
        .volumes.push_back(
            {.volume = static_cast<int>(number_of(fields, "volume")),
             .replication = word_of(replications, fields, "replication", Replication::other),
             .disk = word_of(disks, fields, "peer-disk", Disk::unknown),
             .out_of_sync_kib = static_cast<std::uint64_t>(number_of(fields, "out-of-sync"))});
}

} // namespace

Result<Observation> parse_events(std::string_view output, std::string_view resource) {
    Observation seen;
    bool complete = false;
    for (const std::string_view line : lines(output)) {
        const std::vector<std::string> words = split(line);
        if (words.size() < 2 || words[0] != "exists") {
            continue;
        }
        if (words[1] == "-") {
            complete = true;
            continue;
        }
        const Fields fields = fields_of(words);
        if (text_of(fields, "name") != resource) {
            continue;
        }
        seen.configured = true;
        if (words[1] == "resource") {
            take_resource(seen, fields);
        } else if (words[1] == "device") {
            take_volume(seen, fields);
        } else if (words[1] == "connection") {
            take_connection(seen, fields);
        } else if (words[1] == "peer-device") {
            take_peer_volume(seen, fields);
        }
    }
    if (!complete) {
        return fail(ErrorKind::protocol,
                    fmt::format("drbdsetup's answer about {} was cut off", resource));
    }
    return seen;
}

} // namespace twinsite::mirror
