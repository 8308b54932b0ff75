#include <twinsite/base/handle.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/cluster/quorum.hpp>

#include <corosync/cmap.h>
#include <corosync/votequorum.h>
#include <fmt/format.h>

#include <array>

namespace twinsite::cluster {

namespace {

Error corosync_error(cs_error_t code, std::string_view what) {
    const ErrorKind kind = code == CS_ERR_ACCESS ? ErrorKind::permission : ErrorKind::unreachable;
    return {kind, fmt::format("{}: {}", what, cs_strerror(code))};
}

Result<std::uint32_t> own_node_id() {
    cmap_handle_t handle = 0;
    if (const cs_error_t code = cmap_initialize(&handle); code != CS_OK) {
        return fail(corosync_error(code, "corosync's configuration map does not answer"));
    }
    const ScopeExit close([&] { cmap_finalize(handle); });
    std::uint32_t id = 0;
    if (const cs_error_t code = cmap_get_uint32(handle, "runtime.votequorum.this_node_id", &id);
        code != CS_OK) {
        return fail(corosync_error(code, "corosync does not know its own node id"));
    }
    return id;
}

/// The "stats" map says of each node and link whether it is connected; OWN_ID is no peer.
std::vector<Link> read_links(std::uint32_t own_id) {
    std::vector<Link> links;
    cmap_handle_t handle = 0;
    if (cmap_initialize_map(&handle, CMAP_MAP_STATS) != CS_OK) {
        return links;
    }
    const ScopeExit close([&] { cmap_finalize(handle); });
    cmap_iter_handle_t iterator = 0;
    if (cmap_iter_init(handle, "stats.knet.node", &iterator) != CS_OK) {
        return links;
    }
    const ScopeExit end([&] { cmap_iter_finalize(handle, iterator); });
    std::array<char, CMAP_KEYNAME_MAXLEN + 1> key{};
    std::size_t length = 0;
    cmap_value_types_t type = CMAP_VALUETYPE_UINT8;
    while (cmap_iter_next(handle, iterator, key.data(), &length, &type) == CS_OK) {
        // stats.knet.node2.link0.connected
        const auto words = split(key.data(), ".");
        if (words.size() != 5 || words[4] != "connected" || !words[2].starts_with("node") ||
            !words[3].starts_with("link")) {
            continue;
        }
        const auto node = parse_integer(std::string_view(words[2]).substr(4), 0, UINT32_MAX);
        const auto number = parse_integer(std::string_view(words[3]).substr(4), 0, 64);
        std::uint8_t connected = 0;
        if (node && number && *node != own_id &&
            cmap_get_uint8(handle, key.data(), &connected) == CS_OK) {
            links.push_back({static_cast<std::uint32_t>(*node), static_cast<unsigned>(*number),
                             connected != 0});
        }
    }
    return links;
}

std::vector<std::uint32_t> listed_node_ids() {
    std::vector<std::uint32_t> ids;
    cmap_handle_t handle = 0;
    if (cmap_initialize(&handle) != CS_OK) {
        return ids;
    }
    const ScopeExit close([&] { cmap_finalize(handle); });
    cmap_iter_handle_t iterator = 0;
    if (cmap_iter_init(handle, "nodelist.node.", &iterator) != CS_OK) {
        return ids;
    }
    const ScopeExit end([&] { cmap_iter_finalize(handle, iterator); });
    std::array<char, CMAP_KEYNAME_MAXLEN + 1> key{};
    std::size_t length = 0;
    cmap_value_types_t type = CMAP_VALUETYPE_UINT8;
    while (cmap_iter_next(handle, iterator, key.data(), &length, &type) == CS_OK) {
        std::uint32_t id = 0;
        if (std::string_view(key.data()).ends_with(".nodeid") &&
            cmap_get_uint32(handle, key.data(), &id) == CS_OK) {
            ids.push_back(id);
        }
    }
    return ids;
}

/// Members tell each other their flags (exec/votequorum.c, NODE_FLAGS_QDEVICE_*).
std::vector<Voter> read_voters(votequorum_handle_t handle) {
    std::vector<Voter> voters;
    for (const std::uint32_t id : listed_node_ids()) {
        votequorum_info info{};
        if (votequorum_getinfo(handle, id, &info) == CS_OK &&
            info.node_state == VOTEQUORUM_NODESTATE_MEMBER) {
            const bool runs = (info.flags & VOTEQUORUM_INFO_QDEVICE_ALIVE) != 0;
            voters.push_back(
                {id, runs, runs && (info.flags & VOTEQUORUM_INFO_QDEVICE_CAST_VOTE) != 0});
        }
    }
    return voters;
}

} // namespace

Result<Quorum> read_quorum() {
    votequorum_handle_t handle = 0;
    if (const cs_error_t code = votequorum_initialize(&handle, nullptr); code != CS_OK) {
        return fail(corosync_error(code, "corosync's quorum service does not answer"));
    }
    const ScopeExit close([&] { votequorum_finalize(handle); });
    votequorum_info info{};
    const auto own_id = own_node_id();
    if (!own_id) {
        return fail(own_id.error());
    }
    if (const cs_error_t code = votequorum_getinfo(handle, *own_id, &info); code != CS_OK) {
        return fail(corosync_error(code, "corosync's quorum service does not answer"));
    }
    Quorum quorum;
    quorum.quorate = (info.flags & VOTEQUORUM_INFO_QUORATE) != 0;
    quorum.expected_votes = info.highest_expected;
    quorum.total_votes = info.total_votes;
    quorum.needed_votes = info.quorum;
    quorum.waits_for_all = (info.flags & VOTEQUORUM_INFO_WAIT_FOR_ALL) != 0;
    quorum.witness = (info.flags & VOTEQUORUM_INFO_QDEVICE_ALIVE) != 0 &&
                     (info.flags & VOTEQUORUM_INFO_QDEVICE_CAST_VOTE) != 0;
    quorum.two_node = (info.flags & VOTEQUORUM_INFO_TWONODE) != 0;
    quorum.own_id = *own_id;
    quorum.links = read_links(*own_id);
    quorum.voters = read_voters(handle);
    return quorum;
}

Status expect_votes(unsigned votes) {
    cmap_handle_t map = 0;
    if (const cs_error_t code = cmap_initialize(&map); code != CS_OK) {
        return fail(corosync_error(code, "corosync's configuration map does not answer"));
    }
    const ScopeExit close_map([&] { cmap_finalize(map); });
    // First: corosync reads all of its quorum section anew with it, the expected votes too
    // (votequorum.c, votequorum_refresh_config).
    if (const cs_error_t code = cmap_set_uint8(map, "quorum.cancel_wait_for_all", 1);
        code != CS_OK) {
        return fail(corosync_error(code, "waiting for all nodes was not cancelled"));
    }
    votequorum_handle_t handle = 0;
    if (const cs_error_t code = votequorum_initialize(&handle, nullptr); code != CS_OK) {
        return fail(corosync_error(code, "corosync's quorum service does not answer"));
    }
    const ScopeExit close([&] { votequorum_finalize(handle); });
    if (const cs_error_t code = votequorum_setexpected(handle, votes); code != CS_OK) {
        return fail(corosync_error(code, fmt::format("{} expected votes were refused", votes)));
    }
    return {};
}

} // namespace twinsite::cluster
