#include <twinsite/site/names.hpp>

#include <fmt/format.h>

namespace twinsite::site {

std::string mirror_id(std::string_view lun) {
    return fmt::format("mirror_{}", lun);
}
std::string mirror_clone_id(std::string_view lun) {
    return fmt::format("mirror_{}-clone", lun);
}
std::string lun_group_id(std::string_view lun) {
    return fmt::format("lun_{}", lun);
}
std::string address_id(std::string_view lun) {
    return fmt::format("address_{}", lun);
}
std::string target_id(std::string_view lun) {
    return fmt::format("target_{}", lun);
}
std::string vm_id(std::string_view vm) {
    return fmt::format("vm_{}", vm);
}
bool is_rendered_constraint(std::string_view id) {
    return id.starts_with(constraint_prefix) && !id.starts_with(mirror_fence_prefix);
}
bool is_mirror_ban(std::string_view id) {
    return id.starts_with(mirror_fence_prefix) || id.starts_with("drbd-fence-by-handler-");
}
std::string fence_id(std::string_view node, std::size_t nth) {
    return nth == 0 ? fmt::format("fence_{}", node) : fmt::format("fence_{}_{}", node, nth + 1);
}

} // namespace twinsite::site
