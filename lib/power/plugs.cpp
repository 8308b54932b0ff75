#include <twinsite/base/text.hpp>
#include <twinsite/power/switching.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace twinsite::power {

namespace {

using Names = std::multimap<std::string, std::string, std::less<>>;

Names names_of(const std::vector<Outlet>& outlets) {
    Names names;
    for (const Outlet& outlet : outlets) {
        if (!outlet.name.empty()) {
            names.emplace(outlet.name, outlet.identifier);
        }
    }
    return names;
}

/// nullopt: no outlet has that name.
Result<std::optional<std::string>> by_name(const Names& names, std::string_view name) {
    const auto [begin, end] = names.equal_range(name);
    if (begin == end) {
        return std::optional<std::string>{};
    }
    if (std::next(begin) != end) {
        return fail(ErrorKind::conflict,
                    fmt::format("outlets {} and {} are both named \"{}\": give their numbers",
                                begin->second, std::next(begin)->second, printable(name)));
    }
    return std::optional(begin->second);
}

Result<std::string> single(const PowerDevice& device, const Names& names, std::string_view plug) {
    if (auto identifier = device.canonical(plug)) {
        return *identifier;
    }
    const auto named = by_name(names, plug);
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
    if (auto identifier = device.canonical(plugs)) {
        return std::vector{*identifier};
    }
    const auto outlets = device.list(deadline);
    if (!outlets) {
        return fail(outlets.error());
    }
    const Names names = names_of(*outlets);
    const auto whole = by_name(names, plugs);
    if (!whole) {
        return fail(whole.error());
    }
    if (*whole) {
        return std::vector{**whole};
    }
    std::vector<std::string> identifiers;
    for (const std::string& word : split(plugs, separators)) {
        auto identifier = single(device, names, trim(word));
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
