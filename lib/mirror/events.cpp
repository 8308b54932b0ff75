#include "lib/mirror/words.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/mirror/events.hpp>

#include <fmt/format.h>

#include <limits>
#include <map>
#include <utility>

namespace twinsite::mirror {

namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

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
    seen.role = role_of(text_of(fields, "role"));
    const std::string suspended = text_of(fields, "suspended");
    seen.suspended = suspended == "no" ? "" : suspended;
}

void take_volume(Observation& seen, const Fields& fields) {
    seen.volumes.push_back({.volume = static_cast<int>(number_of(fields, "volume")),
                            .minor = static_cast<int>(number_of(fields, "minor")),
                            .disk = disk_of(text_of(fields, "disk")),
                            .client = text_of(fields, "client") == "yes",
                            .quorum = text_of(fields, "quorum") != "no",
                            .size_kib = static_cast<std::uint64_t>(number_of(fields, "size"))});
}

void take_connection(Observation& seen, const Fields& fields) {
    Peer& peer = peer_of(seen, fields);
    peer.connection = connection_of(text_of(fields, "connection"));
    peer.role = role_of(text_of(fields, "role"));
}

void take_peer_volume(Observation& seen, const Fields& fields) {
    peer_of(seen, fields)
        .volumes.push_back(
            {.volume = static_cast<int>(number_of(fields, "volume")),
             .replication = replication_of(text_of(fields, "replication")),
             .disk = peer_disk_of(text_of(fields, "peer-disk")),
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
