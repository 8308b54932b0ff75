#include "lib/mirror/words.hpp"

#include <twinsite/mirror/status.hpp>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace twinsite::mirror {

namespace {

using Json = nlohmann::json;

std::string text(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t number(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::uint64_t kib(const Json& object, const char* key) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, number(object, key)));
}

bool flag(const Json& object, const char* key, bool otherwise) {
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

const Json& list(const Json& object, const char* key) {
    static const Json none = Json::array();
    const auto found = object.find(key);
    return found != object.end() && found->is_array() ? *found : none;
}

/// drbd-utils before 9.20 know only that I/O is suspended, later ones also why.
std::string suspension(const Json& resource) {
    for (const char* cause : {"user", "no-data", "fencing", "quorum"}) {
        if (flag(resource, fmt::format("suspended-{}", cause).c_str(), false)) {
            return cause;
        }
    }
    return flag(resource, "suspended", false) ? "yes" : "";
}

Volume volume_of(const Json& device) {
    return {.volume = static_cast<int>(number(device, "volume")),
            .minor = static_cast<int>(number(device, "minor")),
            .disk = disk_of(text(device, "disk-state")),
            .client = flag(device, "client", false),
            .quorum = flag(device, "quorum", true),
            .size_kib = kib(device, "size")};
}

Peer peer_of(const Json& connection) {
    Peer peer{.name = text(connection, "name"),
              .connection = connection_of(text(connection, "connection-state")),
              .role = role_of(text(connection, "peer-role"))};
    const auto id = number(connection, "peer-node-id");
    peer.node_id = connection.contains("peer-node-id") ? static_cast<int>(id) : -1;
    for (const Json& device : list(connection, "peer_devices")) {
        peer.volumes.push_back({.volume = static_cast<int>(number(device, "volume")),
                                .replication = replication_of(text(device, "replication-state")),
                                .disk = peer_disk_of(text(device, "peer-disk-state")),
                                .out_of_sync_kib = kib(device, "out-of-sync")});
    }
    return peer;
}

} // namespace

Result<Observation> parse_status(std::string_view output, std::string_view resource) {
    const Json all = Json::parse(output, nullptr, false);
    if (!all.is_array()) {
        return fail(ErrorKind::protocol, "drbdsetup status --json answered something else");
    }
    Observation seen;
    for (const Json& each : all) {
        if (!each.is_object()) {
            return fail(ErrorKind::protocol, "drbdsetup status --json answered something else");
        }
        if (text(each, "name") != resource) {
            continue;
        }
        seen.configured = true;
        seen.role = role_of(text(each, "role"));
        seen.suspended = suspension(each);
        for (const Json& device : list(each, "devices")) {
            seen.volumes.push_back(volume_of(device));
        }
        for (const Json& connection : list(each, "connections")) {
            seen.peers.push_back(peer_of(connection));
        }
    }
    return seen;
}

} // namespace twinsite::mirror
