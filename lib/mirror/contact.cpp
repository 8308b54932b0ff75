#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/mirror/contact.hpp>

#include <fmt/format.h>

namespace twinsite::mirror {

std::filesystem::path contact_file(const std::filesystem::path& folder, std::string_view resource) {
    return folder / fmt::format("{}.contact", resource);
}

Result<Contact> read_contact(const std::filesystem::path& folder, std::string_view resource) {
    const auto text = read_file(contact_file(folder, resource), 4096);
    if (!text) {
        return fail(text.error());
    }
    const auto words = split(*text);
    const auto at = words.size() == 2 ? parse_integer(words[0], 0, INT64_MAX)
                                      : fail(ErrorKind::protocol, "the contact file is damaged");
    if (!at) {
        return fail(at.error());
    }
    return Contact{*at, words[1] == "Primary"     ? Role::primary
                        : words[1] == "Secondary" ? Role::secondary
                                                  : Role::unknown};
}

} // namespace twinsite::mirror
