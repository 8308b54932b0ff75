#include <twinsite/site/finding.hpp>

#include <algorithm>
#include <array>

namespace twinsite::site {

std::string_view to_string(Severity severity) {
    switch (severity) {
    case Severity::error:
        return "error";
    case Severity::warning:
        return "warning";
    case Severity::notice:
        return "notice";
    }
    return "error";
}

namespace {

constexpr auto all_codes = std::to_array<std::string_view>({
    "schema-invalid",
    "unknown-reference",
    "duplicate-identity",
    "node-without-power",
    "node-power-shared-only-with-other-site",
    "lun-not-site-pure",
    "vm-lun-site-mismatch",
    "vm-luns-of-several-sites",
    "mirror-not-across-sites",
    "mirror-home-has-no-replica",
    "vm-disk-not-on-lun",
    "vm-config-missing",
    "balloon-enabled",
    "home-does-not-fit",
    "host-loss-does-not-fit",
    "host-loss-leaves-site",
    "site-loss-does-not-fit",
    "largest-vm-exceeds-reserve",
    "no-third-vote",
    "isolation-policy-incomplete",
    "node-without-site-attribute",
    "constraint-infinity-on-clone",
    "constraint-not-soft",
    "order-restarts-vm",
    "stickiness-defeats-failback",
    "home-beats-replica-quality",
    "utilization-ignored",
    "utilization-not-offered",
    "leftover-move-constraint",
    "leftover-fence-constraint",
    "vm-away-from-home",
    "lun-away-from-home",
    "vm-and-lun-apart",
    "mirror-degraded",
    "mirror-split-brain",
    "fencing-disabled",
    "fencing-untested",
    "drbd-policy-mismatch",
    "cluster-policy-mismatch",
    "import-not-placed",
    "import-not-known",
    "import-means-less",
});

} // namespace

std::span<const std::string_view> finding_codes() {
    return all_codes;
}

void sort_findings(std::vector<Finding>& findings) {
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
}

} // namespace twinsite::site
