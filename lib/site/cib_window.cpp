// The failback window.
#include "lib/site/cib_builder.hpp"

#include <twinsite/site/failback_window.hpp>
#include <twinsite/site/names.hpp>

#include <fmt/format.h>

namespace twinsite::site::cib {

Xml home_in_window(const Preference& home, std::string_view window) {
    const std::string id = fmt::format("{}window-{}", constraint_prefix, home.resource);
    Xml constraint{"rsc_location", {{"id", id}, {"rsc", home.resource}}, {}};
    Xml& rule = constraint.add({"rule", {{"id", fmt::format("{}-rule", id)}}, {}});
    if (!home.role.empty()) {
        rule.set("role", home.role);
    }
    rule.set("boolean-op", "and");
    rule.set("score", std::to_string(home.score));
    rule.add({"expression",
              {{"id", fmt::format("{}-rule-expr", id)},
               {"attribute", std::string(site_attribute)},
               {"operation", "eq"},
               {"value", home.site}},
              {}});
    Xml& times =
        rule.add({"rule", {{"id", fmt::format("{}-rule-rule", id)}, {"boolean-op", "or"}}, {}});
    std::size_t nth = 0;
    for (const DateSpec& spec : date_specs(window)) {
        const std::string expression =
            fmt::format("{}-rule-rule-expr{}", id, nth == 0 ? "" : fmt::format("-{}", nth));
        ++nth;
        Xml& date =
            times.add({"date_expression", {{"id", expression}, {"operation", "date_spec"}}, {}});
        Xml& fields = date.add({"date_spec", {{"id", fmt::format("{}-datespec", expression)}}, {}});
        fields.set("hours", spec.hours);
        if (!spec.minutes.empty()) {
            fields.set("minutes", spec.minutes);
        }
    }
    return constraint;
}

} // namespace twinsite::site::cib
