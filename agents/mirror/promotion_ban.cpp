#include "agents/mirror/promotion_ban.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::mirror {

std::string ban_id(std::string_view resource) {
    return fmt::format("twinsite-mirror-fence-{}", resource);
}

bool plain_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    });
}

Status place_ban(std::string_view resource, std::string_view clone, std::string_view node,
                 process::CommandRunner& runner, const Deadline& deadline) {
    if (!plain_name(resource) || !plain_name(clone) || !plain_name(node)) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("no constraint can be made of \"{}\" and \"{}\"", printable(clone),
                                printable(node)));
    }
    std::string xml = fmt::format(
        R"(<rsc_location id="{}" rsc="{}" node="{}" role="Promoted" score="-INFINITY"/>)",
        ban_id(resource), clone, node);
    return runner
        .run_ok({{"cibadmin", "--create", "--scope=constraints", "--xml-pipe"}, std::move(xml), {}},
                deadline)
        .map([](const std::string&) {});
}

PeerConfiguration ask_for_ban(std::string_view resource, std::string_view node,
                              process::CommandRunner& runner, const Deadline& deadline) {
    constexpr int no_such_object = 105; // CRM_EX_NOSUCH, crm/common/results.h
    if (!plain_name(resource) || !plain_name(node)) {
        return PeerConfiguration::no_answer;
    }
    const auto said =
        runner.run({.argv = {"cibadmin", "--query", "--timeout=3", fmt::format("--node={}", node),
                             "--xpath", fmt::format("//rsc_location[@id='{}']", ban_id(resource))},
                    .input = {},
                    .environment = {}},
                   deadline);
    if (!said || (said->exit_code != 0 && said->exit_code != no_such_object)) {
        return PeerConfiguration::no_answer;
    }
    const bool banned = said->exit_code == 0 &&
                        said->out.find(fmt::format("node=\"{}\"", node)) != std::string::npos;
    return banned ? PeerConfiguration::with_ban : PeerConfiguration::without_ban;
}

Status lift_ban(std::string_view resource, std::string_view node, process::CommandRunner& runner,
                const Deadline& deadline) {
    if (!plain_name(resource) || !plain_name(node)) {
        return fail(ErrorKind::invalid_config,
                    "the mirror's or the banned node's name is no plain name");
    }
    // Deleting what is not there succeeds.
    return runner
        .run_ok({{"cibadmin", "--delete", "--xpath",
                  fmt::format("//rsc_location[@id='{}' and @node='{}']", ban_id(resource), node)},
                 {},
                 {}},
                deadline)
        .map([](const std::string&) {});
}

} // namespace twinsite::mirror
