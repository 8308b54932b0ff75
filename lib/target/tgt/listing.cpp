#include "lib/target/tgt/listing.hpp"

#include <twinsite/base/text.hpp>

#include <optional>

namespace twinsite::target::tgt {

namespace {

/// What follows LABEL in LINE.
std::optional<std::string_view> after(std::string_view line, std::string_view label) {
    if (!line.starts_with(label)) {
        return std::nullopt;
    }
    return trim(line.substr(label.size()));
}

std::int64_t number_in(std::string_view text) {
    return parse_integer(text.substr(0, text.find(' ')), 0, INT64_MAX).value_or(0);
}

class TargetParser {
public:
    std::vector<ListedTarget> parse(std::string_view text) {
        for (const std::string_view whole : lines(text)) {
            const std::string_view line = trim(whole);
            if (whole.starts_with("Target ")) {
                begin(whole);
            } else if (!all_.empty() && line.ends_with(" information:")) {
                section_ = line;
            } else if (!all_.empty() && !line.empty()) {
                take(line);
            }
        }
        for (ListedTarget& target : all_) {
            std::erase_if(target.luns, [](const ListedLun& lun) { return lun.number == 0; });
        }
        return std::move(all_);
    }

private:
    void begin(std::string_view line) {
        const auto colon = line.find(": ");
        const std::string_view id = line.substr(sizeof("Target ") - 1);
        ListedTarget target;
        target.id = parse_integer(id.substr(0, id.find(':')), INT32_MIN, INT32_MAX).value_or(0);
        target.name = colon == std::string_view::npos ? "" : trim(line.substr(colon + 2));
        all_.push_back(std::move(target));
        section_ = {};
    }

    void take(std::string_view line) {
        ListedTarget& target = all_.back();
        if (section_ == "I_T nexus information:") {
            nexus(target, line);
        } else if (section_ == "LUN information:") {
            lun(target, line);
        } else if (section_ == "Account information:") {
            constexpr std::string_view outgoing = " (outgoing)";
            if (line.ends_with(outgoing)) {
                target.outgoing_users.emplace_back(line.substr(0, line.size() - outgoing.size()));
            } else {
                target.incoming_users.emplace_back(line);
            }
        } else if (section_ == "ACL information:") {
            target.access.emplace_back(line);
        }
    }

    void nexus(ListedTarget& target, std::string_view line) {
        if (const auto session = after(line, "I_T nexus:")) {
            session_ = static_cast<std::uint64_t>(number_in(*session));
        } else if (const auto connection = after(line, "Connection:")) {
            target.connections.emplace_back(session_,
                                            static_cast<std::uint32_t>(number_in(*connection)));
        }
    }

    static void lun(ListedTarget& target, std::string_view line) {
        if (const auto number = after(line, "LUN:")) {
            target.luns.push_back({.number = static_cast<std::uint64_t>(number_in(*number))});
            return;
        }
        if (target.luns.empty()) {
            return;
        }
        ListedLun& lun = target.luns.back();
        if (const auto id = after(line, "SCSI ID:")) {
            lun.scsi_id = *id;
        } else if (const auto serial = after(line, "SCSI SN:")) {
            lun.serial = *serial;
        } else if (const auto online = after(line, "Online:")) {
            lun.online = *online == "Yes";
        } else if (const auto read_only = after(line, "Readonly:")) {
            lun.read_only = *read_only == "Yes";
        } else if (const auto thin = after(line, "Thin-provisioning:")) {
            lun.thin = *thin == "Yes";
        } else if (const auto path = after(line, "Backing store path:")) {
            lun.path = *path;
        }
    }

    std::vector<ListedTarget> all_;
    std::string_view section_;
    std::uint64_t session_ = 0;
};

} // namespace

std::vector<ListedTarget> parse_targets(std::string_view text) {
    return TargetParser().parse(text);
}

std::vector<std::string> parse_portals_listing(std::string_view text) {
    std::vector<std::string> portals;
    for (const std::string_view line : lines(text)) {
        if (const auto portal = after(line, "Portal:")) {
            portals.emplace_back(portal->substr(0, portal->find(',')));
        }
    }
    return portals;
}

} // namespace twinsite::target::tgt
