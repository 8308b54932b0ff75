#include <twinsite/base/text.hpp>
#include <twinsite/power/names.hpp>
#include <twinsite/power/switching.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::power {

namespace {

/// nullopt: no outlet has that name. A name is what the device says, else what list prints.
Result<std::optional<std::string>> by_name(std::span<const Outlet> outlets, std::string_view name) {
    std::vector<std::string> found;
    const auto collect = [&](const auto& name_of) {
        for (const Outlet& outlet : outlets) {
            if (name_of(outlet) == name) {
                found.push_back(outlet.identifier);
            }
        }
        return !found.empty();
    };
    if (!collect([](const Outlet& outlet) { return outlet.name; })) {
        collect(list_name);
    }
    if (found.size() > 1) {
        return fail(ErrorKind::conflict,
                    fmt::format("outlets {} are all named \"{}\": give their numbers",
                                join(found, ", "), printable(name)));
    }
    return found.empty() ? std::optional<std::string>{} : std::optional(found.front());
}

/// As by_name(), but an identifier comes first: families that have no numbers list theirs.
Result<std::optional<std::string>> listed(std::span<const Outlet> outlets, std::string_view text) {
    for (const Outlet& outlet : outlets) {
        if (outlet.identifier == text) {
            return std::optional(outlet.identifier);
        }
    }
    return by_name(outlets, text);
}

Result<std::string> single(const PowerDevice& device, std::span<const Outlet> outlets,
                           std::string_view plug) {
    if (auto identifier = device.canonical(plug)) {
        return *identifier;
    }
    const auto named = listed(outlets, plug);
    if (!named) {
        return fail(named.error());
    }
    if (!*named) {
        return fail(ErrorKind::not_found,
                    fmt::format("the device has no outlet \"{}\"", printable(plug)));
    }
    return **named;
}

} // namespace

Result<std::vector<std::string>> resolve_plugs(PowerDevice& device, std::string_view plugs,
                                               std::string_view separators,
                                               const Deadline& deadline) {
    if (trim(plugs).empty()) {
        return fail(ErrorKind::invalid_config, "no outlet is given: set plug");
    }
    if (auto identifier = device.canonical(plugs)) {
        return std::vector{*identifier};
    }
    const auto outlets = device.list(deadline);
    if (!outlets) {
        return fail(outlets.error());
    }
    const auto whole = listed(*outlets, plugs);
    if (!whole) {
        return fail(whole.error());
    }
    if (*whole) {
        return std::vector{**whole};
    }
    std::vector<std::string> identifiers;
    for (const std::string& word : split(plugs, separators)) {
        auto identifier = single(device, *outlets, trim(word));
        if (!identifier) {
            return fail(identifier.error());
        }
        if (std::find(identifiers.begin(), identifiers.end(), *identifier) == identifiers.end()) {
            identifiers.push_back(std::move(*identifier));
        }
    }
    if (identifiers.empty()) {
        return fail(ErrorKind::invalid_config, "no outlet is given: set plug");
    }
    return identifiers;
}

} // namespace twinsite::power
