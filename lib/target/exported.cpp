#include <twinsite/base/text.hpp>
#include <twinsite/target/exported.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::target {

namespace {

/// Collects sentences.
class Sentences {
public:
    template <typename... Args>
    void add(fmt::format_string<Args...> format, Args&&... args) {
        all_.push_back(fmt::format(format, std::forward<Args>(args)...));
    }
    void compare(std::string_view what, std::string_view found, std::string_view wanted) {
        if (found != wanted) {
            add("{} is {} instead of {}", what, found.empty() ? "unset" : printable(found),
                wanted.empty() ? "unset" : wanted);
        }
    }
    std::vector<std::string> take() { return std::move(all_); }

private:
    std::vector<std::string> all_;
};

void compare_switches(Sentences& sentences, std::string_view where, const Switches& wanted,
                      const Switches& found) {
    for (const auto& [name, value] : wanted) {
        const auto there = found.find(name);
        sentences.compare(fmt::format("{}{}", where, name),
                          there == found.end() ? "" : there->second, value);
    }
}

void compare_lun(Sentences& sentences, const Specification& wanted, const Lun& lun,
                 const ExportedLun& found) {
    const std::string name = fmt::format("LUN {}", lun.number);
    if (!found.active) {
        sentences.add("{}: {} is not open", name, lun.path);
    }
    sentences.compare(name, found.path, lun.path);
    if (!found.same_device) {
        sentences.add("{}: {} has vanished or is another device now", name, lun.path);
    }
    if (found.identity) {
        sentences.compare(name + " serial", found.identity->serial, lun.identity.serial);
        sentences.compare(name + " vendor", found.identity->vendor, lun.identity.vendor);
        sentences.compare(name + " product", found.identity->product, lun.identity.product);
    }
    if (found.read_only && *found.read_only != lun.read_only) {
        sentences.add("{} is {}", name, *found.read_only ? "read-only" : "writable");
    }
    compare_switches(sentences, name + " ", wanted.lun_attributes, found.attributes);
    if (!wanted.alua_state.empty()) {
        sentences.compare(name + " ALUA state", found.alua_state, wanted.alua_state);
    }
}

void compare_luns(Sentences& sentences, const Specification& wanted, const Exported& found) {
    for (const Lun& lun : wanted.luns) {
        const auto there =
            std::find_if(found.luns.begin(), found.luns.end(),
                         [&](const ExportedLun& other) { return other.number == lun.number; });
        if (there == found.luns.end()) {
            sentences.add("LUN {} is missing", lun.number);
        } else {
            compare_lun(sentences, wanted, lun, *there);
        }
    }
    for (const ExportedLun& extra : found.luns) {
        if (std::none_of(wanted.luns.begin(), wanted.luns.end(),
                         [&](const Lun& lun) { return lun.number == extra.number; })) {
            sentences.add("LUN {} is exported and should not be", extra.number);
        }
    }
}

void compare_portals(Sentences& sentences, const Specification& wanted, const Exported& found) {
    std::vector<std::string> names;
    for (const Portal& portal : wanted.portals) {
        names.push_back(portal.text());
        if (std::find(found.portals.begin(), found.portals.end(), names.back()) ==
            found.portals.end()) {
            sentences.add("portal {} is missing", names.back());
        }
    }
    for (const std::string& extra : found.portals) {
        if (std::find(names.begin(), names.end(), extra) == names.end()) {
            sentences.add("portal {} is open and should not be", printable(extra));
        }
    }
}

/// An initiator without credentials of its own uses the target's.
const Credentials& effective(const Credentials& own, const Credentials& common) {
    return own.empty() ? common : own;
}

bool same(const Credentials& wanted, const Credentials& found, bool with_password) {
    return wanted.user == found.user && (!with_password || wanted.password == found.password);
}

void compare_initiator(Sentences& sentences, const Specification& wanted,
                       const Initiator& initiator, const ExportedInitiator& found,
                       bool with_password) {
    for (const Lun& lun : wanted.luns) {
        if (!found.luns.contains(lun.number)) {
            sentences.add("initiator {} does not see LUN {}", initiator.name, lun.number);
        } else if (found.read_only_luns.contains(lun.number) != lun.read_only) {
            sentences.add("initiator {} may {} LUN {}", initiator.name,
                          lun.read_only ? "write" : "not write", lun.number);
        }
    }
    if (!wanted.initiator_credentials_known) {
        return;
    }
    if (!same(effective(initiator.incoming, wanted.incoming), found.incoming, with_password) ||
        !same(effective(initiator.outgoing, wanted.outgoing), found.outgoing, with_password)) {
        sentences.add("the CHAP credentials of {} differ", initiator.name);
    }
}

void compare_access(Sentences& sentences, const Specification& wanted, const Exported& found) {
    const bool open = wanted.initiators.empty();
    const bool with_password = wanted.passwords_known && found.passwords_visible;
    if (found.open_to_all != open) {
        sentences.add("{}", open ? "not every initiator may log in"
                                 : "every initiator may log in, not only those allowed");
    }
    for (const Initiator& initiator : wanted.initiators) {
        const auto there = std::find_if(
            found.initiators.begin(), found.initiators.end(),
            [&](const ExportedInitiator& other) { return other.name == initiator.name; });
        if (there == found.initiators.end()) {
            sentences.add("initiator {} may not log in", initiator.name);
        } else {
            compare_initiator(sentences, wanted, initiator, *there, with_password);
        }
    }
    for (const ExportedInitiator& extra : found.initiators) {
        if (std::none_of(
                wanted.initiators.begin(), wanted.initiators.end(),
                [&](const Initiator& initiator) { return initiator.name == extra.name; })) {
            sentences.add("initiator {} may log in and should not", printable(extra.name));
        }
    }
    if (open && (!same(wanted.incoming, found.incoming, with_password) ||
                 !same(wanted.outgoing, found.outgoing, with_password))) {
        sentences.add("the target's CHAP credentials differ");
    }
}

/// Nothing: it stands in a file that cannot be read.
std::optional<bool> wants_authentication(const Specification& wanted) {
    if (wanted.incoming.empty() && !wanted.initiator_credentials_known) {
        return std::nullopt;
    }
    return !wanted.incoming.empty() ||
           std::any_of(wanted.initiators.begin(), wanted.initiators.end(),
                       [](const Initiator& initiator) { return !initiator.incoming.empty(); });
}

} // namespace

std::vector<std::string> differences(const Specification& wanted, const Exported& found) {
    Sentences sentences;
    compare_luns(sentences, wanted, found);
    for (const std::string& fault : found.faults) {
        sentences.add("{}", printable(fault, 128));
    }
    if (!found.enabled) {
        sentences.add("the target is disabled");
    }
    compare_portals(sentences, wanted, found);
    if (wanted.iser && !found.iser) {
        sentences.add("a portal does not speak iSER");
    }
    if (found.authenticated != wants_authentication(wanted).value_or(found.authenticated)) {
        sentences.add("CHAP is {}", found.authenticated ? "required" : "not required");
    }
    compare_access(sentences, wanted, found);
    compare_switches(sentences, "", wanted.session_parameters, found.session_parameters);
    return sentences.take();
}

} // namespace twinsite::target
