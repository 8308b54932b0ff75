#include <twinsite/base/text.hpp>
#include <twinsite/target/identity.hpp>

#include <fmt/format.h>
#include <uuid/uuid.h>

#include <algorithm>
#include <array>
#include <map>

namespace twinsite::target {

namespace {

constexpr std::size_t longest_serial = 36;  // what tgt keeps; LIO would take 254
constexpr std::size_t longest_vendor = 8;   // SPC-4, standard INQUIRY data
constexpr std::size_t longest_product = 16; // SPC-4, standard INQUIRY data
constexpr std::size_t naa_digits = 25;

Status check_text(std::string_view what, std::string_view text, std::size_t limit) {
    const bool fine = !text.empty() && text.size() <= limit &&
                      std::all_of(text.begin(), text.end(),
                                  [](char c) { return c >= 0x20 && c < 0x7f && c != ','; });
    if (fine) {
        return {};
    }
    return fail(ErrorKind::invalid_config,
                fmt::format("{} \"{}\": at most {} printable ASCII characters, no comma", what,
                            printable(text), limit));
}

Result<std::map<std::uint64_t, std::string>> parse_serials(const Specification& specification,
                                                           std::string_view text) {
    std::map<std::uint64_t, std::string> serials;
    for (const std::string& word : split(text)) {
        const auto equals = word.find('=');
        if (equals == std::string::npos && specification.luns.size() == 1 && serials.empty()) {
            serials[specification.luns.front().number] = word;
            continue;
        }
        const auto number = parse_integer(std::string_view(word).substr(0, equals), 0,
                                          static_cast<std::int64_t>(highest_lun));
        if (equals == std::string::npos || !number) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("serial \"{}\" is not NUMBER=SERIAL", printable(word)));
        }
        serials[static_cast<std::uint64_t>(*number)] = word.substr(equals + 1);
    }
    return serials;
}

Status check_unique(const Specification& specification) {
    std::map<std::string, std::uint64_t> by_naa;
    for (const Lun& lun : specification.luns) {
        const auto [other, fresh] = by_naa.emplace(naa_of_serial(lun.identity.serial), lun.number);
        if (!fresh) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("LUN {} and {} would have the same identity {}: initiators "
                                    "would take them for two paths to one disk",
                                    other->second, lun.number, other->first));
        }
    }
    return {};
}

} // namespace

std::string derived_serial(std::string_view iqn, std::uint64_t lun) {
    const std::string name = fmt::format("{},{}", iqn, lun);
    std::array<unsigned char, 16> uuid{};
    ::uuid_generate_sha1(uuid.data(), *::uuid_get_template("url"), name.c_str(), name.size());
    std::array<char, UUID_STR_LEN> text{};
    ::uuid_unparse_lower(uuid.data(), text.data());
    return text.data();
}

std::string naa_of_serial(std::string_view serial) {
    std::string digits;
    for (const char c : to_lower(serial)) {
        if (((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) && digits.size() < naa_digits) {
            digits += c;
        }
    }
    digits.append(naa_digits - digits.size(), '0');
    return "6001405" + digits;
}

Status complete_identities(Specification& specification, std::string_view serials,
                           std::string_view vendor, std::string_view product) {
    const auto given = parse_serials(specification, serials);
    if (!given) {
        return fail(given.error());
    }
    for (Lun& lun : specification.luns) {
        const auto serial = given->find(lun.number);
        lun.identity.serial =
            serial == given->end() ? derived_serial(specification.iqn, lun.number) : serial->second;
        lun.identity.vendor = vendor.empty() ? default_vendor : vendor;
        lun.identity.product = product.empty() ? default_product : product;
        for (const auto& checked :
             {check_text("serial", lun.identity.serial, longest_serial),
              check_text("vendor_id", lun.identity.vendor, longest_vendor),
              check_text("product_id", lun.identity.product, longest_product)}) {
            if (!checked) {
                return checked;
            }
        }
    }
    for (const auto& [number, serial] : *given) {
        const bool known = std::any_of(specification.luns.begin(), specification.luns.end(),
                                       [n = number](const Lun& lun) { return lun.number == n; });
        if (!known) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("a serial is given for LUN {}, which is not in luns", number));
        }
    }
    return check_unique(specification);
}

} // namespace twinsite::target
