#include "lib/site/our_resources.hpp"

#include "lib/site/constraint_words.hpp"

#include <twinsite/site/names.hpp>

namespace twinsite::site {

namespace {

/// What every match of PATTERN begins with, as far as that is plain to see.
std::string_view certain_beginning(std::string_view pattern) {
    if (!pattern.starts_with('^') || pattern.find('|') != std::string_view::npos) {
        return {};
    }
    pattern.remove_prefix(1);
    const std::size_t special = pattern.find_first_of("^$*+?()[]{}\\.");
    if (special == std::string_view::npos) {
        return pattern;
    }
    // A quantifier makes the character in front of it optional.
    const bool quantifier =
        std::string_view("*?{").find(pattern[special]) != std::string_view::npos;
    return pattern.substr(0, quantifier && special > 0 ? special - 1 : special);
}

} // namespace

OurResources::OurResources(const Topology& topology) {
    for (const Vm& vm : topology.vms) {
        by_id_[vm_id(vm.name)] = {.vm = &vm};
    }
    for (const Lun& lun : topology.luns) {
        for (const std::string& id :
             {lun_group_id(lun.name), address_id(lun.name), target_id(lun.name)}) {
            by_id_[id] = {.lun = &lun};
        }
        for (const std::string& id : {mirror_id(lun.name), mirror_clone_id(lun.name)}) {
            by_id_[id] = {.lun = &lun, .mirror = true};
        }
    }
}

const OurResource* OurResources::find(std::string_view id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &found->second;
}

std::vector<std::string> OurResources::matching(std::string_view pattern, bool& understood) const {
    const auto exact = beginning_of_pattern(pattern);
    understood = exact.has_value();
    const std::string_view beginning = exact.value_or(certain_beginning(pattern));
    std::vector<std::string> ids;
    for (auto each = by_id_.lower_bound(beginning);
         each != by_id_.end() && each->first.starts_with(beginning); ++each) {
        ids.push_back(each->first);
    }
    return ids;
}

} // namespace twinsite::site
