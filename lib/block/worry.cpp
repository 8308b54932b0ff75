#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/block/worry.hpp>

#include <chrono>
#include <system_error>

namespace twinsite::block {

Status note_worry(const std::filesystem::path& folder, const std::string& number,
                  std::string_view worry) {
    std::error_code failed;
    if (worry.empty()) {
        std::filesystem::remove(folder / number, failed);
    } else {
        std::filesystem::create_directories(folder, failed);
    }
    if (failed) {
        return fail(error_from_errno(failed.value(), (folder / number).string()));
    }
    return worry.empty() ? Status() : replace_file(folder / number, worry);
}

std::string noted_worry(const std::filesystem::path& folder, const std::string& number) {
    std::error_code failed;
    const auto noted = std::filesystem::last_write_time(folder / number, failed);
    if (failed || std::filesystem::file_time_type::clock::now() - noted > worry_lasts) {
        return {};
    }
    const auto text = read_file(folder / number, 4096);
    return text ? printable(trim(*text), 200) : std::string();
}

} // namespace twinsite::block
