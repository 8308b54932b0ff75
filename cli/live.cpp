#include "cli/live.hpp"

#include <twinsite/cluster/state.hpp>

namespace twinsite::cli {

Result<Live> look_at_cluster() {
    auto configuration = cluster::open_configuration();
    if (!configuration) {
        return fail(configuration.error());
    }
    auto cib = (*configuration)->read();
    if (!cib) {
        return fail(cib.error());
    }
    auto state = cluster::interpret(*cib);
    if (!state) {
        return fail(state.error());
    }
    return Live{std::move(*configuration), std::move(*cib), std::move(*state)};
}

} // namespace twinsite::cli
