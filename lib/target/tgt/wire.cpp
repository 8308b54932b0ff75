#include "lib/target/tgt/wire.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>

namespace twinsite::target::tgt {

namespace {

/// struct tgtadm_req, field by field.
struct RequestLayout {
    std::uint32_t mode = 0;
    std::uint32_t operation = 0;
    std::array<char, 64> driver{};
    std::uint32_t length = 0;
    std::int32_t target = 0;
    std::uint64_t session = 0;
    std::uint64_t lun = 0;
    std::uint32_t connection = 0;
    std::uint32_t host = 0;
    std::uint32_t device_type = 0;
    std::uint32_t outgoing = 0;
    std::uint32_t pack = 0;
    std::uint32_t force = 0;
};
static_assert(sizeof(RequestLayout) == request_size);

struct ResponseLayout {
    std::uint32_t error = 0;
    std::uint32_t length = 0;
};
static_assert(sizeof(ResponseLayout) == response_size);

constexpr std::size_t text_limit = 16UL * 1024UL * 1024UL;

struct Meaning {
    ErrorKind kind;
    std::string_view text;
};

/// Never invalid_config: that would keep the resource from every node for what one daemon refuses.
constexpr std::array<Meaning, 25> meanings{{
    {ErrorKind::internal, "no error"},
    {ErrorKind::internal, "tgt failed for a reason it does not tell"},
    {ErrorKind::internal, "tgt is out of memory"},
    {ErrorKind::unreachable, "tgt's iSCSI driver is not ready"},
    {ErrorKind::not_found, "no such target"},
    {ErrorKind::not_found, "no such LUN"},
    {ErrorKind::not_found, "no such session"},
    {ErrorKind::not_found, "no such connection"},
    {ErrorKind::not_found, "no such binding"},
    {ErrorKind::conflict, "the target exists"},
    {ErrorKind::conflict, "the LUN exists"},
    {ErrorKind::conflict, "the binding exists"},
    {ErrorKind::conflict, "the access rule exists"},
    {ErrorKind::not_found, "no such access rule"},
    {ErrorKind::conflict, "the account exists"},
    {ErrorKind::not_found, "no such account"},
    {ErrorKind::conflict, "too many accounts"},
    {ErrorKind::internal, "tgt refuses the request as invalid"},
    {ErrorKind::conflict, "the target has an outgoing account"},
    {ErrorKind::conflict, "the target is in use"},
    {ErrorKind::conflict, "the LUN is in use"},
    {ErrorKind::conflict, "tgt's driver is in use"},
    {ErrorKind::internal, "tgt cannot do this"},
    {ErrorKind::internal, "tgt does not know a parameter"},
    {ErrorKind::conflict, "an initiator prevents the LUN's removal"},
}};

} // namespace

std::string encode(const TgtRequest& request) {
    RequestLayout layout;
    constexpr std::string_view driver = "iscsi";
    driver.copy(layout.driver.data(), driver.size());
    const bool has_text = !request.parameters.empty();
    layout.mode = static_cast<std::uint32_t>(request.mode);
    layout.operation = static_cast<std::uint32_t>(request.operation);
    layout.length =
        static_cast<std::uint32_t>(request_size + (has_text ? request.parameters.size() + 1 : 0));
    layout.target = request.target;
    layout.session = request.session;
    layout.lun = request.lun;
    layout.connection = request.connection;
    layout.outgoing = request.outgoing ? 1 : 0;
    layout.force = request.force ? 1 : 0;
    std::string bytes(request_size, '\0');
    std::memcpy(bytes.data(), &layout, request_size);
    if (has_text) {
        bytes += request.parameters;
        bytes += '\0';
    }
    return bytes;
}

Result<Response> decode(std::string_view header) {
    ResponseLayout layout;
    if (header.size() != response_size) {
        return fail(ErrorKind::protocol, "tgt's answer is cut short");
    }
    std::memcpy(&layout, header.data(), response_size);
    if (layout.length < response_size || layout.length - response_size > text_limit) {
        return fail(ErrorKind::protocol,
                    fmt::format("tgt announces an answer of {} bytes", layout.length));
    }
    return Response{layout.error, layout.length - response_size};
}

Error error_of(std::uint32_t number) {
    if (number >= meanings.size()) {
        return {ErrorKind::internal, fmt::format("tgt failed with its error {}", number)};
    }
    return {meanings[number].kind, std::string(meanings[number].text)};
}

} // namespace twinsite::target::tgt
