// What start added, kept in a file until stop removed it: an interface may be renamed or gone by
// then, and parameters may have changed.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/network/network.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::vip {

struct Record {
    unsigned interface = 0; ///< index
    std::string interface_name;
    std::vector<network::AssignedAddress> addresses; ///< address, prefix and interface only
    std::vector<network::Route> routes;
    std::vector<network::Rule> rules;
    std::vector<network::AddressLabel> labels{};
    /// Taken from a loopback interface, and to be put back there: interface, scope, label too.
    std::vector<network::AssignedAddress> waiting{};
};

std::string to_text(const Record& record);
/// Error protocol for anything to_text() does not write.
Result<Record> parse_record(std::string_view text);

/// The file of one resource. It lives in a directory that a reboot empties, as the addresses do.
class RecordFile {
public:
    RecordFile(const std::filesystem::path& directory, std::string_view resource);

    /// Nothing when there is none, or none that makes sense.
    [[nodiscard]] std::optional<Record> read() const;
    Status write(const Record& record) const;
    void remove() const;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

} // namespace twinsite::vip
