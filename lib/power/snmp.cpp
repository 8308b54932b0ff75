#include <twinsite/base/text.hpp>
#include <twinsite/power/snmp.hpp>

#include <fmt/format.h>

namespace twinsite::power {

namespace {

/// No PDU has more outlets than that; a device that keeps talking is broken or hostile.
constexpr std::size_t walk_limit = 4096;
constexpr unsigned walk_batch = 24;

struct Text {
    std::string operator()(const Missing&) const { return "nothing (no such object)"; }
    std::string operator()(const Unusable&) const { return "a value of an unexpected type"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const {
        return fmt::format("\"{}\"", printable(text));
    }
    std::string operator()(const Oid& oid) const { return oid.text(); }
};

} // namespace

std::string to_text(const SnmpValue& value) {
    return std::visit(Text{}, value);
}

Result<std::vector<VarBind>> walk(SnmpClient& client, const Oid& column, const Deadline& deadline) {
    std::vector<VarBind> rows;
    Oid at = column;
    for (;;) {
        auto batch = client.next(at, walk_batch, deadline);
        if (!batch) {
            return batch;
        }
        if (batch->empty()) {
            return rows;
        }
        for (VarBind& binding : *batch) {
            if (!binding.oid.starts_with(column)) {
                return rows;
            }
            if (binding.oid <= at || rows.size() == walk_limit) {
                return fail(ErrorKind::protocol,
                            fmt::format("the table at {} has no end", column.text()));
            }
            at = binding.oid;
            rows.push_back(std::move(binding));
        }
    }
}

} // namespace twinsite::power
