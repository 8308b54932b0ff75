#include "lib/mirror/words.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/mirror/proc_drbd.hpp>

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace twinsite::mirror {

namespace {

using Words = std::vector<std::string>;

/// What follows KEY in the word that begins with it: "cs:" in "cs:Connected".
std::string after(const Words& words, std::string_view key) {
    for (const std::string& word : words) {
        if (word.starts_with(key)) {
            return word.substr(key.size());
        }
    }
    return {};
}

/// "Primary/Secondary": ours and the peer's.
std::pair<std::string, std::string> both(const std::string& text) {
    const auto slash = text.find('/');
    return slash == std::string::npos ? std::pair{text, std::string()}
                                      : std::pair{text.substr(0, slash), text.substr(slash + 1)};
}

struct Entry {
    Words state;    ///< "0:" "cs:..." "ro:..." "ds:..." "C" "r-----"
    Words counters; ///< "ns:..." ... "oos:0"
};

std::optional<Entry> entry_of(const std::vector<std::string_view>& all, int minor) {
    for (std::size_t i = 0; i < all.size(); ++i) {
        Entry entry{split(all[i]), {}};
        if (entry.state.empty() || entry.state[0] != fmt::format("{}:", minor)) {
            continue;
        }
        // A resync puts its progress between the two lines.
        for (std::size_t next = i + 1; next < all.size(); ++next) {
            const Words words = split(all[next]);
            if (!words.empty() && words[0].starts_with("ns:")) {
                entry.counters = words;
                return entry;
            }
        }
        return std::nullopt;
    }
    return std::nullopt;
}

/// One word tells the connection and, once there is one, the replication.
void take_connection(const std::string& word, Peer& peer, PeerVolume& volume) {
    volume.replication = replication_of(word);
    if (volume.replication != Replication::other) {
        peer.connection = Connection::connected;
        return;
    }
    peer.connection = connection_of(word);
    volume.replication =
        peer.connection == Connection::connected ? Replication::established : Replication::off;
}

} // namespace

Result<Observation> parse_proc_drbd(std::string_view text, const std::vector<int>& minors) {
    const auto all = lines(text);
    Observation seen;
    seen.configured = true;
    Peer peer{.name = "peer"};
    for (const int minor : minors) {
        const auto entry = entry_of(all, minor);
        if (!entry || after(entry->state, "cs:") == "Unconfigured") {
            return fail(ErrorKind::not_found, fmt::format("/proc/drbd shows no minor {}", minor));
        }
        const auto roles = both(after(entry->state, "ro:"));
        const auto disks = both(after(entry->state, "ds:"));
        if (roles.second.empty() || disks.second.empty()) {
            return fail(ErrorKind::protocol, fmt::format("/proc/drbd: minor {} is cut off", minor));
        }
        const int number = static_cast<int>(seen.volumes.size());
        PeerVolume there{
            .volume = number,
            .disk = peer_disk_of(disks.second),
            .out_of_sync_kib = static_cast<std::uint64_t>(
                parse_integer(after(entry->counters, "oos:"), 0, INT64_MAX).value_or(0))};
        take_connection(after(entry->state, "cs:"), peer, there);
        peer.role = role_of(roles.second);
        peer.volumes.push_back(there);
        seen.role = role_of(roles.first);
        seen.suspended = entry->state.back().starts_with("s") ? "yes" : "";
        seen.volumes.push_back({.volume = number, .minor = minor, .disk = disk_of(disks.first)});
    }
    if (minors.empty()) {
        return fail(ErrorKind::not_found, "no minor to look for");
    }
    seen.peers.push_back(std::move(peer));
    return seen;
}

} // namespace twinsite::mirror
