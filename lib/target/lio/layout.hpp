// Where the parts of one target stand in LIO's configfs tree. Everything is found by its name, so
// that looking after a target never lists the folders it shares with others: a delete that hangs
// in the kernel locks those.
#pragma once

#include <twinsite/target/lio.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace twinsite::target::lio {

inline constexpr std::string_view core = "core";
inline constexpr std::string_view fabric = "iscsi";
inline constexpr std::string_view lun_link = "backstore";
inline constexpr std::string_view alua_group = "twinsite";
inline constexpr unsigned alua_group_id = 1;

/// core/iblock_N or core/fileio_N, which holds all backing stores of one target. N comes from the
/// name, not from a counter: two agents at work at the same time need no lock to choose one. It is
/// above the numbers that targetcli counts through; two names with one N would share the folder,
/// which LIO allows.
std::string adapter_path(Backing::Kind kind, std::string_view iqn);

/// IQN+lunN: no IQN has a plus, so the name tells whose backing store it is.
std::string backstore_name(std::string_view iqn, std::uint64_t lun);

/// Whether a backing store of this name belongs to IQN, and to which LUN is in the name.
bool is_backstore_of(std::string_view name, std::string_view iqn);

std::string target_path(std::string_view iqn);
std::string group_path(std::string_view iqn); ///< of tpgt_1

/// The last component.
std::string_view base_name(std::string_view path);

/// The number in "lun_7"; nothing when NAME is something else.
std::optional<std::uint64_t> lun_number(std::string_view name);

} // namespace twinsite::target::lio
